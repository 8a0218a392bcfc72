"""Entry point of the simulator as a separate process."""

import sys

import typer

from secmon.errors import SecmonError
from secmon.simulate.command import simulate

if __name__ == "__main__":
    try:
        typer.run(simulate)
    except SecmonError as error:
        sys.stderr.write(f"secmon simulate: {error}\n")
        sys.exit(error.exit_code)
