"""Running searches: each in a thread, its results read as they come, cancelled when no longer wanted."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from secmon.errors import SecmonError
from secmon.search.search import Search, histogram, parts, top
from secmon.store.client import Store

ROWS = 500
"""Number of events shown of a search."""

VALUES = ("site", "attack_type", "src_endpoint_ip", "user_name", "dst_endpoint_port", "activity_name", "feed")
"""Fields whose most frequent values are shown beside the results."""

_KEPT = 64


@dataclass
class RunningSearch:
    """One search; `version` changes with every new result.

    A page reads it while the thread runs: existing values are never changed, only replaced.
    """

    search: Search
    owner: str
    events: Sequence[Mapping[str, Any]] = ()
    done: float = 0.0
    slots: pd.DataFrame | None = None
    step: int = 0
    values: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    error: str = ""
    finished: bool = False
    cancelled: bool = False
    version: int = 0

    def run(self, store: Store) -> None:
        """Read events, then the histogram, then values; stop early once the search is cancelled."""
        try:
            for part in parts(store, self.search, ROWS):
                # A new tuple, no append: the page reads this object from another thread without a lock, and iterates
                # over what it got.
                self.events = (*self.events, *part.events)
                self.done = part.done
                self.version += 1
                if self.cancelled:
                    return
            self.slots, self.step = histogram(store, self.search)
            self.version += 1
            for column in VALUES:
                if self.cancelled:
                    return
                self.values = {**self.values, column: top(store, self.search, column)}
            self.version += 1
        except SecmonError as error:
            self.error = error.stored()
        finally:
            self.finished = True
            self.version += 1


class Searches:
    """The searches of all accounts by a random id; old searches are dropped."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, RunningSearch] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, store: Store, search: Search, owner: str) -> str:
        """Start a search, cancel the owner's earlier searches, and return its id."""
        for earlier in self._known.values():
            if earlier.owner == owner:
                earlier.cancelled = True
        uid = secrets.token_urlsafe(12)
        self._known[uid] = running = RunningSearch(search, owner)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)[1].cancelled = True
        task = asyncio.create_task(asyncio.to_thread(running.run, store))
        # The event loop keeps only weak references to tasks: without this set a running search could be
        # garbage-collected.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return uid

    def get(self, uid: str, owner: str) -> RunningSearch | None:
        """Return the search if it belongs to the owner, else None."""
        running = self._known.get(uid)
        return running if running is not None and running.owner == owner else None
