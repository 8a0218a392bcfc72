"""Lock of the data folder: one process at a time, with the address at which local commands reach it."""

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
    """Process that has the data folder open; `url` is '' while it does not serve."""

    pid: int
    url: str
    token: str


class Instance:
    """Exclusive lock on a data folder, released when the `with` block or the process ends."""

    def __init__(self, data: Path) -> None:
        """Lock the folder, creating it if missing; raise UsageError when it is locked or cannot be written."""
        self.data = data
        self.token = secrets.token_urlsafe(32)
        try:
            data.mkdir(parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(data / _NAME, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        except OSError as error:
            raise UsageError.literal(
                f"data folder {data} cannot be written ({error.strerror}): choose another with --data"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            other = running(data)
            who = f" by process {other.pid}" + (f" at {other.url}" if other.url else "") if other else ""
            raise UsageError.literal(
                f"data folder {data} is already open{who}: stop that one or choose another --data"
            ) from error
        self.announce("")

    def announce(self, url: str) -> None:
        """Write this process's id, address and token to the lock file, where local commands find them."""
        self._file.seek(0)
        self._file.truncate()
        json.dump(asdict(Running(os.getpid(), url, self.token)), self._file)
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the folder."""
        self._file.seek(0)
        self._file.truncate()
        self._file.close()


def running(data: Path) -> Running | None:
    """Return the process that has the folder open, None if there is none."""
    try:
        with (data / _NAME).open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return Running(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None
    return None
