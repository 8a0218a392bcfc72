"""Run `secmon` commands as processes forked from one that has imported the program already.

Importing costs three to four seconds of processor time in each process, more than most commands do afterwards. A forked
process has its own memory, standard streams, event store and exit code, as one that is started from a terminal has;
tests of the start itself and of signals start `python -m secmon`.
"""

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

_PRELOAD = (
    "secmon.cli.commands.backup",
    "secmon.cli.commands.collect",
    "secmon.cli.commands.digest",
    "secmon.cli.commands.parse",
    "secmon.cli.commands.rules",
    "secmon.cli.commands.serve",
    "secmon.cli.commands.status",
)


def run_forked(
    *arguments: object, environment: Mapping[str, str], stdin: str = "", timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a process of its own; raises TimeoutExpired as subprocess.run does."""
    with tempfile.TemporaryDirectory() as folder:
        given, out, err = (Path(folder, name) for name in ("stdin", "stdout", "stderr"))
        given.write_text(stdin, encoding="utf-8")
        command = ["secmon", *map(str, arguments)]
        request = {
            "arguments": command,
            "environment": {**environment},
            "cwd": str(Path.cwd()),
            "streams": [str(given), str(out), str(err)],
            "timeout": timeout,
        }
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        code = json.loads(server.stdout.readline())
        if code is None:
            raise subprocess.TimeoutExpired(command, timeout)
        return subprocess.CompletedProcess(
            command, code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        )


@lru_cache(maxsize=1)
def _server() -> subprocess.Popen[str]:
    """Start the process that has the program imported; it ends with this one, whose end of the pipe it reads."""
    server = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.wait()


def _serve() -> None:
    for name in _PRELOAD:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request)
        sys.stdout.write(json.dumps(_waited_for(child, request["timeout"])) + "\n")
        sys.stdout.flush()


def _waited_for(child: int, timeout: float) -> int | None:
    """Return the exit code of the child; kill it and return None once its time is over."""

    def over(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise TimeoutError

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except TimeoutError:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _become(request: dict[str, Any]) -> NoReturn:
    """Be the command: take its streams, environment and arguments, and end as the interpreter would."""
    for number, (path, flags) in enumerate(
        zip(request["streams"], (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT), strict=True)
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False) for number, mode in enumerate("rww")
    )
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["cwd"])
    sys.argv = request["arguments"]
    time.tzset()
    code = 1
    try:
        importlib.import_module("secmon.cli.main").main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except Exception:  # noqa: BLE001  # printed, as the interpreter does at its end
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve()
