"""What a transport hands over: some lines of one feed and where to go on."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Where one feed of one site is fetched, with which bearer token ('' for none), and how often.

    `url` is http, https or file; `every` is in seconds, 0 for each round.
    """

    site: str
    feed: str
    format: str
    url: str
    token: str
    every: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """Whole lines without their line ends, and the cursor behind them; `more` when the site has further lines now.

    `notice` says what the transport saw go wrong without being able to mend it, such as lines that were gone.
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
    """Lines of a body; the LF that ends each is a separator and blank lines carry nothing."""
    return [line for line in body.split(b"\n") if line]
