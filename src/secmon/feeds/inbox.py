"""Lines that were pushed here and are not yet in the spool: held in memory up to a size, then senders have to wait."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from secmon.feeds.page import Page


@dataclass
class _Pile:
    received_at: datetime
    lines: list[bytes] = field(default_factory=list)


class Inbox:
    """Used within one event loop; `room` callbacks are called once, when what was held has been taken."""

    def __init__(self, most_bytes: int, clock: Callable[[], datetime]) -> None:
        """Hold up to `most_bytes` of lines before `full`."""
        self._most, self._clock = most_bytes, clock
        self._piles: dict[tuple[str, str, str], _Pile] = {}
        self._bytes = 0
        self._waiting: list[Callable[[], None]] = []
        self._notices: dict[tuple[str, str, str], str] = {}

    @property
    def full(self) -> bool:
        """Whether senders have to wait."""
        return self._bytes >= self._most

    @property
    def held(self) -> int:
        """Bytes of lines held."""
        return self._bytes

    @property
    def noticed(self) -> bool:
        """Whether there is something to say, even without lines."""
        return bool(self._notices)

    def put(self, site: str, feed: str, format_name: str, line: bytes) -> None:
        """Hold a line; `full` is only checked by whoever receives, so that nothing received is dropped."""
        key = site, feed, format_name
        pile = self._piles.get(key)
        if pile is None:
            pile = self._piles[key] = _Pile(self._clock())
        pile.lines.append(line)
        self._bytes += len(line) + 64  # a bytes object and its place in the list cost about this

    def notice(self, site: str, feed: str, format_name: str, text: str) -> None:
        """Say what went wrong with a sender; the newest is shown with its feed."""
        self._notices[site, feed, format_name] = text
        self._piles.setdefault((site, feed, format_name), _Pile(self._clock()))

    def when_room(self, resume: Callable[[], None]) -> None:
        """Call `resume` when what is held has been taken."""
        self._waiting.append(resume)

    def take(self) -> list[Page]:
        """Everything held, as pages; `done` or `put_back` has to follow."""
        pages = [
            Page(*key, pile.received_at, pile.lines, cursor="", more=False, notice=self._notices.get(key, ""))
            for key, pile in self._piles.items()
        ]
        self._piles, self._notices = {}, {}
        return pages

    def put_back(self, pages: list[Page]) -> None:
        """Hold pages again that could not be kept; they come before what was received meanwhile."""
        for page in pages:
            key = page.site, page.feed, page.format
            later = self._piles.get(key)
            self._piles[key] = _Pile(page.received_at, page.lines + (later.lines if later else []))
            if page.notice:
                self._notices.setdefault(key, page.notice)

    def done(self, pages: list[Page]) -> None:
        """The pages are in the spool: forget them, and let senders go on."""
        self._bytes -= sum(len(line) + 64 for page in pages for line in page.lines)
        if not self.full:
            waiting, self._waiting = self._waiting, []
            for resume in waiting:
                resume()
