"""API tokens of programs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from secmon.auth import tokens
from secmon.auth.principal import Visitor
from secmon.auth.roles import Permission
from secmon.auth.tokens import TokenDraft
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, In, Line, Moment, Out
from secmon.web.gateway.current_user import Needs, Refused, Viewing

_Administering = Annotated[Visitor, Depends(Needs(Permission.PEOPLE))]


class TokenOut(Out):
    """A token; its secret is shown only when it is created."""

    id: int
    name: str
    account: str
    permissions: list[Permission]
    site: str
    province: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class NewToken(In):
    """Purpose, permissions, scope and expiry of a token."""

    name: Line = Field(min_length=1)
    permissions: list[Permission] = Field(min_length=1)
    expires_at: Moment
    site: Line = ""
    province: Line = ""


class Secret(Out):
    """The secret of a token, shown only here."""

    id: int
    secret: str


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading, creating and revoking tokens."""
    desk = service.desk

    @api.get("/tokens", tags=["people"], response_model=list[TokenOut])
    def listed(visitor: Viewing) -> object:
        """List the caller's own tokens, or all tokens for administrators."""
        return tokens.listed(desk, "" if visitor.may(Permission.PEOPLE) else visitor.name)

    @api.post("/tokens", tags=["people"], response_model=Secret, status_code=201)
    def make(body: NewToken, visitor: Viewing) -> Secret:
        """Create a token for the caller; it never has more permissions or sites than the caller."""
        if not visitor.session:
            raise Refused("a token makes no tokens: log in")
        draft = TokenDraft(body.name, frozenset(body.permissions), body.expires_at, body.site, body.province)
        number, secret = tokens.make(desk, visitor.name, draft, visitor.actor, service.now())
        return Secret(id=number, secret=secret)

    @api.delete("/tokens/{number}", tags=["people"], status_code=204)
    def revoke(number: Id, visitor: Viewing) -> None:
        """Revoke a token at once: the caller's own, or any token for administrators."""
        own = "" if visitor.may(Permission.PEOPLE) else visitor.name
        if own and not visitor.session:
            raise Refused("a token ends no tokens: log in")
        if not tokens.revoke(desk, number, visitor.actor, service.now(), own):
            raise Absent(f"no token {number} runs")
        service.keeper.forget()

    @api.post("/tokens/sites", tags=["people"], response_model=dict[str, str])
    def of_sites(visitor: _Administering) -> dict[str, str]:
        """Create a new token for the equipment of every site, by site code; earlier tokens end."""
        codes = [site.code for site in service.console.sites if visitor.scope.covers(site.code)]
        made = tokens.for_sites(desk, codes, visitor.actor, service.now())
        service.keeper.forget()
        return made
