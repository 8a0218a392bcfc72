"""Accounts of an identity provider: created at the first login, with the role that the provider states."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from secmon.auth.accounts import Draft, insert, place
from secmon.auth.models import AccountRow
from secmon.auth.oidc import Identity, ProviderRefused
from secmon.auth.roles import PERMISSIONS, Role
from secmon.auth.sessions import revoke_all
from secmon.db.audit_log import Act, Actor, record
from secmon.db.database import Desk
from secmon.settings import IdentityProvider


@dataclass(frozen=True, slots=True)
class Place:
    """A role with the site or province it applies to."""

    role: Role
    site: str = ""
    province: str = ""


def place_of(text: str) -> Place:
    """Parse `operator`, `province:11` or `municipality:11110` as in the settings; raise ValueError otherwise."""
    name, _, where = text.partition(":")
    role = Role(name)
    if role is Role.PROVINCE:
        return Place(role, province=where)
    return Place(role, site=where) if role is Role.MUNICIPALITY else Place(role)


def admit(desk: Desk, provider: IdentityProvider, identity: Identity, address: str, now: datetime) -> str:
    """Create or update the account of an identity and return its name; raise ProviderRefused if it has no role."""
    places = [place_of(text) for value, text in provider.roles.items() if value in identity.roles]
    if not places:
        raise ProviderRefused(f"{identity.name} has none of the roles that are let in here")
    chosen = max(places, key=lambda one: len(PERMISSIONS[one.role]))
    with desk.begin() as session:
        row = session.scalar(select(AccountRow).where(AccountRow.subject == identity.subject))
        if row is None:
            name = identity.name.casefold()[:64]
            if session.scalar(select(AccountRow.id).where(AccountRow.name == name)) is not None:
                raise ProviderRefused(f"another account here is called {name} already")
            draft = Draft(name, chosen.role, chosen.site, chosen.province)
            insert(session, draft, Actor(name, address), now, identity.subject)
            return name
        wanted = (str(chosen.role), chosen.site, chosen.province)
        if (row.role, row.site, row.province) != wanted:
            before = place(row)
            row.role, row.site, row.province = wanted
            row.version += 1
            revoke_all(session, row.id, now)
            act = Act(
                Actor(row.name, address), "account.change", f"account:{row.name}", now, row.site, before, place(row)
            )
            record(session, act)
        return str(row.name)
