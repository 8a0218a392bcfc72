"""`secmon parse`: what lines become, without a store."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from secmon.errors import UsageError
from secmon.jobs.ingest import chosen_format
from secmon.store.dry_run import dry_run
from secmon.store.scratch import scratch_store
from secmon.terminal import err
from secmon.times import moment


def parse(
    file: Annotated[Path, typer.Argument(help="Log file.", exists=True, dir_okay=False)],
    format_name: Annotated[str, typer.Option("--format", help="Log format, or auto.")] = "auto",
    received_at: Annotated[str, typer.Option(help="Time of receipt, as ISO 8601 with zone; now if left out.")] = "",
) -> None:
    """Show what lines become, without keeping anything: events as NDJSON on stdout, rejects on stderr."""
    numbered = [(number, line) for number, line in enumerate(file.read_bytes().split(b"\n"), 1) if line]
    if not numbered:
        raise UsageError(f"{file}: there is no line in it")
    lines = [line for _, line in numbered]
    chosen = chosen_format(format_name, lines)
    rejected = 0
    with scratch_store() as scratch:
        for read in dry_run(scratch, lines, chosen, moment(received_at) if received_at else datetime.now(UTC)):
            if read.event is not None:
                sys.stdout.buffer.write(orjson.dumps(read.event) + b"\n")
            else:
                rejected += 1
                err.print(f"{file}:{numbered[read.place][0]}: {read.reason}", markup=False, soft_wrap=True)
    sys.stdout.flush()
    if rejected:
        raise typer.Exit(1)
