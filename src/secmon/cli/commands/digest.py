"""`secmon digest`: compose a digest, write it to a folder, and queue it for delivery."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from secmon.cli.output import Config, Data, Json, print_answer, print_note
from secmon.cli.server_client import post_json
from secmon.db.database import Database
from secmon.ingest import batch_journal
from secmon.reports import archive
from secmon.reports.compose import compose, due_of
from secmon.reports.content.kinds import DIGEST_KINDS
from secmon.reports.deliver import deliver
from secmon.reports.rendering.i18n import LANGUAGES
from secmon.reports.rendering.render import HTML, pictures_beside
from secmon.reports.setup import channels_of, digests_of
from secmon.runtime.centre import assets_folder, open_centre, utc_now
from secmon.runtime.data_folder_lock import running
from secmon.settings import Settings, load_settings
from secmon.sites.scope import EVERYTHING


def digest(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(DIGEST_KINDS)}.")],
    day: Annotated[
        str,
        typer.Option("--date", help="Day in the period, as 2026-11-25; by default the newest period that has ended."),
    ] = "",
    site: Annotated[str, typer.Option(help="5-digit code of a municipality or 2-digit code of a province.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder to write the documents to.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Also send the digest to its recipients.")] = False,
    masked: Annotated[bool, typer.Option("--masked", help="Also write the versions with masked names.")] = False,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Compose and archive a digest in both languages; if the period has a digest already, return that digest."""
    due = due_of(kind, day, site, utc_now())
    settings = load_settings(config, data=data)
    versions = (*LANGUAGES, *(f"{language}-masked" for language in LANGUAGES if masked))
    if other := running(settings.data):
        asked = {"kind": kind, "date": day, "site": site, "send": str(send).lower(), "versions": ",".join(versions)}
        answer = post_json(other, "/api/v1/digests", asked)
        print_note(f"composed by the server at {other.url}")
        number, new = int(answer["id"]), bool(answer["new"])
        with _desk(settings) as db:
            print_answer(_answer(db, number, new=new, out=out), as_json=as_json)
        return
    simulated = (settings.data / "simulator").is_dir()  # data collected by a demonstration stays marked as simulated
    with open_centre(settings, simulated=simulated) as centre:
        context = centre.pipeline.context
        if not context.feeds:  # for a folder whose feeds are configured elsewhere, use every feed that was ever polled
            context = replace(context, feeds=[(*feed, "") for feed in sorted(batch_journal.cursors(centre.db))])
        digests = digests_of(settings, context, assets_folder())
        made = compose(digests.sources, due, utc_now(), versions=versions, send=send)
        if send:
            asyncio.run(deliver(centre.db, channels_of(settings), utc_now(), tlp=settings.digest_tlp))
        print_answer(_answer(centre.db, made.id, new=made.new, out=out), as_json=as_json)


def _answer(db: Database, number: int, *, new: bool, out: Path | None) -> dict[str, Any]:
    one = archive.digest(db, EVERYTHING, number)
    files: list[str] = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for version in one.versions:
            begin = f"{one.kind}{'-' + one.scope if one.scope else ''}-{version}"
            for name in archive.document_names(db, EVERYTHING, number, version):
                path = out / f"{begin}-{name}"
                content = archive.document(db, EVERYTHING, number, version, name)
                path.write_bytes(pictures_beside(content, f"{begin}-") if name == HTML else content)
                files.append(str(path))
    states = [delivery.state for delivery in archive.deliveries(db, EVERYTHING, number)]
    return {
        "id": number,
        "kind": one.kind,
        "scope": one.scope,
        "begins": one.begins.isoformat(),
        "ends": one.ends.isoformat(),
        "new": new,
        "late": one.late,
        "versions": list(one.versions),
        "files": files,
        "deliveries": {state: states.count(state) for state in sorted({*states})},
    }


@contextmanager
def _desk(settings: Settings) -> Iterator[Database]:
    db = Database(settings.desk_dsn)
    try:
        yield db
    finally:
        db.close()
