"""Accounts at a desk, for tests of people."""

from datetime import UTC, datetime

from secmon.auth.accounts import Account, AccountDraft, add_account
from secmon.auth.login import LoginAttempt
from secmon.auth.roles import Role
from secmon.db.audit_log import Actor, audit_entries
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.sites.scope import EVERYTHING

NOW = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
CHIEF = Actor("chief", "10.0.0.1")
GOOD = "correct horse battery"


def account_of(
    db: Database,
    name: str = "kim",
    role: Role = Role.OPERATOR,
    *,
    site: str = "",
    province: str = "",
    password: str = GOOD,
) -> Account:
    """An account that is new."""
    return add_account(Change(db, EVERYTHING, CHIEF, NOW), AccountDraft(name, role, site, province), password)


def trying(name: str = "kim", password: str = GOOD) -> LoginAttempt:
    """A login from one place."""
    return LoginAttempt(name, password, "192.0.2.7", "Firefox")


def acts(db: Database) -> list[tuple[str, str, str]]:
    """The audit log, oldest first: who, what, on what."""
    return [(one.actor, one.action, one.subject) for one in reversed(audit_entries(db, EVERYTHING, limit=1000))]
