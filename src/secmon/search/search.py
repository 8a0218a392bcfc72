"""Run searches: pages of events, newest first, some days at a time; counts over time and by value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from secmon.detection.sigma.field_mapping import LogSource, log_sources
from secmon.detection.sigma.literals import text_list
from secmon.search.fields import columns
from secmon.search.query import Condition
from secmon.sites.scope import Scope
from secmon.store import sql
from secmon.store.client import Store
from secmon.store.sql import identifier

_SLOTS = 60
_MOST_DAYS = 16
_STEPS = (1, 5, 10, 30, 60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800)
_LIMITS = {
    "max_execution_time": 60,
    "optimize_read_in_order": 1,
    # a word has an entry of its own in the index; scanning all entries for a part of it costs 0.1 s per day
    "use_text_index_like_evaluation_by_dictionary_scan": 0,
}


@dataclass(frozen=True, slots=True)
class Search:
    """A condition, the scope of the user, and the time span (since <= time < until, UTC)."""

    condition: Condition
    scope: Scope
    since: datetime
    until: datetime

    def within(self, since: datetime, until: datetime) -> "Search":
        """Return the same search over another time span."""
        return Search(self.condition, self.scope, since, until)


@dataclass(frozen=True, slots=True)
class Part:
    """Events of further days, newest first, and the share of the time span searched so far."""

    events: Sequence[Mapping[str, Any]]
    done: float


def parts(store: Store, search: Search, limit: int) -> Iterator[Part]:
    """Yield the newest `limit` events in parts as they are found; a caller that stops iterating ends the search."""
    whole = max((search.until - search.since).total_seconds(), 1.0)
    left = limit
    # Each part is a query of its own over a few whole days. A single query over the whole span would show nothing until
    # the oldest day has been read, although most searches fill their page from the newest days.
    for since, until in spans(search.since, search.until):
        found = page(store, search.within(since, until), left)
        left -= len(found)
        yield Part(found, 1.0 if not left else min(1.0, (search.until - since).total_seconds() / whole))
        if not left:
            return


def page(store: Store, search: Search, limit: int) -> Sequence[Mapping[str, Any]]:
    """Return the newest `limit` events of the whole span in one query."""
    return store.records(_filled("hunt_page", search), {**_times(search), "limit": limit}, _LIMITS)


def histogram(store: Store, search: Search) -> tuple[pd.DataFrame, int]:
    """Return event counts by slot (UTC index without gaps) and attack type, and the slot length in seconds."""
    step = slot_seconds(search.since, search.until)
    rows = store.frame(_filled("hunt_histogram", search), {**_times(search), "step": step}, _LIMITS)
    index = pd.date_range(
        pd.Timestamp(search.since).floor(f"{step}s"), pd.Timestamp(search.until), freq=f"{step}s", inclusive="left"
    )
    if rows.empty:
        return pd.DataFrame({"": 0}, index=index), step
    rows = rows.assign(slot=pd.to_datetime(rows["slot"], utc=True))
    wide = rows.pivot_table(index="slot", columns="attack_type", values="events", aggfunc="sum", fill_value=0)
    # The query returns only slots that have events; without the full index a chart would omit the empty slots.
    return wide.reindex(index=index, fill_value=0).fillna(0).astype("int64"), step


def top(store: Store, search: Search, column: str, limit: int = 10) -> Sequence[tuple[str, int]]:
    """Return the most frequent values of a column with their counts; raise KeyError for an unknown column."""
    statement = _filled("hunt_top", search).replace("{column}", identifier(columns()[column].column))
    return [
        (str(value), int(events))
        for value, events in store.rows(statement, {**_times(search), "limit": limit}, _LIMITS)
    ]


def log_source(store: Store, search: Search) -> LogSource | None:
    """Return the log source that most of the found events belong to, None if none matches.

    Among log sources with equal counts, the source with the fewest events overall is the most specific and wins.
    """
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
    """Return one event with all its columns, None if there is none within the scope."""
    statement = sql.query("hunt_event").replace("{scope}", _scope_sql(scope))
    found = store.records(statement, {"batch_id": batch_id, "seq": seq})
    return found[0] if found else None


def spans(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield spans of whole UTC days, newest first: one day, then twice as many each time, up to `_MOST_DAYS`.

    The store keeps each day in a partition of its own; the newest days are queried alone, because most searches
    end there.
    """
    # Doubling bounds both costs: a common word is found after one small query, and a rare word over a year takes about
    # 26 queries instead of 365. The upper limit keeps the time between two parts, and so the progress shown, short.
    many = 1
    while until > since:
        last = (until - timedelta(microseconds=1)).astimezone(UTC).date()
        begins = datetime.combine(last - timedelta(days=many - 1), datetime.min.time(), UTC)
        yield max(begins, since), until
        until, many = begins, min(2 * many, _MOST_DAYS)


def slot_seconds(since: datetime, until: datetime) -> int:
    """Return the length of a slot in seconds, so that about sixty slots cover the span."""
    wanted = (until - since).total_seconds() / _SLOTS
    return next((step for step in _STEPS if step >= wanted), _STEPS[-1])


def _filled(name: str, search: Search) -> str:
    return sql.query(name).replace("{condition}", search.condition.sql).replace("{scope}", _scope_sql(search.scope))


def _scope_sql(scope: Scope) -> str:
    return "1" if scope.everything else f"site IN ({text_list(scope.listed)})"


def _times(search: Search) -> dict[str, Any]:
    return {"since": search.since, "until": search.until}
