"""Logging in, lockout, and how long a session lasts."""

from datetime import timedelta

import pytest
from auth_cases import CHIEF, NOW, account_of, acts, trying
from sqlalchemy import text

from secmon.auth import sessions
from secmon.auth.accounts import set_password
from secmon.auth.authenticator import Doorkeeper
from secmon.auth.login import FREE, LoginRefused, log_in, unlock, wait_after
from secmon.auth.secrets import SHOWN, kept
from secmon.auth.sessions import Limits, look_up, running
from secmon.db.audit_log import verify
from secmon.db.database import Desk

pytest_plugins = "database_fixtures"
LIMITS = Limits(idle=timedelta(hours=1), absolute=timedelta(hours=8))


def fail(desk: Desk, name: str, at_seconds: float = 0) -> LoginRefused:
    """A login with a wrong password."""
    with pytest.raises(LoginRefused) as raised:
        log_in(desk, trying(name, "not the password"), NOW + timedelta(seconds=at_seconds), LIMITS)
    return raised.value


def test_a_right_password_gives_a_session(desk: Desk) -> None:
    """The secret opens the account, is kept as a hash only, and is new at every login; the name may be in capitals."""
    account_of(desk)
    first, second = log_in(desk, trying(), NOW, LIMITS), log_in(desk, trying(" KIM "), NOW, LIMITS)
    assert first != second
    for secret in (first, second):
        found = look_up(desk, secret, NOW, LIMITS)
        assert found is not None
        assert (found[0].name, found[1]) == ("kim", kept(secret)[:SHOWN])
    with desk.session() as session:
        rows = [str(row) for row in session.execute(text("SELECT * FROM sessions"))]
    assert not any(secret in row for row in rows for secret in (first, second))


def test_the_answer_is_the_same_whatever_was_wrong(desk: Desk) -> None:
    """A wrong password and a name that nobody has are answered and locked alike."""
    account_of(desk)
    said = [
        [(str(error), error.until) for error in (fail(desk, name) for _ in range(FREE + 1))]
        for name in ("kim", "nobody")
    ]
    assert said[0] == said[1]
    assert said[0][0] == ("name or password is wrong", None)


def test_failures_lock_the_name_for_growing_waits(desk: Desk) -> None:
    """Five failures lock it for 30 s; the right password does not open it before, and opens it after."""
    account_of(desk)
    for _ in range(FREE):
        last = fail(desk, "kim")
    assert last.until == NOW + timedelta(seconds=30)
    with pytest.raises(LoginRefused, match="too many"):
        log_in(desk, trying(), NOW + timedelta(seconds=29), LIMITS)
    assert fail(desk, "kim", 31).until == NOW + timedelta(seconds=91)
    log_in(desk, trying(), NOW + timedelta(seconds=92), LIMITS)
    assert fail(desk, "kim", 93).until is None
    assert [action for _, action, _ in acts(desk)] == [
        "account.add", *["login.failed"] * 4, *["login.lockout"] * 2, "login", "login.failed",
    ]  # fmt: skip
    assert verify(desk) is None


def test_the_wait_doubles_up_to_an_hour() -> None:
    """30 s, 60 s, … 3600 s; never longer."""
    waits = [wait_after(failures).total_seconds() for failures in range(16)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert wait_after(10_000) == timedelta(hours=1)


def test_an_administrator_unlocks(desk: Desk) -> None:
    """After an unlock the right password works at once."""
    account_of(desk)
    for _ in range(FREE):
        fail(desk, "kim")
    unlock(desk, "kim")
    assert log_in(desk, trying(), NOW, LIMITS)


@pytest.mark.parametrize("name", ["kim' OR '1'='1", "kim\x00", "x" * 100_000, "<script>", ""])
def test_a_hostile_name_is_only_wrong(desk: Desk, name: str) -> None:
    """Whatever is sent as a name is a name that nobody has."""
    account_of(desk)
    assert str(fail(desk, name)) == "name or password is wrong"
    assert verify(desk) is None


def test_a_session_ends_when_idle_and_when_old(desk: Desk) -> None:
    """An hour without a request ends it; requests keep it, but not beyond its last hour."""
    account_of(desk)
    idle, used = log_in(desk, trying(), NOW, LIMITS), log_in(desk, trying(), NOW, LIMITS)
    for minutes in range(0, 480, 30):
        assert look_up(desk, used, NOW + timedelta(minutes=minutes), LIMITS) is not None
    assert look_up(desk, idle, NOW + timedelta(minutes=60), LIMITS) is None
    assert look_up(desk, used, NOW + timedelta(hours=8), LIMITS) is None


def test_a_session_is_listed_and_revoked(desk: Desk) -> None:
    """An administrator sees who is in from where, and ends one; somebody else's is not one's own to end."""
    account_of(desk)
    account_of(desk, "lee")
    mine, theirs = log_in(desk, trying(), NOW, LIMITS), log_in(desk, trying("lee"), NOW, LIMITS)
    assert {(one.account, one.address) for one in running(desk, NOW, LIMITS)} == {
        ("kim", "192.0.2.7"), ("lee", "192.0.2.7"),
    }  # fmt: skip
    short = kept(theirs)[:SHOWN]
    assert not sessions.revoke(desk, short, CHIEF, NOW, "kim")
    assert not sessions.revoke(desk, "", CHIEF, NOW)
    assert not sessions.revoke(desk, "%", CHIEF, NOW)
    assert sessions.revoke(desk, short, CHIEF, NOW)
    assert look_up(desk, theirs, NOW, LIMITS) is None
    assert look_up(desk, mine, NOW, LIMITS) is not None
    assert [one.account for one in running(desk, NOW, LIMITS)] == ["kim"]


def test_a_revoked_session_is_refused_at_once(desk: Desk) -> None:
    """The doorkeeper forgets when told, and looks again after a second when another process revoked it."""
    account_of(desk)
    now = [NOW]
    keeper = Doorkeeper(desk, "token", LIMITS, lambda: now[0])
    first, second = log_in(desk, trying(), NOW, LIMITS), log_in(desk, trying(), NOW, LIMITS)
    for secret in (first, second):
        visitor = keeper.by_cookie(secret, "192.0.2.7")
        assert visitor is not None
        assert (visitor.name, visitor.address) == ("kim", "192.0.2.7")
    sessions.revoke(desk, kept(first)[:SHOWN], CHIEF, NOW)
    keeper.forget()
    assert keeper.by_cookie(first, "") is None
    assert keeper.by_cookie(second, "") is not None
    sessions.revoke(desk, kept(second)[:SHOWN], CHIEF, NOW)
    now[0] += timedelta(seconds=1)
    assert keeper.by_cookie(second, "") is None


def test_a_one_time_password_marks_the_visitor(desk: Desk) -> None:
    """Whoever has one is known, and known to have to replace it."""
    account_of(desk)
    set_password(desk, "kim", "one-time password", CHIEF, NOW, must_change=True)
    keeper = Doorkeeper(desk, "token", LIMITS, lambda: NOW)
    visitor = keeper.by_cookie(log_in(desk, trying(password="one-time password"), NOW, LIMITS), "")
    assert visitor is not None
    assert visitor.must_change
