"""What a press of a button on the page of an incident does at the desk."""

from datetime import datetime

from secmon.alerts import case_clock, casework, evidence, incident, playbook, request_work
from secmon.alerts.advice import Advice, by_hand, compose
from secmon.alerts.incident import Incident, State
from secmon.alerts.models import Alert
from secmon.alerts.request_work import Ask
from secmon.alerts.workflow import Closure
from secmon.errors import IllegalMove
from secmon.people.visitor import Visitor
from secmon.rules.rule import Signature
from secmon.web.console import Console
from secmon.web.dialog import Answers
from secmon.web.i18n import t


def act(
    console: Console, visitor: Visitor, number: int, action: str, target: str, filled: Answers, language: str
) -> str:
    """Carry it out and say what was done; errors of the desk are passed on. `target` is a state or a task."""
    desk, scope, actor, now = console.desk, visitor.scope, visitor.actor, console.clock()
    if action == "move":
        casework.move(desk, scope, number, State(target), actor=actor, now=now, note=filled.note)
    elif action == "comment":
        casework.comment(desk, scope, number, filled.note, actor=actor, now=now)
    elif action == "pause":
        case_clock.pause(desk, scope, number, reason=filled.note, actor=actor, now=now)
    elif action == "resume":
        case_clock.resume(desk, scope, number, actor=actor, now=now)
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
    """One request to each site that the incident touches, composed of the worst alert's rule there."""
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
