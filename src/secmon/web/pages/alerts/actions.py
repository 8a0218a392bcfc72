"""Actions of the alerts page: apply a button's action to the selected alerts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from secmon.alerts import queries as alert_queries
from secmon.alerts import suppression, workflow
from secmon.alerts.workflow import Closure
from secmon.auth.principal import Principal
from secmon.db.models import Alert
from secmon.db.transaction import Change
from secmon.detection.sigma.rule import Signature
from secmon.errors import IllegalMove
from secmon.incidents import evidence
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.workflow import IncidentDraft
from secmon.live.context import CentreContext
from secmon.web.components.dialog import Answers
from secmon.web.i18n.names import rule_title
from secmon.web.i18n.texts import t

_LINES = 50
"""Lines per alert that are stored as evidence when an incident is opened."""

DIRECT = ("acknowledge", "start", "assign")
"""Actions carried out at once."""

ASKING = ("close", "incident", "suppress", "merge", "reopen")
"""Actions that ask for input in the dialog first."""


def act(
    context: CentreContext,
    principal: Principal,
    action: str,
    chosen: Sequence[tuple[int, int]],
    answers: Answers,
    language: str,
) -> str:
    """Apply the action to the alerts (id, version seen) and return the result text; workflow errors propagate."""
    if not chosen:
        raise IllegalMove("alert.none_selected")
    ids, versions = [number for number, _ in chosen], dict(chosen)
    change = Change(context.db, principal.scope, principal.actor, context.clock())
    if action == "acknowledge":
        workflow.acknowledge_alerts(change, ids, versions=versions)
    elif action == "start":
        workflow.start_alerts(change, ids, versions=versions)
    elif action == "assign":
        workflow.assign_alerts(change, ids, principal.name, versions=versions)
    elif action == "close":
        closure = _closure(answers.choice)
        workflow.close_alerts(change, ids, closure, note=answers.note, versions=versions)
    elif action == "reopen":
        workflow.reopen_alerts(change, ids, note=answers.note, versions=versions)
    else:
        return _together(context, principal, action, ids, answers, change.now, language)
    return t(f"alerts.done.{action}", language, number=len(ids))


def _together(
    context: CentreContext,
    principal: Principal,
    action: str,
    ids: Sequence[int],
    answers: Answers,
    now: datetime,
    language: str,
) -> str:
    db, scope, actor = context.db, principal.scope, principal.actor
    if action == "merge":
        first, *others = sorted(ids)
        if not others:
            raise IllegalMove("alert.merge_needs_two")
        workflow.merge_alerts(Change(db, scope, actor, now), others, first, note=answers.note)
        return t("alerts.done.merge", language, number=len(others), into=first)
    if action == "suppress":
        until = now + timedelta(days=int(answers.choice) if answers.choice.isdecimal() else 1)
        for number in ids:
            suppression.suppress_alert(Change(db, scope, actor, now), number, until=until, reason=answers.note)
        return t("alerts.done.suppress", language, number=len(ids))
    opened_with = [alert_queries.get_alert(db, scope, number) for number in ids]
    draft = _draft(context, opened_with, answers, language)
    incident = incident_workflow.open_incident(Change(db, scope, actor, now), draft, ids)
    for alert in opened_with:
        lines = evidence.alert_lines(context.store, alert, _LINES)
        evidence.add_evidence(Change(db, scope, actor, now), incident.id, lines, alert_id=alert.id)
    return t("alerts.done.incident", language, number=incident.id)


def _draft(context: CentreContext, alerts: Sequence[Alert], answers: Answers, language: str) -> IncidentDraft:
    worst = max(alerts, key=lambda alert: alert.severity)
    rules = [context.rules.get(alert.rule_id) for alert in alerts]
    techniques = dict.fromkeys(uid for rule in rules if isinstance(rule, Signature) for uid in rule.attack_uids)
    title = answers.title.strip() or rule_title(context, worst.rule_id, language)
    return IncidentDraft(title, worst.severity, worst.attack_type, tuple(techniques))


def _closure(name: str) -> Closure:
    if name not in set(Closure):
        raise IllegalMove("alert.outcome_missing")
    return Closure(name)
