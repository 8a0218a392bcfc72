"""A centre to compose digests for: a desk, a store with events of two days, and the sources over both."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrated_database import migrated_database
from secmon.alerts import queries as alert_queries
from secmon.alerts.triage import FoundGroup, triage
from secmon.db.audit_log import Actor
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.feed_health.health import FeedReport, HealthLimits, feed_reports
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult
from secmon.pipeline.load import Loader
from secmon.pipeline.record_batch import spool_batch
from secmon.reports.content.sources import Sources
from secmon.reports.delivery.recipients import Recipient, save
from secmon.sites.registry import load_provinces, load_sites
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.store.load import Lines, table_of
from secmon.taxonomy import AttackType, Severity

NOW = datetime(2026, 12, 31, 23, 10, tzinfo=UTC)
"""Ten past eight on New Year's Day in Korea."""
YESTERDAY = datetime(2026, 12, 31, 3, tzinfo=UTC)
KIM = Actor("operator1", "127.0.0.1")
FEEDS = tuple((site.code, "ids", "suricata_eve") for site in load_sites())
HOSTILE = "<script>alert(1)</script> #read(\"/etc/passwd\") =cmd|' /C calc'!A1 $x$ *bold* {{7*7}}"


@dataclass(frozen=True, slots=True)
class Titles:
    """What a rule is called."""

    title_ko: str
    title_en: str


def desk_in(folder: Path) -> Database:
    """An empty desk."""
    return migrated_database(folder / "desk.sqlite3")


def sources_over(store: Store, db: Database, clock: Callable[[], datetime] = lambda: NOW) -> Sources:
    """Sources at a clock."""

    def reports() -> Sequence[FeedReport]:
        return feed_reports(db, FEEDS, HealthLimits(5400.0, 10_800.0), clock())

    rules = {"guessing": Titles("대입 공격", "Guessing"), "hostile": Titles(HOSTILE, HOSTILE)}
    tiles = [(site.code, float(number % 15), float(number // 15)) for number, site in enumerate(load_sites())]
    return Sources(store, db, load_sites(), load_provinces(), rules, reports, tiles, simulated=True)


def fill(store: Store, db: Database, folder: Path, sites: Sequence[str], *, number: int = 30) -> None:
    """Events of yesterday, and half as many of the day before, at these sites: of all seven types in turn."""
    folder.mkdir(exist_ok=True)
    loader = Loader(store, db, folder, lambda: NOW)
    parts = []
    for place, site in enumerate(sites):
        lines = [_line(YESTERDAY + timedelta(minutes=7 * one), place, one) for one in range(number)]
        lines += [_line(YESTERDAY - timedelta(days=1, minutes=7 * one), place, one) for one in range(number // 2)]
        parts.append(Lines(site, "ids", "suricata_eve", NOW - timedelta(minutes=2), lines))
    spooled = spool_batch(folder, table_of(parts), NOW - timedelta(minutes=2))
    results = [FeedResult(p.site, p.feed, p.format, p.received_at, cursor="c", lines=len(p.lines)) for p in parts]
    batch_journal.record_round(db, spooled, results)
    assert loader.drain() == spooled.lines


def alerts_at(
    db: Database,
    sites: Sequence[str],
    *,
    severity: int = Severity.HIGH,
    at: datetime = YESTERDAY,
    rule: str = "guessing",
    actor: str = "203.0.113.9",
) -> list[int]:
    """New alerts, one a site."""
    groups = [
        FoundGroup(rule, site, actor, False, severity, "malware", "campaign-1", len(sites), 1, 1, at, at)
        for site in sites
    ]
    triage(db, groups, [], quiet=timedelta(hours=6), now=at)
    return [alert.id for alert in reversed(alert_queries.alerts_page(db, EVERYTHING, limit=len(sites)))]


def enter(db: Database, name: str, kinds: Sequence[str], **more: object) -> Recipient:
    """A recipient of these kinds by mail, unless `more` says otherwise."""
    one = Recipient(0, name, "mail", f"{name}@city.example", "ko", "", tuple(kinds))
    return save(Change(db, EVERYTHING, KIM, NOW), replace(one, **more))  # type: ignore[arg-type]  # fields of a recipient


def _line(at: datetime, place: int, number: int) -> bytes:
    types = [str(name) for name in AttackType]
    alert = {
        "action": "allowed",
        "signature_id": 9000001,
        "signature": "probe",
        "category": "",
        "severity": 2,
        "metadata": {"attack_type": [types[number % 7]]},
    }
    return json.dumps(
        {
            "timestamp": at.isoformat(),
            "flow_id": 1,
            "event_type": "alert",
            "src_ip": f"203.0.113.{1 + place % 200}",
            "src_port": 40022,
            "dest_ip": "10.1.1.10",
            "dest_port": 80,
            "proto": "TCP",
            "alert": alert,
        }
    ).encode()
