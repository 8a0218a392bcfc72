"""One peer, in a process of its own: a corpus through secmon's own path into an empty store.

`whole` is what happens to collected lines: pages are split, put together, spooled (fsync) and journalled; the loader reads
the spool, inserts and checks the account. One batch is prepared while the one before it is loaded, as in
`secmon.pipeline.backfill`. `store` goes without spool and journal: split, put together, insert.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import corpus
from effort import measure
from secmon.db.database import Database
from secmon.ingest import batch_journal
from secmon.ingest.transports.page import split_lines
from secmon.pipeline.load import Loader
from secmon.pipeline.record_batch import spool_batch
from secmon.store.client import Store
from secmon.store.load import Lines, insert_table, table_of
from secmon.store.migrate import migrate

_COUNTS = """
SELECT (SELECT count() FROM events), (SELECT sum(events) FROM events_15m), (SELECT sum(events) FROM intake),
       (SELECT count() FROM quarantine), (SELECT sum(quarantined) FROM intake)
"""


def main() -> None:
    """Print lines, exactness and effort as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("whole", "store"))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("batch", type=int)
    given = parser.parse_args()
    lines = sum(stretch.lines for stretch in corpus.stretches(given.corpus))
    with tempfile.TemporaryDirectory(prefix="secmon-bench-") as folder:
        data = Path(folder)
        store, db = Store(f"chdb://{data / 'store'}"), Database(f"sqlite:///{data / 'desk.sqlite3'}")
        migrate(store)
        db.migrate()
        if given.way == "whole":
            loader = Loader(store, db, data / "spool", _now)
            _, effort = measure(lambda: _whole(loader, given.corpus, given.batch))
        else:
            _, effort = measure(lambda: _store_only(store, given.corpus, given.batch))
        exact = exact_counts(store, lines)
        store.close()
        db.close()
    print(json.dumps({"lines": lines, "exact": exact, **asdict(effort)}))


def exact_counts(store: Store, lines: int) -> bool:
    """Every line is one event, and the totals and the account say so too (the simulator writes no bad line)."""
    return store.rows(_COUNTS) == [(lines, lines, lines, 0, 0)]


def batches(folder: Path, size: int) -> Iterator[list[Lines]]:
    """The corpus in batches of `size` lines, each page split as the collector does it."""
    files = {name: path.open("rb") for name, path in corpus.paths(folder).items()}
    batch, room = list[Lines](), size
    for page in corpus.stretches(folder):
        files[page.format].seek(page.start)
        lines = split_lines(files[page.format].read(page.end - page.start))
        while lines:
            taken, lines = lines[:room], lines[room:]
            batch.append(Lines(page.site, page.feed, page.format, page.received_at, taken))
            room -= len(taken)
            if not room:
                yield batch
                batch, room = [], size
    if batch:
        yield batch
    for file in files.values():
        file.close()


def _whole(loader: Loader, folder: Path, size: int) -> None:
    with ThreadPoolExecutor(1) as background:
        loading: Future[int] | None = None
        for rows in map(table_of, batches(folder, size)):
            batch_journal.add_batch(loader.db, spool_batch(loader.spool, rows, _now()))
            del rows  # as the collector, which keeps nothing of a round that is spooled
            if loading is not None:
                loading.result()
            loading = background.submit(loader.drain)
        if loading is not None:
            loading.result()


def _store_only(store: Store, folder: Path, size: int) -> None:
    for number, rows in enumerate(map(table_of, batches(folder, size))):
        insert_table(store, f"bench-{number}", rows)
        del rows


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
