"""API tokens of programs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from secmon.auth import tokens
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.auth.tokens import TokenDraft
from secmon.errors import Item
from secmon.sites.scope import EVERYTHING
from secmon.web.api.problems import Absent
from secmon.web.api.service import Service
from secmon.web.api.shapes import Id, In, Line, Moment, Out
from secmon.web.gateway.current_user import Refused, RequirePermission, Viewing

_Administering = Annotated[Principal, Depends(RequirePermission(Permission.PEOPLE))]


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

    @api.get("/tokens", tags=["people"], response_model=list[TokenOut])
    def listed(principal: Viewing) -> object:
        """List the caller's own tokens, or all tokens for administrators."""
        return tokens.list_tokens(service.db, "" if principal.may(Permission.PEOPLE) else principal.name)

    @api.post("/tokens", tags=["people"], response_model=Secret, status_code=201)
    def make(body: NewToken, principal: Viewing) -> Secret:
        """Create a token for the caller; it never has more permissions or sites than the caller."""
        if not principal.session:
            raise Refused("token.cannot_create")
        draft = TokenDraft(body.name, frozenset(body.permissions), body.expires_at, body.site, body.province)
        number, secret = tokens.create_token(service.change(principal, EVERYTHING), principal.name, draft)
        return Secret(id=number, secret=secret)

    @api.delete("/tokens/{number}", tags=["people"], status_code=204)
    def revoke(number: Id, principal: Viewing) -> None:
        """Revoke a token at once: the caller's own, or any token for administrators."""
        own = "" if principal.may(Permission.PEOPLE) else principal.name
        if own and not principal.session:
            raise Refused("token.cannot_revoke")
        if not tokens.revoke_token(service.change(principal, EVERYTHING), number, own):
            raise Absent("item.not_found", item=Item("token", number))
        service.authenticator.forget()

    @api.post("/tokens/sites", tags=["people"], response_model=dict[str, str])
    def of_sites(principal: _Administering) -> dict[str, str]:
        """Create a new token for the equipment of every site, by site code; earlier tokens end."""
        codes = [site.code for site in service.context.sites if principal.scope.covers(site.code)]
        made = tokens.create_site_tokens(service.change(principal, EVERYTHING), codes)
        service.authenticator.forget()
        return made
