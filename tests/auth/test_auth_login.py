"""Logging in, lockout, and how long a session lasts."""

from datetime import timedelta

import pytest
from auth_cases import CHIEF, NOW, account_of, acts, trying
from sqlalchemy import text

from secmon.auth import sessions
from secmon.auth.accounts import set_password
from secmon.auth.authenticator import Authenticator
from secmon.auth.login import FREE, LoginRefused, lockout_after, log_in, unlock_account
from secmon.auth.secrets import SHOWN, hash_secret
from secmon.auth.sessions import SessionLimits, active_sessions, find_session
from secmon.db.audit_log import verify_audit_log
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.sites.scope import EVERYTHING

pytest_plugins = "database_fixtures"
LIMITS = SessionLimits(idle=timedelta(hours=1), absolute=timedelta(hours=8))


def fail(db: Database, name: str, at_seconds: float = 0) -> LoginRefused:
    """A login with a wrong password."""
    with pytest.raises(LoginRefused) as raised:
        log_in(db, trying(name, "not the password"), NOW + timedelta(seconds=at_seconds), LIMITS)
    return raised.value


def test_a_right_password_gives_a_session(db: Database) -> None:
    """The secret opens the account, is kept as a hash only, and is new at every login; the name may be in capitals."""
    account_of(db)
    first, second = log_in(db, trying(), NOW, LIMITS), log_in(db, trying(" KIM "), NOW, LIMITS)
    assert first != second
    for secret in (first, second):
        found = find_session(db, secret, NOW, LIMITS)
        assert found is not None
        assert (found[0].name, found[1]) == ("kim", hash_secret(secret)[:SHOWN])
    with db.session() as session:
        rows = [str(row) for row in session.execute(text("SELECT * FROM sessions"))]
    assert not any(secret in row for row in rows for secret in (first, second))


def test_the_answer_is_the_same_whatever_was_wrong(db: Database) -> None:
    """A wrong password and a name that nobody has are answered and locked alike."""
    account_of(db)
    said = [
        [(str(error), error.until) for error in (fail(db, name) for _ in range(FREE + 1))] for name in ("kim", "nobody")
    ]
    assert said[0] == said[1]
    assert said[0][0] == ("name or password is wrong", None)


def test_failures_lock_the_name_for_growing_waits(db: Database) -> None:
    """Five failures lock it for 30 s; the right password does not open it before, and opens it after."""
    account_of(db)
    for _ in range(FREE):
        last = fail(db, "kim")
    assert last.until == NOW + timedelta(seconds=30)
    with pytest.raises(LoginRefused, match="too many"):
        log_in(db, trying(), NOW + timedelta(seconds=29), LIMITS)
    assert fail(db, "kim", 31).until == NOW + timedelta(seconds=91)
    log_in(db, trying(), NOW + timedelta(seconds=92), LIMITS)
    assert fail(db, "kim", 93).until is None
    assert [action for _, action, _ in acts(db)] == [
        "account.add",
        *["login.failed"] * 4,
        *["login.lockout"] * 2,
        "login",
        "login.failed",
    ]
    assert verify_audit_log(db) is None


def test_the_wait_doubles_up_to_an_hour() -> None:
    """30 s, 60 s, … 3600 s; never longer."""
    waits = [lockout_after(failures).total_seconds() for failures in range(16)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert lockout_after(10_000) == timedelta(hours=1)


def test_an_administrator_unlocks(db: Database) -> None:
    """After an unlock the right password works at once."""
    account_of(db)
    for _ in range(FREE):
        fail(db, "kim")
    unlock_account(db, "kim")
    assert log_in(db, trying(), NOW, LIMITS)


@pytest.mark.parametrize("name", ["kim' OR '1'='1", "kim\x00", "x" * 100_000, "<script>", ""])
def test_a_hostile_name_is_only_wrong(db: Database, name: str) -> None:
    """Whatever is sent as a name is a name that nobody has."""
    account_of(db)
    assert str(fail(db, name)) == "name or password is wrong"
    assert verify_audit_log(db) is None


def test_a_session_ends_when_idle_and_when_old(db: Database) -> None:
    """An hour without a request ends it; requests keep it, but not beyond its last hour."""
    account_of(db)
    idle, used = log_in(db, trying(), NOW, LIMITS), log_in(db, trying(), NOW, LIMITS)
    for minutes in range(0, 480, 30):
        assert find_session(db, used, NOW + timedelta(minutes=minutes), LIMITS) is not None
    assert find_session(db, idle, NOW + timedelta(minutes=60), LIMITS) is None
    assert find_session(db, used, NOW + timedelta(hours=8), LIMITS) is None


def test_a_session_is_listed_and_revoked(db: Database) -> None:
    """An administrator sees who is in from where, and ends one; somebody else's is not one's own to end."""
    account_of(db)
    account_of(db, "lee")
    mine, theirs = log_in(db, trying(), NOW, LIMITS), log_in(db, trying("lee"), NOW, LIMITS)
    assert {(one.account, one.address) for one in active_sessions(db, NOW, LIMITS)} == {
        ("kim", "192.0.2.7"),
        ("lee", "192.0.2.7"),
    }
    short = hash_secret(theirs)[:SHOWN]
    assert not sessions.revoke_session(Change(db, EVERYTHING, CHIEF, NOW), short, "kim")
    assert not sessions.revoke_session(Change(db, EVERYTHING, CHIEF, NOW), "")
    assert not sessions.revoke_session(Change(db, EVERYTHING, CHIEF, NOW), "%")
    assert sessions.revoke_session(Change(db, EVERYTHING, CHIEF, NOW), short)
    assert find_session(db, theirs, NOW, LIMITS) is None
    assert find_session(db, mine, NOW, LIMITS) is not None
    assert [one.account for one in active_sessions(db, NOW, LIMITS)] == ["kim"]


def test_a_revoked_session_is_refused_at_once(db: Database) -> None:
    """The doorkeeper forgets when told, and looks again after a second when another process revoked it."""
    account_of(db)
    now = [NOW]
    authenticator = Authenticator(db, "token", LIMITS, lambda: now[0])
    first, second = log_in(db, trying(), NOW, LIMITS), log_in(db, trying(), NOW, LIMITS)
    for secret in (first, second):
        principal = authenticator.by_cookie(secret, "192.0.2.7")
        assert principal is not None
        assert (principal.name, principal.address) == ("kim", "192.0.2.7")
    sessions.revoke_session(Change(db, EVERYTHING, CHIEF, NOW), hash_secret(first)[:SHOWN])
    authenticator.forget()
    assert authenticator.by_cookie(first, "") is None
    assert authenticator.by_cookie(second, "") is not None
    sessions.revoke_session(Change(db, EVERYTHING, CHIEF, NOW), hash_secret(second)[:SHOWN])
    now[0] += timedelta(seconds=1)
    assert authenticator.by_cookie(second, "") is None


def test_a_one_time_password_marks_the_visitor(db: Database) -> None:
    """Whoever has one is known, and known to have to replace it."""
    account_of(db)
    set_password(Change(db, EVERYTHING, CHIEF, NOW), "kim", "one-time password", must_change=True)
    authenticator = Authenticator(db, "token", LIMITS, lambda: NOW)
    principal = authenticator.by_cookie(log_in(db, trying(password="one-time password"), NOW, LIMITS), "")
    assert principal is not None
    assert principal.must_change
