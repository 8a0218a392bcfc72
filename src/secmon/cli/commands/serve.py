"""`secmon serve` and `secmon demo`: serve the dashboard, for real or simulated municipalities."""

from pathlib import Path
from typing import Annotated

import typer

from secmon.cli.output import Config, Data, out, print_note
from secmon.demo import run as demonstration
from secmon.runtime import server as program
from secmon.runtime.centre import open_centre
from secmon.settings import load_settings
from secmon.times import duration

Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port of the dashboard.")]


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the dashboard.")] = 8050,
    history: Annotated[
        str, typer.Option(help="Time span of history that the first start collects, such as 24h or 90m.")
    ] = "24h",
    rate: Annotated[float, typer.Option(help="Events per second over all 226 sites.")] = 12.0,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same logs.")] = 226,
    data: Annotated[Path, typer.Option(help="Folder for all data; a second start continues with it.")] = Path(
        "data/demo"
    ),
) -> None:
    """Run the demonstration: 226 simulated municipalities, a day of history, and the live wall."""
    demonstration.run(demonstration.DemoOptions(port, duration(history), rate, seed, data), out)


def serve(config: Config = None, port: Port = None, data: Data = None) -> None:
    """Collect from the configured sites and serve the dashboard, until Ctrl-C."""
    settings = load_settings(config, port=port, data=data)
    with program.listening_socket(settings.host, settings.port) as bound, open_centre(settings) as centre:

        def ready() -> None:
            if not settings.feeds and not settings.listeners:
                print_note(
                    "no feeds and no listeners are configured, so nothing will come in: docs/settings.md shows how"
                )
            out.print(f"secmon serves {settings.data} at http://{settings.host}:{settings.port}/ ; Ctrl-C stops it.")

        program.serve(centre, bound, ready=ready)
