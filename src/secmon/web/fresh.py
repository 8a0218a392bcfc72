"""Sending only what has changed: a part drawn again would lose its scroll, its focus, and a click on its way."""

import hashlib
from collections.abc import Mapping
from typing import Any

from dash import no_update
from plotly.io.json import to_json_plotly

Seen = Mapping[str, str]
"""By part: a digest of what the browser has; kept in a Store of the page."""


def only_new(parts: Mapping[str, Any], seen: Seen | None) -> tuple[list[Any], Seen]:
    """The parts in order, `no_update` for those that the browser has already, and what it has from now on."""
    digests = {name: _digest(part) for name, part in parts.items()}
    known = seen or {}
    sent = [no_update if known.get(name) == digests[name] else part for name, part in parts.items()]
    return sent, digests


def _digest(part: Any) -> str:
    return hashlib.blake2b(str(to_json_plotly(part)).encode(), digest_size=8).hexdigest()
