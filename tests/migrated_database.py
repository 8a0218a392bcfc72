"""A migrated SQLite database by copying: migrating costs a second of CPU time, copying a file none.

All tests of a process copy one template, which is migrated when the first of them needs it.
"""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from secmon.db.database import Database


@cache
def template() -> Path:
    """Return a migrated database file, which tests must only copy."""
    folder = Path(mkdtemp(prefix="secmon-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "desk.sqlite3"
    db = Database(f"sqlite:///{path}")
    db.migrate()
    db.close()
    return path


def migrated_database(path: Path) -> Database:
    """Return a migrated database: empty in a new file; an existing file keeps its rows, as at a second start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(template(), path)
    return Database(f"sqlite:///{path}")
