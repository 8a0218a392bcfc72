"""Run commands of `secmon` for a test: in this process, or as a process of their own."""

import contextlib
import io
import os
import subprocess
import sys

import pytest

from forked_commands import run_forked
from secmon.cli.main import main

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SECMON_")}


def own_process(*arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a process of its own: for commands that open an event store."""
    return run_forked(*arguments, environment=ENVIRONMENT, timeout=timeout)


def in_process(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has loaded the program already: for refusals and the database alone."""
    out, err, given = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO(), (sys.argv, sys.stdin)
    sys.argv, sys.stdin = ["secmon", *map(str, arguments)], io.StringIO(stdin)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as end:
            main()
    finally:
        sys.argv, sys.stdin = given
    out.seek(0)
    return subprocess.CompletedProcess([], int(end.value.code or 0), out.read(), err.getvalue())


def assert_refused(done: subprocess.CompletedProcess[str], *words: str, code: int = 2) -> None:
    """Assert that the command printed one sentence with these words to stderr, and nothing else."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
