"""Settings page: the administrator sees settings and targets, and decides what to change, and where."""

import asyncio
from dataclasses import asdict, fields, replace
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.incidents import sla
from secmon.live.context import CentreContext
from secmon.operations import metrics
from secmon.operations.metric_samples import SHARES, Metric
from secmon.operations.metrics import DEFAULT_TARGETS
from secmon.sites.scope import EVERYTHING
from secmon.taxonomy import Severity
from secmon.times import duration
from secmon.web.components.actions import action_result, button, register_actions
from secmon.web.components.countdown import span
from secmon.web.components.dialog import Answers, DialogField, dialog
from secmon.web.components.panel import empty, page_head, panel, severity_pill, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import requires
from secmon.web.i18n.texts import t
from secmon.web.pages.settings.view import settings_in_force
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("settings", r"/settings", Group.MANAGE, order=40, permission=Permission.SETTINGS)

ACTIONS = dict.fromkeys(("sla", "metric"), Permission.SETTINGS)
_CLOCKS = tuple(one.name for one in fields(sla.SlaTargets))
_REFRESH_MS = 15_000


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page."""
    language = visit.language
    clocks = [(name, t(f"settings.{name}", language)) for name in _CLOCKS]
    asked = {
        "sla": [
            DialogField("choice", t("settings.clock", language), clocks),
            DialogField("title", t("settings.length", language)),
        ],
        "metric": [DialogField("title", t("settings.target", language))],
    }

    def part(name: str, style: str = "") -> html.Section:
        note = t(f"settings.{name}.note", language)
        return panel(
            t(f"settings.{name}", language), html.Div(id=f"settings-{name}", className="scroll"), note=note, style=style
        )

    return html.Div(
        [
            dcc.Interval(id="settings-tick", interval=_REFRESH_MS),
            dcc.Store(id="settings-seen"),
            page_head(t("nav.settings", language), t("settings.about", language)),
            action_result("settings"),
            part("targets"),
            part("metrics"),
            part("started", "wide tall"),
            dialog("settings", asked, language),
        ],
        className="site settings",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of targets and settings, and of changing a target."""

    @app.callback(
        Output("settings-targets", "children"),
        Output("settings-metrics", "children"),
        Output("settings-started", "children"),
        Output("settings-seen", "data"),
        Input("settings-tick", "n_intervals"),
        Input("settings-done", "data"),
        State("settings-seen", "data"),
        State("language", "data"),
        running=pausing("settings-tick", _REFRESH_MS),
    )
    @requires(Permission.SETTINGS)
    async def fill(_tick: int, _done: Any, seen: Seen | None, language: str) -> Any:
        context = contexts.current()
        made = await asyncio.to_thread(_made, context, language)
        sent, digests = only_new(made, seen)
        return (*sent, digests)

    register_actions(app, "settings", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _made(context: CentreContext, language: str) -> dict[str, Any]:
    return {
        "targets": _targets(context, language),
        "metrics": _metrics(context, language),
        "started": _started(context, language),
    }


def _targets(context: CentreContext, language: str) -> Any:
    rows = [
        [
            severity_pill(severity, language),
            *(span(seconds, language) for seconds in asdict(aims).values()),
            button("settings", "sla", int(severity), language, "button small"),
        ]
        for severity, aims in sla.sla_targets(context.db).items()
    ]
    names = ("column.severity", *(f"settings.{name}" for name in _CLOCKS), "column.act")
    return table([t(name, language) for name in names], rows)


def _metrics(context: CentreContext, language: str) -> Any:
    rows = []
    for metric, aim in metrics.targets(context.db).items():
        words = metrics.definitions()[metric]
        shipped = DEFAULT_TARGETS[metric]
        rows.append(
            [
                html.B(words.name_ko if language == "ko" else words.name_en),
                _aim(metric, aim, language),
                _aim(metric, shipped, language) if shipped != aim else "–",
                button("settings", "metric", metric, language, "button small"),
            ]
        )
    names = ("performance.metric", "performance.target", "settings.shipped", "column.act")
    return table([t(name, language) for name in names], rows)


def _aim(metric: Metric, aim: float, language: str) -> str:
    return f"{aim:.1%}" if metric in SHARES else span(aim, language)


def _started(context: CentreContext, language: str) -> Any:
    if context.settings is None:
        return empty(t("settings.unknown", language))
    rows = [
        [
            html.Code(one.name),
            html.B(one.value) if one.changed else one.value or "–",
            t("settings.set" if one.changed else "settings.default", language),
            t(f"setting.{one.name}", language),
        ]
        for one in settings_in_force(context.settings)
    ]
    names = ("settings.name", "settings.value", "settings.origin", "performance.meaning")
    return table([t(name, language) for name in names], rows)


def _act(context: CentreContext, principal: Principal, action: str, target: str, filled: Answers, language: str) -> str:
    db, actor, now = context.db, principal.actor, context.clock()
    if action == "metric":
        metric = _metric(target)
        aim = _share(filled.title) if metric in SHARES else _seconds(filled.title)
        metrics.set_target(Change(db, EVERYTHING, actor, now), metric, aim)
        return t("settings.done.metric", language, aim=_aim(metric, aim, language))
    if filled.choice not in _CLOCKS:
        raise UsageError("target.not_chosen")
    severity = _severity(target)
    wanted = replace(sla.sla_targets(db)[severity], **{filled.choice: round(_seconds(filled.title))})
    sla.set_sla_targets(Change(db, EVERYTHING, actor, now), severity, wanted)
    name = t(f"settings.{filled.choice}", language)
    return t("settings.done.sla", language, clock=name, aim=span(getattr(wanted, filled.choice), language))


def _metric(target: str) -> Metric:
    if target not in {*DEFAULT_TARGETS}:
        raise UsageError("target.unknown")
    return Metric(target)


def _severity(target: str) -> Severity:
    if target not in {str(int(one)) for one in sla.DEFAULTS}:
        raise UsageError("target.unknown")
    return Severity(int(target))


def _seconds(text: str) -> float:
    try:
        return duration(text.strip()).total_seconds()
    except UsageError as error:
        raise UsageError("target.duration_not_valid") from error


def _share(text: str) -> float:
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError as error:
        raise UsageError("target.share_not_valid") from error
    if not 0 < percent <= 100:  # also refuses NaN
        raise UsageError("target.share_not_valid")
    return percent / 100
