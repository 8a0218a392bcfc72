"""Form elements of the alerts page: filters, buttons, grid, and the dialog for actions that need input."""

from typing import Any

from dash import dcc, html

from secmon.alerts.grouping import GroupBy
from secmon.alerts.workflow import Closure
from secmon.taxonomy import AttackType
from secmon.web.components.actions import button
from secmon.web.components.dialog import DialogField, dialog
from secmon.web.components.grid import column, grid
from secmon.web.components.panel import attributes
from secmon.web.i18n.texts import t
from secmon.web.pages.alerts.filter import STATUSES, AlertFilter

_BUTTONS = ("acknowledge", "start", "assign", "close", "incident", "merge", "suppress", "reopen")
_KEYS = {"acknowledge": "A", "incident": "E", "close": "C"}


def filters(chosen: AlertFilter, language: str, page: str = "alerts") -> html.Div:
    """Return the filter row with the values of the page's address; only the queue offers grouping."""
    statuses = {name: t(f"alerts.status.{name}", language) for name in STATUSES}
    least = {"0": t("alerts.least.any", language)}
    for n in (2, 3, 4, 5):
        least[str(n)] = t("alerts.least", language, severity=t(f"severity.{n}", language))
    types = {"": t("alerts.type.any", language), **{str(name): t(f"type.{name}", language) for name in AttackType}}
    groups = {"": t("alerts.group.none", language), **{str(by): t(f"alerts.group.{by}", language) for by in GroupBy}}
    search = t("alerts.search", language)
    return html.Div(
        [
            dcc.Input(id=f"{page}-q", value=chosen.q, placeholder=search, className="query", debounce=True),
            _pick(f"{page}-status", statuses, chosen.status),
            _pick(f"{page}-least", least, str(chosen.least)),
            _pick(f"{page}-type", types, chosen.type),
            _pick(f"{page}-group", groups, chosen.group) if page == "alerts" else None,
            html.Div(className="views", **attributes(data_views=f"/{page}")),
        ],
        className="form wide",
    )


def _pick(uid: str, options: dict[str, str], chosen: str) -> dcc.Dropdown:
    listed = [{"value": value, "label": label} for value, label in options.items()]
    return dcc.Dropdown(id=uid, options=listed, value=chosen, clearable=False, searchable=False, className="pick")


def buttons(language: str) -> list[Any]:
    """Return the buttons for the selected alerts."""
    return [button("alerts", name, "", language, key=_KEYS.get(name, "")) for name in _BUTTONS]


def alert_columns(language: str) -> list[dict[str, Any]]:
    """Return the grid columns of an alert."""
    pills = {f"pill-s{n}": f"params.data && params.data.level == {n}" for n in range(1, 6)}
    fresh = {"fresh": "params.data && params.data.status_key == 'new'"}
    right = {"type": "rightAligned", "filter": "agNumberColumnFilter"}
    return [
        column("severity", "severity", language, 112, minWidth=100, cellClassRules=pills),
        column("time", "time", language, 160, minWidth=135),
        column("site", "site", language, 200, minWidth=160),
        column("rule", "rule", language, 300, cellClassRules=fresh),
        column("state", "status", language, 118, minWidth=105),
        column("owner", "owner", language, 128, minWidth=120),
        column("actor", "actor", language, 155, minWidth=135),
        column("type", "type", language, 175),
        column("findings", "findings", language, 110, **right),
        column("sites", "sites", language, 95, **right),
    ]


def alert_grid(language: str) -> Any:
    many = {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True, "enableClickSelection": False}
    return grid("alerts-grid", alert_columns(language), t("alerts.nothing", language), rowSelection=many)


def question(language: str) -> html.Div:
    """Return the dialog of the actions that need input."""
    closures = [(str(one), t(f"closure.{one}", language)) for one in Closure]
    days = [(str(n), t("alerts.days", language, days=n)) for n in (1, 7, 30, 90)]
    note = DialogField("note", t("alerts.note.why", language))
    asked = {
        "close": [DialogField("choice", t("alerts.closure.choose", language), closures), note],
        "incident": [DialogField("title", t("alerts.incident.title", language))],
        "suppress": [DialogField("choice", "", days, chosen="7"), note],
        "merge": [note],
        "reopen": [note],
    }
    return dialog("alerts", asked, language)
