"""Milliseconds of a collection round over 226 sites x 2 feeds from the real simulator, and of loading and detection.

    python bench/round.py --json [--rounds 6] [--rate 12] [--interval 5]

The last line on standard output is one JSON object. Exit code 1 when a line was lost.
"""

import argparse
import asyncio
import json
import socket
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from effort import machine, told
from secmon import demo
from secmon.alerts import journal
from secmon.app import open_centre
from secmon.instance import Instance
from secmon.jobs.watch import Watch
from secmon.settings import load_settings


async def rounds(watch: Watch, number: int, interval: float) -> list[dict[str, float]]:
    """Rounds as the schedule makes them, with what each took."""
    taken = []
    for turn in range(number):
        cpu = time.process_time()
        done = await watch.collect()
        collected, began = time.process_time() - cpu, time.perf_counter()
        await watch.load()
        loaded = time.perf_counter() - began
        taken.append({"round": done.seconds, "cpu": collected, "load": loaded, "lines": done.lines})
        told.print(f"{turn + 1}/{number} {done.lines} lines in {done.seconds:.2f} s, loaded in {loaded:.2f} s")
        await asyncio.sleep(interval)
    await watch.close()
    return taken


def measured(number: int, rate: float, interval: float) -> dict[str, Any]:
    """Rounds over a fresh centre and a simulator of its own; the first, which opens the connections, does not count."""
    with tempfile.TemporaryDirectory(prefix="secmon-bench-") as name:
        data = Path(name)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = int(found.getsockname()[1])
        options = demo.DemoOptions(0, timedelta(minutes=1), rate, 226, data)
        tokens = data / "simulator" / "tokens.csv"
        settings = load_settings(data=data, feeds=demo.feeds_at(port), token_file=tokens, collect_gzip=False)
        with (
            Instance(data) as instance,
            demo.simulator(options, settings, port),
            open_centre(settings, instance=instance) as centre,
        ):
            taken = asyncio.run(rounds(centre.watch, number + 1, interval))[1:]
            account = journal.backlog(centre.desk)
    return {
        "milliseconds": round(median(one["round"] for one in taken) * 1000),
        "cpu_milliseconds": round(median(one["cpu"] for one in taken) * 1000),
        "load_and_detect_milliseconds": round(median(one["load"] for one in taken) * 1000),
        "lines_a_round": round(median(one["lines"] for one in taken)),
        "exact": account.lines == account.events + account.quarantined,
        "peers": {},
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result on one line instead of indented")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--rate", type=float, default=12.0)
    parser.add_argument("--interval", type=float, default=5.0)
    given = parser.parse_args()
    result = {"bench": "round", "rate": given.rate, "machine": machine()}
    result |= measured(given.rounds, given.rate, given.interval)
    print(json.dumps(result, indent=None if given.json else 2))
    return 0 if result["exact"] else 1


if __name__ == "__main__":
    sys.exit(main())
