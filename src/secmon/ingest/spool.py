"""Batches on disk between collection and loading: one Arrow file each, written completely or not at all."""

import hashlib
import os
from pathlib import Path

import pyarrow as pa

from secmon.errors import SpoolError

_SUFFIX = ".arrow"
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


def write_batch(folder: Path, batch_id: str, rows: pa.Table) -> tuple[str, int]:
    """Write the rows of a batch durably; return the digest and the size in bytes of the file."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=_OPTIONS) as writer:
        writer.write_table(rows)
    payload = sink.getvalue()
    digest = hashlib.blake2b(payload, digest_size=16).hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The cursors of the feeds move once this returns, and the sites may then delete the lines: the file must
        # survive a power failure. fsync before the rename, or the final name could refer to an empty file after a
        # crash; fsync of the folder after it, or the rename itself could be lost. A crash in between leaves only a
        # `.part` file, which `sweep` removes.
        part = folder / f"{batch_id}.part"
        with part.open("wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        part.replace(_path(folder, batch_id))
        _sync(folder)
    except OSError as error:
        raise SpoolError.literal(
            f"cannot spool batch {batch_id} in {folder}: {error.strerror}; nothing was taken"
        ) from error
    return digest, payload.size


def read_batch(folder: Path, batch_id: str, digest: str) -> pa.Table:
    """Return the rows of a batch; raise SpoolError when the file is missing or does not match its digest."""
    path = _path(folder, batch_id)
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise SpoolError.literal(f"spool file {path} cannot be read: {error.strerror}") from error
    # A damaged Arrow file can still decode, with wrong rows; the digest in the journal detects that.
    if hashlib.blake2b(payload, digest_size=16).hexdigest() != digest:
        raise SpoolError.literal(f"spool file {path} is damaged: its digest differs from the journal's")
    with pa.ipc.open_stream(pa.py_buffer(payload)) as reader:
        return reader.read_all()


def remove_batch(folder: Path, batch_id: str) -> None:
    """Delete the file of a batch that is loaded into the event store."""
    _path(folder, batch_id).unlink(missing_ok=True)


def remove_unknown_batches(folder: Path, keep: set[str]) -> tuple[str, ...]:
    """Remove files without a journal entry (their cursors never moved, so their lines are fetched again)."""
    if not folder.is_dir():
        return ()
    stray = sorted(path for path in folder.iterdir() if path.suffix in {_SUFFIX, ".part"} and path.stem not in keep)
    for path in stray:
        path.unlink()
    return tuple(path.name for path in stray)


def _path(folder: Path, batch_id: str) -> Path:
    return folder / f"{batch_id}{_SUFFIX}"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
