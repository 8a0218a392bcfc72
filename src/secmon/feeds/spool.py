"""Batches on disk between collection and loading: one Arrow file each, written so that it is whole or absent."""

import hashlib
import os
from pathlib import Path

import pyarrow as pa

from secmon.errors import SpoolError

_SUFFIX = ".arrow"
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


def write(folder: Path, batch_id: str, rows: pa.Table) -> tuple[str, int]:
    """Keep the rows of a batch durably; returns the digest and the size in bytes of its file."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=_OPTIONS) as writer:
        writer.write_table(rows)
    payload = sink.getvalue()
    digest = hashlib.blake2b(payload, digest_size=16).hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{batch_id}.part"
        with part.open("wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        part.replace(_path(folder, batch_id))
        _sync(folder)
    except OSError as error:
        raise SpoolError(f"cannot spool batch {batch_id} in {folder}: {error.strerror}; nothing was taken") from error
    return digest, payload.size


def read(folder: Path, batch_id: str, digest: str) -> pa.Table:
    """Rows of a batch; raises SpoolError when the file is gone or not what was written."""
    path = _path(folder, batch_id)
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise SpoolError(f"spool file {path} cannot be read: {error.strerror}") from error
    if hashlib.blake2b(payload, digest_size=16).hexdigest() != digest:
        raise SpoolError(f"spool file {path} is damaged: its digest differs from the journal's")
    with pa.ipc.open_stream(pa.py_buffer(payload)) as reader:
        return reader.read_all()


def remove(folder: Path, batch_id: str) -> None:
    """Forget a batch that the store holds."""
    _path(folder, batch_id).unlink(missing_ok=True)


def sweep(folder: Path, keep: set[str]) -> tuple[str, ...]:
    """Remove files that no journal entry knows (their cursors never moved, so their lines come again)."""
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
