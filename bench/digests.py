"""A monthly digest for each municipality in one run: seconds, CPU seconds and memory. Goal: 226 in 120 s and 1 GB."""

import argparse
import json
import resource
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from secmon.db.database import Database
from secmon.feed_health.health import FeedReport, HealthLimits, feed_reports
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult
from secmon.pipeline.load import Loader
from secmon.pipeline.record_batch import spool_batch
from secmon.reports.compose import compose, due_of
from secmon.reports.content.sources import Sources
from secmon.runtime.centre import assets_folder
from secmon.sites.registry import load_provinces, load_sites
from secmon.store.client import Store
from secmon.store.load import Lines, table_of
from secmon.store.scratch import scratch_store
from secmon.taxonomy import AttackType

NOW = datetime(2026, 12, 1, 0, 10, tzinfo=UTC)
_EVENTS = 400


def line(at: datetime, number: int) -> bytes:
    """An attempt as an intrusion detection tells it."""
    name = [*AttackType][number % 7]
    alert = {"signature_id": 1, "signature": "probe", "severity": 2, "metadata": {"attack_type": [name]}}
    event = {"timestamp": at.isoformat(), "event_type": "alert", "src_ip": f"203.0.113.{number % 250}", "alert": alert}
    return json.dumps({**event, "dest_ip": "10.1.1.10", "dest_port": 80, "proto": "TCP"}).encode()


def fill(store: Store, db: Database, spool: Path) -> None:
    """A month of events at every site."""
    times = [NOW - timedelta(hours=1.7 * number + 12) for number in range(_EVENTS)]
    lines = [line(at, number) for number, at in enumerate(times)]
    parts = [Lines(site.code, "ids", "suricata_eve", NOW, lines) for site in load_sites()]
    spooled = spool_batch(spool, table_of(parts), NOW)
    results = [FeedResult(p.site, p.feed, p.format, p.received_at, cursor="c", lines=len(p.lines)) for p in parts]
    batch_journal.record_round(db, spooled, results)
    Loader(store, db, spool, lambda: NOW).drain()


def measure(number: int) -> dict[str, float]:
    """Compose `number` of them in Korean, as the schedule does."""
    with TemporaryDirectory() as folder, scratch_store() as store:
        db = Database(f"sqlite:///{folder}/desk.sqlite3")
        db.migrate()
        spool = Path(folder) / "spool"
        spool.mkdir()
        fill(store, db, spool)
        feeds = [(site.code, "ids", "suricata_eve") for site in load_sites()]

        def reports() -> tuple[FeedReport, ...]:
            return feed_reports(db, feeds, HealthLimits(5400.0, 10_800.0), NOW)

        tiles = json.loads((assets_folder() / "geo" / "hexmap.json").read_text())["tiles"]
        places = [(tile["code"], tile["col"], tile["row"]) for tile in tiles]
        sources = Sources(store, db, load_sites(), load_provinces(), {}, reports, places)
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        for site in load_sites()[:number]:
            compose(sources, due_of("municipality", "2026-11-15", site.code, NOW), NOW, versions=("ko",))
        seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
        db.close()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "digests": number,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "milliseconds": round(1000 * seconds / number, 1),
        "peak_megabytes": after.ru_maxrss // 1024,
    }


def main() -> None:
    """Print one JSON object."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="accepted; the answer is JSON in any case")
    options.add_argument("--digests", type=int, default=len(load_sites()))
    print(json.dumps(measure(options.parse_args().digests)))


if __name__ == "__main__":
    main()
