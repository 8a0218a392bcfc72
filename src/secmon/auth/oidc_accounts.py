"""Accounts of an identity provider: created at the first login, with the role that the provider states."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from secmon.auth.accounts import AccountDraft, account_fields, insert_account
from secmon.auth.models import AccountRow
from secmon.auth.oidc import Identity, ProviderRefused
from secmon.auth.roles import PERMISSIONS, Role
from secmon.auth.sessions import revoke_all_sessions
from secmon.db.audit_log import Act, Actor, record_act
from secmon.db.database import Database
from secmon.settings import IdentityProvider


@dataclass(frozen=True, slots=True)
class RolePlace:
    """A role with the site or province it applies to."""

    role: Role
    site: str = ""
    province: str = ""


def parse_role_place(text: str) -> RolePlace:
    """Parse `operator`, `province:11` or `municipality:11110` as in the settings; raise ValueError otherwise."""
    name, _, where = text.partition(":")
    role = Role(name)
    if role is Role.PROVINCE:
        return RolePlace(role, province=where)
    return RolePlace(role, site=where) if role is Role.MUNICIPALITY else RolePlace(role)


def sign_in_identity(db: Database, provider: IdentityProvider, identity: Identity, address: str, now: datetime) -> str:
    """Create or update the account of an identity and return its name; raise ProviderRefused if it has no role."""
    places = [parse_role_place(text) for value, text in provider.roles.items() if value in identity.roles]
    if not places:
        raise ProviderRefused.literal(f"{identity.name} has no role that may log in here")
    chosen = max(places, key=lambda one: len(PERMISSIONS[one.role]))
    with db.begin() as session:
        row = session.scalar(select(AccountRow).where(AccountRow.subject == identity.subject))
        if row is None:
            name = identity.name.casefold()[:64]
            if session.scalar(select(AccountRow.id).where(AccountRow.name == name)) is not None:
                raise ProviderRefused.literal(f"another account already has the name {name}")
            draft = AccountDraft(name, chosen.role, chosen.site, chosen.province)
            insert_account(session, draft, Actor(name, address), now, identity.subject)
            return name
        wanted = (str(chosen.role), chosen.site, chosen.province)
        if (row.role, row.site, row.province) != wanted:
            before = account_fields(row)
            row.role, row.site, row.province = wanted
            row.version += 1
            revoke_all_sessions(session, row.id, now)
            act = Act(
                Actor(row.name, address),
                "account.change",
                f"account:{row.name}",
                now,
                row.site,
                before,
                account_fields(row),
            )
            record_act(session, act)
        return str(row.name)
