"""Exceptions, rules switched off, and lists of indicators from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from secmon.cli.commands.register import register_cli
from secmon.cli.commands.rules import rules_cli
from secmon.errors import UsageError

RULE = "ssh_login_from_outside"


def answer(app: Any, *arguments: object, code: int = 0) -> Any:
    """The JSON that a command prints."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout[min(place for place in map(done.stdout.find, ("[\n", "{\n", "[]")) if place >= 0) :])


def test_an_exception_is_made_listed_and_ended(tmp_path: Path) -> None:
    """With its rule by name, its reason and author; a second ending is exit code 1."""
    data = ("--data", tmp_path)
    given = (
        "--site",
        "11110",
        "--field",
        "src_ip|cidr",
        "--value",
        "198.51.100.0/24",
        "--reason",
        "scan",
        "--author",
        "lee",
    )
    made = answer(rules_cli, "except", RULE, *given, *data)
    [listed] = answer(rules_cli, "exceptions", *data)
    assert (listed["id"], listed["rule"], listed["author"]) == (made["exception"], RULE, "lee")
    ended = [CliRunner().invoke(rules_cli, ["end", "1", *map(str, data)]).exit_code for _ in range(2)]
    assert ended == [0, 1]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("--value", "nonsense"), "Invalid CIDR"),
        (("--site", "99999"), "no site has the code"),
        (("--for", "soon"), "no length of time"),
    ],
)
def test_an_exception_that_means_nothing_is_refused(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    """Before it is kept."""
    given = [
        "except",
        RULE,
        "--field",
        "src_ip|cidr",
        "--value",
        "10.0.0.0/8",
        "--reason",
        "x",
        "--data",
        str(tmp_path),
    ]
    done = CliRunner().invoke(rules_cli, [*given, *change])
    assert isinstance(done.exception, UsageError)
    assert problem in str(done.exception)


def test_a_rule_is_switched_off_and_on(tmp_path: Path) -> None:
    """The status shows it meanwhile, with the reason."""
    data = ("--data", str(tmp_path))
    assert CliRunner().invoke(rules_cli, ["disable", RULE, "--reason", "too loud", *data]).exit_code == 0
    [shown] = answer(rules_cli, "status", *data)
    assert (shown["rule"], shown["state"], shown["reason"]) == (RULE, "disabled", "too loud")
    assert CliRunner().invoke(rules_cli, ["enable", RULE, *data]).exit_code == 0
    assert answer(rules_cli, "status", *data) == []
    assert CliRunner().invoke(rules_cli, ["enable", RULE, *data]).exit_code == 1


def test_a_register_is_taken_over_whole_or_not_at_all(tmp_path: Path) -> None:
    """Two files; when one has a wrong line, the other is not taken either."""
    data = ("--data", tmp_path / "data")
    assets, contacts = tmp_path / "assets.csv", tmp_path / "contacts.csv"
    assets.write_text(
        "site,host,kind,address,supplier,importance,note\n11110,db01,database,10.1.3.10,한강,1,\n", "utf-8"
    )
    contacts.write_text("site,role,name,phone,mail\n11110,neighbour,,,\n", "utf-8")
    both = ("--assets", assets, "--contacts", contacts, *data)
    refused = CliRunner().invoke(register_cli, ["take", *map(str, both)])
    assert isinstance(refused.exception, UsageError)
    assert "contacts.csv:2: 'neighbour' is not a valid ContactRole" in str(refused.exception)
    assert answer(register_cli, "assets", *data) == []
    contacts.write_text("site,role,name,phone,mail\n11110,duty,,02-0000-1001,\n", "utf-8")
    assert [row["sites"] for row in answer(register_cli, "take", *both)] == [1, 1]
    assert [row["host"] for row in answer(register_cli, "assets", "--site", "11110", *data)] == ["db01"]
    assert [row["phone"] for row in answer(register_cli, "contacts", *data)] == ["02-0000-1001"]
    assert isinstance(CliRunner().invoke(register_cli, ["take", *map(str, data)]).exception, UsageError)
