"""Who has the data folder open: one process at a time, and how others on this machine reach it."""

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from secmon.errors import UsageError

_NAME = "secmon.lock"


@dataclass(frozen=True, slots=True)
class Running:
    """The process that has the folder open; `url` is '' while it serves nothing."""

    pid: int
    url: str
    token: str


class Instance:
    """Exclusive use of a data folder, given back when the `with` block or the process ends."""

    def __init__(self, data: Path) -> None:
        """Take the folder, making it when it is missing; UsageError when it cannot be had."""
        self.data = data
        self.token = secrets.token_urlsafe(32)
        try:
            data.mkdir(parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(data / _NAME, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"data folder {data} cannot be written ({error.strerror}): choose another with --data"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            other = running(data)
            who = f" by process {other.pid}" + (f" at {other.url}" if other.url else "") if other else ""
            raise UsageError(
                f"data folder {data} is already open{who}: stop that one or choose another --data"
            ) from error
        self.announce("")

    def announce(self, url: str) -> None:
        """Write down where this process can be reached."""
        self._file.seek(0)
        self._file.truncate()
        json.dump(asdict(Running(os.getpid(), url, self.token)), self._file)
        self._file.flush()

    def __enter__(self) -> Self:
        """Hold the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the folder back."""
        self._file.seek(0)
        self._file.truncate()
        self._file.close()


def running(data: Path) -> Running | None:
    """The process that has the folder open, None when nobody has."""
    try:
        with (data / _NAME).open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return Running(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None
    return None
