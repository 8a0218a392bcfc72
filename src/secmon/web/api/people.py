"""Oneself, accounts and sessions."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from secmon.people import accounts, login, sessions
from secmon.people.accounts import Account, Change, Draft
from secmon.people.password import one_time
from secmon.people.roles import Permission, Role
from secmon.people.visitor import Visitor
from secmon.web.api.problems import Absent
from secmon.web.api.reply import etag_of
from secmon.web.api.service import Service
from secmon.web.api.shapes import IfMatch, In, Line, Out
from secmon.web.visitor import Needs, Viewing

Administering = Annotated[Visitor, Depends(Needs(Permission.PEOPLE))]
_Name = Annotated[str, Path(max_length=64)]


class Me(Out):
    """Whoever asks; `sites` is null for every site."""

    name: str
    role: Role
    permissions: list[Permission]
    sites: list[str] | None
    language: str


class AccountOut(Out):
    """An account; without its password."""

    name: str
    version: int
    role: Role
    site: str
    province: str
    language: str
    local: bool
    must_change: bool
    disabled: bool
    one_click: bool
    created_at: datetime
    login_at: datetime | None


class NewAccount(In):
    """An account to make; it gets a password for one login."""

    name: Line
    role: Role
    site: Line = ""
    province: Line = ""
    language: Line = ""


class AccountChange(In):
    """What is to be different; what is left out stays."""

    role: Role | None = None
    site: Line | None = None
    province: Line | None = None
    language: Line | None = None
    disabled: bool | None = None


class OneTime(Out):
    """A password for one login, shown here only."""

    name: str
    password: str


class SessionOut(Out):
    """A session that runs."""

    id: str
    account: str
    address: str
    browser: str
    began_at: datetime
    seen_at: datetime
    expires_at: datetime


def routes(api: APIRouter, service: Service) -> None:
    """Reading and changing people."""
    _accounts(api, service)
    _sessions(api, service)

    @api.get("/me", tags=["people"], response_model=Me)
    def me(visitor: Viewing) -> Me:
        """Who one is here, and what one may."""
        sites = None if visitor.scope.everything else visitor.scope.listed
        return Me(
            name=visitor.name, role=visitor.role, permissions=sorted(visitor.permissions), sites=sites,
            language=visitor.language,
        )  # fmt: skip


def _accounts(api: APIRouter, service: Service) -> None:
    desk = service.desk

    @api.get("/accounts", tags=["people"], response_model=list[AccountOut])
    def listed(_visitor: Administering) -> object:
        """All accounts by name."""
        return accounts.accounts(desk)

    @api.get("/accounts/{name}", tags=["people"], response_model=AccountOut)
    def one(name: _Name, _visitor: Administering, response: Response) -> Account:
        """One account; its version is the ETag."""
        return _tagged(_found(service, name), response)

    @api.post("/accounts", tags=["people"], response_model=OneTime, status_code=201)
    def add(body: NewAccount, visitor: Administering, response: Response) -> OneTime:
        """Make an account with a password for one login."""
        draft, password = Draft(body.name, body.role, body.site, body.province, body.language), one_time()
        made = accounts.add(desk, draft, password, visitor.actor, service.now(), must_change=True)
        response.headers["location"] = f"/api/v1/accounts/{made.name}"
        return OneTime(name=made.name, password=password)

    @api.patch("/accounts/{name}", tags=["people"], response_model=AccountOut)
    def change(name: _Name, body: AccountChange, visitor: Administering, seen: IfMatch, response: Response) -> Account:
        """Change an account; another role or place, or disabling it, ends its sessions at once."""
        _found(service, name)
        wanted = Change(body.role, body.site, body.province, body.language, body.disabled)
        changed = accounts.change(desk, name, wanted, visitor.actor, service.now(), version=seen)
        service.keeper.forget()
        return _tagged(changed, response)

    @api.post("/accounts/{name}/reset", tags=["people"], response_model=OneTime)
    def reset(name: _Name, visitor: Administering) -> OneTime:
        """Give it another password for one login, end its sessions, and unlock it."""
        _found(service, name)
        password = one_time()
        accounts.set_password(desk, name, password, visitor.actor, service.now(), must_change=True)
        login.unlock(desk, name)
        service.keeper.forget()
        return OneTime(name=name, password=password)


def _sessions(api: APIRouter, service: Service) -> None:
    @api.get("/sessions", tags=["people"], response_model=list[SessionOut])
    def running(visitor: Viewing) -> object:
        """One's own sessions; everybody's for those who administer."""
        own = "" if visitor.may(Permission.PEOPLE) else _account(visitor)
        return sessions.running(service.desk, service.now(), service.keeper.limits, own)

    @api.delete("/sessions/{short}", tags=["people"], status_code=204)
    def revoke(short: Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f]+$")], visitor: Viewing) -> None:
        """End a session at once: one's own, or anybody's for those who administer."""
        own = "" if visitor.may(Permission.PEOPLE) else _account(visitor)
        if not sessions.revoke(service.desk, short, visitor.actor, service.now(), own):
            raise Absent(f"no session {short[:20]} runs")
        service.keeper.forget()


def _account(visitor: Visitor) -> str:
    """The account itself; a token is not its owner and ends no sessions."""
    return visitor.name


def _found(service: Service, name: str) -> Account:
    found = accounts.account(service.desk, name.replace("\0", ""))
    if found is None:
        raise Absent(f"no account is called {name[:64]}")
    return found


def _tagged(found: Account, response: Response) -> Account:
    response.headers["etag"] = etag_of(found.version)
    return found
