"""Registers that the simulated municipalities provide to the centre: hosts with their suppliers, and contacts."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from secmon.simulate.municipality_model import Municipality
from secmon.simulate.suppliers import Supplier
from secmon.simulate.whole_file import write_whole

_ASSETS = ("site", "host", "kind", "address", "supplier", "importance", "note")
_CONTACTS = ("site", "role", "name", "phone", "mail")
_AREA = {
    "11": "02",
    "26": "051",
    "27": "053",
    "28": "032",
    "29": "062",
    "30": "042",
    "31": "052",
    "36": "044",
    "41": "031",
    "43": "043",
    "44": "041",
    "46": "061",
    "47": "054",
    "48": "055",
    "50": "064",
    "42": "033",
    "45": "063",
}
"""Telephone area codes of the provinces; the numbers use exchange 0000, which does not exist."""


def write_register(folder: Path, towns: Sequence[Municipality]) -> None:
    """Write `assets.csv` and `contacts.csv`, as `secmon register` reads them."""
    write_whole(folder / "assets.csv", _csv(_ASSETS, (row for town in towns for row in _assets(town))))
    write_whole(
        folder / "contacts.csv",
        _csv(_CONTACTS, (row for town in towns for row in _contacts(town))),
    )


def _assets(town: Municipality) -> Iterator[tuple[str, ...]]:
    vendor, provider = _named(town.vendor), _named(town.provider)
    for host, kind, address, supplier, importance, note in (
        (f"web01.{town.slug}", "web", town.web, vendor, "0.9", town.www),
        ("WAS01", "server", town.was, vendor, "0.85", f"/{town.vendor.product}/"),
        (f"db01.{town.slug}", "database", town.db, provider, "1", ""),
        ("DC01", "directory", town.dc, provider, "1", ""),
        ("FS01", "files", town.files, provider, "0.85", ""),
        (f"vpn01-{town.slug}", "vpn", town.vpn, provider, "0.95", ""),
        (f"bastion01.{town.slug}", "server", town.bastion, provider, "0.95", ""),
        (f"mail.{town.domain}", "mail", town.mail, provider, "0.8", ""),
        (f"ns.{town.domain}", "dns", town.dns, provider, "0.8", ""),
    ):
        yield town.code, host, kind, address, supplier, importance, note


def _contacts(town: Municipality) -> Iterator[tuple[str, ...]]:
    phone = f"{_AREA[town.province]}-0000-"
    yield town.code, "security", "", f"{phone}{town.index:04d}", f"security@{town.domain}"
    yield town.code, "duty", "", f"{phone}{1000 + town.index:04d}", f"duty@{town.domain}"
    for supplier in (town.vendor, town.provider):
        yield town.code, "supplier", _named(supplier), "", f"support@{supplier.account}.example"


def _named(supplier: Supplier) -> str:
    return f"{supplier.ko} · {supplier.name}"


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
