"""Actors of a run: the names a definition may write with a dollar sign, and their values."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from random import Random

from secmon.simulate.addresses import citizen
from secmon.simulate.municipality_model import Account, Municipality
from secmon.simulate.scenarios.script import Role

ROLES = ("address", "scanner", "citizen", "staff", "administrator", "text", "hash")
"""Kinds of roles.

An attacker's address (`address` from 198.51.100.0/24, `scanner` from 192.0.2.0/24), a citizen's, a member of the
staff, one of several texts, or the hash of a file.
"""

SITE_NAMES = {
    *("code", "slug", "domain", "windows", "web", "www", "mail", "dns", "bastion", "vpn", "was", "dc", "files", "db"),
    *("vendor", "vendor_account", "vendor_address", "vendor_product"),
    *("provider", "provider_account", "provider_address", "provider_product"),
    *("pc", "pc_name"),
}
"""Names with a value at every site; `pc` and `pc_name` name another of its endpoints each time."""

_OF_A_SITE = {"staff", "administrator", "citizen"}

Bound = Mapping[str, Sequence[str]]
"""Values of names; where a name has several, each occurrence takes one of them."""


def names_of(role: Role) -> tuple[str, ...]:
    """Return the names that a role defines."""
    if role.is_a in {"staff", "administrator"}:
        return tuple(f"{role.name}{part}" for part in ("", "_pc", "_pc_name", "_mail", "_db"))
    return (role.name,)


def of_run(cast: Sequence[Role], rng: Random) -> dict[str, Sequence[str]]:
    """Return the values of the roles that are the same for all sites of a run."""
    bound: dict[str, Sequence[str]] = {}
    for role in cast:
        if role.each == "run" and role.is_a not in _OF_A_SITE:
            bound[role.name] = _values(role, rng)
    return bound


def of_site(cast: Sequence[Role], town: Municipality, rng: Random) -> dict[str, Sequence[str]]:
    """Return the values of the roles that each site has for itself, and of the site's own names."""
    bound: dict[str, Sequence[str]] = {name: (value,) for name, value in _site(town).items()}
    bound["pc"], bound["pc_name"] = (
        town.pcs,
        tuple(town.pc_name(n) for n in range(len(town.pcs))),
    )
    for role in cast:
        if role.is_a in {"staff", "administrator"}:
            bound |= _people(role, town, rng)
        elif role.is_a == "citizen":
            bound[role.name] = tuple(citizen(town.index, n) for n in rng.sample(range(600, 16_384), role.count))
        elif role.each == "site":
            bound[role.name] = _values(role, rng)
    return bound


def _values(role: Role, rng: Random) -> Sequence[str]:
    match role.is_a:
        case "address":
            return tuple(f"198.51.100.{n}" for n in rng.sample(range(1, 255), role.count))
        case "scanner":
            return tuple(f"192.0.2.{n}" for n in rng.sample(range(1, 255), role.count))
        case "hash":
            return (sha256(rng.randbytes(16)).hexdigest(),)
    return tuple(rng.sample(role.one_of, min(role.count, len(role.one_of))))


def _people(role: Role, town: Municipality, rng: Random) -> dict[str, Sequence[str]]:
    group = [account for account in town.staff if account.admin == (role.is_a == "administrator")]
    chosen = rng.sample(group, min(role.count, len(group)))

    return {
        role.name: tuple(account.name for account in chosen),
        f"{role.name}_pc": tuple(account.pc for account in chosen),
        f"{role.name}_pc_name": tuple(pc_name(town, account) for account in chosen),
        f"{role.name}_mail": tuple(f"{account.name}@{town.domain}" for account in chosen),
        f"{role.name}_db": tuple(f"u_{account.name.replace('.', '_')}" for account in chosen),
    }


def pc_name(town: Municipality, account: Account) -> str:
    """Return the host name of a member of staff's PC."""
    return town.pc_name(account.number * 3 % len(town.pcs))


def _site(town: Municipality) -> dict[str, str]:
    return {
        "code": town.code,
        "slug": town.slug,
        "domain": town.domain,
        "windows": town.windows,
        "web": town.web,
        "www": town.www,
        "mail": town.mail,
        "dns": town.dns,
        "bastion": town.bastion,
        "vpn": town.vpn,
        "was": town.was,
        "dc": town.dc,
        "files": town.files,
        "db": town.db,
        "vendor": town.vendor.name,
        "vendor_account": town.vendor.account,
        "vendor_address": town.vendor.address,
        "vendor_product": town.vendor.product,
        "provider": town.provider.name,
        "provider_account": town.provider.account,
        "provider_address": town.provider.address,
        "provider_product": town.provider.product,
    }
