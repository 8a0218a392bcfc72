"""Detection: our rules over real log lines, beside per-rule SQL on SQLite and per-rule queries on DuckDB.

    python bench/detect.py --json [--lines 400000] [--repeat 3] [--rules 200,1000]

The same events and the same rules in one run, one engine after the other in one process. 200 are the first of our own
single-event rules; 1,000 are all of our own and copies of them in whose texts a letter and a number are put in, so that they
look for as much and find nothing. Both peers read the SQL of pysigma-backend-sqlite, one query a rule with its log source as
a condition before it; for DuckDB LIKE becomes ILIKE and REGEXP a function. Their table has just the columns that rules name,
parts of texts taken out beforehand. Events a second and core are events by processor seconds of all threads. `hits_equal` is
the share of a peer's rules that find as many events as ours. The last line on standard output is one JSON object.
"""

import argparse
import copy
import json
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import duckdb
import pandas as pd
from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation
from sigma.rule import SigmaRule

import corpus
from effort import machine, told
from secmon.detection.correlation.engine import all_candidates, correlate
from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.engine.prefilter import Candidates
from secmon.detection.engine.run_report import MatchReport
from secmon.detection.sigma.backend import ClickHouseBackend
from secmon.detection.sigma.compile import compile_rule, log_source_of, plan
from secmon.detection.sigma.field_mapping import LogSource, log_sources
from secmon.detection.sigma.rule import Rule
from secmon.detection.sigma.ruleset import RuleSet, load_rules
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines
from secmon.store.scratch import scratch_store

_T = TypeVar("_T")
_BATCH = "b1"
_AT_ONCE = 25_000  # events exported together: the engine's memory is that of a small machine
_WORD = re.compile(r"[A-Za-z]{4}")
_REGEXP = re.compile(r"([\w`\"]+) REGEXP ('(?:[^']|'')*')")


@dataclass(frozen=True)
class Events:
    """What is in the store: how many, from when to when they were received, and the processor seconds it took."""

    number: int
    received: tuple[Any, Any]
    ingest_cpu: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="only the JSON object on standard output")
    parser.add_argument("--lines", type=int, default=400_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--rules", default="200,1000")
    parser.add_argument("--round", type=int, default=300, help="events of the round whose added latency is told")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="secmon-bench-") as folder, scratch_store() as engine:
        parts = list(lines(Path(folder), given.lines))
        result = {
            "lines": given.lines,
            "machine": machine(),
            "own_rules": own_rules(engine, parts, given.repeat, given.round),
            "sizes": [size(engine, parts, int(number), given.repeat) for number in given.rules.split(",")],
        }
    result["events_per_second"] = result["sizes"][0]["events_per_second_and_core"]
    print(json.dumps(result))


def lines(folder: Path, number: int) -> Iterator[Lines]:
    """Mixed lines of all feeds as they are collected."""
    corpus.write(folder, "mixed", number)
    files = {name: path.read_bytes() for name, path in corpus.paths(folder).items()}
    for one in corpus.stretches(folder):
        found = files[one.format][one.start : one.end].split(b"\n")[:-1]
        yield Lines(one.site, one.feed, one.format, one.received_at, found)


def own_rules(engine: Store, parts: Sequence[Lines], repeat: int, few: int) -> dict[str, Any]:
    """Our whole rule set, correlations too: its share of the processor beside ingest, and what a small round waits."""
    rules = load_rules()
    with scratch_store(beside=engine) as store:
        events = load(store, parts)
        cpu = [spent(partial(detect, store, rules, events, at))[1] for at in range(repeat)]
    with scratch_store(beside=engine) as store:
        some = load(store, _few(parts, few))
        waits = [timed(partial(detect, store, rules, some, at)) for at in range(repeat)]
    return {
        "rules": len(rules.rules),
        "correlations": len(rules.correlations),
        "ingest_cpu_seconds": round(events.ingest_cpu, 2),
        "detect_cpu_seconds": round(min(cpu), 2),
        "share_of_ingest_cpu": round(min(cpu) / events.ingest_cpu, 3),
        "round_events": some.number,
        "round_seconds": round(min(waits), 2),
    }


def size(engine: Store, parts: Sequence[Lines], number: int, repeat: int) -> dict[str, Any]:
    """So many rules on each engine."""
    rules = RuleSet(tuple(some_rules(number)), (), ())
    with scratch_store(beside=engine) as store:
        events = load(store, parts)
        with_filter = [spent(partial(find, store, rules, events, at)) for at in range(repeat)]
        hits = {one.name: one.matches + one.held_back for one in with_filter[-1][0].outcomes}
        without = [spent(partial(unfiltered, store, rules, events, 100 + at)) for at in range(repeat)]
        told.print(f"{number} rules: exported to the peers")
        queries = dict(peer_queries(rules.rules))
        table = export(store, rules.rules)
    answer: dict[str, Any] = {
        "rules": number,
        "events": events.number,
        "events_per_second_and_core": per_core(events, [cpu for _, cpu in with_filter]),
        "without_prefilter": per_core(events, [cpu for _, cpu in without]),
        "same_hits_without_prefilter": hits == {o.name: o.matches + o.held_back for o in without[-1][0].outcomes},
        "findings": sum(hits.values()),
        "peers": {},
    }
    for name, run in (("sqlite", on_sqlite), ("duckdb", on_duckdb)):
        told.print(f"{number} rules on {name}")
        counted, cpu = run(table, queries)
        equal = sum(hits[rule] == count for rule, count in counted.items())
        answer["peers"][name] = {
            "events_per_second_and_core": round(events.number / cpu),
            "rules_run": len(counted),
            "rules_left_out": number - len(counted),
            "hits_equal": round(equal / max(1, len(counted)), 3),
            "ratio": round(answer["events_per_second_and_core"] / (events.number / cpu), 1),
        }
    return answer


def load(store: Store, parts: Sequence[Lines]) -> Events:
    """Put the lines through the chain as one batch."""
    _, cpu = spent(lambda: insert_lines(store, _BATCH, parts))
    times = [part.received_at for part in parts]
    ((number,),) = store.rows("SELECT count() FROM events")
    return Events(int(number), (min(times), max(times)), cpu)


def find(store: Store, rules: RuleSet, events: Events, at: int, can: Candidates | None = None) -> MatchReport:
    """One pass of the single-event rules; each with a time of its own, as runs have."""
    batches = Batches.of([_BATCH], *events.received)
    return match_events(store, rules, batches, events.received[1] + timedelta(seconds=at + 1), can=can)


def unfiltered(store: Store, rules: RuleSet, events: Events, at: int) -> MatchReport:
    """The same with every rule asked, as it was before there was a prefilter."""
    whole = Candidates(plan(rules).every, frozenset(source.name for source in log_sources()))
    return find(store, rules, events, at, whole)


def detect(store: Store, rules: RuleSet, events: Events, at: int) -> None:
    """What a round does: rules, then correlations."""
    now = events.received[1] + timedelta(seconds=at + 1)
    batches = Batches.of([_BATCH], *events.received)
    can = all_candidates(store, rules, batches)
    match_events(store, rules, batches, now, can=can)
    correlate(store, rules, batches, now, can=can)


def some_rules(number: int) -> Iterator[Rule]:
    """Our own rules, and copies of them that look for other texts."""
    own = load_rules().rules
    for place in range(number):
        rule = own[place % len(own)]
        yield rule if place < len(own) else varied(rule, place // len(own))


def varied(rule: Rule, edition: int) -> Rule:
    """The rule with a letter and the edition's number after the first four letters of each of its texts."""
    text = json.dumps(rule.sigma.to_dict()["detection"])
    document = copy.deepcopy(rule.sigma.to_dict()) | {"detection": json.loads(text)}
    document["detection"] = _varied(document["detection"], edition)
    name = f"{rule.name}-{edition}"
    document["id"] = str(uuid5(NAMESPACE_URL, name))
    sigma = SigmaRule.from_dict(document)
    changed = replace(rule, id=document["id"], name=name, sigma=sigma)
    compile_rule(changed)
    return changed


def _varied(value: Any, edition: int) -> Any:
    if isinstance(value, dict):
        return {key: one if key == "condition" else _varied(one, edition) for key, one in value.items()}
    if isinstance(value, list):
        return [_varied(one, edition) for one in value]
    return _WORD.sub(lambda found: f"{found[0]}q{edition}", value, count=1) if isinstance(value, str) else value


def peer_queries(rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """Each rule as the SQLite backend writes it, with the columns of the exported table."""
    for rule in rules:
        source = log_source_of(rule)
        mapping: dict[str | None, str | list[str]] = {field: _column(source, field) for field in fields(rule)}
        pipeline = ProcessingPipeline([ProcessingItem(FieldMappingTransformation(mapping))])
        try:
            [sql] = sqliteBackend(pipeline).convert(  # type: ignore[no-untyped-call]  # the peer has no types
                SigmaCollection([copy.deepcopy(rule.sigma)])
            )
        except SigmaError as error:
            told.print(f"left out of the peers: {rule.name}: {error}")
            continue
        yield rule.name, f"SELECT count(*) FROM logs WHERE {_source(source)} AND ({sql.partition(' WHERE ')[2]})"


def fields(rule: Rule) -> set[str]:
    """Every field that a rule names."""
    found: set[str] = set()

    def walk(items: Any) -> None:
        for item in items:
            if hasattr(item, "detection_items"):
                walk(item.detection_items)
            elif item.field:
                found.add(item.field)
            for value in getattr(item, "value", ()):
                if hasattr(value, "field") and isinstance(value.field, str):
                    found.add(value.field)

    walk(rule.sigma.detection.detections.values())
    return found


def _column(source: LogSource, field: str) -> str:
    return f"f_{source.name}_{re.sub(r'[^0-9A-Za-z]', '_', field)}"


def _source(source: LogSource) -> str:
    return f"s_{source.name} = 1"


def export(store: Store, rules: Sequence[Rule]) -> pd.DataFrame:
    """The events with a column for each log source and each field that a rule names; absent is NULL."""
    columns: dict[str, str] = {}
    for rule in rules:
        source = log_source_of(rule)
        backend = ClickHouseBackend(source)
        columns[f"s_{source.name}"] = f"toUInt8({source.predicate})"
        for field in fields(rule):
            column = backend.column(field)
            columns[_column(source, field)] = f"nullIf({column.sql}, {0 if column.number else chr(39) * 2})"
    picked = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    ((last,),) = store.rows("SELECT max(seq) FROM events")
    sql = f"SELECT {picked} FROM events WHERE seq >= {{start:UInt32}} AND seq < {{end:UInt32}}"
    starts = range(0, int(last) + 1, _AT_ONCE)
    return pd.concat([store.frame(sql, {"start": start, "end": start + _AT_ONCE}) for start in starts])


def on_sqlite(table: pd.DataFrame, queries: dict[str, str]) -> tuple[dict[str, int], float]:
    """Every query once on a table in memory whose texts ignore letter case, regular expressions by Python."""
    with sqlite3.connect(":memory:") as connection:
        names = [f'"{name}" {"INTEGER" if table[name].dtype != object else "TEXT"} COLLATE NOCASE' for name in table]
        connection.execute(f"CREATE TABLE logs ({', '.join(names)})")
        places = ", ".join("?" * len(table.columns))
        plain = table.astype(object).where(table.notna(), None)
        connection.executemany(f"INSERT INTO logs VALUES ({places})", plain.itertuples(index=False, name=None))
        compiled: dict[str, re.Pattern[str]] = {}

        def regexp(pattern: str, value: Any) -> bool:
            expression = compiled.get(pattern) or compiled.setdefault(pattern, re.compile(pattern))
            return value is not None and expression.search(str(value)) is not None

        connection.create_function("REGEXP", 2, regexp, deterministic=True)
        return run(queries, lambda sql: int(connection.execute(sql).fetchone()[0]), sqlite3.Error)


def on_duckdb(table: pd.DataFrame, queries: dict[str, str]) -> tuple[dict[str, int], float]:
    """Every query once; LIKE is made to ignore letter case, REGEXP is RE2."""
    with duckdb.connect() as connection:
        connection.register("frame", table)
        connection.execute("CREATE TABLE logs AS SELECT * FROM frame")

        def count(sql: str) -> int:
            text = _REGEXP.sub(r"regexp_matches(\1, \2)", sql).replace(" LIKE ", " ILIKE ").replace("`", '"')
            row = connection.execute(text.replace("), 0)", "), false)")).fetchone()
            assert row is not None
            return int(row[0])

        return run(queries, count, duckdb.Error)


def run(queries: dict[str, str], count: Callable[[str], int], problem: type[Exception]) -> tuple[dict[str, int], float]:
    """What each query that runs counts, and the processor seconds of all of them."""
    counted: dict[str, int] = {}
    began = time.process_time()
    for name, sql in queries.items():
        try:
            counted[name] = count(sql)
        except (problem, re.error) as error:
            told.print(f"left out: {name}: {str(error)[:120]}")
    return counted, time.process_time() - began


def spent(work: Callable[[], _T]) -> tuple[_T, float]:
    """The result and the processor seconds of all threads."""
    began = time.process_time()
    return work(), time.process_time() - began


def timed(work: Callable[[], object]) -> float:
    """The seconds on the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def per_core(events: Events, cpu: Sequence[float]) -> int:
    """Events by processor second of the best pass."""
    return round(events.number / min(cpu))


def _few(parts: Sequence[Lines], number: int) -> list[Lines]:
    """One in so many lines of each part, until there are that many."""
    total = sum(len(part.lines) for part in parts)
    step = max(1, total // number)
    thin = (replace(part, lines=part.lines[::step]) for part in parts)
    return [part for part in thin if part.lines]


if __name__ == "__main__":
    main()
