"""Block list page: propose a block, approve it as a second person, and see which sites have applied it."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.db.transaction import Change
from secmon.live.context import CentreContext
from secmon.response.blocklist import allowlist, blocklist
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.blocklist import BlockCoverage, BlockEntry, BlockState
from secmon.response.blocklist.workflow import Proposal
from secmon.sites.scope import EVERYTHING
from secmon.web.components.actions import action_result, button, register_actions
from secmon.web.components.dialog import Answers, DialogField, dialog
from secmon.web.components.panel import empty, page_head, panel, table, value
from secmon.web.components.polling import Seen, only_new, pausing
from secmon.web.gateway.current_user import current_user, requires
from secmon.web.i18n.names import site_name
from secmon.web.i18n.texts import catalogue, kst, t
from secmon.web.pages import visit_of
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("blocklist", r"/blocklist", Group.RESPOND, order=20)

_MOST = 300
_DAYS = 7
_NAMED = 12
_PROPOSE, _APPROVE = Permission.BLOCK_PROPOSE, Permission.BLOCK_APPROVE
ACTIONS = {
    "propose": _PROPOSE,
    "approve": _APPROVE,
    "reject": _APPROVE,
    "push": _APPROVE,
    "undo": _APPROVE,
    "add": _APPROVE,
    "remove": _APPROVE,
}
_POSSIBLE = {
    BlockState.PROPOSED: ("approve", "reject"),
    BlockState.APPROVED: ("push", "reject"),
    BlockState.PUSHED: ("undo",),
}


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page; `?propose=198.51.100.7` comes from a value's menu."""
    language = visit.language
    may = current_user().may
    asked = {
        "propose": [
            DialogField("title", t("blocklist.value", language)),
            DialogField("number", t("blocklist.days", language)),
            DialogField("note", t("blocklist.reason", language)),
        ],
        "approve": [],
        "push": [],
        "reject": [DialogField("note", t("blocklist.reason", language))],
        "undo": [DialogField("note", t("blocklist.reason", language))],
        "add": [
            DialogField("title", t("blocklist.value", language)),
            DialogField("note", t("blocklist.reason", language)),
        ],
        "remove": [DialogField("note", t("blocklist.reason", language))],
    }
    tools = [button("blocklist", "propose", "", language, "button main")] if may(_PROPOSE) else []
    add = [button("blocklist", "add", "", language, "button small")] if may(_APPROVE) else []
    return html.Div(
        [
            dcc.Interval(id="blocklist-tick", interval=4000),
            dcc.Store(id="blocklist-seen"),
            page_head(t("nav.blocklist", language), t("blocklist.about", language), html.Div(tools, className="asof")),
            action_result("blocklist"),
            panel(t("blocklist.waiting", language), html.Div(id="blocklist-waiting", className="scroll"), style="wide"),
            panel(t("blocklist.force", language), html.Div(id="blocklist-force", className="scroll"), style="wide"),
            panel(t("blocklist.ended", language), html.Div(id="blocklist-ended", className="scroll")),
            panel(
                t("blocklist.never", language), html.Div(id="blocklist-never", className="scroll"), note=html.Span(add)
            ),
            dialog("blocklist", asked, language),
        ],
        className="site blocklist",
    )


def register(app: Dash, contexts: ContextSource) -> None:
    """Register the callbacks of the four lists and of the actions on their entries."""

    @app.callback(
        Output("blocklist-waiting", "children"),
        Output("blocklist-force", "children"),
        Output("blocklist-ended", "children"),
        Output("blocklist-never", "children"),
        Output("blocklist-seen", "data"),
        Input("blocklist-tick", "n_intervals"),
        Input("blocklist-done", "data"),
        State("blocklist-seen", "data"),
        State("language", "data"),
        running=pausing("blocklist-tick", 4000),
    )
    @requires(Permission.VIEW)
    async def fill(_tick: int, _done: Any, seen: Seen | None, language: str) -> Any:
        context = contexts.current()
        made = await asyncio.to_thread(_made, context, current_user(), language)
        sent, digests = only_new(made, seen)
        return (*sent, digests)

    @app.callback(
        Output("blocklist-title", "value"),
        Output("blocklist-amount", "value"),
        Input("url", "search"),
        State("url", "pathname"),
        State("language", "data"),
    )
    @requires(Permission.BLOCK_PROPOSE)
    async def given(search: str | None, path: str, language: str) -> tuple[str, int]:
        visit = visit_of(path, search or "", language)
        if visit is None or visit.page.name != "blocklist":
            raise PreventUpdate
        return visit.asked.get("propose", "")[:255], _DAYS

    register_actions(app, "blocklist", ACTIONS, lambda *given: _act(contexts.current(), *given))


def _made(context: CentreContext, principal: Principal, language: str) -> dict[str, Any]:
    db, scope = context.db, principal.scope
    found = blocklist.search_blocks(db, scope, limit=_MOST)
    shares = {one.entry_id: one for one in blocklist.coverage(db, scope)}
    waiting = [one for one in found if one.state in {BlockState.PROPOSED, BlockState.APPROVED}]
    force = [one for one in found if one.state == BlockState.PUSHED]
    ended = [one for one in found if one.state not in {*_POSSIBLE}]
    return {
        "waiting": _entries(context, principal, waiting, {}, language),
        "force": _entries(context, principal, force, shares, language),
        "ended": _ended(ended, language),
        "never": _never(context, principal, language),
    }


def _entries(
    context: CentreContext,
    principal: Principal,
    found: list[BlockEntry],
    shares: Mapping[int, BlockCoverage],
    language: str,
) -> Any:
    if not found:
        return empty(t("blocklist.none", language))
    rows = []
    for one in found:
        possible = [name for name in _POSSIBLE[BlockState(one.state)] if principal.may(ACTIONS[name])]
        buttons = [button("blocklist", name, one.id, language, "button small") for name in possible]
        where = t("blocklist.all", language) if one.all_sites else t("blocklist.some", language)
        who = " → ".join(name for name in (one.proposed_by, one.decided_by) if name)
        share = _share(context, shares[one.id], language) if one.id in shares else t(f"block.{one.state}", language)
        rows.append(
            [
                f"#{one.id}",
                value("src_endpoint_ip", one.value),
                one.reason,
                where,
                who,
                kst(one.expires_at, "%m-%d %H:%M"),
                share,
                html.Div(buttons, className="line"),
            ]
        )
    names = ("number", "value", "reason", "where", "who", "expires", "state", "act")
    return table([t(f"column.{name}", language) for name in names], rows)


def _share(context: CentreContext, one: BlockCoverage, language: str) -> Any:
    """Return how many sites have applied the entry, with the names of those that have not."""
    bar = html.Span(html.I(style={"width": f"{one.share:.0%}"}), className="share")
    words = t("blocklist.everywhere", language)
    if one.missing:
        named = ", ".join(site_name(context, code, language) for code in one.missing[:_NAMED])
        more = f" … +{len(one.missing) - _NAMED}" if len(one.missing) > _NAMED else ""
        words = t("blocklist.missing", language, sites=named + more)
    return html.Div([bar, html.B(f"{one.acknowledged}/{one.of}"), html.Small(words)], className="coverage")


def _ended(found: list[BlockEntry], language: str) -> Any:
    if not found:
        return empty(t("blocklist.none", language))
    rows = [
        [
            f"#{one.id}",
            one.value,
            t(f"block.{one.state}", language),
            one.end_reason,
            kst(one.ended_at or one.decided_at, "%m-%d %H:%M"),
        ]
        for one in found[:100]
    ]
    names = ("number", "value", "state", "reason", "time")
    return table([t(f"column.{name}", language) for name in names], rows)


def _never(context: CentreContext, principal: Principal, language: str) -> Any:
    rows, words = [], catalogue(language)
    for one in allowlist.allowlist(context.db):
        off = (
            button("blocklist", "remove", one.id, language, "button small")
            if one.id and principal.may(_APPROVE)
            else ""
        )
        built_in = words.get(f"blocklist.built_in.{one.indicator.value}", "") if one.id is None else None
        rows.append([one.indicator.value, built_in or one.reason, one.author, off])
    names = ("value", "reason", "who", "act")
    return table([t(f"column.{name}", language) for name in names], rows)


def _act(context: CentreContext, principal: Principal, action: str, target: str, filled: Answers, language: str) -> str:
    db, scope, actor, now = context.db, principal.scope, principal.actor, context.clock()
    if action == "propose":
        sites = () if scope.everything else tuple(scope.listed)
        wanted = Proposal(filled.title.strip(), filled.note, now + timedelta(days=filled.number or _DAYS), sites)
        block_workflow.propose_block(Change(db, scope, actor, now), wanted)
    elif action == "approve":
        block_workflow.approve_block(Change(db, scope, actor, now), int(target))
    elif action == "push":
        block_workflow.push_block(Change(db, scope, actor, now), int(target))
    elif action == "add":
        allowlist.add_to_allowlist(Change(db, EVERYTHING, actor, now), filled.title.strip(), reason=filled.note)
    elif action == "remove":
        allowlist.remove_from_allowlist(Change(db, EVERYTHING, actor, now), int(target), reason=filled.note)
    else:
        end = block_workflow.reject_block if action == "reject" else block_workflow.revoke_block
        end(Change(db, scope, actor, now), int(target), reason=filled.note)
    return t(f"blocklist.done.{action}", language)
