"""`secmon collect` and `secmon ingest`: load lines by one collection round, or from files."""

import asyncio
import re
from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from secmon.cli.commands.database import check_site
from secmon.cli.output import Config, Data, Json, print_answer, print_note
from secmon.cli.server_client import post_json
from secmon.errors import UsageError
from secmon.runtime.centre import Centre, open_centre
from secmon.runtime.data_folder_lock import running
from secmon.settings import load_settings

_T = TypeVar("_T")


def collect(
    once: Annotated[
        bool, typer.Option("--once", help="Run one round. Required: `secmon serve` collects on a schedule.")
    ] = False,
    shard: Annotated[str, typer.Option(help="Share of the sites to collect from, as 2/4.")] = "1/1",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run one collection round: poll every site, load the lines and run the rules."""
    if not once:
        raise UsageError.literal("use --once for a single round; `secmon serve` collects on a schedule")
    share = _shard(shard)
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        if share != (1, 1):
            raise UsageError.literal(f"a server has {settings.data} open and collects all sites: leave --shard out")
        answer = post_json(other, "/api/v1/collect", {})
        print_note(f"round by the server at {other.url}")
    else:
        with open_centre(settings, shard=share) as centre:
            answer = asdict(asyncio.run(_closing(centre, centre.pipeline.collect_once())))
    print_answer(answer, as_json=as_json)


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Log files to read.", exists=True, dir_okay=False)],
    site: Annotated[str, typer.Option(help="5-digit code of the site that the lines belong to.")],
    format_name: Annotated[str, typer.Option("--format", help="Log format, or auto.")] = "auto",
    feed: Annotated[str, typer.Option(help="Feed under which the lines are counted.")] = "manual",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Load log files; lines that cannot be parsed go to quarantine."""
    check_site(site)
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        parameters = {"site": site, "feed": feed, "format": format_name}
        answers = [
            {"file": str(path), **post_json(other, "/api/v1/ingest", parameters, path.read_bytes())} for path in files
        ]
        print_note(f"loaded by the server at {other.url}")
    else:
        with open_centre(settings) as centre:
            answers = asyncio.run(_closing(centre, _ingest(centre, files, site, feed, format_name)))
    print_answer(answers, as_json=as_json)


def _shard(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError.literal(f"shard {text!r}: write it as 2/4, the second of four")
    return int(match[1]), int(match[2])


async def _ingest(centre: Centre, files: Sequence[Path], site: str, feed: str, name: str) -> list[dict[str, Any]]:
    return [
        {"file": str(path), **asdict(await centre.pipeline.import_lines(site, feed, name, path.read_bytes()))}
        for path in files
    ]


async def _closing(centre: Centre, work: Coroutine[Any, Any, _T]) -> _T:
    try:
        return await work
    finally:
        await centre.pipeline.close()
