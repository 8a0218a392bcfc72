"""How often a page asks: never again while it waits for an answer.

Dash drops the answer to a question when the same was asked once more meanwhile. A page that asks every second of
a server that needs two would never be told anything.
"""

from typing import Any

from dash import Output

_NEVER_MS = 3_600_000


def pausing(tick: str, milliseconds: int) -> list[tuple[Any, Any, Any]]:
    """For `running=` of a callback that an interval triggers: the interval stands still until the answer is there."""
    return [(Output(tick, "interval"), _NEVER_MS, milliseconds)]
