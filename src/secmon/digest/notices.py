"""Immediate notices: what is new of a topic since the last one, as one notice with a count, however much it is.

What was told is kept beside the notice in one transaction, so that a crash neither repeats it nor leaves it out. After
a notice of a topic the next waits PAUSE; what comes meanwhile goes into it together.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from secmon.alerts import request
from secmon.alerts.desk import Desk
from secmon.alerts.feed_health import FeedReport, Health
from secmon.alerts.measure import Period
from secmon.alerts.models import Alert, AlertStatus
from secmon.alerts.outbox import enqueue
from secmon.digest.compose import keep, letter_to
from secmon.digest.documents import documents
from secmon.digest.facts import Facts, Json
from secmon.digest.models import DigestMark
from secmon.digest.period import Due, Kind
from secmon.digest.recipients import Recipient, recipients
from secmon.digest.source import Sources
from secmon.sites.scope import EVERYTHING
from secmon.taxonomy import Severity

PAUSE = timedelta(minutes=10)
_SHOWN = 25
_SILENT = {Health.SILENT, Health.FAILING, Health.NEVER_SEEN}


@dataclass(frozen=True, slots=True)
class News:
    """What is new of a topic: `items` to tell of, the worst first, and `told`, what is known from then on."""

    topic: str
    items: Sequence[Json]
    told: Sequence[str | int]


def notify(sources: Sources, now: datetime) -> int:
    """Compose the notices that are due and put them into the outbox; returns how many."""
    made = 0
    everybody = recipients(sources.desk)
    for topic, look in (("critical", _critical), ("silent", _silent), ("overdue", _overdue)):
        mark = _mark(sources.desk, topic)
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


def _mark(desk: Desk, topic: str) -> _Mark | None:
    with desk.session() as session:
        row = session.get(DigestMark, topic)
        if row is None:
            return None
        kept = json.loads(row.told)
        return _Mark(tuple(kept["told"]), bool(kept["noticed"]), row.told_at)


def _critical(sources: Sources, mark: _Mark | None, now: datetime) -> News:
    """Critical alerts opened since the last look; at the very first one only from then on."""
    with sources.desk.session() as session:
        newest = int(session.scalar(select(func.max(Alert.id))) or 0)
        if mark is None:
            return News("critical", (), (newest,))
        query = select(Alert).where(
            Alert.id > int(mark.told[0]), Alert.id <= newest, Alert.severity >= Severity.CRITICAL,
            Alert.status != AlertStatus.CLOSED, Alert.merged_into.is_(None),
        )  # fmt: skip
        rows = session.scalars(query.order_by(Alert.priority.desc(), Alert.id)).all()
    items = [
        {"site": row.site, "title": sources.title(row.rule_id), "severity": row.severity, "alert": row.id,
         "first": row.first_time.isoformat(), "held_back": row.held_back}
        for row in rows
    ]  # fmt: skip
    return News("critical", items, (newest,))


def _silent(sources: Sources, mark: _Mark | None, now: datetime) -> News:
    """Feeds that are silent and were not; one that came back may be told of again."""
    reports: Sequence[FeedReport] = sources.once("reports", sources.reports)
    silent = {f"{one.site}/{one.feed}": one for one in reports if one.health in _SILENT}
    known = {*mark.told} if mark else {*silent}
    items = [
        {"site": one.site, "feed": one.feed, "health": str(one.health),
         "since": one.line_at.isoformat() if one.line_at else None}
        for name, one in sorted(silent.items()) if name not in known
    ]  # fmt: skip
    return News("silent", items, tuple(sorted(silent)))


def _overdue(sources: Sources, mark: _Mark | None, now: datetime) -> News:
    """Requests whose answer is late and was not."""
    late = request.overdue(sources.desk, EVERYTHING, now)
    known = {*mark.told} if mark else {row.id for row in late}
    items = [
        {"site": row.site, "title": {"ko": row.title_ko, "en": row.title_en}, "state": row.state, "request": row.id,
         "due": row.due.isoformat() if row.due else None}
        for row in late if row.id not in known
    ]  # fmt: skip
    return News("overdue", items, tuple(sorted(row.id for row in late)))


def _tell(sources: Sources, news: News, to: Sequence[Recipient], mark: _Mark | None, now: datetime) -> int:
    """Keep the notices of each scope that somebody has, their letters, and what is told now, in one transaction."""
    period = Period(mark.at if mark else now, now)
    made: list[tuple[Due, Facts, Mapping[str, Mapping[str, bytes]], Sequence[Recipient]]] = []
    for place in sorted({one.scope for one in to}):
        own = [item for item in news.items if sources.scope(place).covers(item["site"])]
        if own:
            those = [one for one in to if one.scope == place]
            facts = _facts(sources, news.topic, place, own, period)
            versions = {one.version for one in those}
            texts = {version: documents(facts, version) for version in sorted(versions)}
            made.append((Due(Kind.NOTICE, f"{place}", period), facts, texts, those))
    with sources.desk.begin() as session:
        for due, facts, kept, receivers in made:
            number = keep(session, due, facts, kept, now, urgent=True, key=f"notice:{news.topic}:{due.key}")
            for one in receivers:
                urgent = news.topic == "critical"
                enqueue(session, letter_to(number, one), now, now if urgent else one.free_from(now))
        _remember(session, news, now, noticed=bool(made))
    return len(made)


def _facts(sources: Sources, topic: str, place: str, items: Collection[Json], period: Period) -> Facts:
    number = sum(1 + one.get("held_back", 0) for one in items)  # a flood's alert stands for more than itself
    return Facts(
        kind=Kind.NOTICE, scope=place, begins=period.begins.isoformat(), ends=period.ends.isoformat(),
        composed_at=period.ends.isoformat(), late=False, simulated=sources.simulated, tlp=sources.tlp,
        notice={"topic": topic, "number": number, "sites": len({one["site"] for one in items}),
                "list": list(items)[:_SHOWN]},
    )  # fmt: skip


def _remember(session: Session, news: News, now: datetime, *, noticed: bool) -> None:
    told = json.dumps({"told": list(news.told), "noticed": noticed})
    row = session.get(DigestMark, news.topic)
    if row is None:
        session.add(DigestMark(topic=news.topic, told=told, told_at=now))
    else:
        row.told, row.told_at = told, now
