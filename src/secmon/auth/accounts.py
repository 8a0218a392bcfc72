"""Local accounts: add, change, disable and list them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from secmon.auth import secrets as passwords
from secmon.auth.models import AccountRow
from secmon.auth.roles import Role, checked_place
from secmon.auth.sessions import revoke_all_sessions
from secmon.db.audit_log import Act, Actor, record_act
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.sites.registry import load_provinces, load_sites
from secmon.sites.scope import Scope

_RESERVED = frozenset({"cli", "secmon", "site-equipment"})
_NAME = re.compile(r"^[a-z0-9][a-z0-9._@-]{1,63}$")


@dataclass(frozen=True, slots=True)
class Account:
    """An account without its password or hash."""

    id: int
    name: str
    role: Role
    site: str
    province: str
    language: str
    local: bool
    must_change: bool
    disabled: bool
    one_click: bool
    created_at: datetime
    login_at: datetime | None
    version: int

    @property
    def scope(self) -> Scope:
        """Sites the account may see."""
        return scope_of(self.site, self.province)


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """Fields of a new account; `one_click` accounts log in from the login page of the demonstration."""

    name: str
    role: Role
    site: str = ""
    province: str = ""
    language: str = ""
    one_click: bool = False


@dataclass(frozen=True, slots=True)
class AccountChange:
    """Fields of an account to change; None leaves a field as it is."""

    role: Role | None = None
    site: str | None = None
    province: str | None = None
    language: str | None = None
    disabled: bool | None = None


class AccountConflict(UsageError):  # noqa: N818  # named for what happened
    """Another user changed the account in the meantime; read it again."""


def scope_of(site: str, province: str) -> Scope:
    """Return the sites of a site or province code; all sites if both are empty."""
    if site:
        return Scope.of_sites([site])
    return Scope.of_province(province, load_sites()) if province else Scope()


def add_account(change: Change, draft: AccountDraft, password: str, *, must_change: bool = False) -> Account:
    """Add a local account; raise UsageError when name, role, place or password is not valid.

    With the password '' the account has none.
    """
    _checked(draft)
    if password:
        passwords.check_password(password, draft.name)
    kept = passwords.hash_password(password) if password else ""
    with change.db.begin() as session:
        row = insert_account(session, draft, change.actor, change.now)
        row.password, row.must_change = kept, must_change
        session.flush()
        return account_view(row)


def insert_account(
    session: Session, draft: AccountDraft, actor: Actor, now: datetime, subject: str | None = None
) -> AccountRow:
    """Add an account without a password in the caller's transaction; raise UsageError when the name is taken."""
    if session.scalar(select(AccountRow.id).where(AccountRow.name == draft.name)) is not None:
        raise UsageError("account.exists", name=draft.name)
    row = AccountRow(
        name=draft.name,
        role=draft.role,
        site=draft.site,
        province=draft.province,
        language=draft.language,
        subject=subject,
        one_click=draft.one_click,
        created_at=now,
        password="",
        must_change=False,
        disabled=False,
        version=1,
    )
    session.add(row)
    record_act(session, Act(actor, "account.add", f"account:{row.name}", now, row.site, after=account_fields(row)))
    return row


def change_account(change: Change, name: str, wanted: AccountChange, *, version: int | None = None) -> Account:
    """Change an account; a change of role or place, or disabling it, ends its sessions at once.

    Raises Overtaken when the account is no longer at `version`, and UsageError when no administrator would be left.
    """
    with change.db.begin() as session:
        row = load_account(session, name)
        if version is not None and row.version != version:
            raise AccountConflict("account.changed", name=name, version=row.version)
        before = account_fields(row)
        for field in ("role", "site", "province", "language", "disabled"):
            value = getattr(wanted, field)
            if value is not None:
                setattr(row, field, value)
        _checked(AccountDraft(row.name, Role(row.role), row.site, row.province, row.language))
        session.flush()
        if before["role"] == Role.ADMINISTRATOR and not _administrators(session):
            raise UsageError("account.last_administrator", name=name)
        row.version += 1
        after = account_fields(row)
        if {**before, "language": ""} != {**after, "language": ""}:
            revoke_all_sessions(session, row.id, change.now)
        record_act(session, Act(change.actor, "account.change", f"account:{name}", change.now, row.site, before, after))
        return account_view(row)


def set_password(change: Change, name: str, password: str, *, must_change: bool) -> None:
    """Replace the password and end every session of the account; raise UsageError for an unacceptable password."""
    passwords.check_password(password, name)
    kept = passwords.hash_password(password)
    with change.db.begin() as session:
        row = load_account(session, name)
        if row.password and passwords.password_matches(row.password, password):
            raise UsageError("password.unchanged")
        row.password, row.must_change, row.version = kept, must_change, row.version + 1
        revoke_all_sessions(session, row.id, change.now)
        act = "account.reset" if change.actor.name != name else "account.password"
        record_act(session, Act(change.actor, act, f"account:{name}", change.now, row.site))


def accounts(db: Database) -> Sequence[Account]:
    """Return all accounts by name."""
    with db.session() as session:
        return [account_view(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]


def account(db: Database, name: str) -> Account | None:
    """Return the account with this name, None if there is none."""
    with db.session() as session:
        row = session.scalar(select(AccountRow).where(AccountRow.name == name))
        return account_view(row) if row else None


def load_account(session: Session, name: str) -> AccountRow:
    """Return the row of an account; raise UsageError when there is none."""
    row = session.scalar(select(AccountRow).where(AccountRow.name == name))
    if row is None:
        raise UsageError("account.unknown", name=name)
    return row


def account_fields(row: AccountRow) -> dict[str, Any]:
    """Return the fields of an account that the audit log records."""
    return {
        "role": row.role,
        "site": row.site,
        "province": row.province,
        "language": row.language,
        "disabled": bool(row.disabled),
    }


def account_view(row: AccountRow) -> Account:
    """Return the public view of a row."""
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        site=row.site,
        province=row.province,
        language=row.language,
        local=bool(row.password),
        must_change=row.must_change,
        disabled=row.disabled,
        one_click=row.one_click,
        created_at=row.created_at,
        login_at=row.login_at,
        version=row.version,
    )


def _administrators(session: Session) -> int:
    query = select(func.count()).where(AccountRow.role == Role.ADMINISTRATOR, AccountRow.disabled.is_(False))
    return int(session.scalar(query) or 0)


def _checked(draft: AccountDraft) -> None:
    if not _NAME.match(draft.name):
        raise UsageError("account.name_not_valid", name=repr(draft.name))
    if draft.name in _RESERVED:
        raise UsageError("account.name_reserved", name=repr(draft.name))
    checked_place(draft.role, draft.site, draft.province)
    if draft.site and draft.site not in {site.code for site in load_sites()}:
        raise UsageError("site.unknown", code=draft.site)
    if draft.province and draft.province not in {province.code for province in load_provinces()}:
        raise UsageError("province.unknown", code=draft.province)
    if draft.language not in {"", "ko", "en"}:
        raise UsageError("account.language_not_valid", language=repr(draft.language))
