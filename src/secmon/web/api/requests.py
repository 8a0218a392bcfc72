"""Requests to municipalities: sent and verified by the centre, answered by the municipality."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from secmon.alerts import queries as alert_queries
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.detection.sigma.rule import Signature
from secmon.errors import UsageError
from secmon.incidents import evidence
from secmon.response.requests import advice, phone_answers, request
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.phone_answers import PhoneAnswer
from secmon.response.requests.request import RequestState
from secmon.response.requests.workflow import RequestDraft
from secmon.web.api.alerts import Note, Reason
from secmon.web.api.record_actions import RecordAction, add_actions
from secmon.web.api.reply import ResultPage, cursor_of, cursor_parts, tagged
from secmon.web.api.service import Service
from secmon.web.api.shapes import Cursor, Id, IfMatch, In, Limit, Line, Out, SiteCode, Words
from secmon.web.gateway.current_user import RequirePermission, Viewing

_Asking = Annotated[Principal, Depends(RequirePermission(Permission.REQUEST))]


class RequestOut(Out):
    """A request to one municipality, its progress, and the due time of its next answer (UTC)."""

    id: int
    version: int
    site: str
    incident_id: int | None
    alert_id: int | None
    severity: int
    state: str
    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    lines: list[dict[str, Any]]
    channels: str
    requested_by: str
    requested_at: datetime
    acknowledge_due: datetime
    act_due: datetime
    due: datetime | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    done_at: datetime | None
    done_by: str
    verified_at: datetime | None
    verified_by: str
    refused_at: datetime | None
    answer: str
    reminders: int


class ReceiptOut(Out):
    """An entry in the history of a request."""

    id: int
    at: datetime
    kind: str
    channel: str
    actor: str
    detail: str


class Asking(In):
    """Sites and content of a request; without title and text they come from the alert's rule and its next steps."""

    sites: list[SiteCode] = Field(min_length=1, max_length=300)
    severity: int = Field(ge=1, le=5)
    title: Line = ""
    text: Words = ""
    incident: int | None = Field(None, ge=1, lt=2**31)
    alert: int | None = Field(None, ge=1, lt=2**31)
    channels: list[Literal["mail", "webhook"]] = Field(default=["mail"], max_length=2)


class Answer(In):
    """The municipality's answer: what was done."""

    answer: Words = Field(min_length=1)


class PhoneCall(In):
    """An answer given by phone, and who gave it; `answer` is mandatory unless it is only acknowledged."""

    state: Literal[RequestState.ACKNOWLEDGED, RequestState.DONE, RequestState.REFUSED]
    said_by: Line = Field(min_length=1)
    answer: Words = ""


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading, sending and answering requests."""
    _reading(api, service)
    _centre(api, service)
    add_actions(api, service, _ACTIONS, tag="requests", model=RequestOut)


def _reading(api: APIRouter, service: Service) -> None:
    @api.get("/requests", tags=["requests"], response_model=ResultPage[RequestOut])
    def requests(  # one argument per query parameter
        principal: Viewing,
        state: Annotated[list[RequestState], Query()] = [],  # noqa: B006  # FastAPI copies it
        site: SiteCode | None = None,
        incident: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
        cursor: Cursor = "",
        limit: Limit = 100,
    ) -> ResultPage[RequestOut]:
        """List requests to the sites of the caller's scope, newest first."""
        at = cursor_parts(cursor, (int,))
        rows = request.search_requests(
            service.db,
            principal.scope,
            states=state,
            site=site or "",
            incident_id=incident,
            limit=limit,
            before=at[0] if at else None,
        )
        items = [RequestOut.model_validate(row) for row in rows]
        return ResultPage(items=items, next=cursor_of(rows[-1].id) if len(rows) == limit else None)

    @api.get("/requests/overdue", tags=["requests"], response_model=list[RequestOut])
    def overdue(principal: Viewing) -> object:
        """List requests with an overdue answer, longest overdue first."""
        return request.overdue_requests(service.db, principal.scope, service.now())

    @api.get("/requests/{number}", tags=["requests"], response_model=RequestOut)
    def one(number: Id, principal: Viewing, response: Response) -> object:
        """Read a request; its version is the ETag."""
        return tagged(request.get_request(service.db, principal.scope, number), response)

    @api.get("/requests/{number}/receipts", tags=["requests"], response_model=list[ReceiptOut])
    def receipts(number: Id, principal: Viewing) -> object:
        """List the history of a request."""
        return request.receipts_of_request(service.db, principal.scope, number)


def _centre(api: APIRouter, service: Service) -> None:
    @api.post("/requests", tags=["requests"], response_model=list[RequestOut], status_code=201)
    def ask(body: Asking, principal: _Asking) -> object:
        """Send a request to each site, with that site's own lines as evidence."""
        unknown = [code for code in body.sites if service.context.site(code) is None]
        if unknown:
            raise UsageError("site.unknown", code=unknown[0])
        words, lines = _words(service, principal, body)
        what = RequestDraft(tuple(body.sites), body.severity, words, body.incident, body.alert, tuple(body.channels))
        return request_workflow.create_requests(service.change(principal), what, lines)

    @api.post("/requests/{number}/phone", tags=["requests"], response_model=RequestOut)
    def phone(number: Id, body: PhoneCall, principal: _Asking, seen: IfMatch, response: Response) -> object:
        """Record an answer given by phone; whoever records it cannot verify it."""
        call = PhoneAnswer(body.state, body.answer, body.said_by)
        row = phone_answers.record_phone_answer(service.change(principal), number, call, version=seen)
        return tagged(row, response)


_ACTIONS = (
    RecordAction(
        "/requests/{number}/verify",
        "verify",
        "Verify for the centre that the request has been carried out.",
        Permission.REQUEST,
        Note,
        lambda change, number, body, seen: request_workflow.verify_request(
            change, number, note=body.note, version=seen
        ),
    ),
    RecordAction(
        "/requests/{number}/send-back",
        "send_back",
        "Send the answer back: the centre does not accept it.",
        Permission.REQUEST,
        Reason,
        lambda change, number, body, seen: request_workflow.return_request(
            change, number, reason=body.reason, version=seen
        ),
    ),
    RecordAction(
        "/requests/{number}/withdraw",
        "withdraw",
        "Withdraw a request.",
        Permission.REQUEST,
        Reason,
        lambda change, number, body, seen: request_workflow.withdraw_request(
            change, number, reason=body.reason, version=seen
        ),
    ),
    RecordAction(
        "/requests/{number}/acknowledge",
        "acknowledge",
        "Acknowledge a request for the municipality.",
        Permission.ANSWER,
        Note,
        lambda change, number, body, seen: request_workflow.acknowledge_request(
            change, number, answer=body.note, version=seen
        ),
    ),
    RecordAction(
        "/requests/{number}/done",
        "done",
        "Answer for the municipality with what was done.",
        Permission.ANSWER,
        Answer,
        lambda change, number, body, seen: request_workflow.complete_request(
            change, number, answer=body.answer, version=seen
        ),
    ),
    RecordAction(
        "/requests/{number}/refuse",
        "refuse",
        "Refuse a request for the municipality.",
        Permission.ANSWER,
        Reason,
        lambda change, number, body, seen: request_workflow.refuse_request(
            change, number, reason=body.reason, version=seen
        ),
    ),
)


def _words(
    service: Service, principal: Principal, body: Asking
) -> tuple[advice.RequestText, tuple[evidence.EvidenceLine, ...]]:
    """Return the text of the request, and the lines behind the alert if the request names an alert."""
    if body.alert is None:
        return advice.free_text(body.title, body.text), ()
    alert = alert_queries.get_alert(service.db, principal.scope, body.alert)
    lines = evidence.alert_lines(service.context.store, alert)
    rule = service.context.rules.get(alert.rule_id)
    if body.title or body.text or not isinstance(rule, Signature):
        return advice.free_text(body.title, body.text), lines
    return advice.compose_text(rule, alert.actor, alert.events), lines
