"""`secmon user`: manage accounts and site tokens from the command line, with or without a running server."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console as Terminal
from rich.table import Table

from secmon.auth import accounts, login, tokens
from secmon.auth.accounts import Account, AccountChange, AccountDraft
from secmon.auth.private_file import write_private
from secmon.auth.roles import Role
from secmon.auth.secrets import one_time_password
from secmon.cli.commands.database import open_database
from secmon.db.audit_log import Actor
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.settings import load_settings
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING

users = typer.Typer(
    help="Manage accounts: add, list, reset, disable; create tokens for the sites' equipment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_ACTOR = Actor("cli", "command line")
_Name = Annotated[str, typer.Argument(help="Name of the account.")]
_Config = Annotated[Path | None, typer.Option("--config", help="TOML file with settings.")]
_Data = Annotated[Path | None, typer.Option("--data", help="Folder with the desk database.")]
_Once = Annotated[bool, typer.Option("--one-time", help="Print a password that is valid for one login.")]


@users.command("add")
def add(
    name: _Name,
    role: Annotated[Role, typer.Option(help="Role, which decides what the account may do.")],
    site: Annotated[str, typer.Option(help="5-digit code, for the role municipality.")] = "",
    province: Annotated[str, typer.Option(help="2-digit code, for the role province.")] = "",
    one_time: _Once = False,
    config: _Config = None,
    data: _Data = None,
) -> None:
    """Add an account; the password is prompted for, or read from standard input."""
    draft = AccountDraft(name, role, site, province)
    with open_database(load_settings(config, data=data)) as db:
        if accounts.account(db, name) is not None:
            raise UsageError.literal(f"account {name} already exists: `secmon user reset` gives it another password")
        password = one_time_password() if one_time else _asked(name)
        accounts.add_account(Change(db, EVERYTHING, _ACTOR, datetime.now(UTC)), draft, password, must_change=one_time)
    _told(f"account {name} ({role}) was made", password if one_time else "")


@users.command("reset")
def reset(name: _Name, one_time: _Once = False, config: _Config = None, data: _Data = None) -> None:
    """Set a new password for an account, end its sessions, and unlock it."""
    with open_database(load_settings(config, data=data)) as db:
        if accounts.account(db, name) is None:
            raise UsageError("account.unknown", name=name)
        password = one_time_password() if one_time else _asked(name)
        accounts.set_password(Change(db, EVERYTHING, _ACTOR, datetime.now(UTC)), name, password, must_change=one_time)
        login.unlock_account(db, name)
    _told(f"account {name} has another password", password if one_time else "")


@users.command("disable")
def disable(
    name: _Name,
    enable: Annotated[bool, typer.Option("--enable", help="Let the account log in again.")] = False,
    config: _Config = None,
    data: _Data = None,
) -> None:
    """Disable an account and end its sessions; a running server applies this within a second."""
    with open_database(load_settings(config, data=data)) as db:
        accounts.change_account(
            Change(db, EVERYTHING, _ACTOR, datetime.now(UTC)), name, AccountChange(disabled=not enable)
        )
    _told(f"account {name} is {'enabled' if enable else 'disabled'}")


@users.command("list")
def list_accounts(
    config: _Config = None,
    data: _Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List all accounts."""
    with open_database(load_settings(config, data=data)) as db:
        rows = [_row(account) for account in accounts.accounts(db)]
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
        sys.stdout.flush()
        return
    table = Table(*("name", "role", "site", "province", "password", "state", "last login"), box=None)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Terminal(highlight=False).print(table, markup=False)


@users.command("site-tokens")
def site_tokens(
    file: Annotated[Path, typer.Argument(help="CSV file to write, with the columns site,token.")],
    site: Annotated[list[str] | None, typer.Option(help="Only this site; may be repeated.")] = None,
    config: _Config = None,
    data: _Data = None,
) -> None:
    """Create a token for each site's equipment (block list, requests, log lines); earlier tokens of the site end."""
    known = [one.code for one in load_sites()]
    if unknown := set(site or ()) - set(known):
        raise UsageError("site.unknown", code=min(unknown))
    with open_database(load_settings(config, data=data)) as db:
        made = tokens.create_site_tokens(Change(db, EVERYTHING, _ACTOR, datetime.now(UTC)), site or known)
    write_private(file, tokens.tokens_as_csv(made))
    _told(f"{len(made)} tokens are in {file}; each is shown there only")


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise UsageError.literal("no password came on standard input: write it there, or use --one-time")
        return password
    return str(typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True))


def _row(account: Account) -> dict[str, str]:
    state = "disabled" if account.disabled else "has to change its password" if account.must_change else "active"
    return {
        "name": account.name,
        "role": account.role,
        "site": account.site,
        "province": account.province,
        "password": "here" if account.local else "none: one click" if account.one_click else "identity provider",
        "state": state,
        "last_login": account.login_at.isoformat() if account.login_at else "",
    }


def _told(text: str, password: str = "") -> None:
    typer.echo(text, err=True)
    if password:
        typer.echo(password)
