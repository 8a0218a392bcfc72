"""Events a second from bytes in to events, totals and account, beside other programs on the same lines in the same run.

    python bench/ingest.py --json [--format NAME | --all] [--lines 300000] [--batch 100000] [--repeat 3] [--fetch]

`--format` is one of the simulator's formats or `mixed`, all its feeds in its own shares. Every peer runs in a process of
its own, the peers take turns, medians count. A peer that is not installed is left out and the result says why; `--fetch`
gets those that need not be installed (Tenzir, syslog-ng). The last line on standard output is one JSON object. Exit code 1
when a count was not exact.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import corpus
import installed
from effort import in_child, machine, told

_EVERY = frozenset(corpus.MIXTURES)


@dataclass(frozen=True, slots=True)
class Peer:
    """One way for the lines: the script that takes them, the formats it knows, and what it does."""

    name: str
    script: str
    arguments: tuple[str, ...]
    formats: frozenset[str]
    does: str


PEERS = (
    Peer("secmon", "chain.py", ("whole",), _EVERY, "split, spool with fsync, journal, load, check the account"),
    Peer("secmon_store_only", "chain.py", ("store",), _EVERY, "split, load; no spool and no journal"),
    Peer(
        "duckdb",
        "duckdb_chain.py",
        (),
        _EVERY,
        "whole file to a table of the main columns and the raw line, totals, checkpoint; no site, order, index,"
        " quarantine, account, class or remaining fields",
    ),
    Peer(
        "postgresql",
        "postgres_chain.py",
        (),
        _EVERY,
        "COPY of the file to jsonb (JSON) or to text cut into the main columns (others), totals, commits synced; no"
        " typed columns of JSON, site, index, quarantine or account",
    ),
    Peer(
        "tenzir",
        "tenzir_chain.py",
        (),
        frozenset({"suricata_eve", "rfc5424"}),
        "parse, main columns, Feather file, with its start; no raw line, totals, index, quarantine, account or sync",
    ),
    Peer(
        "syslog_ng",
        "syslog_ng_chain.py",
        (),
        frozenset({"suricata_eve", "rfc5424", "rfc3164"}),
        "parse, write to a file; no types, table, totals, index, quarantine, account or sync",
    ),
)


def absent(*, fetch: bool) -> dict[str, str]:
    """Why which peer is not there."""
    wanted: Mapping[str, Callable[[], object]] = {
        "postgresql": installed.postgresql,
        "tenzir": lambda: installed.tenzir(fetch=fetch),
        "syslog_ng": lambda: installed.syslog_ng(fetch=fetch),
    }
    reasons = {}
    for name, find in wanted.items():
        try:
            find()
        except installed.AbsentError as error:
            reasons[name] = str(error)
    return reasons


def run(peer: Peer, folder: Path, batch: int) -> dict[str, Any]:
    """One peer once over the corpus."""
    return in_child(peer.script, *peer.arguments, str(folder), *([str(batch)] if peer.script == "chain.py" else []))


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of a peer's runs; the memory before is 0 of a program that was started for the run."""
    return {
        "events_per_second": round(median(one["lines"] / one["seconds"] for one in runs)),
        "cpu_microseconds_per_event": round(median(one["cpu_seconds"] / one["lines"] * 1e6 for one in runs), 2),
        "rss_before_mb": round(median(one["rss_before_mb"] for one in runs)),
        "rss_peak_mb": round(max(one["rss_peak_mb"] for one in runs)),
        "exact": all(one["exact"] for one in runs),
        **({"version": runs[0]["version"]} if "version" in runs[0] else {}),
    }


def compare(name: str, lines: int, batch: int, repeat: int, missing: Mapping[str, str]) -> dict[str, Any]:
    """One corpus through every peer that knows it."""
    peers = [peer for peer in PEERS if name in peer.formats and peer.name not in missing]
    with tempfile.TemporaryDirectory(prefix="secmon-bench-") as text:
        folder = Path(text)
        told.print(f"writing {lines:,} lines ({name}) ...")
        size = corpus.write(folder, name, lines)
        runs: dict[str, list[dict[str, Any]]] = {peer.name: [] for peer in peers}
        for turn in range(repeat):
            for peer in peers:
                one = run(peer, folder, batch)
                runs[peer.name].append(one)
                told.print(f"{turn + 1}/{repeat} {name} {peer.name}: {one['lines'] / one['seconds']:,.0f} events/s")
    found = {peer: summary(done) for peer, done in runs.items()}
    own = found.pop("secmon")
    rate = own["events_per_second"]
    return {
        "format": name,
        "lines": lines,
        "bytes": size,
        **own,
        "peers": found,
        "left_out": {peer.name: _why_not(peer, name, missing) for peer in PEERS if peer.name not in runs},
        "ratios": {peer: round(rate / other["events_per_second"], 3) for peer, other in found.items()},
        "ratio_to_duckdb": round(rate / found["duckdb"]["events_per_second"], 3),
    }


def _why_not(peer: Peer, name: str, missing: Mapping[str, str]) -> str:
    return f"no chain for {name}" if name not in peer.formats else missing[peer.name]


def _exact(result: Mapping[str, Any]) -> bool:
    return bool(result["exact"]) and all(peer["exact"] for peer in result["peers"].values())


def main() -> int:
    """Compare what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result on one line instead of indented")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--format", choices=tuple(corpus.MIXTURES), default="mixed")
    which.add_argument("--all", action="store_true", help="every format, and mixed, in one result")
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--fetch", action="store_true", help="fetch Tenzir and syslog-ng when they are not there")
    given = parser.parse_args()
    missing = absent(fetch=given.fetch)
    names = tuple(corpus.MIXTURES) if given.all else (given.format,)
    before = machine()
    results = {name: compare(name, given.lines, given.batch, given.repeat, missing) for name in names}
    exact = all(_exact(result) for result in results.values())
    result = {
        "bench": "ingest",
        "batch": given.batch,
        "repeat": given.repeat,
        "machine": before,
        "does": {peer.name: peer.does for peer in PEERS},
        **({"lines": given.lines, "formats": results, "exact": exact} if given.all else results[given.format]),
    }
    print(json.dumps(result, indent=None if given.json else 2))
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
