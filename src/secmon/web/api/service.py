"""What the API answers from: handed in once by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from secmon.alerts.desk import Desk
from secmon.people.doorkeeper import Doorkeeper
from secmon.web.console import Console
from secmon.web.replay import Replay
from secmon.web.throttle import Throttle

Ingest = Callable[[str, str, str, bytes], Awaitable[Mapping[str, Any]]]
Collect = Callable[[], Awaitable[Mapping[str, Any]]]
Rerun = Callable[[str, datetime, datetime], Awaitable[Mapping[str, Any]]]
BackUp = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Service:
    """Console, doorkeeper, and what the running centre can be asked to do; `problems` is what is wrong with it."""

    console: Console
    keeper: Doorkeeper
    problems: Callable[[], Mapping[str, str]]
    ingest: Ingest
    collect: Collect
    rerun: Rerun
    back_up: BackUp
    throttle: Throttle = field(default_factory=lambda: Throttle(600, 120))
    replay: Replay | None = None

    @property
    def desk(self) -> Desk:
        """The desk database."""
        return self.console.desk

    def now(self) -> datetime:
        """The centre's clock."""
        return self.console.clock()
