"""Result of a transport: lines of one feed and the cursor to continue from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Address of one feed of one site, its bearer token ('' for none), and its polling interval.

    `url` is http, https or file; `every` is in seconds, 0 for every round.
    """

    site: str
    feed: str
    format: str
    url: str
    token: str
    every: float = 0.0


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Whole lines without their line ends, and the cursor after them; `more` when the site has further lines now.

    `notice` describes a problem the transport could not repair, such as lines deleted before they were read.
    """

    site: str
    feed: str
    format: str
    received_at: datetime
    lines: list[bytes]
    cursor: str
    more: bool
    notice: str = ""


def split_lines(body: bytes) -> list[bytes]:
    """Split a body into lines; LF is the separator, and blank lines are dropped."""
    return [line for line in body.split(b"\n") if line]
