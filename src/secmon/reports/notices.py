"""Immediate notices: all new items of a topic since the last notice, combined into one notice with a count.

The notified items are stored in the same transaction as the notice, so that a crash neither repeats nor omits
any. After a notice of a topic the next waits PAUSE; items that arrive in the meantime go into it together.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from secmon.db.database import Database
from secmon.db.models import Alert, AlertStatus
from secmon.feed_health.health import FeedReport, Health
from secmon.notifications.outbox import enqueue
from secmon.operations.metric_samples import Period
from secmon.reports.compose import letter_to, store_digest
from secmon.reports.content.facts import Facts, Json
from secmon.reports.content.kinds import NOTICE
from secmon.reports.content.models import DigestMark
from secmon.reports.content.schedule import Due
from secmon.reports.content.sources import Sources
from secmon.reports.delivery.recipients import Recipient, recipients
from secmon.reports.rendering.render import render_documents
from secmon.response.requests import request
from secmon.sites.scope import EVERYTHING
from secmon.taxonomy import Severity

PAUSE = timedelta(minutes=10)
_SHOWN = 25
_SILENT = {Health.SILENT, Health.FAILING, Health.NEVER_SEEN}


@dataclass(frozen=True, slots=True)
class NoticeTrigger:
    """New items of a topic: `items` to notify, worst first, and `told`, the notified state afterwards."""

    topic: str
    items: Sequence[Json]
    told: Sequence[str | int]


def notify(sources: Sources, now: datetime) -> int:
    """Compose the notices that are due and queue them in the outbox; return their number."""
    made = 0
    everybody = recipients(sources.db)
    for topic, look in (("critical", _critical), ("silent", _silent), ("overdue", _overdue)):
        mark = _mark(sources.db, topic)
        if mark is not None and mark.told and now - mark.at < PAUSE and mark.noticed:
            continue
        news = look(sources, mark, now)
        to = [one for one in everybody if topic in one.kinds]
        if mark is None or news.items or list(news.told) != list(mark.told):
            made += _tell(sources, news, to, mark, now)
    return made


@dataclass(frozen=True, slots=True)
class _Mark:
    told: tuple[str | int, ...]
    noticed: bool
    at: datetime


def _mark(db: Database, topic: str) -> _Mark | None:
    with db.session() as session:
        row = session.get(DigestMark, topic)
        if row is None:
            return None
        kept = json.loads(row.told)
        return _Mark(tuple(kept["told"]), bool(kept["noticed"]), row.told_at)


def _critical(sources: Sources, mark: _Mark | None, now: datetime) -> NoticeTrigger:
    """Find critical alerts opened since the last run; the first run only records the newest alert."""
    with sources.db.session() as session:
        newest = int(session.scalar(select(func.max(Alert.id))) or 0)
        if mark is None:
            return NoticeTrigger("critical", (), (newest,))
        query = select(Alert).where(
            Alert.id > int(mark.told[0]),
            Alert.id <= newest,
            Alert.severity >= Severity.CRITICAL,
            Alert.status != AlertStatus.CLOSED,
            Alert.merged_into.is_(None),
        )
        rows = session.scalars(query.order_by(Alert.priority.desc(), Alert.id)).all()
    items = [
        {
            "site": row.site,
            "title": sources.title(row.rule_id),
            "severity": row.severity,
            "alert": row.id,
            "first": row.first_time.isoformat(),
            "held_back": row.held_back,
        }
        for row in rows
    ]
    return NoticeTrigger("critical", items, (newest,))


def _silent(sources: Sources, mark: _Mark | None, now: datetime) -> NoticeTrigger:
    """Find feeds that became silent; a feed that recovered and falls silent again is notified again."""
    reports: Sequence[FeedReport] = sources.once("reports", sources.reports)
    silent = {f"{one.site}/{one.feed}": one for one in reports if one.health in _SILENT}
    known = {*mark.told} if mark else {*silent}
    items = [
        {
            "site": one.site,
            "feed": one.feed,
            "health": str(one.health),
            "since": one.line_at.isoformat() if one.line_at else None,
        }
        for name, one in sorted(silent.items())
        if name not in known
    ]
    return NoticeTrigger("silent", items, tuple(sorted(silent)))


def _overdue(sources: Sources, mark: _Mark | None, now: datetime) -> NoticeTrigger:
    """Find requests whose answer became overdue."""
    late = request.overdue_requests(sources.db, EVERYTHING, now)
    known = {*mark.told} if mark else {row.id for row in late}
    items = [
        {
            "site": row.site,
            "title": {"ko": row.title_ko, "en": row.title_en},
            "state": row.state,
            "request": row.id,
            "due": row.due.isoformat() if row.due else None,
        }
        for row in late
        if row.id not in known
    ]
    return NoticeTrigger("overdue", items, tuple(sorted(row.id for row in late)))


def _tell(sources: Sources, news: NoticeTrigger, to: Sequence[Recipient], mark: _Mark | None, now: datetime) -> int:
    """Store the notices of each scope with recipients, their letters, and the notified items, in one transaction."""
    period = Period(mark.at if mark else now, now)
    made: list[tuple[Due, Facts, Mapping[str, Mapping[str, bytes]], Sequence[Recipient]]] = []
    for place in sorted({one.scope for one in to}):
        own = [item for item in news.items if sources.scope(place).covers(item["site"])]
        if own:
            those = [one for one in to if one.scope == place]
            facts = _facts(sources, news.topic, place, own, period)
            versions = {one.version for one in those}
            texts = {version: render_documents(facts, version) for version in sorted(versions)}
            made.append((Due(NOTICE, place, period), facts, texts, those))
    with sources.db.begin() as session:
        for due, facts, kept, receivers in made:
            number = store_digest(session, due, facts, kept, now, urgent=True, key=f"notice:{news.topic}:{due.key}")
            for one in receivers:
                urgent = news.topic == "critical"
                enqueue(session, letter_to(number, one), now, now if urgent else one.free_from(now))
        _remember(session, news, now, noticed=bool(made))
    return len(made)


def _facts(sources: Sources, topic: str, place: str, items: Collection[Json], period: Period) -> Facts:
    # a flood-control alert also counts the alerts it holds back
    number = sum(1 + one.get("held_back", 0) for one in items)
    return Facts(
        kind=NOTICE,
        scope=place,
        begins=period.begins.isoformat(),
        ends=period.ends.isoformat(),
        composed_at=period.ends.isoformat(),
        late=False,
        simulated=sources.simulated,
        tlp=sources.tlp,
        notice={
            "topic": topic,
            "number": number,
            "sites": len({one["site"] for one in items}),
            "list": list(items)[:_SHOWN],
        },
    )


def _remember(session: Session, news: NoticeTrigger, now: datetime, *, noticed: bool) -> None:
    told = json.dumps({"told": list(news.told), "noticed": noticed})
    row = session.get(DigestMark, news.topic)
    if row is None:
        session.add(DigestMark(topic=news.topic, told=told, told_at=now))
    else:
        row.told, row.told_at = told, now
