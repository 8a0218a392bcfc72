"""Scripted staff and municipalities of a presentation, which use the same functions as real operation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from secmon.alerts import queries as alert_queries
from secmon.alerts import workflow
from secmon.alerts.campaigns import Campaign, campaigns
from secmon.alerts.workflow import Closure
from secmon.db.audit_log import Actor
from secmon.db.transaction import Change
from secmon.detection.sigma.rule import Signature
from secmon.incidents import evidence, incident
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.incident import IncidentState
from secmon.incidents.workflow import IncidentDraft
from secmon.live.context import CentreContext
from secmon.response.blocklist import blocklist
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.blocklist import BlockState
from secmon.response.blocklist.workflow import Proposal
from secmon.response.requests import request
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import compose_text
from secmon.response.requests.request import RequestState
from secmon.response.requests.workflow import RequestDraft
from secmon.sites.scope import EVERYTHING

_OPERATOR, _SUPERVISOR = Actor("operator", "presentation"), Actor("supervisor", "presentation")
_DAY = timedelta(days=1)
_APPLY, _ANSWER = 30, 6
"""Sites that apply a block, and that answer a request, in one step of the replay."""


@dataclass
class ScriptedStaff:
    """Perform scripted actions in the presentation's operational database; each action runs once."""

    context: CentreContext
    done: set[str] = field(default_factory=set)

    def act(self, name: str, now: datetime) -> None:
        """Perform the action of a chapter, and all actions before it."""
        for one in ("incident", "block", "requests", "answers", "clear"):
            if one not in self.done and name:
                self.done.add(one)
                getattr(self, f"_{one}")(now)
            if one == name:
                return

    def step(self, now: datetime) -> None:
        """Continue what runs by itself: firewalls apply blocks, municipalities answer."""
        if "block" in self.done:
            self._apply(now)
        if "answers" in self.done:
            self._answer(now)

    def _campaign(self, now: datetime) -> Campaign | None:
        found = campaigns(self.context.db, EVERYTHING, now - _DAY)
        return max(found, key=lambda one: one.known_sites, default=None)

    def _incident(self, now: datetime) -> None:
        campaign = self._campaign(now)
        if campaign is None:
            return
        db = self.context.db
        wanted = alert_queries.AlertSearch(actor=campaign.indicator, status=("new", "acknowledged"))
        alerts = alert_queries.search_alerts(db, EVERYTHING, wanted, limit=400)
        ids = [alert.id for alert in alerts]
        workflow.acknowledge_alerts(Change(db, EVERYTHING, _OPERATOR, now), ids)
        rule = self.context.rules.get(campaign.rule_id)
        title = f"{rule.title_ko} · {rule.title_en}" if rule else campaign.rule_id
        techniques = rule.attack_uids if isinstance(rule, Signature) else ()
        draft = IncidentDraft(title, campaign.severity, "information_gathering", techniques)
        case = incident_workflow.open_incident(Change(db, EVERYTHING, _OPERATOR, now), draft, ids)
        for alert in alerts[:40]:
            lines = evidence.alert_lines(self.context.store, alert, 5)
            evidence.add_evidence(Change(db, EVERYTHING, _OPERATOR, now), case.id, lines, alert_id=alert.id)
        incident_workflow.move_incident(Change(db, EVERYTHING, _OPERATOR, now), case.id, IncidentState.ANALYSED)

    def _block(self, now: datetime) -> None:
        campaign = self._campaign(now)
        if campaign is None:
            return
        db, case = self.context.db, self._case()
        wanted = Proposal(campaign.indicator, "sweep scan", now + 7 * _DAY, (), "campaign", case)
        entry = block_workflow.propose_block(Change(db, EVERYTHING, _OPERATOR, now), wanted)
        block_workflow.approve_block(Change(db, EVERYTHING, _SUPERVISOR, now), entry.id)
        block_workflow.push_block(Change(db, EVERYTHING, _SUPERVISOR, now), entry.id)

    def _requests(self, now: datetime) -> None:
        db, number = self.context.db, self._case()
        if number is None:
            return
        case = incident.get_incident(db, EVERYTHING, number)
        alerts = incident.alerts_of_incident(db, EVERYTHING, number)
        for site in incident.sites_of_incidents(db, EVERYTHING, [number])[number]:
            own = max((one for one in alerts if one.site == site), key=lambda one: one.severity, default=None)
            rule = self.context.rules.get(own.rule_id) if own else None
            if own is None or not isinstance(rule, Signature):
                continue
            asked = RequestDraft(
                (site,), case.severity, compose_text(rule, own.actor, own.events), incident_id=number, channels=()
            )
            lines = evidence.alert_lines(self.context.store, own, 5)
            request_workflow.create_requests(Change(db, EVERYTHING, _OPERATOR, now), asked, lines)

    def _answers(self, now: datetime) -> None:
        """Let the municipalities begin to answer; they continue in `step`."""

    def _clear(self, now: datetime) -> None:
        number = self._case()
        if number is None:
            return
        while self._answer(now):
            pass
        while self._apply(now):
            pass
        db = self.context.db
        for state in (IncidentState.CONTAINED, IncidentState.ERADICATED, IncidentState.RECOVERED):
            incident_workflow.move_incident(Change(db, EVERYTHING, _OPERATOR, now), number, state)
        summary = "All sites have the block in force; nothing was broken into. 모든 기관 차단 적용, 침해 없음"
        closure = Closure.TRUE_POSITIVE
        incident_workflow.close_incident(Change(db, EVERYTHING, _SUPERVISOR, now), number, closure, summary=summary)

    def _case(self) -> int | None:
        found = incident.open_incidents(self.context.db, EVERYTHING)
        return found[0].id if found else None

    def _apply(self, now: datetime) -> bool:
        """Let some more sites apply the newest block list; return False when all have."""
        db = self.context.db
        pushed = blocklist.search_blocks(db, EVERYTHING, states=[BlockState.PUSHED], limit=1)
        missing = {code for one in blocklist.coverage(db) for code in one.missing}
        for code in sorted(missing)[:_APPLY] if pushed else ():
            version = pushed[0].pushed_version or 1
            block_workflow.acknowledge_blocklist(
                Change(db, EVERYTHING, Actor(f"site:{code}", "presentation"), now), code, version
            )
        return bool(missing)

    def _answer(self, now: datetime) -> bool:
        """Let some more municipalities answer, and verify their answers; return False when all have."""
        waiting = request.search_requests(self.context.db, EVERYTHING, limit=500)
        moved = [self._next(one.id, one.state, one.site, now) for one in _oldest(waiting)[:_ANSWER]]
        return any(moved)

    def _next(self, number: int, state: str, site: str, now: datetime) -> bool:
        db, there = self.context.db, Actor(f"site:{site}", "presentation")
        if state in {RequestState.REQUESTED, RequestState.DELIVERED}:
            request_workflow.acknowledge_request(Change(db, EVERYTHING, there, now), number)
        elif state == RequestState.ACKNOWLEDGED:
            text = "차단을 확인하고 기록을 점검했습니다. The block is in force, the records were checked."
            request_workflow.complete_request(Change(db, EVERYTHING, there, now), number, answer=text)
        else:
            request_workflow.verify_request(Change(db, EVERYTHING, _OPERATOR, now), number)
        return True


def _oldest(found: Sequence[request.Request]) -> list[request.Request]:
    """Return the requests that need an action, most advanced first, so that every state is visible at the same time."""
    rank = {RequestState.DONE: 0, RequestState.ACKNOWLEDGED: 1, RequestState.DELIVERED: 2, RequestState.REQUESTED: 2}
    waiting = [one for one in found if one.state in rank]
    return sorted(waiting, key=lambda one: (rank[RequestState(one.state)], one.id))
