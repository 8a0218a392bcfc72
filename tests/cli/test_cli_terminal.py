"""What is printed, and what is taken away as CSV: text from logs steers neither a terminal nor a spreadsheet."""

import csv
import json
from io import StringIO

import pytest

from hostile_texts import HOSTILE, SPLITTING
from secmon.cli.output import print_answer
from secmon.csv_export import sheet

TEXTS = pytest.mark.parametrize("text", [*HOSTILE.values(), SPLITTING], ids=[*HOSTILE, "splitting"])


@TEXTS
def test_a_table_shows_hostile_text_as_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In a list and in a record: nothing but line ends is unseen, and no markup of the terminal is carried out."""
    for answer in ([{"site": "11110", "user": text}], {"user": text}, {"user": {"[bold]name[/bold]": text}}):
        print_answer(answer, as_json=False)
        printed = capsys.readouterr().out
        assert [line for line in printed.split("\n") if not line.isprintable()] == []
    assert "[bold]name[/bold]" in printed


@TEXTS
def test_json_gives_hostile_text_back(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As it was, in lines that hold no control character."""
    print_answer([{"user": text}], as_json=True)
    printed = capsys.readouterr().out
    assert json.loads(printed) == [{"user": text}]
    assert [sign for sign in printed if ord(sign) < 32 and sign != "\n"] == []


@TEXTS
def test_a_sheet_holds_hostile_text_as_text(text: str) -> None:
    """Heading and cells are no formulas, stay one cell, and show all they hold; numbers are numbers."""
    made = sheet(["site", text], [["11110", text], [-3, None]])
    assert made.startswith("\ufeff")
    rows = list(csv.reader(StringIO(made.removeprefix("\ufeff"), newline="")))
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[2] == ["-3", ""]
    for one in (rows[0][1], rows[1][1]):
        assert one.isprintable()
        assert one.lstrip()[0] not in "=+-@\uff1d\uff0b\uff0d\uff20"
