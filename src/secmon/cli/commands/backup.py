"""`secmon backup` and `secmon restore`: save a data folder, and restore it."""

import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from secmon.cli.output import Config, Data, Json, print_answer, print_note
from secmon.cli.server_client import post_json
from secmon.db.database import Database
from secmon.errors import UsageError
from secmon.runtime.backup import make_backup, put_back
from secmon.runtime.centre import open_centre
from secmon.runtime.data_folder_lock import Instance, running
from secmon.settings import load_settings
from secmon.store.client import Store

_Folder = Annotated[Path, typer.Argument(help="Folder of the backup.", file_okay=False)]


def backup(folder: _Folder, config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Back up the data folder, also while a server runs; collection pauses meanwhile."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError.literal(f"{folder} is not empty: name an empty or new folder")
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        made = post_json(other, "/api/v1/backup", {})
        if folder.exists():
            folder.rmdir()
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made["folder"], folder)
        print_note(f"made by the server at {other.url}")
    elif (settings.data / "desk.sqlite3").exists() or settings.desk:
        with open_centre(settings) as centre:
            made = asdict(make_backup(settings, centre.store, centre.db, folder, datetime.now(UTC)))
    else:
        raise UsageError.literal(f"there is no data in {settings.data}: name the folder with --data")
    print_answer(_answer(folder, made), as_json=as_json)


def restore(folder: _Folder, config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Restore a backup into an empty data folder, verifying every file and the counts of events and findings."""
    settings = load_settings(config, data=data)
    if settings.data.exists() and any(path.name != "secmon.lock" for path in settings.data.iterdir()):
        raise UsageError.literal(
            f"{settings.data} is not empty: a backup is put back into an empty folder, named with --data"
        )
    with Instance(settings.data):
        store = Store(settings.store_dsn)
        try:
            made = put_back(settings, store, folder)
        finally:
            store.close()
        db = Database(settings.desk_dsn)
        db.migrate()
        db.close()
    print_answer(_answer(folder, made), as_json=as_json)


def _answer(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    files = len(manifest["files"])
    return {"folder": str(folder), "made_at": manifest["made_at"], **manifest["figures"], "files": files}
