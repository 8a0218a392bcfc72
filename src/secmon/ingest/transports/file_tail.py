"""Read log files that grow and are renamed, compressed, truncated or replaced; the cursor keeps the read positions.

A file is identified by the first kilobyte of its unpacked content, not by its name: the same content under
another name, or compressed, is read on from its last position. Docs: docs/transports.md
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from secmon.errors import FeedUnavailable
from secmon.ingest.transports.page import FeedAddress, FeedPage

_HEAD = 1024  # bytes that identify a file
_MOST_BYTES = 8 << 20  # read from a feed at a time
_SETTLED = 10.0  # seconds since the last write after which a file with a newer one beside it counts as complete
_LONGEST_LINE = 1 << 20  # longer is not a valid log line; it is passed on in pieces, which go to quarantine


@dataclass(frozen=True, slots=True)
class _Known:
    """State of a file at the last read: length and hash of its head, inode, unpacked bytes read and bytes seen.

    A compressed file read to its end is `done`: it no longer changes.
    """

    head: int
    digest: str
    inode: int
    at: int
    size: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    inode: int
    modified: float
    head: bytes
    packed: bool
    size: int
    """Bytes of content; for a compressed file only a lower bound."""


def read_files(address: FeedAddress, after: str, limit: int, clock: Callable[[], datetime]) -> FeedPage:
    """Return at most `limit` further lines of the files that match the address' pattern, the oldest file first.

    A last line without a line end is left until it is complete, unless the file is compressed, or is no longer
    written and a newer file exists. Raises FeedUnavailable when the folder or a file cannot be read; nothing is
    taken then.
    """
    pattern = Path(unquote(urlsplit(address.url).path))
    try:
        if not any(folder.is_dir() for folder in _glob(pattern.parent)):
            raise _unavailable("feed.no_folder", address, folder=str(pattern.parent))
        found, left, notices = _match(_look(pattern), _parse(after))
        now = clock()
        lines, more = _take(found, left, limit, now.timestamp() - _SETTLED)
    except (OSError, EOFError, zlib.error) as error:
        raise _unavailable("feed.file_unreadable", address, reason=str(error)) from error
    except ValueError as error:
        raise _unavailable("feed.cursor_damaged", address, reason=str(error)) from error
    cursor = json.dumps([asdict(one) for one in left if one.head], separators=(",", ":"))
    return FeedPage(
        address.site, address.feed, address.format, now, lines, cursor, more=more, notice="; ".join(notices)
    )


def _parse(cursor: str) -> list[_Known]:
    try:
        return [_Known(**one) for one in json.loads(cursor)] if cursor else []
    except (TypeError, json.JSONDecodeError) as error:
        raise ValueError(str(error)) from error


def _look(pattern: Path) -> list[_Found]:
    """Return the matching files, oldest first; empty files are skipped because they cannot be identified."""
    found = []
    for path in _glob(pattern):
        try:
            status = path.stat()
            if not path.is_file() or not status.st_size:
                continue
            packed = path.suffix == ".gz"
            with _opened(path, packed=packed) as file:
                head = file.read(_HEAD)
        except FileNotFoundError:
            continue  # renamed since the folder was listed: found under its new name now or in the next round
        found.append(
            _Found(path, status.st_ino, status.st_mtime, head, packed, len(head) if packed else status.st_size)
        )
    return sorted(found, key=lambda one: (one.modified, one.path.name))


def _glob(pattern: Path) -> Iterator[Path]:
    return Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))


def _opened(path: Path, *, packed: bool) -> BinaryIO:
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]  # GzipFile reads like one


def _match(found: Sequence[_Found], known: Sequence[_Known]) -> tuple[list[_Found], list[_Known], list[str]]:
    """Return the files to read, the last position in each, and notices about lost or ambiguous files."""
    free = list(known)
    entries: dict[Path, _Known] = {}
    inodes = {one.inode for one in known}
    # a file that kept its inode is matched before a copy of it
    for one in sorted(found, key=lambda one: one.inode not in inodes):
        same = [
            entry for entry in free if entry.head <= len(one.head) and _digest(one.head[: entry.head]) == entry.digest
        ]
        best = next((entry for entry in same if entry.inode == one.inode), same[0] if same else None)
        if best is not None:
            free.remove(best)
            entries[one.path] = best
    files, left, notices = [], [], []
    taken = {one.head: one.path.name for one in found if one.path in entries}
    for one in found:
        if one.path not in entries and one.head in taken:
            # a copy made before the original is truncated: the next round shows which of the two continues
            notices.append(f"{one.path.name} begins exactly as {taken[one.head]} and is left until they differ")
            continue
        at, size, done = 0, one.size, False
        if entry := entries.get(one.path):
            at, size, done = entry.at, max(one.size, entry.size), entry.done and entry.inode == one.inode
        if not one.packed and at > one.size:
            notices.append(f"{one.path.name} shrank from {at} to {one.size} bytes and is read from its start")
            at, size = 0, one.size
        files.append(one)
        left.append(_Known(len(one.head), _digest(one.head), one.inode, at, size, done))
    notices += [
        f"a file was gone {one.size - one.at} bytes before its end was read" for one in free if one.size > one.at
    ]
    return files, left, notices


def _take(found: Sequence[_Found], left: list[_Known], limit: int, settled: float) -> tuple[list[bytes], bool]:
    """Return lines from the last position of each file, and True if there are more; updates the entries of `left`."""
    lines: list[bytes] = []
    taken = 0
    for number, one in enumerate(found):
        entry = left[number]
        if entry.done or (not one.packed and entry.at >= one.size):
            continue
        growing = not one.packed and (number == len(found) - 1 or one.modified > settled)
        got, at, more = _read_on(one, entry.at, limit - len(lines), _MOST_BYTES - taken, whole_only=growing)
        lines += [line for line in got if line]
        taken += at - entry.at
        left[number] = replace(entry, at=at, size=max(entry.size, at), done=one.packed and not more)
        if more:
            return lines, True
    return lines, False


def _read_on(file: _Found, at: int, lines: int, most: int, *, whole_only: bool) -> tuple[list[bytes], int, bool]:
    """Return at most this many lines and bytes from `at`, the position after them, and True if there are more."""
    if lines <= 0 or most <= 0:
        return [], at, True
    with _opened(file.path, packed=file.packed) as stream:
        stream.seek(at)
        content = stream.read(most)
        more_to_read = len(content) == most
    end = content.rfind(b"\n") + 1
    if len(content) > end and not more_to_read and not whole_only:
        end = len(content)  # the file is complete: its last line will never get a line end
    elif not end and len(content) >= _LONGEST_LINE:
        end, more_to_read = _LONGEST_LINE, True
    parts = content[:end].split(b"\n")
    if parts and not parts[-1]:
        parts.pop()
    if len(parts) > lines:
        parts = parts[:lines]
        return parts, at + sum(map(len, parts)) + len(parts), True
    return parts, at + end, more_to_read


def _digest(head: bytes) -> str:
    return blake2b(head, digest_size=8).hexdigest()


def _unavailable(code: str, address: FeedAddress, **values: str) -> FeedUnavailable:
    return FeedUnavailable(code, site=address.site, feed=address.feed, site_wide=False, wait=None, **values)
