"""Files that are built once and committed: write them, or check that they are what the tool would write."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def parser(description: str) -> argparse.ArgumentParser:
    """Command line common to the build tools."""
    command = argparse.ArgumentParser(description=description)
    command.add_argument("--check", action="store_true", help="compare with the committed files only")
    return command


def settle(tool: str, built: Mapping[Path, bytes], *, check: bool) -> int:
    """Write the built files, or with `check` name those that differ; returns the exit code."""
    stale = [path for path, content in built.items() if not (path.is_file() and path.read_bytes() == content)]
    if check:
        for path in stale:
            stale_file = path.relative_to(ROOT)
            print(
                f"{stale_file} is not what {tool} builds; run python tools/{tool} and commit it",
                file=sys.stderr,
            )
        return 1 if stale else 0
    for path, content in built.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{path.relative_to(ROOT)}: {len(content):,} bytes")
    return 0
