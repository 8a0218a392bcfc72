"""The events that a run of the rules covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from secmon.errors import UsageError

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Batches:
    """Batches by id; the times of receipt (both inclusive) let the store skip all other data."""

    ids: tuple[str, ...]
    received_from: datetime
    received_to: datetime

    @classmethod
    def of(cls, ids: Sequence[str], received_from: datetime, received_to: datetime) -> "Batches":
        """Create it after checking that the times are aware and in order."""
        if received_from.tzinfo is None or received_to.tzinfo is None or received_from > received_to:
            raise UsageError.literal("the times of receipt must be aware and in order")
        return cls(tuple(ids), received_from, received_to)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values as query parameters."""
        return {
            "batch_ids": list(self.ids),
            "received_from": milliseconds(self.received_from),
            "received_to": milliseconds(self.received_to),
        }


def milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970, rounded down, as the store holds times."""
    return (moment - _EPOCH) // _MILLISECOND
