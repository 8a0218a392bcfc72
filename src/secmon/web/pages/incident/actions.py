"""Actions of the incident page: apply a button's action to the incident."""

from datetime import datetime

from secmon.alerts.workflow import Closure
from secmon.auth.principal import Visitor
from secmon.db.models import Alert
from secmon.detection.sigma.rule import Signature
from secmon.errors import IllegalMove
from secmon.incidents import deadlines, evidence, incident, playbook
from secmon.incidents import workflow as casework
from secmon.incidents.incident import Incident, State
from secmon.live.context import Console
from secmon.response.requests import workflow as request_work
from secmon.response.requests.advice import Advice, by_hand, compose
from secmon.response.requests.workflow import Ask
from secmon.web.components.dialog import Answers
from secmon.web.i18n.texts import t


def act(
    console: Console, visitor: Visitor, number: int, action: str, target: str, filled: Answers, language: str
) -> str:
    """Apply the action and return the result text; workflow errors propagate. `target` is a state or a task."""
    desk, scope, actor, now = console.desk, visitor.scope, visitor.actor, console.clock()
    if action == "move":
        casework.move(desk, scope, number, State(target), actor=actor, now=now, note=filled.note)
    elif action == "comment":
        casework.comment(desk, scope, number, filled.note, actor=actor, now=now)
    elif action == "pause":
        deadlines.pause(desk, scope, number, reason=filled.note, actor=actor, now=now)
    elif action == "resume":
        deadlines.resume(desk, scope, number, actor=actor, now=now)
    elif action == "reopen":
        casework.reopen(desk, scope, number, note=filled.note, actor=actor, now=now)
    elif action == "task":
        playbook.done(desk, scope, int(target), actor=actor, now=now)
    elif action == "close":
        if filled.choice not in set(Closure):
            raise IllegalMove(t("alerts.closure.choose", language))
        casework.close(desk, scope, number, Closure(filled.choice), summary=filled.note, actor=actor, now=now)
    else:
        return _ask(console, visitor, number, filled.note, now, language)
    return t(f"incident.done.{action}", language)


def _ask(console: Console, visitor: Visitor, number: int, note: str, now: datetime, language: str) -> str:
    """Send a request to each site of the incident, worded by the rule of the worst alert at that site."""
    desk, scope = console.desk, visitor.scope
    case = incident.get(desk, scope, number)
    sites = incident.sites_of(desk, scope, [number])[number]
    alerts = incident.alerts_of(desk, scope, number)
    for site in sites:
        own = [alert for alert in alerts if alert.site == site]
        lines = [line for alert in own[:5] for line in evidence.lines_of(console.store, alert, 10)]
        asked = Ask((site,), case.severity, _advice(console, case, own, note), incident_id=number)
        request_work.ask(desk, scope, asked, lines, actor=visitor.actor, now=now)
    return t("incident.done.ask", language, number=len(sites))


def _advice(console: Console, case: Incident, alerts: list[Alert], note: str) -> Advice:
    if note.strip():
        return by_hand(case.title, note)
    worst = max(alerts, key=lambda alert: alert.severity, default=None)
    rule = console.rules.get(worst.rule_id) if worst else None
    if worst is None or not isinstance(rule, Signature):
        return by_hand(case.title, case.title)
    return compose(rule, worst.actor, worst.events)
