"""The commands; each reads its options, calls what does the work, and prints the answer."""

import asyncio
import logging
import re
import sys
from collections.abc import Coroutine, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypeVar

import orjson
import structlog
import typer
from rich.progress import Progress
from sqlalchemy.exc import SQLAlchemyError

from secmon import __version__, demo
from secmon import app as program
from secmon.alerts import maintenance as windows
from secmon.app import Centre
from secmon.digest_command import digest
from secmon.doctor import doctor
from secmon.errors import SecmonError, UsageError
from secmon.evaluate import day as played
from secmon.hunt_command import hunt
from secmon.indicators_command import indicators_cli
from secmon.instance import running
from secmon.jobs.ingest import chosen_format, ingest_bytes
from secmon.people.command import users
from secmon.remote import get_json, post_json
from secmon.rules_command import rules_cli
from secmon.settings import load_settings
from secmon.simulate.command import simulate
from secmon.sites.registry import load_provinces, load_sites
from secmon.store.dry_run import dry_run
from secmon.store.scratch import scratch_store
from secmon.terminal import Config, Data, Json, err, out, print_answer, said
from secmon.times import duration, moment
from secmon.web.api.sites import site_record
from secmon.web.status import status as status_of

cli = typer.Typer(
    help="Console of a shared cyber-security control centre for local governments.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.add_typer(rules_cli, name="rules")
cli.add_typer(indicators_cli, name="indicators")
cli.add_typer(users, name="user")
cli.command()(simulate)
cli.command()(hunt)
cli.command()(doctor)
cli.command()(digest)

_T = TypeVar("_T")

Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port of the dashboard.")]


def main() -> None:
    """Run a command; what the operator can act on is one sentence on stderr and exit code 1 or 2."""
    # a round that is still running when the next is due is skipped on purpose, every time worth no line
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        cli()
    except SecmonError as error:
        err.print(f"secmon: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or error
        err.print(
            f"secmon: desk database: {reason}; is it another program's?", style="red", markup=False, soft_wrap=True
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"secmon {__version__}")
        raise typer.Exit


@cli.callback()
def _root(
    version: Annotated[  # typer reads it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@cli.command("demo")
def demo_command(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the dashboard.")] = 8050,
    history: Annotated[str, typer.Option(help="How much past the first start fills, such as 24h or 90m.")] = "24h",
    rate: Annotated[float, typer.Option(help="Events per second over all 226 sites.")] = 12.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same logs.")] = 226,
    data: Annotated[Path, typer.Option(help="Folder that keeps everything; a second start goes on with it.")] = Path(
        "data/demo"
    ),
) -> None:
    """Show everything: 226 simulated municipalities, a day of history, and the live wall."""
    demo.run(demo.DemoOptions(port, duration(history), rate, seed, data), out)


@cli.command()
def serve(config: Config = None, port: Port = None, data: Data = None) -> None:
    """Collect from the configured sites and serve the dashboard, until Ctrl-C."""
    settings = load_settings(config, port=port, data=data)
    with program.listening_socket(settings.host, settings.port) as bound, program.open_centre(settings) as centre:

        def ready() -> None:
            if not settings.feeds and not settings.listeners:
                said("no feeds and no listeners are configured, so nothing will come in: docs/settings.md shows how")
            out.print(f"secmon serves {settings.data} at http://{settings.host}:{settings.port}/ ; Ctrl-C stops it.")

        program.serve(centre, bound, ready=ready)


@cli.command()
def collect(
    once: Annotated[
        bool, typer.Option("--once", help="One round; needed, `secmon serve` does it on a schedule.")
    ] = False,
    shard: Annotated[str, typer.Option(help="Only this share of the sites, as 2/4.")] = "1/1",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask every site once, load what came and run the rules over it."""
    if not once:
        raise UsageError("say --once for one round; `secmon serve` collects on a schedule")
    share = _shard(shard)
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        if share != (1, 1):
            raise UsageError(f"a server has {settings.data} open and collects all sites: leave --shard out")
        answer = post_json(other, "/api/v1/collect", {})
        said(f"round by the server at {other.url}")
    else:
        with program.open_centre(settings, shard=share) as centre:
            answer = asyncio.run(_closing(centre, program.collect_once(centre)))
    print_answer(answer, as_json=as_json)


@cli.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="Log files.", exists=True, dir_okay=False)],
    site: Annotated[str, typer.Option(help="5-digit code of the site the lines belong to.")],
    format_name: Annotated[str, typer.Option("--format", help="Log format, or auto.")] = "auto",
    feed: Annotated[str, typer.Option(help="Feed the lines are counted under.")] = "manual",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Load log files by hand; lines that cannot be read go to quarantine."""
    if site not in {known.code for known in load_sites()}:
        raise UsageError(f"no site has the code {site}: `secmon sites` lists them")
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        parameters = {"site": site, "feed": feed, "format": format_name}
        answers = [
            {"file": str(path), **post_json(other, "/api/v1/ingest", parameters, path.read_bytes())} for path in files
        ]
        said(f"loaded by the server at {other.url}")
    else:
        with program.open_centre(settings) as centre:
            answers = asyncio.run(_closing(centre, _ingest(centre, files, site, feed, format_name)))
    print_answer(answers, as_json=as_json)


@cli.command()
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


@cli.command()
def sites(as_json: Json = False) -> None:
    """The registry of the 226 municipalities."""
    provinces = {province.code: province for province in load_provinces()}
    print_answer([site_record(site, provinces[site.province]) for site in load_sites()], as_json=as_json)


@cli.command()
def status(config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Events, quarantine, findings, alerts, and the feeds by health."""
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        answer = get_json(other, "/api/v1/status")
        said(f"asked the server at {other.url}")
    elif (settings.data / "desk.sqlite3").exists() or settings.desk:
        with program.open_centre(settings) as centre:
            console = centre.watch.console
            answer = status_of(console.store, console.desk, console.sites, console.reports(), console.clock())
    else:
        raise UsageError(
            f"there is no data in {settings.data} yet: start `secmon serve` or `secmon demo`, or name --data"
        )
    print_answer(answer, as_json=as_json)


@cli.command()
def maintenance(
    site: Annotated[str, typer.Argument(help="5-digit code of the site.")],
    feed: Annotated[str, typer.Option(help="Only this feed of it.")] = "",
    length: Annotated[str, typer.Option("--for", help="How long from now, as 90m or 2h.")] = "2h",
    reason: Annotated[str, typer.Option(help="Why; shown to whoever is on watch.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End what was announced.")] = False,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Announce work at a site, so that its silence is expected meanwhile."""
    if site not in {known.code for known in load_sites()}:
        raise UsageError(f"no site has the code {site}: `secmon sites` lists them")
    settings = load_settings(config, data=data)
    now = datetime.now(UTC)
    until = now + duration(length)
    if other := running(settings.data):
        path = "/api/v1/maintenance/end" if end else "/api/v1/maintenance"
        given = {"site": site, "feed": feed} | ({} if end else {"until": until.isoformat(), "reason": reason})
        answer = post_json(other, path, given)
    else:
        with program.open_centre(settings) as centre:
            if end:
                answer = {"site": site, "feed": feed, "ended": windows.end(centre.desk, site, feed, now)}
            else:
                windows.announce(centre.desk, windows.Window(site, feed, now, until, reason))
                answer = {"site": site, "feed": feed, "until": until.isoformat(), "reason": reason}
    print_answer(answer, as_json=as_json)


@cli.command()
def evaluate(
    seed: Annotated[int, typer.Option(help="Decides the traffic, the programme and its victims.")] = 226,
    step: Annotated[int, typer.Option(min=5, max=300, help="Seconds between questions to sites in play.")] = 30,
    rate: Annotated[float, typer.Option(help="Events per second over all 226 sites.")] = 12.0,
    keep: Annotated[Path | None, typer.Option(help="Empty folder to keep the played day in.")] = None,
    as_json: Json = False,
) -> None:
    """Play a day with every scenario and decoy and score the alerts; exit code 1 for a miss or a decoy above low."""
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise UsageError(f"{keep} is not empty: name a folder that is, or leave --keep out")
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(TemporaryDirectory(prefix="secmon-evaluate-")))
        bar = stack.enter_context(Progress(console=err, transient=True))
        task = bar.add_task("The day begins", total=1.0)
        answer = played.evaluate(
            played.Play(seed, step, rate, folder),
            lambda share, what: bar.update(task, completed=share, description=what or "Nothing happens"),
        )
    print_answer(answer, as_json=as_json)
    attacks, decoys = answer["scenarios"], answer["decoys"]
    if answer["detected"] < len(attacks) or any(one["above_low"] for one in decoys):
        raise typer.Exit(1)


def _shard(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"shard {text!r}: write it as 2/4, the second of four")
    return int(match[1]), int(match[2])


async def _ingest(centre: Centre, files: Sequence[Path], site: str, feed: str, name: str) -> list[dict[str, Any]]:
    return [
        {"file": str(path), **await ingest_bytes(centre.watch, site, feed, name, path.read_bytes())} for path in files
    ]


async def _closing(centre: Centre, work: Coroutine[Any, Any, _T]) -> _T:
    try:
        return await work
    finally:
        await centre.watch.close()
