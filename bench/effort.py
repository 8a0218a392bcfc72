"""What a piece of work takes: wall time, CPU time of all threads of its process, and memory."""

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import psutil
from rich.console import Console

_T = TypeVar("_T")
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024
_TIMEOUT = 900.0

told = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where progress goes; standard output has the result only."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Memory is that of the process: before the work, and the most it ever had up to the end of the work."""

    seconds: float
    cpu_seconds: float
    rss_before_mb: float
    rss_peak_mb: float


def measure(work: Callable[[], _T]) -> tuple[_T, Effort]:
    """Do the work; returns its result and its effort."""
    before = psutil.Process().memory_info().rss
    cpu, began = time.process_time(), time.perf_counter()
    result = work()
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES
    return result, Effort(seconds, cpu_seconds, before / 1e6, peak / 1e6)


def watched(process: subprocess.Popen[bytes], done: Callable[[], bool], most: float) -> Effort:
    """The effort of a program from its start, just now, until `done`; it is ended then, or after `most` seconds.

    Its processor time is complete (the kernel's account at its end), its memory is what was seen fifty times a second.
    """
    began, peak = time.perf_counter(), 0.0
    while not done() and process.poll() is None and time.perf_counter() - began < most:
        peak = max(peak, _high_water(process.pid))
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Effort(seconds, used.ru_utime + used.ru_stime, 0.0, peak / 1e6)


def _high_water(pid: int) -> float:
    """Most bytes of memory the process has had, 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((float(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)


def in_child(script: str, *arguments: str) -> dict[str, Any]:
    """The JSON that a script beside this file prints when run in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name(script)), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=_TIMEOUT)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def machine() -> dict[str, Any]:
    """What ran it, and how much of the processor other programs leave at the moment."""
    return {
        "cores": os.cpu_count(),
        "memory_mb": round(psutil.virtual_memory().total / 1e6),
        "python": platform.python_version(),
        "chdb": version("chdb"),
        "duckdb": version("duckdb"),
        "idle_percent": idle_percent(),
    }


def idle_percent() -> float:
    """How idle the processor is, over half a second."""
    return float(psutil.cpu_times_percent(0.5).idle)
