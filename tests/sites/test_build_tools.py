"""Committed files are what the build tools build."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"
NAMES = ("build_registry", "build_geometry", "build_hexmap")
PROGRAM = """
import sys
from importlib import import_module

sys.argv = ["build", "--check"]
for name in {names}:
    print(name, import_module(name).main(), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def said() -> list[str]:
    """Lines of all tools, run in one process: two of them need the same coverage, which takes half a minute."""
    command = [sys.executable, "-c", PROGRAM.format(names=NAMES)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=TOOLS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("tool", NAMES)
def test_committed_files_are_up_to_date(said: list[str], tool: str) -> None:
    """Rebuilding in memory gives the committed bytes."""
    assert f"{tool} 0" in said, said
