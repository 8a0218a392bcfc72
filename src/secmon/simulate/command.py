"""`secmon simulate`, which also runs alone as `python -m secmon.simulate` without loading the rest of the program."""

from pathlib import Path
from typing import Annotated

import typer

from secmon.simulate.fault import KINDS
from secmon.simulate.plan import ALL
from secmon.simulate.scenarios.definition import scenario_names
from secmon.simulate.server import SimulatorOptions, run
from secmon.simulate.transports import DEFAULT_FEEDS
from secmon.times import duration, moment

_SCENARIO = f"A scenario, as NAME@+60s or NAME:CODE@-3h; names: {', '.join((ALL, *scenario_names()))}."
_FAULT = f"A fault, as down:11110@+60s or slow=8:*/ids@+1m..+5m; kinds: {', '.join(KINDS)}."


def simulate(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the feeds.")] = 8051,
    rate: Annotated[float, typer.Option(help="Events per second over all sites and feeds.")] = 12.0,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives byte-identical logs.")] = 226,
    history: Annotated[str, typer.Option(help="Time span of old logs that the sites still have, as 24h.")] = "24h",
    scenario: Annotated[list[str], typer.Option(help=_SCENARIO)] = [],  # noqa: B006  # typer copies it
    fault: Annotated[list[str], typer.Option(help=_FAULT)] = [],  # noqa: B006  # typer copies it
    truth: Annotated[
        Path | None, typer.Option(help="NDJSON file to write the ground truth of the scenarios to.")
    ] = None,
    tokens: Annotated[Path | None, typer.Option(help="CSV file to write, with the bearer token of each site.")] = None,
    register: Annotated[
        Path | None, typer.Option(help="Folder to write the sites' hosts, suppliers and contacts to, as CSV.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="File that keeps the scenario times, so that a second start plays the same.")
    ] = None,
    start: Annotated[
        str, typer.Option(help="Time that relative times refer to, as ISO 8601 with a time zone; now by default.")
    ] = "",
    exit_with_stdin: Annotated[bool, typer.Option(help="End when standard input ends.")] = False,
    control_token: Annotated[
        Path | None,
        typer.Option(help="Open the control interface at /control/ and write its bearer token to this file."),
    ] = None,
    syslog: Annotated[str, typer.Option(help="Also send the lines by syslog to udp:// or tcp://127.0.0.1:PORT.")] = "",
    syslog_feeds: Annotated[str, typer.Option(help="Feeds that are sent by syslog, separated by commas.")] = ",".join(
        DEFAULT_FEEDS
    ),
    files: Annotated[
        Path | None, typer.Option(help="Also append the lines of all feeds to DIR/{site}/{feed}.log.")
    ] = None,
    files_size: Annotated[int, typer.Option(help="Size in bytes above which such a file is rotated.")] = 10_000_000,
    held: Annotated[bool, typer.Option("--held", help="Stop the clock until the control interface moves it.")] = False,
    blocklist: Annotated[
        str, typer.Option(help="Let the sites poll the block list of the centre at http://127.0.0.1:PORT.")
    ] = "",
    blocklist_tokens: Annotated[
        Path | None, typer.Option(help="CSV file of the sites' tokens at the centre, with the columns site,token.")
    ] = None,
    blocklist_every: Annotated[float, typer.Option(help="Seconds between two polls by a site.")] = 15.0,
    copies: Annotated[int, typer.Option(help="Number of copies of every site; copies share its networks.")] = 1,
) -> None:
    """Simulate the log feeds of 226 municipalities over HTTP, until Ctrl-C."""
    run(
        SimulatorOptions(
            port=port,
            rate=rate,
            seed=seed,
            history=duration(history),
            scenarios=tuple(scenario),
            faults=tuple(fault),
            truth=truth,
            tokens=tokens,
            register=register,
            plan=plan,
            start=moment(start) if start else None,
            exit_with_stdin=exit_with_stdin,
            control_token=control_token,
            syslog=syslog,
            syslog_feeds=syslog_feeds,
            files=files,
            files_size=files_size,
            copies=copies,
            held=held,
            blocklist=blocklist,
            blocklist_tokens=blocklist_tokens,
            blocklist_every=blocklist_every,
        )
    )
