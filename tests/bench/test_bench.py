"""The benches run, count exactly and print what the contract says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from secmon.simulate.stream import FORMATS

BENCH = Path(__file__).parents[2] / "bench"
FIGURES = {"events_per_second", "cpu_microseconds_per_event", "rss_before_mb", "rss_peak_mb", "exact"}
PEERS = {"secmon_store_only", "duckdb", "postgresql", "tenzir", "syslog_ng"}


def run_bench(script: str, *arguments: str, cache: Path | None = None) -> dict[str, Any]:
    """The JSON that a bench prints; with an empty `cache` no fetched peer is found."""
    environment = {**os.environ, **({"SECMON_BENCH_CACHE": str(cache)} if cache else {})}
    command = [sys.executable, str(BENCH / script), "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def assert_whole(result: dict[str, Any], lines: int) -> None:
    """A comparison has its figures and ratios, exact counts, and every peer or why it was left out."""
    assert result["lines"] == lines
    assert result.keys() >= FIGURES
    assert result["exact"] is True
    assert result["events_per_second"] > 0
    assert result["peers"].keys() | result["left_out"].keys() == PEERS
    assert all(result["left_out"].values())
    for peer in result["peers"].values():
        assert peer.keys() >= FIGURES
        assert peer["exact"] is True
    assert result["ratios"].keys() == result["peers"].keys()
    assert result["ratio_to_duckdb"] == result["ratios"]["duckdb"]


@pytest.mark.slow
@pytest.mark.store
def test_ingest_prints_exact_counts_beside_its_peers(tmp_path: Path) -> None:
    """bench/ingest.py ends with one JSON object: mixed lines, exact, beside DuckDB and whoever else is there."""
    result = run_bench("ingest.py", "--lines", "2000", "--batch", "1000", "--repeat", "1", cache=tmp_path)
    assert result["format"] == "mixed"
    assert result["machine"]["cores"] > 0
    assert result["does"].keys() == PEERS | {"secmon"}
    assert result["left_out"]["tenzir"] == "no chain for mixed"
    assert_whole(result, 2000)


@pytest.mark.slow
@pytest.mark.store
def test_ingest_says_why_a_peer_is_left_out(tmp_path: Path) -> None:
    """Without --fetch nothing is fetched: programs that are not there are left out, with the reason."""
    arguments = ("--format", "suricata_eve", "--lines", "1000", "--batch", "1000", "--repeat", "1")
    result = run_bench("ingest.py", *arguments, cache=tmp_path)
    assert_whole(result, 1000)
    assert "--fetch" in result["left_out"]["tenzir"]
    assert "--fetch" in result["left_out"]["syslog_ng"]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.store
@pytest.mark.parametrize("name", sorted(FORMATS.values()))
def test_duckdb_takes_every_format_exactly(name: str, tmp_path: Path) -> None:
    """Each format of the simulator has a DuckDB chain that finds a time in every line."""
    script = (
        "import sys, duckdb_chain, corpus; from pathlib import Path; folder = Path(sys.argv[2]);"
        " corpus.write(folder, sys.argv[1], 1000); sys.argv = ['', str(folder)]; duckdb_chain.main()"
    )
    command = [sys.executable, "-c", script, name, str(tmp_path / "corpus")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=BENCH)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["lines"] == 1000
    assert result["exact"] is True


@pytest.mark.slow
@pytest.mark.store
def test_round_prints_its_length_cost_and_lag() -> None:
    """bench/round.py ends with one JSON object: the median round, its cost, its lag, and no line lost."""
    result = run_bench("round.py", "--rounds", "7", "--interval", "1", "--rate", "60")
    assert result["exact"] is True
    assert result["sites"] == 226
    assert result["feeds"] == 226 * 5
    assert result["rounds"] == 7  # the feeds asked every five seconds have their turn
    assert result["failed_feeds"] == 0
    assert 0 < result["round_seconds"]["median"] <= result["round_seconds"]["max"]
    assert result["cpu_microseconds_per_event"] > 0
    assert result["lag_seconds"]["event_to_centre"]["p95"] >= 0


@pytest.mark.slow
@pytest.mark.store
def test_detection_is_measured_beside_both_peers() -> None:
    """bench/detect.py runs the same rules on three engines; the peers and a run without prefilter find the same."""
    result = run_bench("detect.py", "--lines", "1500", "--repeat", "1", "--rules", "30", "--round", "100")
    own = result["own_rules"]
    assert own["rules"] > 200
    assert own["detect_cpu_seconds"] > 0
    assert own["round_seconds"] > 0
    [size] = result["sizes"]
    assert size["rules"] == 30
    assert size["same_hits_without_prefilter"] is True
    assert size["peers"].keys() == {"sqlite", "duckdb"}
    for peer in size["peers"].values():
        assert peer["rules_run"] + peer["rules_left_out"] == 30
        assert peer["hits_equal"] == 1.0
