"""A data folder of the version before the packages were moved opens, and everything in it is still there.

The archive was made by that version (commit 8cdea32): 413 ingested lines (one unreadable), an account and a digest.
"""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ARCHIVE = Path(__file__).with_name("data_of_version_0.1.0.tar.xz")
SAMPLE = Path(__file__).parents[2] / "sample_logs" / "rfc5424" / "background.log"


def secmon(data: Path, *arguments: str | Path) -> str:
    """Run a command over the data folder; returns its standard output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECMON_")}
    command = [sys.executable, "-m", "secmon", *map(str, arguments), "--data", str(data), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.store
def test_a_data_folder_of_the_previous_version_opens(tmp_path: Path) -> None:
    """Events, quarantine, account and digest are found, and new lines are loaded beside the old ones."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    [loaded] = json.loads(secmon(tmp_path, "ingest", SAMPLE, "--site", "11110"))
    assert (loaded["events"], loaded["quarantined"]) == (200, 0)
    status = json.loads(secmon(tmp_path, "status"))
    assert (status["events"], status["quarantine"], status["balanced"]) == (612, 1, True)
    [account] = json.loads(secmon(tmp_path, "user", "list"))
    assert (account["name"], account["role"]) == ("kim", "supervisor")
    again = json.loads(secmon(tmp_path, "digest", "daily", "--date", "2026-11-29"))
    assert (again["id"], again["new"]) == (1, False)
