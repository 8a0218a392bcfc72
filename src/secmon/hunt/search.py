"""Running a search: pages of events newest first, some days at a time; counts over time and of values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from secmon.hunt.fields import columns
from secmon.hunt.query import Condition
from secmon.rules.literals import text_list
from secmon.rules.mapping import LogSource, log_sources
from secmon.sites.scope import Scope
from secmon.store import sql
from secmon.store.client import Store, identifier

_SLOTS = 60
_MOST_DAYS = 16
_STEPS = (1, 5, 10, 30, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800)
_LIMITS = {
    "max_execution_time": 60,
    "optimize_read_in_order": 1,
    # words have an entry of their own in the index; looking through all entries for a part of one costs 0.1 s a day
    "use_text_index_like_evaluation_by_dictionary_scan": 0,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for, where one may look, and in which time (since <= time < until, UTC)."""

    condition: Condition
    scope: Scope
    since: datetime
    until: datetime

    def within(self, since: datetime, until: datetime) -> "Search":
        """The same search over another time."""
        return Search(self.condition, self.scope, since, until)


@dataclass(frozen=True, slots=True)
class Part:
    """Events of some more days, newest first, and the share of the asked time that has been looked through."""

    events: Sequence[Mapping[str, Any]]
    done: float


def parts(store: Store, search: Search, limit: int) -> Iterator[Part]:
    """The newest `limit` events, in parts as they are found; whoever stops asking ends the search."""
    whole = max((search.until - search.since).total_seconds(), 1.0)
    left = limit
    for since, until in spans(search.since, search.until):
        found = page(store, search.within(since, until), left)
        left -= len(found)
        yield Part(found, 1.0 if not left else min(1.0, (search.until - since).total_seconds() / whole))
        if not left:
            return


def page(store: Store, search: Search, limit: int) -> Sequence[Mapping[str, Any]]:
    """The newest `limit` events."""
    return store.records(_filled("hunt_page", search), {**_times(search), "limit": limit}, _LIMITS)


def histogram(store: Store, search: Search) -> tuple[pd.DataFrame, int]:
    """Events by slot (UTC index without gaps) with a column an attack type, and the slot's length in seconds."""
    step = slot_seconds(search.since, search.until)
    rows = store.frame(_filled("hunt_histogram", search), {**_times(search), "step": step}, _LIMITS)
    index = pd.date_range(
        pd.Timestamp(search.since).floor(f"{step}s"), pd.Timestamp(search.until), freq=f"{step}s", inclusive="left"
    )
    if rows.empty:
        return pd.DataFrame({"": 0}, index=index), step
    rows = rows.assign(slot=pd.to_datetime(rows["slot"], utc=True))
    wide = rows.pivot_table(index="slot", columns="attack_type", values="events", aggfunc="sum", fill_value=0)
    return wide.reindex(index=index, fill_value=0).fillna(0).astype("int64"), step


def top(store: Store, search: Search, column: str, limit: int = 10) -> Sequence[tuple[str, int]]:
    """The most frequent values of a column, with their number; KeyError for what is no column."""
    statement = _filled("hunt_top", search).replace("{column}", identifier(columns()[column].column))
    return [
        (str(value), int(events))
        for value, events in store.rows(statement, {**_times(search), "limit": limit}, _LIMITS)
    ]


def log_source(store: Store, search: Search) -> LogSource | None:
    """The log source that most of the newest events found belong to; of several the one with fewest events besides."""
    found = _by_log_source(store, search)
    if not max(found):
        return None
    besides = _by_log_source(store, Search(Condition("", "1"), search.scope, search.since, search.until))
    return log_sources()[min(range(len(found)), key=lambda place: (-found[place], besides[place]))]


def _by_log_source(store: Store, search: Search) -> tuple[int, ...]:
    counts = ", ".join(f"countIf({source.predicate})" for source in log_sources())
    ((*numbers,),) = store.rows(_filled("hunt_sources", search).replace("{counts}", counts), _times(search), _LIMITS)
    return tuple(map(int, numbers))


def event(store: Store, scope: Scope, batch_id: str, seq: int) -> Mapping[str, Any] | None:
    """One event with all its columns, None when there is none within the scope."""
    statement = sql.query("hunt_event").replace("{scope}", _scope_sql(scope))
    found = store.records(statement, {"batch_id": batch_id, "seq": seq})
    return found[0] if found else None


def spans(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Whole UTC days between two times, the newest first: one, and then twice as many each time, up to `_MOST_DAYS`.

    The store keeps each day in a partition of its own; the newest are asked alone, because most searches end there.
    """
    many = 1
    while until > since:
        last = (until - timedelta(microseconds=1)).astimezone(UTC).date()
        begins = datetime.combine(last - timedelta(days=many - 1), datetime.min.time(), UTC)
        yield max(begins, since), until
        until, many = begins, min(2 * many, _MOST_DAYS)


def slot_seconds(since: datetime, until: datetime) -> int:
    """Length of a slot, so that some sixty of them cover the time."""
    wanted = (until - since).total_seconds() / _SLOTS
    return next((step for step in _STEPS if step >= wanted), _STEPS[-1])


def _filled(name: str, search: Search) -> str:
    return sql.query(name).replace("{condition}", search.condition.sql).replace("{scope}", _scope_sql(search.scope))


def _scope_sql(scope: Scope) -> str:
    return "1" if scope.everything else f"site IN ({text_list(scope.listed)})"


def _times(search: Search) -> dict[str, Any]:
    return {"since": search.since, "until": search.until}
