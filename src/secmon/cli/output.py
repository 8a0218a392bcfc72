"""Output of the commands: a table for people, JSON for programs, and messages on standard error."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Config = Annotated[Path | None, typer.Option("--config", help="TOML file with settings.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the store, the desk database and the spool.")]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_note(text: str) -> None:
    """Print a message on standard error, apart from the command's output."""
    err.print(text, style="dim", markup=False, soft_wrap=True)


def print_answer(answer: Any, *, as_json: bool) -> None:
    """Print a list of records as a table, a single record as name and value, or all of it as JSON."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
        return
    if isinstance(answer, list):
        _table(answer)
        return
    table = Table("what", "value", box=None)
    for name, value in answer.items():
        table.add_row(name, _plain(_cell(value)))
    out.print(table, markup=False)


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return f"{len(value)} (see --json)" if isinstance(value, list) else str(value)


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(box=None)
    for name in rows[0] if rows else ():
        table.add_column(name)
    for row in rows:
        table.add_row(*(_plain(str(value)) for value in row.values()))
    out.print(table, markup=False)


def _plain(text: str) -> Text:
    """Return text that the terminal shows literally.

    Log lines may contain markup and escape sequences that would change the terminal of whoever reads them.
    """
    return Text("".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text))
