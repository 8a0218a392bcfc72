"""What a transport hands over: some lines of one feed and where to go on."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Where one feed of one site is fetched, and with which bearer token ('' for none)."""

    site: str
    feed: str
    format: str
    url: str
    token: str


@dataclass(frozen=True, slots=True)
class Page:
    """Whole lines without their line ends, and the cursor behind them; `more` when the site has further lines now."""

    site: str
    feed: str
    format: str
    received_at: datetime
    lines: list[bytes]
    cursor: str
    more: bool


def split_lines(body: bytes) -> list[bytes]:
    """Lines of a body; the LF that ends each is a separator and blank lines carry nothing."""
    return [line for line in body.split(b"\n") if line]
