"""What the desk owes to the clock is done by the job, once."""

from datetime import UTC, datetime, timedelta

from secmon.db.audit_log import Actor, verify
from secmon.db.database import Desk
from secmon.incidents import workflow as casework
from secmon.incidents.workflow import Draft
from secmon.pipeline.scheduler import Kept, keep_deadlines
from secmon.response.blocklist import blocklist
from secmon.response.blocklist import workflow as block_work
from secmon.response.blocklist.workflow import Proposal
from secmon.response.requests import workflow as request_work
from secmon.response.requests.advice import Advice
from secmon.response.requests.workflow import Ask
from secmon.sites.scope import EVERYTHING

pytest_plugins = "database_fixtures"
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
KIM, LEE = Actor("operator1"), Actor("operator2")


def test_deadlines_are_kept_once(desk: Desk) -> None:
    """An overdue incident is escalated, a late request reminded, an expired block ended; the next run finds nothing."""
    case = casework.open_incident(desk, EVERYTHING, Draft("t", 5, sites=("11110",)), [], actor=KIM, now=NOW)
    words = Advice("가", "Block", "나", "Please")
    [row] = request_work.ask(desk, EVERYTHING, Ask(("11110",), 5, words), actor=KIM, now=NOW)
    entry = block_work.propose(desk, EVERYTHING, Proposal("203.0.113.9", "r", NOW + HOUR), actor=KIM, now=NOW)
    block_work.approve(desk, EVERYTHING, entry.id, actor=LEE, now=NOW)
    block_work.push(desk, EVERYTHING, entry.id, actor=KIM, now=NOW)
    assert keep_deadlines(desk, NOW) == Kept((), (), ())
    assert keep_deadlines(desk, NOW + HOUR) == Kept((case.id,), (row.id,), (entry.id,))
    assert keep_deadlines(desk, NOW + HOUR) == Kept((), (), ())
    assert blocklist.get(desk, EVERYTHING, entry.id).state == "expired"
    assert verify(desk) is None
