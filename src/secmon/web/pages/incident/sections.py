"""Sections of the incident page, drawn from its view."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.incidents.incident import TRANSITIONS, IncidentState
from secmon.incidents.playbook import TaskState
from secmon.incidents.timeline import TimelineEntry
from secmon.live.context import CentreContext
from secmon.web.components.countdown import clock_words, due_words
from secmon.web.components.panel import empty, facts_list, severity_pill, table
from secmon.web.i18n.names import rule_title, site_name, type_name
from secmon.web.i18n.texts import kst, t
from secmon.web.pages.incident.view import IncidentView

STEPS = tuple(IncidentState)
ACTIONS = ("move", "comment", "pause", "resume", "ask", "close", "reopen")


def steps(view: IncidentView, language: str) -> html.Ol:
    """Return the states of NIST SP 800-61 with the time at which each was reached."""
    now = STEPS.index(IncidentState(view.incident.state))
    parts = []
    for place, state in enumerate(STEPS):
        at = view.incident.reached(state)
        style = "here" if place == now else "passed" if at is not None else ""
        parts.append(
            html.Li([html.B(t(f"incident.{state}", language)), html.Small(kst(at, "%m-%d %H:%M"))], className=style)
        )
    return html.Ol(parts, className="steps")


def clocks(view: IncidentView, language: str) -> list[Any]:
    """Return both deadlines as tiles."""
    tiles = []
    for one in view.clocks:
        words, style = clock_words(one, language)
        due = t("incident.due", language, time=kst(one.due, "%m-%d %H:%M"))
        tiles.append(
            html.Section(
                [html.H2(t(f"incident.clock.{one.name}", language)), html.Strong(words), html.P(due)],
                className=f"kpi clock-{style}",
            )
        )
    return tiles


def buttons(view: IncidentView, principal: Principal, language: str) -> list[Any]:
    """Return buttons for the actions that the user may take now."""
    if not principal.may(Permission.INCIDENT) or not principal.scope.everything:
        return []
    state = IncidentState(view.incident.state)
    if state == IncidentState.CLOSED:
        return [_button("comment", "", language), _button("reopen", "", language)]
    following = [one for one in STEPS if one in TRANSITIONS.allowed(state) and one != IncidentState.CLOSED]
    clock = "resume" if view.incident.paused_at else "pause"
    moves = [_button("move", str(one), language) for one in following]
    return [*moves, *(_button(name, "", language) for name in ("comment", clock, "ask", "close"))]


def _button(name: str, to: str, language: str) -> html.Button:
    words = (
        t("incident.to", language, state=t(f"incident.{to}", language)) if to else t(f"incident.do.{name}", language)
    )
    style = "button main" if to else "button"
    return html.Button(words, id={"type": f"incident-do-{name}", "to": to}, className=style, n_clicks=0)


def facts(context: CentreContext, view: IncidentView, language: str) -> html.Dl:
    """Return owner, type, techniques, sites and TLP marking."""
    one = view.incident
    sites: list[Any] = []
    for code in view.sites:
        sites += [dcc.Link(site_name(context, code, language), href=f"/site/{code}"), " · "]
    said = [
        (t("column.owner", language), one.owner or "–"),
        (t("incident.opened", language), f"{one.opened_by} · {kst(one.detected_at)}"),
        (t("column.type", language), type_name(one.attack_type, language)),
        ("ATT&CK", ", ".join(one.techniques) or "–"),
        ("TLP", one.tlp.upper()),
        (t("incident.sites", language, number=len(view.sites)), html.Span(sites[:-1])),
    ]
    if one.closure:
        said += [
            (t("incident.closure", language), t(f"closure.{one.closure}", language)),
            (t("incident.summary", language), one.summary),
        ]
    if one.paused_at:
        said.append((t("incident.paused", language), f"{kst(one.paused_at)} · {one.pause_reason}"))
    return facts_list(said)


def timeline(context: CentreContext, view: IncidentView, language: str) -> Any:
    """Return the timeline, newest first."""
    titles = {one.id: one.title_ko if language == "ko" else one.title_en for one in view.requests}
    entries = [_entry(context, one, titles, language) for one in reversed(view.timeline)]
    return html.Ol(entries, className="timeline")


def _entry(context: CentreContext, one: TimelineEntry, titles: Mapping[int, str], language: str) -> html.Li:
    after = one.details.get("after", {})
    said = one.text
    if one.kind == "state" and "state" in after:
        said = f"→ {t('incident.' + str(after['state']), language)} {said}".strip()
    elif one.kind == "evidence":
        said = t("incident.kept", language, number=len(after.get("sha256", ())))
    elif one.kind == "request":
        said = _of_request(after, titles, language)
    elif one.kind == "block":
        said = f"{after['value']} · {t('block.' + str(after['state']), language)}"
    where = f" · {site_name(context, one.site, language)}" if one.site else ""
    head: list[Any] = [html.B(t(f"timeline.{one.kind}", language)), f" · {one.actor}{where}"]
    return html.Li([html.Time(kst(one.at, "%m-%d %H:%M:%S")), html.Div([html.P(head), html.P(said) if said else None])])


def _of_request(after: Mapping[str, Any], titles: Mapping[int, str], language: str) -> str:
    """Return the title of a new request, or the new state of an earlier one; other sites' titles are not shown."""
    number = int(after["request"])
    now = t(f"request.{after['state']}", language) if "state" in after else titles.get(number, "")
    return f"#{number} {now}".rstrip()


def tasks(view: IncidentView, principal: Principal, language: str) -> Any:
    """Return the playbook, with a button to mark each step done."""
    if not view.tasks:
        return empty(t("incident.tasks.none", language))
    may = principal.may(Permission.INCIDENT) and view.incident.state != IncidentState.CLOSED
    items = []
    for one in view.tasks:
        text = one.text_ko if language == "ko" else one.text_en
        mark = {"done": "✓", "left_out": "–"}.get(one.state, "○")
        said = [
            html.Span(text),
            html.Small(
                f"{t(f'incident.{one.phase}', language)} · {one.done_by} {kst(one.done_at, '%H:%M')}"
                if one.done_at
                else t(f"incident.{one.phase}", language)
            ),
        ]
        button = html.Button(
            mark,
            id={"type": "incident-task", "id": one.id},
            className="tool",
            n_clicks=0,
            disabled=not may or one.state != TaskState.OPEN,
            title=t("incident.task.done", language),
        )
        items.append(html.Li([button, html.Div(said)], className=f"task-{one.state}"))
    return html.Ul(items, className="tasks")


def alerts(context: CentreContext, view: IncidentView, language: str) -> Any:
    """Return the alerts of the incident, each with a link."""
    rows = [
        [
            severity_pill(one.severity, language),
            dcc.Link(rule_title(context, one.rule_id, language), href=f"/alerts?status=all&alert={one.id}"),
            site_name(context, one.site, language),
            one.actor,
            t(f"status.{one.status}", language),
            kst(one.last_time, "%m-%d %H:%M"),
        ]
        for one in view.alerts
    ]
    names = ("severity", "rule", "site", "actor", "state", "time")
    return (
        table([t(f"column.{name}", language) for name in names], rows)
        if rows
        else empty(t("incident.alerts.none", language))
    )


def requests(context: CentreContext, view: IncidentView, language: str) -> Any:
    """Return the requests to the municipalities of the incident, with state and due time."""
    rows = []
    for one in view.requests:
        words, style = due_words(one.due, view.at, language)
        title = one.title_ko if language == "ko" else one.title_en
        rows.append(
            [
                f"#{one.id}",
                dcc.Link(title, href=f"/requests?request={one.id}"),
                site_name(context, one.site, language),
                t(f"request.{one.state}", language),
                html.Span(words, className=f"due-{style}"),
            ]
        )
    names = ("number", "request", "site", "state", "due")
    return (
        table([t(f"column.{name}", language) for name in names], rows)
        if rows
        else empty(t("incident.requests.none", language))
    )


def evidence(context: CentreContext, view: IncidentView, language: str) -> Any:
    """Return the evidence lines with their hashes, and whether all lines still match their hashes."""
    if not view.evidence:
        return empty(t("incident.evidence.none", language))
    whole = t(
        "incident.evidence.whole" if not view.damaged else "incident.evidence.damaged",
        language,
        number=len(view.damaged),
    )
    parts: list[Any] = [html.P(whole, className="done" if not view.damaged else "failed")]
    for one in view.evidence[:100]:
        head: list[Any] = [
            kst(one.time, "%m-%d %H:%M:%S"),
            " · ",
            site_name(context, one.site, language),
            " · ",
            one.feed,
            " · ",
            html.Code(f"sha256 {one.sha256}"),
        ]
        parts.append(html.Div([html.P(head, className="below"), html.Pre(one.line[:4000], className="raw")]))
    return parts
