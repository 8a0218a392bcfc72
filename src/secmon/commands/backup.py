"""`secmon backup` and `secmon restore`: a data folder put away, and put back."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from secmon.alerts.desk import Desk
from secmon.backup import make_backup, put_back
from secmon.centre import open_centre
from secmon.errors import UsageError
from secmon.instance import Instance, running
from secmon.remote import post_json
from secmon.settings import load_settings
from secmon.store.client import Store
from secmon.terminal import Config, Data, Json, print_answer, said

_Folder = Annotated[Path, typer.Argument(help="Folder of the backup.", file_okay=False)]


def backup(folder: _Folder, config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Put store, desk and spool into a new folder, also while a server runs; collection pauses meanwhile."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: name a folder that is, or a new one")
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        made = post_json(other, "/api/v1/backup", {})
        if folder.exists():
            folder.rmdir()
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made["folder"], folder)
        said(f"made by the server at {other.url}")
    elif (settings.data / "desk.sqlite3").exists() or settings.desk:
        with open_centre(settings) as centre:
            made = make_backup(settings, centre.store, centre.desk, folder, datetime.now(UTC))
    else:
        raise UsageError(f"there is no data in {settings.data}: name the folder with --data")
    print_answer(_answer(folder, made), as_json=as_json)


def restore(folder: _Folder, config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Fill an empty data folder from a backup; every file is checked, and the figures must be the same afterwards."""
    settings = load_settings(config, data=data)
    if settings.data.exists() and any(path.name != "secmon.lock" for path in settings.data.iterdir()):
        raise UsageError(f"{settings.data} is not empty: a backup is put back into an empty folder, named with --data")
    with Instance(settings.data):
        store = Store(settings.store_dsn)
        try:
            made = put_back(settings, store, folder)
        finally:
            store.close()
        desk = Desk(settings.desk_dsn)
        desk.migrate()
        desk.close()
    print_answer(_answer(folder, made), as_json=as_json)


def _answer(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    files = len(manifest["files"])
    return {"folder": str(folder), "made_at": manifest["made_at"], **manifest["figures"], "files": files}
