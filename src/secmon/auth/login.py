"""Password login: lockout with growing waits, and the same message whatever was wrong."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from secmon.auth import secrets as passwords
from secmon.auth import sessions
from secmon.auth.models import AccountRow, LoginFailure
from secmon.auth.secrets import SHOWN, hash_secret
from secmon.db.audit_log import Act, Actor, record_act
from secmon.db.database import Database
from secmon.errors import SecmonError

FREE = 5
"""Failures in a row before the first wait."""
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """Data of a login form; `address` and `browser` are those of the request."""

    name: str
    password: str
    address: str
    browser: str


class LoginRefused(SecmonError):  # noqa: N818  # named for what the page says
    """Name or password is wrong, or the name is locked until `until`.

    The message never reveals whether the account exists.
    """

    def __init__(self, code: str, /, until: datetime | None = None) -> None:
        """Store the time until which the name is locked."""
        self.until = until
        super().__init__(code)


def log_in(db: Database, attempt: LoginAttempt, now: datetime, limits: sessions.SessionLimits) -> str:
    """Return the secret of a new session; raise LoginRefused otherwise.

    A locked name stays locked even for the right password.
    """
    name = attempt.name.replace("\0", "").strip().casefold()[:64]  # PostgreSQL cannot store NUL
    actor = Actor(name or "-", attempt.address)
    with db.session() as session:
        failure = session.get(LoginFailure, name)
        row = session.scalar(select(AccountRow).where(AccountRow.name == name))
    if failure is not None and failure.locked_until is not None and now < failure.locked_until:
        raise LoginRefused("login.locked", failure.locked_until)
    good = passwords.password_matches(row.password if row else "", attempt.password)
    if row is None or not good or row.disabled:
        _failed(db, name, actor, now)
    return _succeeded(db, name, attempt, now, limits)


def start_login_session(
    db: Database, account: str, attempt: LoginAttempt, now: datetime, limits: sessions.SessionLimits, how: str
) -> str:
    """Start a session for a user authenticated without a password; raise LoginRefused when disabled or unknown."""
    with db.begin() as session:
        row = session.scalar(select(AccountRow).where(AccountRow.name == account))
        if row is None or row.disabled:
            raise LoginRefused("login.disabled")
        row.login_at = now
        secret = sessions.start_session(session, row, attempt.address, attempt.browser, now, limits)
        after = {"how": how, "session": hash_secret(secret)[:SHOWN]}
        record_act(
            session, Act(Actor(account, attempt.address), "login", f"account:{account}", now, row.site, after=after)
        )
        return secret


def lockout_after(failures: int) -> timedelta:
    """Return how long a name is locked after this many failures in a row: zero at first, then doubling."""
    if failures < FREE:
        return timedelta(0)
    return min(_FIRST_WAIT * (1 << min(failures - FREE, 20)), _LONGEST_WAIT)


def unlock_account(db: Database, name: str) -> None:
    """Reset the failed logins of a name."""
    with db.begin() as session:
        session.execute(delete(LoginFailure).where(LoginFailure.name == name))


def _succeeded(db: Database, name: str, attempt: LoginAttempt, now: datetime, limits: sessions.SessionLimits) -> str:
    with db.begin() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.name == name)).one()
        if passwords.password_hash_outdated(row.password):
            row.password = passwords.hash_password(attempt.password)
        session.execute(delete(LoginFailure).where(LoginFailure.name == name))
    return start_login_session(db, name, attempt, now, limits, "password")


def _failed(db: Database, name: str, actor: Actor, now: datetime) -> None:
    with db.begin() as session:
        session.execute(delete(LoginFailure).where(LoginFailure.last_at < now - _FORGOTTEN))
        failure = session.get(LoginFailure, name)
        if failure is None:
            failure = LoginFailure(name=name, failures=0, last_at=now, locked_until=None)
            session.add(failure)
        failure.failures += 1
        failure.last_at = now
        wait = lockout_after(failure.failures)
        failure.locked_until = now + wait if wait else None
        action = "login.lockout" if wait else "login.failed"
        after = {"failures": failure.failures, "locked_until": failure.locked_until}
        record_act(session, Act(actor, action, f"account:{name}", now, after=after))
        until = failure.locked_until
    raise LoginRefused("login.wrong", until)
