"""What the web side knows of a presentation under way; the composition root hands in who gives it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from secmon.web.console import Console


@dataclass(frozen=True, slots=True)
class ReplayState:
    """Where a presentation stands; `ready` is the share of its preparation, 1.0 when it can be shown.

    `arrived` is False while it is on its way to the chapter: what that tells is not there yet.
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
    """Gives presentations, one at a time, over a data set of its own."""

    def state(self) -> ReplayState:
        """Where it stands."""

    def console(self) -> Console | None:
        """What its pages read from; None until it is ready."""

    def start(self) -> None:
        """Prepare it, if it is not prepared; returns at once, `state` tells how far it is."""

    def reset(self) -> None:
        """Throw its data away and prepare it anew."""

    def go(self, chapter: int) -> None:
        """On to a chapter: the replay runs to its time, and the centre's staff do what they do then."""

    def pause(self, *, paused: bool) -> None:
        """Let its time stand still, or go on."""

    def set_speed(self, speed: int) -> None:
        """How many of its seconds pass in one."""
