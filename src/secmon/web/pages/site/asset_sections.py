"""Sections of the municipality page: hosts with their suppliers, and contacts."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc

from secmon.inventory.asset_register import Asset, Contact
from secmon.web.components.panel import empty, table, value
from secmon.web.i18n.texts import t


def assets(found: Sequence[Asset], language: str) -> Any:
    """Return the hosts with purpose and supplier."""
    if not found:
        return empty(t("place.assets.none", language))
    rows = [
        [
            value("device_hostname", one.host),
            t(f"asset.{one.kind}", language),
            one.address or "–",
            f"{one.importance:.0%}" if one.importance else "–",
            _supplier(one.supplier),
            one.note,
        ]
        for one in found
    ]
    names = ("host", "kind", "address", "importance", "supplier", "note")
    return table([t(f"place.asset.{name}", language) for name in names], rows, numbers=(3,))


def _supplier(name: str) -> Any:
    return dcc.Link(name, href="/suppliers?" + urlencode({"supplier": name})) if name else "–"


def contacts(found: Sequence[Contact], language: str) -> Any:
    """Return the contacts of the municipality."""
    if not found:
        return empty(t("place.contacts.none", language))
    rows = [[t(f"contact.{one.role}", language), one.name or "–", one.phone or "–", one.mail or "–"] for one in found]
    return table([t(f"place.contact.{name}", language) for name in ("role", "name", "phone", "mail")], rows)
