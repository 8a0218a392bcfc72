"""What the desk owes to the clock: overdue incidents escalated, late requests reminded, expired blocks ended."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from secmon.alerts import block_work, case_clock, request_work
from secmon.alerts.desk import Desk

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """Ids of what was escalated, reminded and ended in one run."""

    incidents: tuple[int, ...]
    requests: tuple[int, ...]
    blocks: tuple[int, ...]


def keep_deadlines(desk: Desk, now: datetime) -> Kept:
    """Do what has fallen due; expired blocks first, since a block in force too long does harm."""
    blocks = tuple(block_work.expire(desk, now))
    incidents, requests = tuple(case_clock.escalate(desk, now)), tuple(request_work.remind(desk, now))
    if blocks or incidents or requests:
        _log.info("deadlines", blocks=blocks, incidents=incidents, requests=requests)
    return Kept(incidents, requests, blocks)
