"""From what an identity provider says to an account here: made at the first login, its role as the provider says."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from secmon.alerts.audit import Act, Actor, record
from secmon.alerts.desk import Desk
from secmon.people.accounts import Draft, insert, place
from secmon.people.models import AccountRow
from secmon.people.provider import Identity, ProviderRefused
from secmon.people.roles import PERMISSIONS, Role
from secmon.people.sessions import revoke_all
from secmon.settings import IdentityProvider


@dataclass(frozen=True, slots=True)
class Place:
    """A role with the site or province it is for."""

    role: Role
    site: str = ""
    province: str = ""


def place_of(text: str) -> Place:
    """`operator`, `province:11` or `municipality:11110` as settings write it; ValueError otherwise."""
    name, _, where = text.partition(":")
    role = Role(name)
    if role is Role.PROVINCE:
        return Place(role, province=where)
    return Place(role, site=where) if role is Role.MUNICIPALITY else Place(role)


def admit(desk: Desk, provider: IdentityProvider, identity: Identity, address: str, now: datetime) -> str:
    """Name of the account of an identity, made or brought up to date; ProviderRefused when no role is meant for it."""
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
