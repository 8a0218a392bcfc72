"""The README's commands as a newcomer meets them."""

import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]


def test_an_old_python_is_named_in_one_sentence(tmp_path: Path) -> None:
    """make demo with a Python before 3.11 says which one is needed and how to choose it."""
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2"\nexit 1\n')
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    done = subprocess.run(["make", "demo", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    first = done.stderr.splitlines()[0]
    assert first == (f"secmon needs Python 3.11 or newer, and '{old}' is Python 3.9.2: try make demo PYTHON=python3.11")


@pytest.mark.slow
@pytest.mark.store
def test_ctrl_c_at_a_terminal_ends_make_demo_with_0_and_leaves_nothing(tmp_path: Path) -> None:
    """make demo at a terminal: the wall's address is printed, Ctrl-C ends every process, make itself exits 0."""
    port = _free_port()
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background
        os.chdir(ROOT)
        arguments = f"--port {port} --data {tmp_path / 'data'} --history 2m --rate 5"
        os.execvp("make", ["make", "demo", f"ARGS={arguments}"])
    shown = _read_until(terminal, b"Ctrl-C stops everything", 120)
    assert f"http://127.0.0.1:{port}/" in shown
    started = {child.pid for child in psutil.Process(pid).children(recursive=True)}
    assert len(started) >= 2
    os.write(terminal, b"\x03")
    rest = _read_until(terminal, b"nothing is left running", 90)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, rest
    assert not [left for left in started if psutil.pid_exists(left)]
    assert not re.search(r"Traceback|<Debug>", shown + rest)


def _read_until(terminal: int, text: bytes, seconds: float) -> str:
    read, end = b"", time.monotonic() + seconds
    while text not in read and time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                read += os.read(terminal, 65536)
            except OSError:
                break
    plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", read).decode()
    assert text.decode() in plain, plain
    return plain


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
