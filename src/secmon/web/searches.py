"""Searches under way: each in a thread, its results taken as they come, ended when nobody wants it any more."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from secmon.errors import SecmonError
from secmon.hunt.search import Search, histogram, parts, top
from secmon.store.client import Store

ROWS = 500
"""Events shown of one search."""

VALUES = ("site", "attack_type", "src_endpoint_ip", "user_name", "dst_endpoint_port", "activity_name", "feed")
"""Fields whose most frequent values are shown beside the results."""

_KEPT = 64


@dataclass
class Running:
    """One search; `version` changes with everything that is new in it.

    A page reads it while the thread goes on: what has been there is never changed, only another put in its place.
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
        """Events first, then the histogram, then values; ends early once it is cancelled."""
        try:
            for part in parts(store, self.search, ROWS):
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
            self.error = str(error)
        finally:
            self.finished = True
            self.version += 1


class Searches:
    """The searches of all accounts by a random id; old ones are forgotten."""

    def __init__(self) -> None:
        """Begin without any."""
        self._known: OrderedDict[str, Running] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, store: Store, search: Search, owner: str) -> str:
        """Begin a search; the owner's earlier ones end."""
        for earlier in self._known.values():
            if earlier.owner == owner:
                earlier.cancelled = True
        uid = secrets.token_urlsafe(12)
        self._known[uid] = running = Running(search, owner)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)[1].cancelled = True
        task = asyncio.create_task(asyncio.to_thread(running.run, store))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return uid

    def get(self, uid: str, owner: str) -> Running | None:
        """The search, for the one who began it."""
        running = self._known.get(uid)
        return running if running is not None and running.owner == owner else None
