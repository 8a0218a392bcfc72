"""The caller's own account, accounts and sessions."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from secmon.auth import accounts, login, sessions
from secmon.auth.accounts import Account, AccountDraft
from secmon.auth.accounts import AccountChange as AccountFields
from secmon.auth.principal import Principal
from secmon.auth.roles import Permission, Role
from secmon.auth.secrets import one_time_password
from secmon.errors import Item
from secmon.sites.scope import EVERYTHING
from secmon.web.api.problems import Absent
from secmon.web.api.reply import tagged
from secmon.web.api.service import Service
from secmon.web.api.shapes import IfMatch, In, Line, Out
from secmon.web.gateway.current_user import RequirePermission, Viewing

Administering = Annotated[Principal, Depends(RequirePermission(Permission.PEOPLE))]
_Name = Annotated[str, Path(max_length=64)]


class Me(Out):
    """The caller; `sites` is null for every site."""

    name: str
    role: Role
    permissions: list[Permission]
    sites: list[str] | None
    language: str


class AccountOut(Out):
    """An account, without its password."""

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
    """An account to create; it gets a one-time password."""

    name: Line
    role: Role
    site: Line = ""
    province: Line = ""
    language: Line = ""


class AccountChange(In):
    """Fields to change; fields left out stay as they are."""

    role: Role | None = None
    site: Line | None = None
    province: Line | None = None
    language: Line | None = None
    disabled: bool | None = None


class OneTime(Out):
    """A one-time password, shown only here."""

    name: str
    password: str


class SessionOut(Out):
    """A running session."""

    id: str
    account: str
    address: str
    browser: str
    began_at: datetime
    seen_at: datetime
    expires_at: datetime


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading and changing accounts and sessions."""
    _accounts(api, service)
    _sessions(api, service)

    @api.get("/me", tags=["people"], response_model=Me)
    def me(principal: Viewing) -> Me:
        """Return the caller's name, role, permissions and scope."""
        sites = None if principal.scope.everything else principal.scope.listed
        return Me(
            name=principal.name,
            role=principal.role,
            permissions=sorted(principal.permissions),
            sites=sites,
            language=principal.language,
        )


def _accounts(api: APIRouter, service: Service) -> None:
    @api.get("/accounts", tags=["people"], response_model=list[AccountOut])
    def listed(_visitor: Administering) -> object:
        """List all accounts by name."""
        return accounts.accounts(service.db)

    @api.get("/accounts/{name}", tags=["people"], response_model=AccountOut)
    def one(name: _Name, _visitor: Administering, response: Response) -> Account:
        """Read an account; its version is the ETag."""
        return tagged(_found(service, name), response)

    @api.post("/accounts", tags=["people"], response_model=OneTime, status_code=201)
    def add(body: NewAccount, principal: Administering, response: Response) -> OneTime:
        """Create an account with a one-time password."""
        draft, password = (
            AccountDraft(body.name, body.role, body.site, body.province, body.language),
            one_time_password(),
        )
        made = accounts.add_account(service.change(principal, EVERYTHING), draft, password, must_change=True)
        response.headers["location"] = f"/api/v1/accounts/{made.name}"
        return OneTime(name=made.name, password=password)

    @api.patch("/accounts/{name}", tags=["people"], response_model=AccountOut)
    def change(
        name: _Name, body: AccountChange, principal: Administering, seen: IfMatch, response: Response
    ) -> Account:
        """Change an account; a new role or scope, or disabling it, ends its sessions at once."""
        _found(service, name)
        wanted = AccountFields(body.role, body.site, body.province, body.language, body.disabled)
        changed = accounts.change_account(service.change(principal, EVERYTHING), name, wanted, version=seen)
        service.authenticator.forget()
        return tagged(changed, response)

    @api.post("/accounts/{name}/reset", tags=["people"], response_model=OneTime)
    def reset(name: _Name, principal: Administering) -> OneTime:
        """Give an account a new one-time password, end its sessions, and unlock it."""
        _found(service, name)
        password = one_time_password()
        accounts.set_password(service.change(principal, EVERYTHING), name, password, must_change=True)
        login.unlock_account(service.db, name)
        service.authenticator.forget()
        return OneTime(name=name, password=password)


def _sessions(api: APIRouter, service: Service) -> None:
    @api.get("/sessions", tags=["people"], response_model=list[SessionOut])
    def running(principal: Viewing) -> object:
        """List the caller's own sessions, or all sessions for administrators."""
        own = "" if principal.may(Permission.PEOPLE) else _account(principal)
        return sessions.active_sessions(service.db, service.now(), service.authenticator.limits, own)

    @api.delete("/sessions/{short}", tags=["people"], status_code=204)
    def revoke(short: Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f]+$")], principal: Viewing) -> None:
        """End a session at once: the caller's own, or any session for administrators."""
        own = "" if principal.may(Permission.PEOPLE) else _account(principal)
        if not sessions.revoke_session(service.change(principal, EVERYTHING), short, own):
            raise Absent("item.not_found", item=Item("session", short[:20]))
        service.authenticator.forget()


def _account(principal: Principal) -> str:
    """Return the account name; a token does not count as its owner and ends no sessions."""
    return principal.name


def _found(service: Service, name: str) -> Account:
    found = accounts.account(service.db, name.replace("\0", ""))
    if found is None:
        raise Absent("item.not_found", item=Item("account", name[:64]))
    return found
