"""Interface to a running presentation; the composition root supplies the implementation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from secmon.live.context import CentreContext


@dataclass(frozen=True, slots=True)
class ReplayState:
    """State of a presentation; `ready` is the share of its preparation, 1.0 when it can be shown.

    `arrived` is False until the replay has reached the chapter: the chapter's content is not there yet.
    """

    running: bool
    ready: float
    chapter: int
    arrived: bool
    speed: int
    paused: bool
    now: datetime | None
    error: str = ""


class Replay(Protocol):
    """Presentations over a data set of their own, one at a time."""

    def state(self) -> ReplayState:
        """Return the present state."""

    def context(self) -> CentreContext | None:
        """Return the context that its pages read from; None until it is ready."""

    def start(self) -> None:
        """Prepare the presentation if necessary; return at once, `state` reports the progress."""

    def reset(self) -> None:
        """Discard its data and prepare it again."""

    def go(self, chapter: int) -> None:
        """Move to a chapter: run the replay to its time, with the actions of the centre's staff up to then."""

    def pause(self, *, paused: bool) -> None:
        """Pause or resume the replay."""

    def set_speed(self, speed: int) -> None:
        """Set how many seconds of the replay pass in one second."""
