"""Polling that pauses while its callback runs and sends only components whose content changed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from dash import Output, no_update
from plotly.io.json import to_json_plotly

_NEVER_MS = 3_600_000


def pausing(tick: str, milliseconds: int) -> list[tuple[Any, Any, Any]]:
    """Return `running=` for a callback triggered by an interval: the interval pauses until the answer arrives."""
    return [(Output(tick, "interval"), _NEVER_MS, milliseconds)]


Seen = Mapping[str, str]
"""Digest of what the browser shows, by component; held in a Store of the page."""


def only_new(parts: Mapping[str, Any], seen: Seen | None) -> tuple[list[Any], Seen]:
    """Return the components in order, with `no_update` for unchanged components, and the new digests."""
    # The browser keeps the digests and sends them back, so the server needs no state per open page. The digest is of
    # the JSON that would be sent, which covers figures and nested components alike.
    digests = {name: _digest(part) for name, part in parts.items()}
    known = seen or {}
    sent = [no_update if known.get(name) == digests[name] else part for name, part in parts.items()]
    return sent, digests


def _digest(part: Any) -> str:
    return hashlib.blake2b(str(to_json_plotly(part)).encode(), digest_size=8).hexdigest()
