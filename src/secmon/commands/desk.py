"""What several commands begin with: the desk database, and a site that exists."""

from collections.abc import Iterator
from contextlib import contextmanager

from secmon.alerts.desk import Desk
from secmon.errors import UsageError
from secmon.settings import Settings
from secmon.sites.registry import load_sites


@contextmanager
def opened(settings: Settings) -> Iterator[Desk]:
    """The desk database, up to date; it may be open in a server at the same time."""
    if not settings.desk:
        try:
            settings.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"data folder {settings.data} cannot be written ({error.strerror})") from error
    desk = Desk(settings.desk_dsn)
    try:
        desk.migrate()
        yield desk
    finally:
        desk.close()


def check_site(code: str) -> None:
    """UsageError unless the registry has a site with this code."""
    if code not in {site.code for site in load_sites()}:
        raise UsageError(f"no site has the code {code}: `secmon sites` lists them")
