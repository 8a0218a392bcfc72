"""Tokens of programs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from secmon.people import tokens
from secmon.people.roles import Permission
from secmon.people.tokens import TokenDraft
from secmon.people.visitor import Visitor
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, In, Line, Moment, Out
from secmon.web.visitor import Needs, Refused, Viewing

_Administering = Annotated[Visitor, Depends(Needs(Permission.PEOPLE))]


class TokenOut(Out):
    """A token; its secret was shown when it was made."""

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
    """What it is for, what it may do, where and until when."""

    name: Line = Field(min_length=1)
    permissions: list[Permission] = Field(min_length=1)
    expires_at: Moment
    site: Line = ""
    province: Line = ""


class Secret(Out):
    """A token's secret, shown here only."""

    id: int
    secret: str


def routes(api: APIRouter, service: Service) -> None:
    """Reading, making and ending tokens."""
    desk = service.desk

    @api.get("/tokens", tags=["people"], response_model=list[TokenOut])
    def listed(visitor: Viewing) -> object:
        """One's own tokens; everybody's for those who administer."""
        return tokens.listed(desk, "" if visitor.may(Permission.PEOPLE) else visitor.name)

    @api.post("/tokens", tags=["people"], response_model=Secret, status_code=201)
    def make(body: NewToken, visitor: Viewing) -> Secret:
        """Make a token for oneself; it never reaches further than one does."""
        if not visitor.session:
            raise Refused("a token makes no tokens: log in")
        draft = TokenDraft(body.name, frozenset(body.permissions), body.expires_at, body.site, body.province)
        number, secret = tokens.make(desk, visitor.name, draft, visitor.actor, service.now())
        return Secret(id=number, secret=secret)

    @api.delete("/tokens/{number}", tags=["people"], status_code=204)
    def revoke(number: Id, visitor: Viewing) -> None:
        """End a token at once: one's own, or anybody's for those who administer."""
        own = "" if visitor.may(Permission.PEOPLE) else visitor.name
        if own and not visitor.session:
            raise Refused("a token ends no tokens: log in")
        if not tokens.revoke(desk, number, visitor.actor, service.now(), own):
            raise Absent(f"no token {number} runs")
        service.keeper.forget()

    @api.post("/tokens/sites", tags=["people"], response_model=dict[str, str])
    def of_sites(visitor: _Administering) -> dict[str, str]:
        """A new token for the equipment of every site, by site code; those before it end."""
        codes = [site.code for site in service.console.sites if visitor.scope.covers(site.code)]
        made = tokens.for_sites(desk, codes, visitor.actor, service.now())
        service.keeper.forget()
        return made
