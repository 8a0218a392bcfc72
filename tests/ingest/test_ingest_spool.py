"""Batches on disk: whole or absent."""

from pathlib import Path

import pyarrow as pa
import pytest

from secmon.errors import SpoolError
from secmon.ingest import spool

ROWS = pa.table({"site": ["11110", "11140"], "line": pa.array([b"one", b"\xff\x00two"], pa.binary())})


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Rows come back as they were; the folder is made, and nothing but the batch is in it."""
    folder = tmp_path / "data" / "spool"
    digest, size = spool.write_batch(folder, "b1", ROWS)
    assert spool.read_batch(folder, "b1", digest) == ROWS
    assert [(path.name, path.stat().st_size) for path in folder.iterdir()] == [("b1.arrow", size)]


def test_writing_again_replaces_the_batch(tmp_path: Path) -> None:
    """A batch has one file; the digest tells which content it has."""
    first, _ = spool.write_batch(tmp_path, "b1", ROWS)
    second, _ = spool.write_batch(tmp_path, "b1", ROWS.slice(1))
    assert spool.read_batch(tmp_path, "b1", second).num_rows == 1
    with pytest.raises(SpoolError, match="damaged"):
        spool.read_batch(tmp_path, "b1", first)


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_batch_is_not_read(tmp_path: Path, damage: bytes | None) -> None:
    """An emptied file, another file, and one changed bit are all found by the digest."""
    digest, _ = spool.write_batch(tmp_path, "b1", ROWS)
    path = tmp_path / "b1.arrow"
    payload = bytearray(path.read_bytes())
    payload[len(payload) // 2] ^= 1
    path.write_bytes(bytes(payload) if damage is None else damage)
    with pytest.raises(SpoolError, match=r"b1\.arrow is damaged"):
        spool.read_batch(tmp_path, "b1", digest)


def test_a_missing_batch_is_said(tmp_path: Path) -> None:
    """The error names the file and why it cannot be read."""
    with pytest.raises(SpoolError, match=r"b1\.arrow cannot be read: No such file"):
        spool.read_batch(tmp_path, "b1", "digest")


def test_a_folder_that_cannot_be_written_takes_nothing(tmp_path: Path) -> None:
    """A file where the folder should be: the error says that nothing was taken, so cursors stay."""
    folder = tmp_path / "spool"
    folder.write_text("in the way", encoding="utf-8")
    with pytest.raises(SpoolError, match=r"cannot spool batch b1 in .*nothing was taken"):
        spool.write_batch(folder, "b1", ROWS)
    assert folder.read_text(encoding="utf-8") == "in the way"


def test_a_name_that_is_taken_by_a_folder(tmp_path: Path) -> None:
    """The batch is refused as a whole."""
    (tmp_path / "b1.arrow" / "x").mkdir(parents=True)
    with pytest.raises(SpoolError, match="cannot spool batch b1"):
        spool.write_batch(tmp_path, "b1", ROWS)


def test_a_loaded_batch_is_forgotten(tmp_path: Path) -> None:
    """Removing it twice is the same as once."""
    spool.write_batch(tmp_path, "b1", ROWS)
    spool.remove_batch(tmp_path, "b1")
    spool.remove_batch(tmp_path, "b1")
    assert list(tmp_path.iterdir()) == []


def test_sweeping_removes_what_no_journal_entry_knows(tmp_path: Path) -> None:
    """Unfinished and forgotten files go; known batches and other people's files stay."""
    for name in ("keep", "stray"):
        spool.write_batch(tmp_path, name, ROWS)
    (tmp_path / "half.part").write_bytes(b"half")
    (tmp_path / "README").write_text("not ours", encoding="utf-8")
    assert spool.remove_unknown_batches(tmp_path, {"keep"}) == ("half.part", "stray.arrow")
    assert {path.name for path in tmp_path.iterdir()} == {"keep.arrow", "README"}


def test_sweeping_before_anything_was_spooled(tmp_path: Path) -> None:
    """A folder that is not there yet holds nothing."""
    assert spool.remove_unknown_batches(tmp_path / "spool", set()) == ()
