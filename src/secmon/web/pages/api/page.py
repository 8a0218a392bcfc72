"""REST API page: what a program may request from the centre, and with which permission."""

from collections.abc import Sequence
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.live.context import CentreContext
from secmon.web.api.description import described
from secmon.web.components.panel import empty, page_head, panel, table
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.texts import t
from secmon.web.pages import visit_of
from secmon.web.pages.api.operations import Operation, operations
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("api", r"/api", Group.MANAGE, order=60, permission=Permission.EXPORT)

_JSON = "/api/v1/openapi.json"


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?tag=alerts` shows one resource."""
    language = visit.language
    tools = [html.A("openapi.json", href=_JSON, className="button", download="secmon-openapi.json")]
    how = [
        html.P([t("api.address", language), " ", html.Code("/api/v1")]),
        html.P([t("api.token", language), " ", html.Code("Authorization: Bearer …")]),
        html.P(t("api.rules", language)),
    ]
    return html.Div(
        [
            page_head(t("nav.api", language), t("api.about", language), html.Div(tools, className="asof")),
            panel(t("api.how", language), html.Div(how, className="padded"), style="wide"),
            html.Nav(id="api-tags", className="chips wide"),
            html.Div(id="api-operations", className="wide"),
        ],
        className="site api",
    )


def register(app: Dash, _contexts: ContextSource) -> None:
    """Register the callback; it reads the server's own description, which is never out of date."""
    server: Any = app.server

    @app.callback(
        Output("api-tags", "children"),
        Output("api-operations", "children"),
        Input("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(Permission.EXPORT)
    async def fill(search: str | None, path: str, language: str) -> tuple[Any, Any]:
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "api":
            raise PreventUpdate
        found = operations(described(server))
        tag, principal = visit.asked.get("tag", ""), current_user()
        chosen = {tag: found[tag]} if tag in found else found if not tag else {}
        panels = [_noun(name, those, principal, language, whole=bool(tag)) for name, those in chosen.items()]
        chips = [_chip(name, len(those), tag, language) for name, those in found.items()]
        every = sum(len(those) for those in found.values())
        return [_chip("", every, tag, language), *chips], panels or empty(t("api.none", language))


def _chip(name: str, number: int, chosen: str, language: str) -> Any:
    here = "chip here" if name == chosen else "chip"
    words = f"{_named(name, language) if name else t('api.all', language)} {number}"
    return dcc.Link(words, href=f"/api?tag={name}" if name else "/api", className=here)


def _named(tag: str, language: str) -> str:
    return t(f"api.tag.{tag.replace(' ', '_')}", language)


def _noun(name: str, found: Sequence[Operation], principal: Principal, language: str, *, whole: bool) -> html.Section:
    """Return a resource's operations; `whole` adds parameters and responses, too much to show for all resources."""
    lines = [(one, _line(one, principal, language)) for one in found]
    if whole:
        shown: list[Any] = [
            html.Details([html.Summary(line), html.Div([_sent(one, language), _answered(one)])]) for one, line in lines
        ]
    else:
        shown = [dcc.Link(line, href=f"/api?tag={name}", className="operation") for _, line in lines]
    return panel(_named(name, language), *shown, note=str(len(found)))


def _line(one: Operation, principal: Principal, language: str) -> list[Any]:
    """Return method, path, meaning and required permission."""
    mine = one.permission is None or principal.may(one.permission)
    needed = t("api.login", language) if one.permission is None else str(one.permission)
    return [
        html.B(one.method, className=f"method {one.method.lower()}"),
        html.Code(one.path),
        html.Span(one.about.split("\n")[0]),
        html.Span(
            needed,
            className="needed" if mine else "needed lacking",
            title=t("api.may" if mine else "api.may_not", language),
        ),
    ]


def _sent(one: Operation, language: str) -> Any:
    if not one.parameters:
        return html.P(t("api.nothing", language), className="empty")
    rows = [
        [
            html.Code(each.name),
            t(f"api.in.{each.where}", language),
            each.kind,
            t("api.yes", language) if each.required else "",
            each.about,
        ]
        for each in one.parameters
    ]
    names = ("name", "where", "kind", "required", "meaning")
    return table([t(f"api.column.{name}", language) for name in names], rows)


def _answered(one: Operation) -> html.P:
    return html.P(" · ".join(f"{status} {meaning}" for status, meaning in one.answers), className="answers")
