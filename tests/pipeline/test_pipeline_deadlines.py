"""What the desk owes to the clock is done by the job, once."""

from datetime import UTC, datetime, timedelta

from secmon.db.audit_log import Actor, verify_audit_log
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.workflow import IncidentDraft
from secmon.pipeline.scheduler import DeadlineRun, process_deadlines
from secmon.response.blocklist import blocklist
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.workflow import Proposal
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import RequestText
from secmon.response.requests.workflow import RequestDraft
from secmon.sites.scope import EVERYTHING

pytest_plugins = "database_fixtures"
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
KIM, LEE = Actor("operator1"), Actor("operator2")


def test_deadlines_are_kept_once(db: Database) -> None:
    """An overdue incident is escalated, a late request reminded, an expired block ended; the next run finds nothing."""
    case = incident_workflow.open_incident(
        Change(db, EVERYTHING, KIM, NOW), IncidentDraft("t", 5, sites=("11110",)), []
    )
    words = RequestText("가", "Block", "나", "Please")
    [row] = request_workflow.create_requests(Change(db, EVERYTHING, KIM, NOW), RequestDraft(("11110",), 5, words))
    entry = block_workflow.propose_block(Change(db, EVERYTHING, KIM, NOW), Proposal("203.0.113.9", "r", NOW + HOUR))
    block_workflow.approve_block(Change(db, EVERYTHING, LEE, NOW), entry.id)
    block_workflow.push_block(Change(db, EVERYTHING, KIM, NOW), entry.id)
    assert process_deadlines(db, NOW) == DeadlineRun((), (), ())
    assert process_deadlines(db, NOW + HOUR) == DeadlineRun((case.id,), (row.id,), (entry.id,))
    assert process_deadlines(db, NOW + HOUR) == DeadlineRun((), (), ())
    assert blocklist.get_block(db, EVERYTHING, entry.id).state == "expired"
    assert verify_audit_log(db) is None
