"""Events a second from bytes in to events, totals and account, beside DuckDB on the same lines in the same run.

    python bench/ingest.py --json [--format suricata_eve|rfc5424|mixed] [--lines 300000] [--batch 100000] [--repeat 3]

Every peer runs in a process of its own, the peers take turns, medians count. The last line on standard output is one JSON
object. Exit code 1 when a count was not exact.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import corpus
from effort import in_child, machine, told

PEERS = ("secmon", "secmon_store_only", "duckdb")


def run(name: str, folder: Path, batch: int) -> dict[str, Any]:
    """One peer once over the corpus."""
    if name == "duckdb":
        return in_child("duckdb_chain.py", str(folder))
    return in_child("chain.py", "whole" if name == "secmon" else "store", str(folder), str(batch))


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of a peer's runs."""
    return {
        "events_per_second": round(median(one["lines"] / one["seconds"] for one in runs)),
        "cpu_microseconds_per_event": round(median(one["cpu_seconds"] / one["lines"] * 1e6 for one in runs), 2),
        "rss_before_mb": round(median(one["rss_before_mb"] for one in runs)),
        "rss_peak_mb": round(max(one["rss_peak_mb"] for one in runs)),
        "exact": all(one["exact"] for one in runs),
    }


def main() -> int:
    """Write the corpus, let the peers take turns, print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result on one line instead of indented")
    parser.add_argument("--format", choices=tuple(corpus.MIXTURES), default="mixed")
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="secmon-bench-") as name:
        folder = Path(name)
        told.print(f"writing {given.lines:,} lines ({given.format}) ...")
        size = corpus.write(folder, given.format, given.lines)
        runs: dict[str, list[dict[str, Any]]] = {peer: [] for peer in PEERS}
        for turn in range(given.repeat):
            for peer in PEERS:
                one = run(peer, folder, given.batch)
                runs[peer].append(one)
                told.print(f"{turn + 1}/{given.repeat} {peer}: {one['lines'] / one['seconds']:,.0f} events/s")
    peers = {peer: summary(found) for peer, found in runs.items()}
    own = peers.pop("secmon")
    result = {
        "bench": "ingest",
        "format": given.format,
        "lines": given.lines,
        "bytes": size,
        "batch": given.batch,
        "repeat": given.repeat,
        "machine": machine(),
        **own,
        "peers": peers,
        "ratio_to_duckdb": round(own["events_per_second"] / peers["duckdb"]["events_per_second"], 3),
    }
    print(json.dumps(result, indent=None if given.json else 2))
    return 0 if own["exact"] and all(peer["exact"] for peer in peers.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
