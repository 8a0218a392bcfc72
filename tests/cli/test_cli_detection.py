"""Exceptions, rules switched off, and lists of indicators from the command line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from migrated_database import migrated_database
from secmon.alerts.suppression import suppress_alert
from secmon.alerts.triage import FoundGroup, triage
from secmon.cli.commands.register import register_cli
from secmon.cli.commands.rules import rules_cli
from secmon.db.audit_log import CENTRE, audit_entries
from secmon.db.transaction import Change
from secmon.detection.sigma.ruleset import load_rules
from secmon.errors import IllegalMove, UsageError
from secmon.sites.scope import EVERYTHING

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
        (("--for", "soon"), "not a valid duration"),
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


def test_a_suppression_is_listed_and_lifted(tmp_path: Path) -> None:
    """With its rule by name and its reason; the change is in the audit log; a second lifting is refused."""
    rule = next(one for one in load_rules().signatures if one.name == RULE)
    db, now = migrated_database(tmp_path / "desk.sqlite3"), datetime.now(UTC)
    found = FoundGroup(rule.id, "11110", "203.0.113.9", False, 4, "", "", 1, 1, 1, now, now)
    triage(db, [found], [], quiet=timedelta(hours=6), now=now)
    row = suppress_alert(Change(db, EVERYTHING, CENTRE, now), 1, until=now + timedelta(days=1), reason="known probe")
    data = ("--data", tmp_path)
    [listed] = answer(rules_cli, "suppressions", *data)
    assert (listed["id"], listed["rule"], listed["site"], listed["reason"]) == (row.id, RULE, "11110", "known probe")
    lifted = [CliRunner().invoke(rules_cli, ["lift", str(row.id), *map(str, data)]) for _ in range(2)]
    assert lifted[0].exit_code == 0
    assert isinstance(lifted[1].exception, IllegalMove)
    assert answer(rules_cli, "suppressions", *data) == []
    assert [one["id"] for one in answer(rules_cli, "suppressions", "--ended", *data)] == [row.id]
    (act,) = audit_entries(db, EVERYTHING, limit=9, action="alert.unsuppress")
    assert act.origin == "command line"
    db.close()


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
