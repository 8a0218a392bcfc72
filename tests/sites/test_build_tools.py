"""What is committed is what the build tools build."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["build_registry.py", "build_geometry.py", "build_hexmap.py"])
def test_committed_files_are_up_to_date(tool: str) -> None:
    """Rebuilding in memory gives the committed bytes."""
    run = subprocess.run([sys.executable, ROOT / "tools" / tool, "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
