"""Watched files: rotation, truncation, compression and unfinished lines, on a real file system."""

import gzip
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secmon.errors import FeedUnavailable
from secmon.ingest.transports.file_tail import read_files
from secmon.ingest.transports.page import FeedAddress, FeedPage

OLD = 1_700_000_000  # when a file at rest was last written to


class Reader:
    """Reads a folder on and on, as the collector does."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cursor, self.notices = folder, "", list[str]()
        self.lines: list[bytes] = []

    def page(self, limit: int = 1_000) -> FeedPage:
        """One page; its cursor is kept."""
        address = FeedAddress("11110", "web", "combined", f"file://{self.folder}/web.log*", "")
        page = read_files(address, self.cursor, limit, lambda: datetime.now(UTC) + timedelta(minutes=1))
        self.cursor = page.cursor
        self.notices += [page.notice] if page.notice else []
        self.lines += page.lines
        return page

    def new(self, limit: int = 1_000) -> list[bytes]:
        """Lines of all pages until there is no more."""
        before = len(self.lines)
        while self.page(limit).more:
            pass
        return self.lines[before:]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """A reader of an empty folder."""
    return Reader(tmp_path)


def write(path: Path, *lines: str, end: str = "\n") -> Path:
    """Append lines to a file."""
    with path.open("ab") as file:
        file.write(("\n".join(lines) + end).encode())
    return path


def test_a_growing_file_is_read_on(reader: Reader) -> None:
    """Only what was added comes, and nothing when nothing was."""
    log = write(reader.folder / "web.log", "one", "two")
    assert reader.new() == [b"one", b"two"]
    assert reader.new() == []
    write(log, "three")
    assert reader.new() == [b"three"]
    assert reader.notices == []


def test_an_unfinished_line_waits_for_its_end(reader: Reader) -> None:
    """A line that is still being written is not taken in halves."""
    log = write(reader.folder / "web.log", "one", "tw", end="")
    assert reader.new() == [b"one"]
    write(log, "o", "three", end="")
    assert reader.new() == [b"two"]
    write(log, "", end="\n")
    assert reader.new() == [b"three"]


def test_pages_are_as_long_as_asked(reader: Reader) -> None:
    """A page ends after the lines asked for and says that there is more."""
    write(reader.folder / "web.log", *(str(number) for number in range(10)))
    first = reader.page(limit=4)
    assert (first.lines, first.more) == ([b"0", b"1", b"2", b"3"], True)
    assert reader.new(limit=4) == [str(number).encode() for number in range(4, 10)]


@pytest.mark.parametrize("read_before", [True, False])
def test_a_renamed_file_is_read_to_its_end(reader: Reader, *, read_before: bool) -> None:
    """After `mv web.log web.log.1` the rest of the old file comes first, then the new one."""
    log = write(reader.folder / "web.log", "one", "two")
    if read_before:
        assert reader.new() == [b"one", b"two"]
    write(log, "three", "four", end="")
    log.rename(reader.folder / "web.log.1")
    os.utime(reader.folder / "web.log.1", (OLD, OLD))
    write(reader.folder / "web.log", "five")
    expected = [b"three", b"four", b"five"]
    assert reader.new() == (expected if read_before else [b"one", b"two", *expected])
    assert reader.new() == []
    assert reader.notices == []


def test_a_packed_file_is_known_again(reader: Reader) -> None:
    """`gzip web.log.1` neither repeats its lines nor loses the ones that were not read."""
    log = write(reader.folder / "web.log", "one", "two")
    assert reader.page(limit=1).lines == [b"one"]
    with gzip.open(reader.folder / "web.log.2.gz", "wb") as packed:
        packed.write(log.read_bytes() + b"last")
    log.unlink()
    os.utime(reader.folder / "web.log.2.gz", (OLD, OLD))
    write(reader.folder / "web.log", "three")
    assert reader.new() == [b"two", b"last", b"three"]
    assert reader.new() == []


def test_a_copied_and_truncated_file(reader: Reader) -> None:
    """`copytruncate`: the copy goes on where the original was, the original begins anew; neither doubles."""
    log = write(reader.folder / "web.log", "one", "two")
    assert reader.page(limit=1).lines == [b"one"]
    shutil.copy(log, reader.folder / "web.log.1")
    os.utime(reader.folder / "web.log.1", (OLD, OLD))
    between = reader.new()
    assert between == [b"two"]
    assert "begins exactly as" in reader.notices[-1]
    os.truncate(log, 0)
    assert reader.new() == []
    write(log, "three")
    assert reader.new() == [b"three"]


def test_a_file_that_shrank_is_read_anew_and_said(reader: Reader) -> None:
    """Cut in the middle, so that its beginning is the same: what is left is read again, and the notice says so."""
    log = write(reader.folder / "web.log", *("x" * 200 for _ in range(10)))
    assert len(reader.new()) == 10
    os.truncate(log, 1206)
    assert len(reader.new()) == 6
    assert reader.notices == ["web.log shrank from 2010 to 1206 bytes and is read from its start"]


def test_a_file_that_vanished_unread_is_said(reader: Reader) -> None:
    """What nobody can fetch any more is not passed over in silence."""
    log = write(reader.folder / "web.log", "one", "two", "three")
    reader.page(limit=1)
    log.unlink()
    write(reader.folder / "web.log", "other")
    assert reader.new() == [b"other"]
    assert reader.notices == ["a file was gone 10 bytes before its end was read"]


def test_another_file_under_the_same_name_is_another_file(reader: Reader) -> None:
    """A new inode with other content is read from its start."""
    log = write(reader.folder / "web.log", "one")
    assert reader.new() == [b"one"]
    log.unlink()
    write(log, "uno", "due")
    assert reader.new() == [b"uno", b"due"]


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    """A folder that is not there is a failing feed, and not a quiet one; an empty folder is quiet."""
    reader = Reader(tmp_path / "nowhere")
    with pytest.raises(FeedUnavailable, match=r"feed 11110/web: the folder .*nowhere does not exist"):
        reader.page()
    reader.folder.mkdir()
    assert reader.new() == []


def test_a_damaged_archive_is_unavailable(reader: Reader) -> None:
    """A packed file that cannot be unpacked fails the feed; nothing is taken, no cursor moves."""
    write(reader.folder / "web.log", "one")
    content = gzip.compress(b"line\n" * 1000)
    (reader.folder / "web.log.1.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(FeedUnavailable):
        reader.page()
    assert reader.cursor == ""


@pytest.mark.parametrize("cursor", ["{", "[1]", '[{"head":1}]'])
def test_a_damaged_cursor_is_refused(reader: Reader, cursor: str) -> None:
    """Reading from the start would double everything: the feed fails until somebody decides."""
    write(reader.folder / "web.log", "one")
    reader.cursor = cursor
    with pytest.raises(FeedUnavailable, match="cursor of the feed is damaged"):
        reader.page()


def test_a_line_without_end_does_not_fill_the_memory(reader: Reader) -> None:
    """A file that is no log comes in pieces of a megabyte."""
    (reader.folder / "web.log").write_bytes(b"x" * (9 << 20))
    sizes = [len(line) for line in reader.new()]
    assert sum(sizes) == 9 << 20
    assert max(sizes) <= 1 << 20


_Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "half", "rotate", "pack", "read"]), st.integers(1, 4)), min_size=1, max_size=30
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_whatever_a_rotation_does_every_line_comes_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[_Step]
) -> None:
    """Writing, rotating and packing in any order, with reads between: all content, once, in the order of writing."""
    reader, log = Reader(tmp_path_factory.mktemp("logs")), "web.log"
    written = list[str]()

    def text(kind: str) -> str:
        written.append(f"{kind} {len(written)}.")
        return written[-1]

    for age, (what, count) in enumerate(steps, OLD):
        if what == "write":
            write(reader.folder / log, *(text("line") for _ in range(count)))
        elif what == "half":
            write(reader.folder / log, text("half"), end="")
        elif what == "read":
            reader.page(count)
        else:
            _rotate(reader.folder, age, packed=what == "pack")
    write(reader.folder / log, text("end"))
    reader.new()
    assert b"".join(reader.lines) == "".join(written).encode()
    assert reader.notices == []


def _rotate(folder: Path, age: int, *, packed: bool) -> None:
    log = folder / "web.log"
    if not log.exists() or not log.stat().st_size:
        return
    target = folder / f"web.log.{age}{'.gz' if packed else ''}"
    if packed:
        target.write_bytes(gzip.compress(log.read_bytes()))
        log.unlink()
    else:
        log.rename(target)
    os.utime(target, (age, age))
