"""The benches run, count exactly and print what the contract says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.slow
@pytest.mark.store
def test_ingest_prints_exact_counts_beside_its_peers() -> None:
    """bench/ingest.py ends with one JSON object that has the rate, DuckDB beside it, and exact counts."""
    command = [
        sys.executable,
        str(BENCH / "ingest.py"),
        "--json",
        "--lines",
        "4000",
        "--batch",
        "2000",
        "--repeat",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["lines"] == 4000
    assert result["exact"] is True
    assert result["events_per_second"] > 0
    assert result["peers"]["duckdb"]["exact"] is True


@pytest.mark.slow
@pytest.mark.store
def test_round_prints_milliseconds() -> None:
    """bench/round.py ends with one JSON object that has the median round, with no line lost."""
    command = [sys.executable, str(BENCH / "round.py"), "--json", "--rounds", "1", "--interval", "0.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["exact"] is True
    assert result["milliseconds"] > 0
