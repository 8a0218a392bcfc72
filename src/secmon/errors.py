"""Errors that say what went wrong, where, and what to do next."""

from datetime import datetime, timedelta


class SecmonError(Exception):
    """Error the operator can act on; its text is shown as it is, without a traceback."""

    exit_code = 1


class UsageError(SecmonError):
    """The command or the configuration is not valid as written (exit code 2)."""

    exit_code = 2


class RegistryError(SecmonError):
    """The registry of sites, or a file built from it, is damaged."""


class StoreError(SecmonError):
    """The event store rejected a request or cannot be opened."""


class DatabaseError(SecmonError):
    """The operational database rejected a request or cannot be opened."""


class NotFoundError(SecmonError):
    """The item does not exist or lies outside the user's scope; the message does not reveal which."""


class IllegalMove(SecmonError):  # noqa: N818  # named for what it means to the operator
    """The requested state transition is not allowed; the message lists the allowed ones."""


class ConflictError(SecmonError):
    """Another user changed the item since it was read; nothing of this change was saved."""

    def __init__(self, what: str, by: str, at: datetime | None) -> None:
        """Keep what was changed, by whom and when."""
        self.what, self.by, self.at = what, by, at
        when = f" at {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
        super().__init__(f"{what} was changed by {by or 'somebody else'}{when}: look at it again, then decide")


class SpoolError(SecmonError):
    """A spooled batch is missing or damaged."""


class RuleError(SecmonError):
    """A detection rule cannot be read or compiled."""


class FeedUnavailable(SecmonError):  # noqa: N818  # named for what it means to the reader of a log
    """A site's feed did not answer as specified; nothing of the answer was taken."""

    def __init__(
        self, what: str, *, site: str, feed: str, site_wide: bool = False, wait: timedelta | None = None
    ) -> None:
        """Keep the site and feed, whether the whole site is unreachable, and how long the site asks to wait."""
        self.what, self.site, self.feed, self.site_wide, self.wait = what, site, feed, site_wide, wait
        super().__init__(f"feed {site}/{feed}: {what}")
