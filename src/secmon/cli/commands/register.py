"""`secmon register`: import and list hosts, suppliers and contacts from the municipalities' files."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from secmon.cli.commands.database import open_database
from secmon.cli.output import Config, Data, Json, print_answer
from secmon.db.audit_log import Actor
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.inventory import asset_register
from secmon.inventory.asset_register import ASSET_COLUMNS, CONTACT_COLUMNS, Asset, Contact
from secmon.settings import load_settings
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING

register_cli = typer.Typer(
    help="Import and list the municipalities' hosts, suppliers and contacts.",
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
    """Import hosts and contacts; each site in the files is replaced. A single invalid line rejects everything."""
    if assets is None and contacts is None:
        raise UsageError.literal("name a file: --assets, --contacts, or both")
    sites = [site.code for site in load_sites()]
    hosts = asset_register.read_assets(assets, sites) if assets else []
    people = asset_register.read_contacts(contacts, sites) if contacts else []
    actor, now = Actor(getpass.getuser(), "command line"), datetime.now(UTC)
    with open_database(load_settings(config, data=data)) as db:
        answer = [
            {
                "table": "assets",
                "rows": len(hosts),
                "sites": asset_register.replace_register(Change(db, EVERYTHING, actor, now), hosts),
            },
            {
                "table": "contacts",
                "rows": len(people),
                "sites": asset_register.replace_register(Change(db, EVERYTHING, actor, now), people),
            },
        ]
    print_answer(answer, as_json=as_json)


@register_cli.command("assets")
def assets(site: _Site = "", config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """List hosts, most important first."""
    with open_database(load_settings(config, data=data)) as db:
        rows = asset_register.assets_of(db, EVERYTHING, site)
    print_answer([_plain(row, ASSET_COLUMNS) for row in rows], as_json=as_json)


@register_cli.command("contacts")
def contacts(site: _Site = "", config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """List the contacts to call."""
    with open_database(load_settings(config, data=data)) as db:
        rows = asset_register.contacts_of(db, EVERYTHING, site)
    print_answer([_plain(row, CONTACT_COLUMNS) for row in rows], as_json=as_json)


def _plain(row: Asset | Contact, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}
