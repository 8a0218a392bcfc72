"""`secmon evaluate`: measure how accurate the alerts are."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.progress import Progress

from secmon.cli.output import Json, err, print_answer
from secmon.demo.evaluate import day as played
from secmon.errors import UsageError


def evaluate(
    seed: Annotated[int, typer.Option(help="Seed that decides the traffic, the scenarios and their victims.")] = 226,
    step: Annotated[
        int, typer.Option(min=5, max=300, help="Seconds between polls of the sites that a scenario involves.")
    ] = 30,
    rate: Annotated[float, typer.Option(help="Events per second over all 226 sites.")] = 12.0,
    keep: Annotated[Path | None, typer.Option(help="Empty folder in which the simulated day is kept.")] = None,
    as_json: Json = False,
) -> None:
    """Simulate a day with every scenario and decoy, and score the alerts; exit code 1 for a miss or a loud decoy."""
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise UsageError.literal(f"{keep} is not empty: name an empty folder, or leave --keep out")
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
