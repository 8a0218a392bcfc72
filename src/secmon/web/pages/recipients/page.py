"""Recipients page: the supervisor adds and removes recipients, and chooses what they get and when."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.errors import NotFoundError, SecmonError, UsageError
from secmon.live.context import CentreContext
from secmon.reports.delivery.recipients import KINDS, Recipient, recipients, remove, save
from secmon.sites.scope import EVERYTHING
from secmon.web.components.panel import attributes, empty, page_head, panel, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.names import place_name, site_name
from secmon.web.i18n.texts import catalogue, t
from secmon.web.pages import visit_of
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("recipients", r"/recipients", Group.MANAGE, order=20, permission=Permission.SETTINGS)

_KEEPS = Permission.SETTINGS
_CHANNELS = ("mail", "webhook", "chat")
_LANGUAGES = ("ko", "en")
_FIELDS = ("name", "channel", "address", "language", "scope", "kinds", "quiet", "marks")
_NEW = Recipient(id=0, name="", channel="mail", address="", language="ko", scope="", kinds=("daily",))


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?recipient=3` opens a recipient, `?recipient=new` an empty form."""
    language = visit.language
    more = dcc.Link(t("recipients.add", language), href="/recipients?recipient=new", className="button main")
    listed = panel(t("recipients.list", language), html.Div(id="recipients-list", className="scroll"), style="grow")
    return html.Div(
        [
            dcc.Interval(id="recipients-tick", interval=10_000),
            dcc.Store(id="recipients-seen"),
            dcc.Store(id="recipients-done"),
            page_head(t("nav.recipients", language), t("recipients.about", language), html.Div(more, className="asof")),
            html.Div(html.Div(id="recipients-said", role="status"), className="wide"),
            html.Div(
                [listed, html.Aside(id="recipients-one", className="side-panel", hidden=True)], className="queue wide"
            ),
        ],
        className="site recipients",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of the list, the form of the chosen recipient, and its buttons."""

    @app.callback(
        Output("recipients-list", "children"),
        Output("recipients-seen", "data"),
        Input("recipients-tick", "n_intervals"),
        Input("recipients-done", "data"),
        State("recipients-seen", "data"),
        State("language", "data"),
        running=pausing("recipients-tick", 10_000),
    )
    @requires(_KEEPS)
    async def fill(_tick: int, _done: Any, seen: Seen | None, language: str) -> Any:
        context = contexts.current()
        made = await asyncio.to_thread(_listed, context, language)
        sent, digests = only_new({"list": made}, seen)
        return (*sent, digests)

    @app.callback(
        Output("recipients-one", "children"),
        Output("recipients-one", "hidden"),
        Input("url", "search"),
        Input("recipients-done", "data"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(_KEEPS)
    async def choose(search: str | None, _done: Any, path: str, language: str) -> Any:
        context = contexts.current()
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "recipients":
            raise PreventUpdate
        asked = visit.asked.get("recipient", "")
        form = await asyncio.to_thread(_chosen, context, asked, language) if asked else None
        return form, form is None

    @app.callback(
        Output("recipients-said", "children"),
        Output("recipients-done", "data"),
        Output("recipients-refused", "children"),
        Input("recipients-save", "n_clicks"),
        Input("recipients-remove", "n_clicks"),
        State("recipients-number", "data"),
        *(State(f"recipients-{name}", "value") for name in _FIELDS),
        State("recipients-done", "data"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    @requires(_KEEPS)
    async def act(_save: int | None, _remove: int | None, number: int, *given: Any) -> tuple[Any, ...]:
        context = contexts.current()
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate  # the form has only just been drawn
        done, language = given[-2:]
        filled = dict(zip(_FIELDS, given[:-2], strict=True))
        try:
            removing = ctx.triggered_id == "recipients-remove"
            words = await asyncio.to_thread(_act, context, number, None if removing else filled, language)
        except SecmonError as error:
            return no_update, no_update, html.Span(error_message(error, language), className="failed")
        return html.P(words, className="done"), (done or 0) + 1, ""


def _recipients(context: CentreContext) -> Sequence[Recipient]:
    """Return all recipients; a presentation has none."""
    return () if context.staged else recipients(context.db, active=False)


def _listed(context: CentreContext, language: str) -> Any:
    found = _recipients(context)
    if not found:
        return empty(t("recipients.none", language))
    rows = [
        [
            dcc.Link(one.name, href=f"/recipients?recipient={one.id}"),
            t(f"recipients.{one.channel}", language),
            one.address,
            t(f"recipients.language.{one.language}", language),
            place_name(context, one.scope, language),
            ", ".join(kind_name(kind, language) for kind in one.kinds),
            one.quiet,
            _state(one, language),
        ]
        for one in found
    ]
    names = (
        "digests.recipient",
        "column.channel",
        "recipients.address",
        "recipients.language",
        "digests.place",
        "recipients.kinds",
        "recipients.quiet",
        "column.state",
    )
    return table([t(name, language) for name in names], rows)


def _state(one: Recipient, language: str) -> str:
    marks = ["recipients.active" if one.active else "recipients.paused"]
    marks += ["recipients.masked"] if one.masked else []
    marks += ["recipients.configured"] if one.source == "settings" else []
    return " · ".join(t(mark, language) for mark in marks)


def kind_name(kind: str, language: str) -> str:
    """Return a digest, letter or notice as text."""
    words = catalogue(language)
    return words.get(f"digests.kind.{kind}", "") or words.get(f"recipients.kind.{kind}", kind)


def _chosen(context: CentreContext, asked: str, language: str) -> Any:
    found = _recipients(context)
    one = _NEW if asked == "new" else next((one for one in found if str(one.id) == asked), None)
    shut = dcc.Link("✕", href="/recipients", className="tool", title=t("page.close", language))
    if one is None or context.staged:
        return [html.Header([html.H2(t("recipients.gone", language)), shut])]
    title = one.name or t("recipients.add", language)
    return [html.Header([html.H2(title), shut]), _form(context, one, language)]


def _form(context: CentreContext, one: Recipient, language: str) -> html.Div:
    """Return every field of a recipient; fields of a recipient from the settings are read-only."""
    fixed = one.source == "settings"
    save = html.Button(t("recipients.save", language), id="recipients-save", className="button main", n_clicks=0)
    remove = html.Button(
        t("recipients.remove", language), id="recipients-remove", className="button", n_clicks=0, hidden=not one.id
    )
    kinds = [(kind, kind_name(kind, language)) for kind in KINDS]
    marks = [("active", t("recipients.active", language)), ("masked", t("recipients.masked", language))]
    marked = [name for name, on in (("active", one.active), ("masked", one.masked)) if on]
    parts = [
        _field("name", dcc.Input(id="recipients-name", value=one.name, className="text", maxLength=64), language),
        _field(
            "channel",
            _radio("channel", one.channel, [(n, t(f"recipients.{n}", language)) for n in _CHANNELS]),
            language,
        ),
        _field("address", dcc.Input(id="recipients-address", value=one.address, className="text"), language),
        _field("language", _radio("language", one.language, _languages(language)), language),
        _field("scope", _places(context, one, language), language),
        _field("kinds", _checks("kinds", one.kinds, kinds), language),
        _field(
            "quiet",
            dcc.Input(
                id="recipients-quiet", value=one.quiet, className="text", placeholder="22:00-07:00", maxLength=11
            ),
            language,
        ),
        _field("marks", _checks("marks", marked, marks), language),
        html.P(id="recipients-refused", role="alert"),
        html.P(t("recipients.fixed", language), className="note", hidden=not fixed),
        html.Div([remove, save], className="line end", hidden=fixed),
        dcc.Store(id="recipients-number", data=one.id),
    ]
    return html.Div(parts, className="fields")


def _languages(language: str) -> list[tuple[str, str]]:
    return [(name, t(f"recipients.language.{name}", language)) for name in _LANGUAGES]


def _field(name: str, component: Any, language: str) -> html.Div:
    label = html.Label(t(f"recipients.field.{name}", language), id=f"recipients-{name}-label")
    named = attributes(aria_labelledby=f"recipients-{name}-label")
    return html.Div([label, html.Div(component, role="group", **named)])


def _radio(name: str, chosen: str, options: Sequence[tuple[str, str]]) -> dcc.RadioItems:
    listed = [{"value": key, "label": words} for key, words in options]
    return dcc.RadioItems(id=f"recipients-{name}", options=listed, value=chosen, className="choices")


def _checks(name: str, chosen: Sequence[str], options: Sequence[tuple[str, str]]) -> dcc.Checklist:
    listed = [{"value": key, "label": words} for key, words in options]
    return dcc.Checklist(id=f"recipients-{name}", options=listed, value=list(chosen), className="choices")


def _places(context: CentreContext, one: Recipient, language: str) -> dcc.Dropdown:
    """Return a drop-down of the centre, the provinces and the municipalities."""
    options = [{"value": "", "label": t("people.everywhere", language)}]
    options += [
        {"value": place.code, "label": place.ko if language == "ko" else place.en} for place in context.provinces
    ]
    options += [{"value": site.code, "label": site_name(context, site.code, language)} for site in context.sites]
    return dcc.Dropdown(id="recipients-scope", options=options, value=one.scope, clearable=False)


def _act(context: CentreContext, number: int, filled: Mapping[str, Any] | None, language: str) -> str:
    """Save the form, or remove the recipient if there are no values."""
    if context.staged:
        raise NotFoundError("digest.none_kept")
    change = Change(context.db, EVERYTHING, current_user().actor, context.clock())
    old = next((one for one in _recipients(context) if one.id == number), None)
    if old is not None and old.source == "settings":
        raise UsageError("recipient.from_settings")
    if filled is None:
        remove(change, number)
        return t("recipients.removed", language, name=old.name if old else "")
    marks = filled["marks"] or ()
    text = {
        name: str(filled[name] or "").strip() for name in ("name", "channel", "address", "language", "scope", "quiet")
    }
    kinds = tuple(filled["kinds"] or ())
    wanted = Recipient(number, kinds=kinds, masked="masked" in marks, active="active" in marks, **text)
    saved = save(change, wanted)
    return t("recipients.saved", language, name=saved.name)
