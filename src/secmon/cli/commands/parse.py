"""`secmon parse`: parse log files without storing anything."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from secmon.cli.output import err
from secmon.errors import UsageError
from secmon.pipeline.manual_import import chosen_format
from secmon.store.client import Store
from secmon.store.dry_run import dry_run
from secmon.store.scratch import scratch_store
from secmon.times import moment


def parse(
    files: Annotated[
        list[Path], typer.Argument(help="Log files to read.", exists=True, dir_okay=False, metavar="FILE...")
    ],
    format_name: Annotated[str, typer.Option("--format", help="Log format, or auto.")] = "auto",
    received_at: Annotated[
        str, typer.Option(help="Time of receipt, as ISO 8601 with a time zone; now by default.")
    ] = "",
) -> None:
    """Parse log files without storing anything: events as NDJSON on stdout, rejected lines on stderr."""
    at = moment(received_at) if received_at else datetime.now(UTC)
    read = [_read(file, format_name) for file in files]
    with scratch_store() as scratch:
        rejected = sum(_shown(scratch, one, at) for one in read)
    sys.stdout.flush()
    if rejected:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _File:
    """Lines of a file by their number, and the format they are parsed as."""

    path: Path
    format: str
    numbered: Sequence[tuple[int, bytes]]


def _read(file: Path, format_name: str) -> _File:
    numbered = [(number, line) for number, line in enumerate(file.read_bytes().split(b"\n"), 1) if line]
    if not numbered:
        raise UsageError.literal(f"{file}: the file has no lines")
    return _File(file, chosen_format(format_name, [line for _, line in numbered]), numbered)


def _shown(scratch: Store, file: _File, received_at: datetime) -> int:
    """Print the result of a file's lines; return the number of rejected lines."""
    rejected = 0
    for read in dry_run(scratch, [line for _, line in file.numbered], file.format, received_at):
        if read.event is not None:
            sys.stdout.buffer.write(orjson.dumps(read.event) + b"\n")
        else:
            rejected += 1
            err.print(f"{file.path}:{file.numbered[read.place][0]}: {read.reason}", markup=False, soft_wrap=True)
    return rejected
