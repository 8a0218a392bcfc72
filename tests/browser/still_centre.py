"""A centre that stands still: history, alerts and digests of half an hour, served without collecting any more.

`make DATA` collects it once from the simulator, `serve --port PORT --data DATA` serves a copy of it. Most tests of
pages look at what is there; a demonstration that collects and detects all the time would take the processor from them.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import structlog
from rich.console import Console

from secmon.cli.main import LOG_LINE
from secmon.demo.run import DemoOptions, demo_settings, prepare, simulated_sites
from secmon.demo.simulator_process import free_port
from secmon.demo.tour.replay import TourReplay
from secmon.reports.setup import digests_of
from secmon.runtime.centre import assets_folder, open_centre
from secmon.runtime.server import listening_socket, serve
from secmon.settings import Settings

_NEVER = timedelta(days=30).total_seconds()
"""Seconds until the first round."""


def _options(data: Path, port: int = 8050) -> DemoOptions:
    return DemoOptions(port, timedelta(minutes=30), 30, 7, data, past=("ssh-guessing@-20m", "sweep-scan@-25m"))


def _settings(options: DemoOptions, simulator_port: int) -> Settings:
    return demo_settings(options, simulator_port, collect_seconds=_NEVER)


def make(data: Path) -> None:
    """Collect the history from the simulator, run the rules and compose the digests."""
    port, terminal = free_port(), Console(stderr=True)
    options = _options(data)
    settings = _settings(options, port)
    with simulated_sites(options, settings, port), open_centre(settings, simulated=True) as centre:
        prepare(centre, terminal)
        asyncio.run(digests_of(settings, centre.pipeline.context, assets_folder()).compose())


def run(data: Path, port: int) -> None:
    """Serve until Ctrl-C; nobody answers where the simulator was, and nobody is asked."""
    options = _options(data, port)
    settings = _settings(options, free_port())
    with listening_socket(settings.host, port) as bound, open_centre(settings, simulated=True) as centre:
        serve(centre, bound, TourReplay(centre))


if __name__ == "__main__":
    structlog.configure(processors=LOG_LINE, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]))
    else:
        run(data=Path(sys.argv[5]), port=int(sys.argv[3]))
