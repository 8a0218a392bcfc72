"""Journal of batches and cursors: what was taken from the sites, and how far it got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, or_, select, update

from secmon.alerts.desk import Desk
from secmon.alerts.models import Batch, BatchState, FeedState


@dataclass(frozen=True, slots=True)
class FeedResult:
    """How one request to a feed ended: a new cursor and a number of lines, or an error."""

    site: str
    feed: str
    format: str
    asked_at: datetime
    cursor: str = ""
    lines: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Batches by state, and what the journal has counted since the beginning."""

    spooled: int
    undetected: int
    failed: int
    lines: int
    events: int
    quarantined: int
    error: str


def cursors(desk: Desk) -> dict[tuple[str, str], str]:
    """Cursor by (site, feed) for every feed that ever answered."""
    with desk.session() as session:
        return {(row.site, row.feed): row.cursor for row in session.execute(select(FeedState)).scalars()}


def record_round(desk: Desk, batch: Batch | None, results: Iterable[FeedResult]) -> None:
    """Journal a collection round: its batch and the feeds' new cursors, in one transaction."""
    with desk.begin() as session:
        if batch is not None:
            session.add(batch)
        known = {(row.site, row.feed): row for row in session.execute(select(FeedState)).scalars()}
        for result in results:
            feed = known.get((result.site, result.feed))
            if feed is None:
                feed = FeedState(
                    site=result.site,
                    feed=result.feed,
                    format=result.format,
                    since=result.asked_at,
                    cursor="",
                    lines=0,
                    failures=0,
                )
                known[result.site, result.feed] = feed
                session.add(feed)
            _apply(feed, result)


def _apply(feed: FeedState, result: FeedResult) -> None:
    feed.asked_at = result.asked_at
    if result.error:
        feed.failures += 1
        feed.error = result.error
        return
    feed.failures, feed.error, feed.format = 0, "", result.format
    feed.answered_at = result.asked_at
    feed.cursor = result.cursor
    if result.lines:
        feed.lines += result.lines
        feed.line_at = result.asked_at


def batches(desk: Desk, *states: BatchState, limit: int | None = None) -> Sequence[Batch]:
    """Batches in the given states, oldest first."""
    with desk.session() as session:
        return session.scalars(select(Batch).where(Batch.state.in_(states)).order_by(Batch.id).limit(limit)).all()


def add_batch(desk: Desk, batch: Batch) -> None:
    """Journal a batch that belongs to no feed (lines loaded by hand)."""
    record_round(desk, batch, ())


def mark_in_flight(desk: Desk, batch_id: str) -> int:
    """Say that the batch is about to enter the store; returns the number of this attempt."""
    with desk.begin() as session:
        batch = session.get_one(Batch, batch_id)
        batch.state, batch.attempts = BatchState.IN_FLIGHT, batch.attempts + 1
        return int(batch.attempts)


def mark_loaded(desk: Desk, batch_id: str, *, events: int, quarantined: int, at: datetime) -> None:
    """Say that every line of the batch is in the store."""
    with desk.begin() as session:
        batch = session.get_one(Batch, batch_id)
        batch.state, batch.loaded_at, batch.error = BatchState.LOADED, at, ""
        batch.events, batch.quarantined = events, quarantined


def loadable(desk: Desk, now: datetime, limit: int | None = None) -> Sequence[Batch]:
    """Spooled batches whose next try is due, oldest first."""
    due = or_(Batch.retry_at.is_(None), Batch.retry_at <= now)
    query = select(Batch).where(Batch.state == BatchState.SPOOLED, due).order_by(Batch.id).limit(limit)
    with desk.session() as session:
        return session.scalars(query).all()


def mark_unloaded(desk: Desk, batch_id: str, error: str, retry_at: datetime | None) -> None:
    """Say that nothing of the batch is in the store: try again then, or (None) park it for somebody to look at."""
    with desk.begin() as session:
        batch = session.get_one(Batch, batch_id)
        batch.state = BatchState.FAILED if retry_at is None else BatchState.SPOOLED
        batch.error, batch.retry_at = error, retry_at


def mark_repaired(desk: Desk, batch_ids: Sequence[str]) -> None:
    """Say that batches found in flight at the start were taken out of the store again."""
    with desk.begin() as session:
        session.execute(update(Batch).where(Batch.id.in_(batch_ids)).values(state=BatchState.SPOOLED))


def last_detection(desk: Desk) -> datetime:
    """Time of the newest detection run whose alerts are kept; 1970 when there was none."""
    with desk.session() as session:
        return session.scalar(select(func.max(Batch.detected_at))) or datetime.fromtimestamp(0, UTC)


def waiting(desk: Desk) -> int:
    """How many batches wait for the store."""
    query = select(func.count()).select_from(Batch).where(Batch.state.in_([BatchState.SPOOLED, BatchState.IN_FLIGHT]))
    with desk.session() as session:
        return int(session.scalar(query) or 0)


def backlog(desk: Desk) -> Backlog:
    """Where the batches stand, for the status and the health page."""
    with desk.session() as session:
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
    return Backlog(
        spooled=count.get(BatchState.SPOOLED, 0) + count.get(BatchState.IN_FLIGHT, 0),
        undetected=count.get(BatchState.LOADED, 0),
        failed=count.get(BatchState.FAILED, 0),
        lines=totals[0],
        events=totals[1],
        quarantined=totals[2],
        error=error or "",
    )
