"""Asset register of the municipalities: their hosts with suppliers, and their contacts.

Municipalities maintain it themselves and deliver it as CSV; a file's entries for a site replace the former entries.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Float, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from secmon.db import audit_log
from secmon.db.audit_log import Act
from secmon.db.database import Database
from secmon.db.models import Base
from secmon.db.transaction import Change, in_scope
from secmon.errors import UsageError
from secmon.sites.scope import Scope

ASSET_COLUMNS = ("site", "host", "kind", "address", "supplier", "importance", "note")
CONTACT_COLUMNS = ("site", "role", "name", "phone", "mail")


class AssetKind(StrEnum):
    """The purpose of a host."""

    WEB = "web"
    MAIL = "mail"
    DNS = "dns"
    VPN = "vpn"
    SERVER = "server"
    DATABASE = "database"
    DIRECTORY = "directory"
    FILES = "files"
    NETWORK = "network"
    ENDPOINT = "endpoint"
    OTHER = "other"


class Asset(Base):
    """A host of a site, or the site itself ('' as host); `importance` is up to 1, 0 where it is not set.

    `supplier` delivered or maintains it; the same name at several sites is the same company.
    """

    __tablename__ = "assets"
    __table_args__ = (Index("assets_by_supplier", "supplier"),)

    site: Mapped[str] = mapped_column(String(5), primary_key=True)
    host: Mapped[str] = mapped_column(String(255), primary_key=True, default="")
    importance: Mapped[float] = mapped_column(Float)
    note: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(16), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    supplier: Mapped[str] = mapped_column(String(128), default="")


class ContactRole(StrEnum):
    """The role of a contact."""

    SECURITY = "security"
    DUTY = "duty"
    PRIVACY = "privacy"
    HEAD = "head"
    SUPPLIER = "supplier"
    OTHER = "other"


class Contact(Base):
    """A contact at a site: a person, an office or a company; with '' as name, whoever has the role."""

    __tablename__ = "contacts"

    site: Mapped[str] = mapped_column(String(5), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(128), primary_key=True, default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    mail: Mapped[str] = mapped_column(String(254), default="")


@dataclass(frozen=True, slots=True)
class Supplied:
    """A supplier's hosts at the sites of a scope."""

    supplier: str
    assets: tuple[Asset, ...]

    @property
    def sites(self) -> list[str]:
        """Codes of the sites that it supplies."""
        return sorted({asset.site for asset in self.assets})

    @property
    def kinds(self) -> list[str]:
        """Kinds of hosts that it supplies."""
        return sorted({asset.kind for asset in self.assets})


_Row = TypeVar("_Row", Asset, Contact)


def read_assets(file: Path, sites: Sequence[str]) -> list[Asset]:
    """Read hosts from a CSV file with the columns of `ASSET_COLUMNS`; raises UsageError with the faulty line."""
    return list(_read(file, ASSET_COLUMNS, sites, _asset))


def read_contacts(file: Path, sites: Sequence[str]) -> list[Contact]:
    """Read contacts from a CSV file with the columns of `CONTACT_COLUMNS`; raises UsageError with the faulty line."""
    return list(_read(file, CONTACT_COLUMNS, sites, _contact))


def replace_register(change: Change, rows: Sequence[Asset] | Sequence[Contact]) -> int:
    """Replace all rows of the sites that occur in these rows; returns the number of sites."""
    sites = sorted({row.site for row in rows})
    if not rows:
        return 0
    kind = type(rows[0])
    with change.db.begin() as session:
        session.execute(delete(kind).where(kind.site.in_(sites)))
        session.add_all(rows)
        after = {"sites": len(sites), "rows": len(rows)}
        audit_log.record_act(
            session, Act(change.actor, "register.replace", f"register:{kind.__tablename__}", change.now, after=after)
        )
    return len(sites)


def assets_of(db: Database, scope: Scope, site: str = "") -> Sequence[Asset]:
    """Return hosts of a site, or of all sites of the scope, most important first; without the site's own entry."""
    query = select(Asset).where(in_scope(Asset.site, scope), Asset.host != "")
    query = query.where(Asset.site == site) if site else query
    with db.session() as session:
        return session.scalars(query.order_by(Asset.importance.desc(), Asset.site, Asset.host)).all()


def contacts_of(db: Database, scope: Scope, site: str = "") -> Sequence[Contact]:
    """Return the contacts of a site, or of all sites of the scope."""
    query = select(Contact).where(in_scope(Contact.site, scope))
    query = query.where(Contact.site == site) if site else query
    with db.session() as session:
        return session.scalars(query.order_by(Contact.site, Contact.role)).all()


def suppliers(db: Database, scope: Scope) -> list[Supplied]:
    """Return every supplier with its hosts at the sites of the scope, the supplier with the most sites first."""
    by_name: dict[str, list[Asset]] = {}
    for asset in assets_of(db, scope):
        if asset.supplier:
            by_name.setdefault(asset.supplier, []).append(asset)
    found = [Supplied(name, tuple(several)) for name, several in by_name.items()]
    return sorted(found, key=lambda one: (-len(one.sites), one.supplier))


def _read(
    file: Path, columns: Sequence[str], sites: Sequence[str], make: Callable[[Mapping[str, str]], _Row]
) -> Iterator[_Row]:
    known, seen = set(sites), set[tuple[object, ...]]()
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("register.unreadable", file=str(file), reason=str(error)) from error
    reader = csv.reader(lines)
    if next(reader, []) != list(columns):
        raise UsageError("register.header", file=str(file), columns=",".join(columns))
    for values in reader:
        where = f"{file}:{reader.line_num}"
        try:
            made = make(dict(zip(columns, map(str.strip, values), strict=True)))
        except ValueError as error:
            raise UsageError("register.row_not_valid", line=where, reason=str(error)) from error
        if made.site not in known:
            raise UsageError("register.site_unknown", line=where, code=repr(made.site[:20]))
        key = tuple(getattr(made, column.name) for column in type(made).__table__.primary_key)
        if key in seen:
            raise UsageError("register.twice", line=where, key=" ".join(key))
        seen.add(key)
        yield made


def _asset(row: Mapping[str, str]) -> Asset:
    importance = float(row["importance"] or 0)
    if not 0 <= importance <= 1:
        raise ValueError(f"importance {importance:g}: give a number from 0 to 1, or nothing")
    kind = AssetKind(row["kind"] or "other")
    texts = {name: _short(row, name, longest) for name, longest in (("host", 255), ("address", 45), ("supplier", 128))}
    return Asset(site=row["site"], kind=kind, importance=importance, note=row["note"], **texts)


def _contact(row: Mapping[str, str]) -> Contact:
    texts = {name: _short(row, name, most) for name, most in (("name", 128), ("phone", 64), ("mail", 254))}
    return Contact(site=row["site"], role=ContactRole(row["role"]), **texts)


def _short(row: Mapping[str, str], name: str, longest: int) -> str:
    if len(row[name]) > longest:
        raise ValueError(f"{name} has {len(row[name])} characters, {longest} are kept")
    return row[name]
