"""Workflow tables: allowed moves, and the one error for all others."""

from enum import StrEnum

import pytest

from secmon.alerts import workflow as alerts
from secmon.db.models import AlertStatus
from secmon.db.transitions import Transitions
from secmon.errors import IllegalMove
from secmon.incidents import incident
from secmon.incidents.incident import IncidentState
from secmon.response.blocklist import blocklist
from secmon.response.blocklist.blocklist import BlockState
from secmon.response.requests import request
from secmon.response.requests.request import RequestState

TOKEN = Transitions(
    "token", {"open": frozenset({"shut"}), "shut": frozenset({"open", "locked"}), "locked": frozenset()}
)


def test_a_move_of_the_table_is_allowed() -> None:
    """Both forms of the answer agree: the set of following states, and the check that raises nothing."""
    assert TOKEN.allowed("shut") == {"open", "locked"}
    TOKEN.check(7, "shut", "locked")


@pytest.mark.parametrize(
    ("current", "wanted", "message"),
    [
        ("open", "locked", "token 7 is open and cannot become locked; it can become shut"),
        ("shut", "shut", "token 7 is shut and cannot become shut; it can become locked, open"),
        ("locked", "open", "token 7 is locked and cannot become open: locked is its final state"),
    ],
)
def test_any_other_move_names_the_row_and_the_allowed_states(current: str, wanted: str, message: str) -> None:
    """A refused move says what the row is, what was wanted, and what is possible instead."""
    with pytest.raises(IllegalMove) as refused:
        TOKEN.check(7, current, wanted)
    assert str(refused.value) == message


def test_a_table_cannot_be_changed() -> None:
    """A workflow is the same for every caller."""
    with pytest.raises(AttributeError):
        TOKEN.subject = "gate"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (alerts.TRANSITIONS, AlertStatus),
        (incident.TRANSITIONS, IncidentState),
        (request.TRANSITIONS, RequestState),
        (blocklist.TRANSITIONS, BlockState),
    ],
)
def test_every_state_of_a_workflow_is_in_its_table(table: Transitions, states: type[StrEnum]) -> None:
    """And no move leads out of the workflow."""
    assert table.moves.keys() == {*states}
    assert {state for following in table.moves.values() for state in following} <= {*states}
