"""Objects behind the API; created once by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from secmon.auth.authenticator import Authenticator
from secmon.db.database import Database
from secmon.live.context import CentreContext
from secmon.web.gateway.rate_limit import Throttle
from secmon.web.tour.replay_protocol import Replay

Ingest = Callable[[str, str, str, bytes], Awaitable[Mapping[str, Any]]]
Collect = Callable[[], Awaitable[Mapping[str, Any]]]
Rerun = Callable[[str, datetime, datetime], Awaitable[Mapping[str, Any]]]
BackUp = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Service:
    """Context, authenticator and commands of the running centre; `problems` returns its current problems."""

    context: CentreContext
    authenticator: Authenticator
    problems: Callable[[], Mapping[str, str]]
    ingest: Ingest
    collect: Collect
    rerun: Rerun
    back_up: BackUp
    throttle: Throttle = field(default_factory=lambda: Throttle(600, 120))
    replay: Replay | None = None

    @property
    def db(self) -> Database:
        return self.context.db

    def now(self) -> datetime:
        return self.context.clock()
