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
    seed: Annotated[int, typer.Option(help="The same seed gives byte-identical logs.")] = 226,
    history: Annotated[str, typer.Option(help="How far back the sites still have their logs.")] = "24h",
    scenario: Annotated[list[str], typer.Option(help=_SCENARIO)] = [],  # noqa: B006  # typer copies it
    fault: Annotated[list[str], typer.Option(help=_FAULT)] = [],  # noqa: B006  # typer copies it
    truth: Annotated[Path | None, typer.Option(help="Write what was injected, as NDJSON.")] = None,
    tokens: Annotated[Path | None, typer.Option(help="Write each site's bearer token, as CSV.")] = None,
    register: Annotated[
        Path | None, typer.Option(help="Write the sites' hosts, suppliers and contacts into this folder, as CSV.")
    ] = None,
    plan: Annotated[Path | None, typer.Option(help="Keep the scenario times here and play them again.")] = None,
    start: Annotated[
        str, typer.Option(help="What relative times refer to, as ISO 8601 with zone; now if left out.")
    ] = "",
    exit_with_stdin: Annotated[bool, typer.Option(help="End when standard input ends.")] = False,
    control_token: Annotated[
        Path | None, typer.Option(help="Open the control desk at /control/ and write its bearer token here.")
    ] = None,
    syslog: Annotated[str, typer.Option(help="Also send syslog, to udp:// or tcp://127.0.0.1:PORT.")] = "",
    syslog_feeds: Annotated[str, typer.Option(help="Feeds that go by syslog, with commas.")] = ",".join(DEFAULT_FEEDS),
    files: Annotated[Path | None, typer.Option(help="Also append all feeds to DIR/{site}/{feed}.log.")] = None,
    files_size: Annotated[int, typer.Option(help="Bytes above which such a file is rotated.")] = 10_000_000,
    held: Annotated[bool, typer.Option("--held", help="Time stands until the control desk moves it.")] = False,
    blocklist: Annotated[
        str, typer.Option(help="Have the sites poll the centre's block list, http://127.0.0.1:PORT.")
    ] = "",
    blocklist_tokens: Annotated[
        Path | None, typer.Option(help="Each site's token at the centre, CSV with the columns site,token.")
    ] = None,
    blocklist_every: Annotated[float, typer.Option(help="Seconds between two questions of a site.")] = 15.0,
    copies: Annotated[int, typer.Option(help="How often every site stands there; copies share its networks.")] = 1,
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
