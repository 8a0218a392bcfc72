"""Journal of batches and cursors: what was collected from the sites, and how far its processing is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Float, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from secmon.db.database import Database, UtcTime
from secmon.db.models import Batch, BatchState, FeedState


@dataclass(frozen=True, slots=True)
class FeedResult:
    """The result of a request to a feed: a new cursor and number of lines, or an error and the time of the next try."""

    site: str
    feed: str
    format: str
    asked_at: datetime
    cursor: str = ""
    lines: int = 0
    error: str = ""
    retry_at: datetime | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class FeedCounts:
    """Counts of a batch's lines of one feed.

    `newest` is the newest event's time, `lag` the seconds until its receipt.
    """

    site: str
    feed: str
    events: int
    quarantined: int
    ahead: int
    newest: datetime | None
    lag: float | None


@dataclass(frozen=True, slots=True)
class WaitingBatches:
    """Number of batches waiting for the store, and the bytes of their files."""

    batches: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Number of batches by state, and the journal's totals since the beginning."""

    spooled: int
    undetected: int
    failed: int
    lines: int
    events: int
    quarantined: int
    error: str


def cursors(db: Database) -> dict[tuple[str, str], str]:
    """Return the cursor by (site, feed) of every feed that ever answered."""
    with db.session() as session:
        rows = session.execute(select(FeedState.site, FeedState.feed, FeedState.cursor))
        return {(site, feed): cursor for site, feed, cursor in rows}


def record_round(db: Database, batch: Batch | None, results: Iterable[FeedResult]) -> None:
    """Journal a collection round: its batch and the feeds' new cursors, in one transaction."""
    given = list(results)
    failed = [one for one in given if one.error]
    silent = [one for one in given if not one.error and not one.lines]
    answered = [one for one in given if not one.error and one.lines]
    with db.begin() as session:
        # Batch and cursors change together. A cursor stored without its batch would skip lines that are stored nowhere;
        # a batch stored without its cursors would load the same lines again in the next round.
        if batch is not None:
            session.add(batch)
            session.flush()
        # Three statements for three outcomes, each for all of its feeds at once. A failure changes neither the cursor
        # nor the time of the last answer, so the next request continues where the last success ended.
        _add_missing(session, given)
        answer = {
            "answered_at": bindparam("asked", type_=UtcTime()),
            "format": bindparam("name"),
            "cursor": bindparam("behind"),
            "failures": 0,
            "error": "",
            "retry_at": None,
        }
        _update(
            session,
            answered,
            answer | {"lines": FeedState.lines + bindparam("taken"), "line_at": bindparam("asked", type_=UtcTime())},
        )
        _update(session, silent, answer)
        failure = {
            "failures": FeedState.failures + 1,
            "error": bindparam("said"),
            "retry_at": bindparam("again", type_=UtcTime()),
        }
        _update(session, failed, failure)
        noticed = [result for result in (*answered, *silent) if result.notice]
        _update(session, noticed, {"notice": bindparam("seen"), "notice_at": bindparam("asked", type_=UtcTime())})


def _add_missing(session: Session, results: Sequence[FeedResult]) -> None:
    """Insert a row for each feed that is asked for the first time."""
    known = {(site, feed) for site, feed in session.execute(select(FeedState.site, FeedState.feed))}
    new = {(one.site, one.feed): one for one in results if (one.site, one.feed) not in known}
    if new:
        rows = [
            {"site": one.site, "feed": one.feed, "format": one.format, "since": one.asked_at, "cursor": ""}
            for one in new.values()
        ]
        session.execute(insert(FeedState), rows)


def _update(session: Session, results: Sequence[FeedResult], values: Mapping[str, Any]) -> None:
    """Apply the same change to many feeds, in one statement."""
    if not results:
        return
    statement = (
        update(FeedState)
        .where(FeedState.site == bindparam("of_site"), FeedState.feed == bindparam("of_feed"))
        .values({"asked_at": bindparam("asked", type_=UtcTime()), **values})
    )
    # One UPDATE, executed with a list of parameters on the connection. Loading and changing an ORM object for each feed
    # would take long: there are about two thousand feeds and a round every few seconds.
    session.connection().execute(
        statement,
        [
            {
                "of_site": one.site,
                "of_feed": one.feed,
                "asked": one.asked_at,
                "name": one.format,
                "behind": one.cursor,
                "taken": one.lines,
                "said": one.error,
                "again": one.retry_at,
                "seen": one.notice,
            }
            for one in results
        ],
    )


def batches(db: Database, *states: BatchState, limit: int | None = None) -> Sequence[Batch]:
    """Return the batches in the given states, oldest first."""
    with db.session() as session:
        return session.scalars(select(Batch).where(Batch.state.in_(states)).order_by(Batch.id).limit(limit)).all()


def add_batch(db: Database, batch: Batch) -> None:
    """Journal a batch that belongs to no feed (lines loaded by hand)."""
    record_round(db, batch, ())


def mark_in_flight(db: Database, batch_id: str) -> int:
    """Mark the batch as about to enter the store; returns the number of this attempt."""
    with db.begin() as session:
        # Committed before the first insert, so that after a crash the journal knows which batches may be in the store
        # in part.
        batch = session.get_one(Batch, batch_id)
        batch.state, batch.attempts = BatchState.IN_FLIGHT, batch.attempts + 1
        return int(batch.attempts)


def mark_loaded(db: Database, batch_id: str, account: Iterable[FeedCounts], at: datetime) -> None:
    """Mark every line of the batch as loaded, and add its counts to those of its feeds."""
    # The counters are added up in SQL, since collection updates the same rows at the same time. coalesce() leaves
    # newest and lag as they are for a feed whose lines in this batch were all quarantined: these have no event time.
    rows = list(account)
    statement = (
        update(FeedState)
        .where(FeedState.site == bindparam("of_site"), FeedState.feed == bindparam("of_feed"))
        .values(
            events=FeedState.events + bindparam("now_events"),
            quarantined=FeedState.quarantined + bindparam("now_quarantined"),
            ahead=FeedState.ahead + bindparam("now_ahead"),
            newest=func.coalesce(bindparam("now_newest", type_=UtcTime()), FeedState.newest),
            lag=func.coalesce(bindparam("now_lag", type_=Float()), FeedState.lag),
        )
    )
    with db.begin() as session:
        batch = session.get_one(Batch, batch_id)
        batch.state, batch.loaded_at, batch.error = BatchState.LOADED, at, ""
        batch.events = sum(row.events for row in rows)
        batch.quarantined = sum(row.quarantined for row in rows)
        if rows:
            session.connection().execute(
                statement,
                [
                    {
                        "of_site": row.site,
                        "of_feed": row.feed,
                        "now_events": row.events,
                        "now_quarantined": row.quarantined,
                        "now_ahead": row.ahead,
                        "now_newest": row.newest,
                        "now_lag": row.lag,
                    }
                    for row in rows
                ],
            )


def forget_lags(db: Database) -> None:
    """Reset the lag of all feeds: lines fetched late say nothing about the sites, so it is measured anew."""
    with db.begin() as session:
        session.execute(update(FeedState).values(lag=None))


def loadable(db: Database, now: datetime, limit: int | None = None) -> Sequence[Batch]:
    """Return the spooled batches whose next attempt is due, oldest first."""
    due = or_(Batch.retry_at.is_(None), Batch.retry_at <= now)
    query = select(Batch).where(Batch.state == BatchState.SPOOLED, due).order_by(Batch.id).limit(limit)
    with db.session() as session:
        return session.scalars(query).all()


def mark_unloaded(db: Database, batch_id: str, error: str, retry_at: datetime | None) -> None:
    """Record that nothing of the batch is in the store: retry at the given time, or (None) park it for inspection."""
    with db.begin() as session:
        batch = session.get_one(Batch, batch_id)
        batch.state = BatchState.FAILED if retry_at is None else BatchState.SPOOLED
        batch.error, batch.retry_at = error, retry_at


def mark_repaired(db: Database, batch_ids: Sequence[str]) -> None:
    """Record that batches found in flight were removed from the store again."""
    with db.begin() as session:
        session.execute(update(Batch).where(Batch.id.in_(batch_ids)).values(state=BatchState.SPOOLED))


def last_detection(db: Database) -> datetime:
    """Return the time of the newest detection run whose alerts are stored; 1970 when there was none."""
    with db.session() as session:
        return session.scalar(select(func.max(Batch.detected_at))) or datetime.fromtimestamp(0, UTC)


def waiting_batches(db: Database) -> WaitingBatches:
    """Return the number and size of batches waiting for the store."""
    # Parked batches do not count: they are not loaded without an operator, so a few of them would pause collection for
    # good.
    query = select(func.count(), func.sum(Batch.bytes)).where(
        Batch.state.in_([BatchState.SPOOLED, BatchState.IN_FLIGHT])
    )
    with db.session() as session:
        number, size = session.execute(query).one()
    return WaitingBatches(int(number), int(size or 0))


def backlog(db: Database) -> Backlog:
    """Return the state of the batches, for the status and the health page."""
    with db.session() as session:
        by_state = {
            state: (number, lines, events, quarantined)
            for state, number, lines, events, quarantined in session.execute(
                select(
                    Batch.state,
                    func.count(),
                    func.sum(Batch.lines),
                    func.sum(Batch.events),
                    func.sum(Batch.quarantined),
                ).group_by(Batch.state)
            )
        }
        error = session.scalar(select(Batch.error).where(Batch.error != "").order_by(Batch.id.desc()).limit(1))
    totals = [sum(int(row[column] or 0) for row in by_state.values()) for column in (1, 2, 3)]
    count = {state: int(row[0]) for state, row in by_state.items()}
    # A batch in flight counts as spooled: its file is still in the spool, and after a failure it is loaded again.
    return Backlog(
        spooled=count.get(BatchState.SPOOLED, 0) + count.get(BatchState.IN_FLIGHT, 0),
        undetected=count.get(BatchState.LOADED, 0),
        failed=count.get(BatchState.FAILED, 0),
        lines=totals[0],
        events=totals[1],
        quarantined=totals[2],
        error=error or "",
    )
