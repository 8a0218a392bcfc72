"""The block list in the formats for firewalls and other centres: plain text, CSV and STIX 2.1, with equal content."""

import csv
import json
from collections.abc import Collection
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID, uuid5

from secmon.csv_export import cell
from secmon.indicator import IndicatorKind
from secmon.response.blocklist.block_value import BLOCKABLE
from secmon.response.blocklist.blocklist import BlockFeed, FeedEntry

_OURS = UUID("6f0c1c5e-2f3c-5b0e-9d2c-1f7a5a3b8e42")
"""Namespace of the ids created here."""
_AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
"""TLP:AMBER, by its id in the STIX 2.1 standard."""
_BEGINNING = "2026-01-01T00:00:00.000Z"
_COLUMNS = ("value", "kind", "reason", "pushed_at", "expires_at", "entry")


def plain(feed: BlockFeed, kinds: Collection[str] = BLOCKABLE) -> str:
    """Return one value per line, in the order of coming into force; the first line is a comment with the version."""
    lines = [f"# secmon blocklist {feed.name} version {feed.version}"]
    return "\n".join([*lines, *(one.value for one in feed.entries if one.kind in kinds)]) + "\n"


def comma_separated(feed: BlockFeed) -> str:
    """Return CSV with a header; cells are escaped so that a spreadsheet does not run them as formulas."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for one in feed.entries:
        row = (one.value, one.kind, one.reason, one.pushed_at.isoformat(), one.expires_at.isoformat(), str(one.id))
        writer.writerow([cell(value) for value in row])
    return out.getvalue()


def stix(feed: BlockFeed) -> str:
    """Return a STIX 2.1 bundle of indicators marked TLP:AMBER; an entry has the same id in every feed and version."""
    indicators = [_indicator(one) for one in feed.entries]
    bundle = {
        "type": "bundle",
        "id": f"bundle--{uuid5(_OURS, f'bundle:{feed.etag}')}",
        "objects": [_identity(), *indicators],
    }
    return json.dumps(bundle, ensure_ascii=False, indent=1) + "\n"


def _identity() -> dict[str, Any]:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{uuid5(_OURS, 'centre')}",
        "created": _BEGINNING,
        "modified": _BEGINNING,
        "name": "secmon",
        "identity_class": "organization",
    }


def _indicator(one: FeedEntry) -> dict[str, Any]:
    pushed = _stamp(one.pushed_at)
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid5(_OURS, f'entry:{one.id}:{one.value}')}",
        "created_by_ref": _identity()["id"],
        "created": pushed,
        "modified": pushed,
        "name": one.value,
        "description": one.reason,
        "indicator_types": ["malicious-activity"],
        "pattern": _pattern(one),
        "pattern_type": "stix",
        "valid_from": pushed,
        "valid_until": _stamp(one.expires_at),
        "object_marking_refs": [_AMBER],
    }


def _pattern(one: FeedEntry) -> str:
    if one.kind == IndicatorKind.SHA256:
        return f"[file:hashes.'SHA-256' = '{one.value}']"
    if one.kind == IndicatorKind.DOMAIN:
        return f"[domain-name:value = '{one.value}']"
    return f"[ipv{6 if ':' in one.value else 4}-addr:value = '{one.value}']"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
