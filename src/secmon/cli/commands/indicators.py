"""`secmon indicators`: import, list and expire indicators (addresses, domains and hashes)."""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secmon.cli.output import Config, Data, Json, err, print_answer, print_note
from secmon.cli.server_client import get_json, post_json
from secmon.db.audit_log import Actor
from secmon.db.transaction import Change
from secmon.detection.threat_intel import indicators
from secmon.detection.threat_intel.import_ import ImportTerms, end_indicator, import_indicators
from secmon.runtime.centre import open_centre
from secmon.runtime.data_folder_lock import running
from secmon.settings import load_settings
from secmon.sites.scope import EVERYTHING
from secmon.taxonomy import Tlp
from secmon.times import duration

indicators_cli = typer.Typer(
    help="Manage threat indicators: import, list and expire them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_SHOWN = 20  # refused entries printed individually


@indicators_cli.command("import")
def indicators_import(
    file: Annotated[
        Path,
        typer.Argument(help="List of indicators: plain text, CSV or a STIX 2.1 bundle.", exists=True, dir_okay=False),
    ],
    source: Annotated[
        str, typer.Option(help="Source of the list; a later list of the same source updates the indicators.")
    ],
    tlp: Annotated[Tlp, typer.Option(help="TLP level for sharing, unless the list states it.")] = Tlp.AMBER,
    expires: Annotated[str, typer.Option(help="Time until the indicators expire, unless the list states it.")] = "30d",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Import a list of indicators; exit code 1 if an entry was refused."""
    settings, body = load_settings(config, data=data), file.read_bytes()
    if other := running(settings.data):
        query = {"source": source, "tlp": str(tlp), "expires": expires}
        answer = post_json(other, "/api/v1/indicators", query, body)
        print_note(f"taken over by the server at {other.url}")
    else:
        now = datetime.now(UTC)
        terms = ImportTerms(source, tlp, now + duration(expires))
        with open_centre(settings) as centre:
            answer = asdict(import_indicators(Change(centre.db, EVERYTHING, _me(), now), centre.store, body, terms))
    for one in answer["refused"][:_SHOWN]:
        err.print(f"{file}:{one['line']}: {one['reason']}", markup=False, soft_wrap=True)
    refused = len(answer["refused"])
    print_answer({"source": source, "taken": answer["taken"], **answer["kinds"], "refused": refused}, as_json=as_json)
    if refused:
        raise typer.Exit(1)


@indicators_cli.command("list")
def indicators_list(
    expired: Annotated[bool, typer.Option("--expired", help="List expired indicators, too.")] = False,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List indicators with the number of records they matched, most matches first."""
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        answer = get_json(other, "/api/v1/indicators", {"expired": str(expired).lower()})
    else:
        with open_centre(settings) as centre:
            found = indicators.list_indicators(centre.store, datetime.now(UTC), expired=expired)
        answer = [indicators.indicator_record(one) for one in found]
    print_answer(answer, as_json=as_json)


@indicators_cli.command("expire")
def indicators_expire(
    value: Annotated[str, typer.Argument(help="Address, domain or hash.")],
    source: Annotated[str, typer.Option(help="Only the indicator of this source.")] = "",
    config: Config = None,
    data: Data = None,
) -> None:
    """Stop matching an indicator; exit code 1 if no indicator with this value is in force."""
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        ended = post_json(other, "/api/v1/indicators/expire", {"value": value, "source": source})["ended"]
    else:
        with open_centre(settings) as centre:
            ended = end_indicator(Change(centre.db, EVERYTHING, _me(), datetime.now(UTC)), centre.store, value, source)
    if not ended:
        raise typer.Exit(1)


def _me() -> Actor:
    return Actor(getpass.getuser(), "command line")
