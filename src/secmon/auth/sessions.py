"""Browser sessions: started at login, looked up at every request, ended at once when revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from secmon.auth.models import AccountRow, SessionRow
from secmon.auth.secrets import SHOWN, hash_secret, new_secret
from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.transaction import Change

_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Maximum length of a session without a request, and in total."""

    idle: timedelta = timedelta(hours=2)
    absolute: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as shown to its owner and to administrators; `id` is the beginning of its hash."""

    id: str
    account: str
    address: str
    browser: str
    began_at: datetime
    seen_at: datetime
    expires_at: datetime


def start_session(
    session: Session, account: AccountRow, address: str, browser: str, now: datetime, limits: SessionLimits
) -> str:
    """Start a session in the caller's transaction; return the secret for the cookie, new at every login."""
    secret = new_secret()
    session.add(
        SessionRow(
            hash=hash_secret(secret),
            account=account.id,
            address=address[:64],
            browser=browser[:200],
            began_at=now,
            seen_at=now,
            expires_at=now + limits.absolute,
            revoked_at=None,
        )
    )
    session.execute(delete(SessionRow).where(SessionRow.expires_at < now - timedelta(days=1)))
    return secret


def find_session(db: Database, secret: str, now: datetime, limits: SessionLimits) -> tuple[AccountRow, str] | None:
    """Return the account of a cookie and the session's short id; None when the session or the account has ended."""
    with db.session() as session:
        query = select(SessionRow, AccountRow).join(AccountRow, AccountRow.id == SessionRow.account)
        row = session.execute(query.where(SessionRow.hash == hash_secret(secret))).one_or_none()
    if row is None:
        return None
    found, account = row
    if found.revoked_at is not None or account.disabled or now >= min(found.expires_at, found.seen_at + limits.idle):
        return None
    if now - found.seen_at >= _SEEN_EVERY:
        with db.begin() as session:
            session.execute(update(SessionRow).where(SessionRow.hash == found.hash).values(seen_at=now))
    return account, found.hash[:SHOWN]


def end_session(change: Change, secret: str) -> None:
    """Log out: end the session of a cookie."""
    with change.db.begin() as session:
        row = session.get(SessionRow, hash_secret(secret))
        if row is not None and row.revoked_at is None:
            row.revoked_at = change.now
            record_act(session, Act(change.actor, "logout", f"session:{row.hash[:SHOWN]}", change.now))


def revoke_session(change: Change, short: str, account: str = "") -> bool:
    """End the session with this short id, of this account if given; return False when no such session is active."""
    with change.db.begin() as session:
        query = select(SessionRow).where(SessionRow.hash.startswith(short, autoescape=True))
        if account:
            query = query.join(AccountRow, AccountRow.id == SessionRow.account).where(AccountRow.name == account)
        row = session.scalar(query.where(SessionRow.revoked_at.is_(None))) if len(short) == SHOWN else None
        if row is None:
            return False
        row.revoked_at = change.now
        record_act(session, Act(change.actor, "session.revoke", f"session:{short}", change.now))
        return True


def revoke_all_sessions(session: Session, account: int, now: datetime) -> None:
    """End every session of an account, in the caller's transaction."""
    running = update(SessionRow).where(SessionRow.account == account, SessionRow.revoked_at.is_(None))
    session.execute(running.values(revoked_at=now))


def active_sessions(db: Database, now: datetime, limits: SessionLimits, account: str = "") -> Sequence[OpenSession]:
    """Return the active sessions, newest first; of one account if given."""
    query = (
        select(SessionRow, AccountRow.name)
        .join(AccountRow, AccountRow.id == SessionRow.account)
        .where(SessionRow.revoked_at.is_(None), SessionRow.expires_at > now, SessionRow.seen_at > now - limits.idle)
    )
    if account:
        query = query.where(AccountRow.name == account)
    with db.session() as session:
        rows = session.execute(query.order_by(SessionRow.began_at.desc())).all()
    return [
        OpenSession(one.hash[:SHOWN], name, one.address, one.browser, one.began_at, one.seen_at, one.expires_at)
        for one, name in rows
    ]
