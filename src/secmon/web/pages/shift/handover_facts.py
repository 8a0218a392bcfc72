"""Sections of a handover, drawn from its facts: the present state, and the changes since the last handover."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from secmon.feed_health.health import Health
from secmon.live.context import CentreContext
from secmon.operations.shift_handover import SilentFeed
from secmon.web.components.panel import empty, facts_list, severity_pill, table
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import catalogue, kst, t

_SILENT = frozenset({Health.SILENT, Health.FAILING, Health.LATE})
_SHOWN = 40

HandoverContent = Mapping[str, Any]
"""As `secmon.operations.shift_handover.standing_facts` makes them."""


def silent_feeds(context: CentreContext) -> list[SilentFeed]:
    """Return the feeds that should send but do not."""
    return [SilentFeed(one.site, one.feed, one.line_at) for one in context.reports() if one.health in _SILENT]


def act_name(action: str, language: str) -> str:
    """Return an action of the audit log as text; its stored name if it has no text."""
    return catalogue(language).get(f"act.{action}", action)


def drawn(context: CentreContext, facts: HandoverContent, language: str) -> list[Any]:
    """Return the sections in order."""
    return [
        _section("standing", facts_list(_standing(facts, language)), language),
        _section("incidents", _incidents(facts["incidents"], language), language),
        _section("overdue", _overdue(context, facts["requests"]["overdue"], language), language),
        _section("blocks", _blocks(facts["blocks"], language), language),
        _section("silent", _silent(context, facts["silent"], language), language),
        _section("changes", _changes(facts["changes"], language), language),
    ]


def _section(name: str, child: Any, language: str) -> html.Section:
    return html.Section([html.H3(t(f"shift.{name}", language)), child])


def _standing(facts: HandoverContent, language: str) -> list[tuple[str, Any]]:
    declared = facts["level"]
    words = t("level.none", language)
    if declared:
        words = f"{t('level.' + declared['level'], language)} · {declared['issuer']} · {_at(declared['since'])}"
    alerts = [
        html.Span([severity_pill(int(severity), language), f" {number:,}"], className="line")
        for severity, number in sorted(facts["alerts"].items(), reverse=True)
    ]
    return [
        (t("level.label", language), words),
        (t("shift.alerts", language), html.Div(alerts, className="line") if alerts else "0"),
        (t("shift.awaiting", language), f"{facts['requests']['awaiting']:,}"),
    ]


def _incidents(rows: Sequence[HandoverContent], language: str) -> Any:
    if not rows:
        return empty(t("shift.incidents.none", language))
    cells = [
        [
            dcc.Link(f"#{one['id']}", href=f"/incident/{one['id']}"),
            severity_pill(one["severity"], language),
            one["title"],
            t(f"incident.{one['state']}", language),
            one["owner"] or "–",
            html.Span(_at(one["due"]), className="due-late" if one["overdue"] else ""),
        ]
        for one in rows[:_SHOWN]
    ]
    names = ("number", "severity", "incident", "state", "owner", "due")
    return table([t(f"column.{name}", language) for name in names], cells)


def _overdue(context: CentreContext, rows: Sequence[HandoverContent], language: str) -> Any:
    if not rows:
        return empty(t("shift.overdue.none", language))
    cells = [
        [
            dcc.Link(f"#{one['id']}", href=f"/requests?request={one['id']}"),
            site_name(context, one["site"], language),
            one[f"title_{language}"],
            html.Span(_at(one["due"]), className="due-late"),
            one["reminders"],
        ]
        for one in rows[:_SHOWN]
    ]
    return table([t(f"column.{name}", language) for name in ("number", "site", "request", "due", "reminders")], cells)


def _blocks(blocks: HandoverContent, language: str) -> Any:
    waiting = [f"{one['value']} ({t('block.' + one['state'], language)})" for one in blocks["waiting"][:_SHOWN]]
    partly = [f"{one['value']} ({one['acknowledged']}/{one['of']})" for one in blocks["applied"][:_SHOWN]]
    return facts_list(
        [
            (t("shift.blocks.waiting", language), ", ".join(waiting) or "–"),
            (t("shift.blocks.partly", language), ", ".join(partly) or "–"),
        ]
    )


def _silent(context: CentreContext, rows: Sequence[HandoverContent], language: str) -> Any:
    if not rows:
        return empty(t("shift.silent.none", language))
    cells = [
        [
            dcc.Link(site_name(context, one["site"], language), href=f"/site/{one['site']}"),
            one["feed"],
            _at(one["last"]),
        ]
        for one in rows[:_SHOWN]
    ]
    names = ("column.site", "column.feed", "site.last_line")
    more = [html.P(t("shift.more", language, number=len(rows) - _SHOWN))] if len(rows) > _SHOWN else []
    return html.Div([table([t(name, language) for name in names], cells), *more])


def _changes(changes: Mapping[str, int], language: str) -> Any:
    if not changes:
        return empty(t("shift.changes.none", language))
    return facts_list([(act_name(action, language), f"{number:,}") for action, number in changes.items()])


def _at(text: str | None) -> str:
    return kst(datetime.fromisoformat(text), "%m-%d %H:%M") if text else "–"
