"""People page: the administrator creates and disables accounts, and ends sessions and tokens."""

import asyncio
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from secmon.auth import accounts, login, sessions, tokens
from secmon.auth.accounts import Account, AccountChange, AccountDraft
from secmon.auth.principal import Principal
from secmon.auth.roles import PERMISSIONS, Permission, Role
from secmon.auth.secrets import one_time_password
from secmon.db.transaction import Change
from secmon.errors import NotFoundError, UsageError
from secmon.live.context import CentreContext
from secmon.sites.scope import EVERYTHING
from secmon.web.components.actions import action_result, button, register_actions
from secmon.web.components.dialog import Answers, DialogField, dialog
from secmon.web.components.panel import empty, page_head, panel, table
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import place_name
from secmon.web.i18n.texts import kst, t
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("people", r"/people", Group.MANAGE, order=30, permission=Permission.PEOPLE)

_PEOPLE = Permission.PEOPLE
ACTIONS = dict.fromkeys(("make", "change", "disable", "enable", "reset", "revoke", "end"), _PEOPLE)
_SITE, _PROVINCE = 5, 2  # digits of their codes


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page."""
    language = visit.language
    roles = [(str(role), t(f"role.{role}", language)) for role in Role]
    place = DialogField("note", t("people.place", language))
    asked = {
        "make": [
            DialogField("choice", t("people.role", language), roles),
            DialogField("title", t("people.name", language)),
            place,
        ],
        "change": [DialogField("choice", t("people.role", language), roles), place],
        "disable": [],
        "enable": [],
        "reset": [],
        "revoke": [],
        "end": [],
    }
    tools = html.Div(button("people", "make", "", language, "button main"), className="asof")

    def part(name: str, style: str = "wide") -> html.Section:
        return panel(t(f"people.{name}", language), html.Div(id=f"people-{name}", className="scroll"), style=style)

    return html.Div(
        [
            dcc.Interval(id="people-tick", interval=5000),
            dcc.Store(id="people-seen"),
            page_head(t("nav.people", language), t("people.about", language), tools),
            action_result("people"),
            part("accounts"),
            part("sessions"),
            part("tokens"),
            part("roles", "wide tall"),
            dialog("people", asked, language),
        ],
        className="site people",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of accounts, sessions and tokens, and of their actions."""

    @app.callback(
        Output("people-accounts", "children"),
        Output("people-sessions", "children"),
        Output("people-tokens", "children"),
        Output("people-roles", "children"),
        Output("people-seen", "data"),
        Input("people-tick", "n_intervals"),
        Input("people-done", "data"),
        State("people-seen", "data"),
        State("language", "data"),
        running=pausing("people-tick", 5000),
    )
    @requires(_PEOPLE)
    async def fill(_tick: int, _done: Any, seen: Seen | None, language: str) -> Any:
        context = contexts.current()
        made = await asyncio.to_thread(_made, context, current_user(), language)
        sent, digests = only_new(made, seen)
        return (*sent, digests)

    register_actions(app, "people", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _made(context: CentreContext, principal: Principal, language: str) -> dict[str, Any]:
    return {
        "accounts": _accounts(context, principal, language),
        "sessions": _sessions(context, principal, language),
        "tokens": _tokens(context, language),
        "roles": _roles(language),
    }


def _accounts(context: CentreContext, principal: Principal, language: str) -> Any:
    rows = []
    for one in accounts.accounts(context.db):
        possible = ["change", "enable" if one.disabled else "disable", *(["reset"] if one.local else [])]
        buttons = [button("people", name, one.name, language, "button small") for name in possible]
        if one.name == principal.name:
            buttons = []  # administrators cannot lock themselves out by a wrong click
        rows.append(
            [
                html.B(one.name),
                t(f"role.{one.role}", language),
                place_name(context, one.site or one.province, language),
                _state(one, language),
                kst(one.created_at, "%Y-%m-%d"),
                kst(one.login_at, "%m-%d %H:%M"),
                html.Div(buttons, className="line"),
            ]
        )
    names = ("people.name", "people.role", "people.where", "column.state", "people.made", "people.login", "column.act")
    return table([t(name, language) for name in names], rows)


def _state(one: Account, language: str) -> str:
    if one.disabled:
        return t("people.disabled", language)
    kind = "one_click" if one.one_click else "local" if one.local else "provider"
    words = t(f"people.{kind}", language)
    return f"{words} · {t('people.must_change', language)}" if one.must_change else words


def _sessions(context: CentreContext, principal: Principal, language: str) -> Any:
    found = sessions.active_sessions(context.db, context.clock(), sessions.SessionLimits())
    rows = [
        [
            one.account,
            one.address,
            html.Span(one.browser[:60], title=one.browser),
            kst(one.began_at, "%m-%d %H:%M"),
            kst(one.seen_at, "%m-%d %H:%M:%S"),
            kst(one.expires_at, "%m-%d %H:%M"),
            t("people.own", language)
            if one.id == principal.session
            else button("people", "revoke", one.id, language, "button small"),
        ]
        for one in found
    ]
    names = (
        "people.name",
        "people.address",
        "people.browser",
        "people.began",
        "people.seen",
        "column.expires",
        "column.act",
    )
    return table([t(name, language) for name in names], rows) if rows else empty(t("people.sessions.none", language))


def _tokens(context: CentreContext, language: str) -> Any:
    now = context.clock()
    running = [one for one in tokens.list_tokens(context.db) if one.revoked_at is None and one.expires_at > now]
    if not running:
        return empty(t("people.tokens.none", language))
    rows = [
        [
            f"#{one.id}",
            one.name,
            one.account or t("people.equipment", language),
            place_name(context, one.site or one.province, language),
            ", ".join(t(f"permission.{name}", language) for name in one.permissions),
            kst(one.used_at, "%m-%d %H:%M"),
            kst(one.expires_at, "%Y-%m-%d"),
            button("people", "end", one.id, language, "button small"),
        ]
        for one in running
    ]
    names = (
        "column.number",
        "people.purpose",
        "people.name",
        "people.where",
        "people.may",
        "people.used",
        "column.expires",
        "column.act",
    )
    return table([t(name, language) for name in names], rows)


def _roles(language: str) -> Any:
    """Return what each role may do: a row per permission, a column per role."""
    rows = [
        [t(f"permission.{one}", language), *("✓" if one in PERMISSIONS[role] else "" for role in Role)]
        for one in Permission
    ]
    return table([t("people.may", language), *(t(f"role.{role}", language) for role in Role)], rows)


def _act(context: CentreContext, principal: Principal, action: str, target: str, filled: Answers, language: str) -> str:
    """Apply an action; cached logins are looked up again within a second."""
    db, actor, now = context.db, principal.actor, context.clock()
    if action == "make":
        draft = AccountDraft(filled.title.strip(), _role(filled), *_places(filled.note))
        password = one_time_password()
        accounts.add_account(Change(db, EVERYTHING, actor, now), draft, password, must_change=True)
        return t("people.done.make", language, name=draft.name, password=password)
    if action == "reset":
        password = one_time_password()
        accounts.set_password(Change(db, EVERYTHING, actor, now), target, password, must_change=True)
        login.unlock_account(db, target)
        return t("people.done.reset", language, name=target, password=password)
    if action == "change":
        site, province = _places(filled.note)
        accounts.change_account(
            Change(db, EVERYTHING, actor, now), target, AccountChange(_role(filled), site, province)
        )
    elif action in {"disable", "enable"}:
        accounts.change_account(Change(db, EVERYTHING, actor, now), target, AccountChange(disabled=action == "disable"))
    else:
        session = action == "revoke"
        ended = (
            sessions.revoke_session(Change(db, EVERYTHING, actor, now), target)
            if session
            else tokens.revoke_token(Change(db, EVERYTHING, actor, now), int(target))
        )
        if not ended:
            raise NotFoundError("session.ended")
    return t(f"people.done.{action}", language, name=target)


def _role(filled: Answers) -> Role:
    if filled.choice not in {*Role}:
        raise UsageError("role.not_chosen")
    return Role(filled.choice)


def _places(code: str) -> tuple[str, str]:
    """Return site and province for a code of five or two digits; raise UsageError for others."""
    code = code.strip()
    if code and not (code.isdecimal() and len(code) in {_SITE, _PROVINCE}):
        raise UsageError("account.place_not_valid")
    return (code, "") if len(code) == _SITE else ("", code)
