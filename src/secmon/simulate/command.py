"""`secmon simulate`, which also runs alone as `python -m secmon.simulate` without loading the rest of the program."""

from pathlib import Path
from typing import Annotated

import typer

from secmon.simulate.plan import SCENARIO_NAMES
from secmon.simulate.server import SimulatorOptions, run
from secmon.times import duration, moment


def simulate(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the feeds.")] = 8051,
    rate: Annotated[float, typer.Option(help="Events per second over all 226 sites.")] = 12.0,
    seed: Annotated[int, typer.Option(help="The same seed gives byte-identical logs.")] = 226,
    history: Annotated[str, typer.Option(help="How far back the sites still have their logs.")] = "24h",
    scenario: Annotated[
        list[str], typer.Option(help=f"An attack, as NAME@+60s or NAME@-3h; names: {', '.join(SCENARIO_NAMES)}.")
    ] = [],  # noqa: B006  # typer copies it
    fault: Annotated[list[str], typer.Option(help="A fault, as down:11110@+60s.")] = [],  # noqa: B006  # typer copies it
    truth: Annotated[Path | None, typer.Option(help="Write what was injected, as NDJSON.")] = None,
    tokens: Annotated[Path | None, typer.Option(help="Write each site's bearer token, as CSV.")] = None,
    plan: Annotated[Path | None, typer.Option(help="Keep the scenario times here and play them again.")] = None,
    start: Annotated[
        str, typer.Option(help="What relative times refer to, as ISO 8601 with zone; now if left out.")
    ] = "",
    exit_with_stdin: Annotated[bool, typer.Option(help="End when standard input ends.")] = False,
) -> None:
    """Play the log feeds of 226 municipalities over HTTP, until Ctrl-C."""
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
            plan=plan,
            start=moment(start) if start else None,
            exit_with_stdin=exit_with_stdin,
        )
    )
