"""Shared by several commands: open the operational database, and check a site code."""

from collections.abc import Iterator
from contextlib import contextmanager

from secmon.db.database import Database
from secmon.errors import UsageError
from secmon.settings import Settings
from secmon.sites.registry import load_sites


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Open and migrate the operational database; a server may have it open at the same time."""
    if not settings.desk:
        try:
            settings.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError.literal(f"data folder {settings.data} cannot be written ({error.strerror})") from error
    db = Database(settings.desk_dsn)
    try:
        db.migrate()
        yield db
    finally:
        db.close()


def check_site(code: str) -> None:
    """Raise UsageError unless the registry has a site with this code."""
    if code not in {site.code for site in load_sites()}:
        raise UsageError("site.unknown", code=code)
