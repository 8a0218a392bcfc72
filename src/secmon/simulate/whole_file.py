"""Write files that other processes may read at the same time."""

import os
from contextlib import suppress
from pathlib import Path

from secmon.errors import UsageError


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that readers see the old or the new content, never a part; raise UsageError on failure."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            partial.unlink()  # left by a killed process with the same id, possibly with another mode
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        partial.replace(path)
    except OSError as error:
        raise UsageError.literal(f"{path} cannot be written: {error.strerror}") from error
