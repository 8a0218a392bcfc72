"""`secmon user` and `secmon doctor`, on a desk of their own."""

import csv
import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from running_commands import in_process, own_process

from secmon.auth.login import LoginAttempt, LoginRefused, log_in
from secmon.auth.sessions import SessionLimits
from secmon.auth.tokens import find_token
from secmon.db.database import Database

GOOD = "correct horse battery"


def logs_in(data: Path, name: str, password: str) -> bool:
    """Whether name and password let somebody in."""
    db = Database(f"sqlite:///{data / 'desk.sqlite3'}")
    try:
        log_in(db, LoginAttempt(name, password, "127.0.0.1", "test"), datetime.now(UTC), SessionLimits())
    except LoginRefused:
        return False
    finally:
        db.close()
    return True


def test_an_account_from_the_command_line(tmp_path: Path) -> None:
    """Added with a password from standard input, listed, disabled, enabled, reset with a one-time password."""
    data = ("--data", tmp_path)
    assert in_process("user", "add", "kim", "--role", "operator", *data, stdin=GOOD + "\n").returncode == 0
    assert logs_in(tmp_path, "kim", GOOD)
    [row] = json.loads(in_process("user", "list", "--json", *data).stdout)
    assert (row["name"], row["role"], row["state"]) == ("kim", "operator", "active")
    assert in_process("user", "disable", "kim", *data).returncode == 0
    assert not logs_in(tmp_path, "kim", GOOD)
    assert in_process("user", "disable", "--enable", "kim", *data).returncode == 0
    reset = in_process("user", "reset", "--one-time", "kim", *data)
    assert reset.returncode == 0
    assert logs_in(tmp_path, "kim", reset.stdout.strip())
    assert not logs_in(tmp_path, "kim", GOOD)


def test_wrong_accounts_are_refused_in_a_sentence(tmp_path: Path) -> None:
    """A bad name, a missing place, a weak password, nobody: exit code 2 and what to do, never a traceback."""
    data = ("--data", tmp_path)
    for arguments, told in (
        (("add", "Kim", "--role", "viewer"), "account name"),
        (("add", "kim", "--role", "municipality"), "a site and no province"),
        (("add", "kim", "--role", "viewer"), "12 to 256"),
        (("reset", "nobody"), "account nobody does not exist"),
    ):
        done = in_process("user", *arguments, *data, stdin="short\n")
        assert done.returncode == 2, done
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_site_tokens_go_into_a_private_file(tmp_path: Path) -> None:
    """226 tokens as site,token, readable by their owner only, each good for its site."""
    file = tmp_path / "tokens.csv"
    assert in_process("user", "site-tokens", file, "--data", tmp_path).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(newline="", encoding="utf-8") as opened:
        rows = {row["site"]: row["token"] for row in csv.DictReader(opened)}
    assert len(rows) == 226
    db = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    principal = find_token(db, rows["11110"], "", datetime.now(UTC))
    db.close()
    assert principal is not None
    assert principal.scope.covers("11110")
    assert not principal.scope.covers("11140")


@pytest.mark.slow
@pytest.mark.store
def test_the_doctor_sees_a_changed_audit_log(tmp_path: Path) -> None:
    """All is well with a new installation but for the warnings; an entry changed behind its back is exit code 1."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    in_process("user", "add", "kim", "--role", "administrator", "--data", data, stdin=GOOD + "\n")
    well = own_process("doctor", "--json", "--data", data)
    found = {one["check"]: one["state"] for one in json.loads(well.stdout)}
    assert well.returncode == 0, well.stdout
    assert found["audit chain"] == found["desk migrations"] == found["event store"] == found["accounts"] == "ok"
    with closing(sqlite3.connect(data / "desk.sqlite3")) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET actor = 'somebody else' WHERE id = 1")
        connection.commit()
    ill = own_process("doctor", "--json", "--data", data)
    told = {one["check"]: one for one in json.loads(ill.stdout)}
    assert ill.returncode == 1
    assert told["audit chain"]["state"] == "failed"
    assert "entry 1" in told["audit chain"]["said"]


def test_the_doctor_wants_a_folder(tmp_path: Path) -> None:
    """Without data there is nothing to look at: exit code 2."""
    done = in_process("doctor", "--data", tmp_path / "none")
    assert done.returncode == 2
    assert "no data folder" in done.stderr
