"""`secmon register`: hosts, suppliers and contacts of the municipalities, from the files they hand over."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from secmon.alerts import register
from secmon.alerts.audit import Actor
from secmon.alerts.register import ASSET_COLUMNS, CONTACT_COLUMNS, Asset, Contact
from secmon.commands.desk import opened
from secmon.errors import UsageError
from secmon.settings import load_settings
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING
from secmon.terminal import Config, Data, Json, print_answer

register_cli = typer.Typer(
    help="Hosts, suppliers and contacts of the municipalities: take over, list.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_Site = Annotated[str, typer.Option(help="Only this site.")]


@register_cli.command("take")
def take(
    assets: Annotated[Path | None, typer.Option(help=f"CSV file with the columns {','.join(ASSET_COLUMNS)}.")] = None,
    contacts: Annotated[
        Path | None, typer.Option(help=f"CSV file with the columns {','.join(CONTACT_COLUMNS)}.")
    ] = None,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take over what files say; it replaces what was known of the sites in them. A wrong line: nothing is taken."""
    if assets is None and contacts is None:
        raise UsageError("name a file: --assets, --contacts, or both")
    sites = [site.code for site in load_sites()]
    hosts = register.read_assets(assets, sites) if assets else []
    people = register.read_contacts(contacts, sites) if contacts else []
    actor, now = Actor(getpass.getuser(), "command line"), datetime.now(UTC)
    with opened(load_settings(config, data=data)) as desk:
        answer = [
            {"table": "assets", "rows": len(hosts), "sites": register.replace(desk, hosts, actor, now)},
            {"table": "contacts", "rows": len(people), "sites": register.replace(desk, people, actor, now)},
        ]
    print_answer(answer, as_json=as_json)


@register_cli.command("assets")
def assets(site: _Site = "", config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Hosts, the most important first."""
    with opened(load_settings(config, data=data)) as desk:
        rows = register.assets_of(desk, EVERYTHING, site)
    print_answer([_plain(row, ASSET_COLUMNS) for row in rows], as_json=as_json)


@register_cli.command("contacts")
def contacts(site: _Site = "", config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Whom to call."""
    with opened(load_settings(config, data=data)) as desk:
        rows = register.contacts_of(desk, EVERYTHING, site)
    print_answer([_plain(row, CONTACT_COLUMNS) for row in rows], as_json=as_json)


def _plain(row: Asset | Contact, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}
