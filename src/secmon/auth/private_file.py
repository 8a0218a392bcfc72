"""Files with secrets in them."""

import os
from pathlib import Path

from secmon.errors import UsageError


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read; raise UsageError when it cannot be written."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
            os.fchmod(opened.fileno(), 0o600)
            opened.write(text)
    except OSError as error:
        raise UsageError.literal(f"{file} cannot be written: {error.strerror}") from error
