"""Buffer for pushed lines that are not yet in the spool; when it is full, senders have to wait."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from secmon.ingest.transports.page import FeedPage


@dataclass
class _Pile:
    received_at: datetime
    lines: list[bytes] = field(default_factory=list)


class Inbox:
    """Memory buffer used within one event loop; `when_room` callbacks run once, after the buffer was emptied."""

    def __init__(self, most_bytes: int, clock: Callable[[], datetime]) -> None:
        """Accept lines; `full` becomes True at `most_bytes`."""
        self._most, self._clock = most_bytes, clock
        self._piles: dict[tuple[str, str, str], _Pile] = {}
        self._bytes = 0
        self._waiting: list[Callable[[], None]] = []
        self._notices: dict[tuple[str, str, str], str] = {}

    @property
    def full(self) -> bool:
        """True when senders have to wait."""
        return self._bytes >= self._most

    @property
    def held(self) -> int:
        """Bytes of lines in the buffer."""
        return self._bytes

    @property
    def noticed(self) -> bool:
        """True when there is a notice to record, even without lines."""
        return bool(self._notices)

    def put(self, site: str, feed: str, format_name: str, line: bytes) -> None:
        """Buffer a line. Only receivers check `full`, so that a line already received is never dropped."""
        key = site, feed, format_name
        pile = self._piles.get(key)
        if pile is None:
            pile = self._piles[key] = _Pile(self._clock())
        pile.lines.append(line)
        self._bytes += len(line) + 64  # approximate memory of a bytes object and its place in the list

    def notice(self, site: str, feed: str, format_name: str, text: str) -> None:
        """Record a problem with a sender; the newest is shown with its feed."""
        self._notices[site, feed, format_name] = text
        self._piles.setdefault((site, feed, format_name), _Pile(self._clock()))

    def when_room(self, resume: Callable[[], None]) -> None:
        """Call `resume` once, after the buffer was emptied."""
        self._waiting.append(resume)

    def take(self) -> list[FeedPage]:
        """Return the whole buffer as pages; the caller must then call `done` or `put_back`."""
        pages = [
            FeedPage(*key, pile.received_at, pile.lines, cursor="", more=False, notice=self._notices.get(key, ""))
            for key, pile in self._piles.items()
        ]
        self._piles, self._notices = {}, {}
        return pages

    def put_back(self, pages: list[FeedPage]) -> None:
        """Return pages to the buffer that could not be spooled; they precede lines received in the meantime."""
        for page in pages:
            key = page.site, page.feed, page.format
            later = self._piles.get(key)
            self._piles[key] = _Pile(page.received_at, page.lines + (later.lines if later else []))
            if page.notice:
                self._notices.setdefault(key, page.notice)

    def done(self, pages: list[FeedPage]) -> None:
        """Free the memory of pages that are now in the spool, and let waiting senders continue."""
        self._bytes -= sum(len(line) + 64 for page in pages for line in page.lines)
        if not self.full:
            waiting, self._waiting = self._waiting, []
            for resume in waiting:
                resume()
