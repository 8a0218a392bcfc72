"""Find the faulty rules of a statement that the engine cannot run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from secmon.errors import StoreError
from secmon.store.client import Store
from secmon.store.sql import query

R = TypeVar("R")


def isolate_failing(
    store: Store, rules: Sequence[R], parameters: Mapping[str, Any], run: Callable[[Sequence[R]], None]
) -> list[tuple[R, str]]:
    """Run a statement over some rules; return the rules that the engine cannot run, with the engine's message.

    The other rules are run without them. Raises StoreError when the store itself fails.
    """
    try:
        run(rules)
    except StoreError as error:
        # Raises again if the store itself is failing; otherwise the error is one of the rules'.
        store.rows(query("rules_probe"), parameters)
        if len(rules) == 1:
            return [(rules[0], str(error))]
        # One bad rule must not stop the others in its statement. Halving finds it with about 2 log2(n) statements,
        # where one statement for each rule would take n.
        middle = len(rules) // 2
        halves = rules[:middle], rules[middle:]
        return [failed for half in halves for failed in isolate_failing(store, half, parameters, run)]
    return []
