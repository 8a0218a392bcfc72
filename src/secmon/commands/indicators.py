"""`secmon indicators`: take over lists of addresses, domains and hashes, show them with their hits, and end them."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secmon.centre import open_centre
from secmon.errors import UsageError
from secmon.instance import running
from secmon.rules import indicators
from secmon.rules.indicator_files import read_indicators
from secmon.rules.indicators import Indicator, Tlp
from secmon.settings import Settings, load_settings
from secmon.store.client import Store
from secmon.terminal import Config, Data, Json, err, print_answer
from secmon.times import duration

indicators_cli = typer.Typer(
    help="Indicators that others warn of: import, list, expire them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_SHOWN = 20  # refused entries printed one by one


@indicators_cli.command("import")
def indicators_import(
    file: Annotated[Path, typer.Argument(help="Plain text, CSV or a STIX 2.1 bundle.", exists=True, dir_okay=False)],
    source: Annotated[str, typer.Option(help="Who warns of them; a later list of the same source changes them.")],
    tlp: Annotated[Tlp, typer.Option(help="With whom they may be shared, where the list does not say.")] = Tlp.AMBER,
    expires: Annotated[str, typer.Option(help="How long they are looked for, where the list does not say.")] = "30d",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take over a list; exit code 1 when an entry of it was refused."""
    entries, refused = read_indicators(file.read_bytes())
    now = datetime.now(UTC)
    until, author = now + duration(expires), getpass.getuser()
    taken = [
        Indicator(one.kind, one.value, source, one.tlp or tlp, now, one.expires_at or until, one.note, author)
        for one in entries
    ]
    with _store(load_settings(config, data=data)) as store:
        indicators.keep(store, taken, now)
    for one in refused[:_SHOWN]:
        err.print(f"{file}:{one.line}: {one.reason}", markup=False, soft_wrap=True)
    kinds = {str(kind): sum(one.kind is kind for one in taken) for kind in indicators.IndicatorKind}
    print_answer({"source": source, "taken": len(taken), **kinds, "refused": len(refused)}, as_json=as_json)
    if refused:
        raise typer.Exit(1)


@indicators_cli.command("list")
def indicators_list(
    expired: Annotated[bool, typer.Option("--expired", help="Also those that are looked for no more.")] = False,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Indicators with the records they were seen in, the most seen first."""
    with _store(load_settings(config, data=data)) as store:
        found = indicators.listed(store, datetime.now(UTC), expired=expired)
    answer = [
        {
            "kind": str(one.indicator.kind), "value": one.indicator.value, "source": one.indicator.source,
            "tlp": str(one.indicator.tlp), "expires_at": one.indicator.expires_at, "hits": one.hits,
            "sites": one.sites, "last_hit": one.last_hit, "note": one.indicator.note,
        }
        for one in found
    ]  # fmt: skip
    print_answer(answer, as_json=as_json)


@indicators_cli.command("expire")
def indicators_expire(
    value: Annotated[str, typer.Argument(help="The address, domain or hash.")],
    source: Annotated[str, typer.Option(help="Only that of this source.")] = "",
    config: Config = None,
    data: Data = None,
) -> None:
    """Look for an indicator no more; exit code 1 when nobody warned of it."""
    with _store(load_settings(config, data=data)) as store:
        if not indicators.expire(store, value, source, datetime.now(UTC)):
            raise typer.Exit(1)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    if other := running(settings.data):
        raise UsageError(f"the server at {other.url} has {settings.data} open: stop it first, or name another --data")
    with open_centre(settings) as centre:
        yield centre.store
