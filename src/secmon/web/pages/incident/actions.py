"""Actions of the incident page: apply a button's action to the incident."""

from datetime import datetime

from secmon.alerts.workflow import Closure
from secmon.auth.principal import Principal
from secmon.db.models import Alert
from secmon.db.transaction import Change
from secmon.detection.sigma.rule import Signature
from secmon.errors import IllegalMove
from secmon.incidents import deadlines, evidence, incident, playbook
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.incident import Incident, IncidentState
from secmon.live.context import CentreContext
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import RequestText, compose_text, free_text
from secmon.response.requests.workflow import RequestDraft
from secmon.web.components.dialog import Answers
from secmon.web.i18n.texts import t


def act(
    context: CentreContext, principal: Principal, number: int, action: str, target: str, filled: Answers, language: str
) -> str:
    """Apply the action and return the result text; workflow errors propagate. `target` is a state or a task."""
    db, scope, actor, now = context.db, principal.scope, principal.actor, context.clock()
    if action == "move":
        incident_workflow.move_incident(Change(db, scope, actor, now), number, IncidentState(target), note=filled.note)
    elif action == "comment":
        incident_workflow.comment_incident(Change(db, scope, actor, now), number, filled.note)
    elif action == "pause":
        deadlines.pause_clocks(Change(db, scope, actor, now), number, reason=filled.note)
    elif action == "resume":
        deadlines.resume_incident(Change(db, scope, actor, now), number)
    elif action == "reopen":
        incident_workflow.reopen_incident(Change(db, scope, actor, now), number, note=filled.note)
    elif action == "task":
        playbook.complete_task(Change(db, scope, actor, now), int(target))
    elif action == "close":
        if filled.choice not in set(Closure):
            raise IllegalMove("alert.outcome_missing")
        incident_workflow.close_incident(
            Change(db, scope, actor, now), number, Closure(filled.choice), summary=filled.note
        )
    else:
        return _ask(context, principal, number, filled.note, now, language)
    return t(f"incident.done.{action}", language)


def _ask(context: CentreContext, principal: Principal, number: int, note: str, now: datetime, language: str) -> str:
    """Send a request to each site of the incident, worded by the rule of the worst alert at that site."""
    db, scope = context.db, principal.scope
    case = incident.get_incident(db, scope, number)
    sites = incident.sites_of_incidents(db, scope, [number])[number]
    alerts = incident.alerts_of_incident(db, scope, number)
    for site in sites:
        own = [alert for alert in alerts if alert.site == site]
        lines = [line for alert in own[:5] for line in evidence.alert_lines(context.store, alert, 10)]
        asked = RequestDraft((site,), case.severity, _advice(context, case, own, note), incident_id=number)
        request_workflow.create_requests(Change(db, scope, principal.actor, now), asked, lines)
    return t("incident.done.ask", language, number=len(sites))


def _advice(context: CentreContext, case: Incident, alerts: list[Alert], note: str) -> RequestText:
    if note.strip():
        return free_text(case.title, note)
    worst = max(alerts, key=lambda alert: alert.severity, default=None)
    rule = context.rules.get(worst.rule_id) if worst else None
    if worst is None or not isinstance(rule, Signature):
        return free_text(case.title, case.title)
    return compose_text(rule, worst.actor, worst.events)
