"""What can go wrong, said so that the reader knows what, where and what next."""

from datetime import datetime, timedelta


class SecmonError(Exception):
    """Something the operator can act on; its text is shown as it is, without a traceback."""

    exit_code = 1


class UsageError(SecmonError):
    """The command or the configuration cannot be carried out as written (exit code 2)."""

    exit_code = 2


class RegistryError(SecmonError):
    """The registry of sites or a file built from it is damaged."""


class StoreError(SecmonError):
    """The event store refused, or cannot be opened."""


class DeskError(SecmonError):
    """The desk database refused, or cannot be opened."""


class NotFoundError(SecmonError):
    """There is no such thing, or it lies outside what the asker may see; the two are not told apart."""


class IllegalMove(SecmonError):  # noqa: N818  # named for what it means to the operator
    """What was asked cannot follow from how things stand; the text says what can."""


class ConflictError(SecmonError):
    """Somebody else changed it since it was read; nothing of this change was kept."""

    def __init__(self, what: str, by: str, at: datetime | None) -> None:
        """Keep who changed `what`, and when."""
        self.what, self.by, self.at = what, by, at
        when = f" at {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
        super().__init__(f"{what} was changed by {by or 'somebody else'}{when}: look at it again, then decide")


class SpoolError(SecmonError):
    """A spooled batch is missing or damaged."""


class RuleError(SecmonError):
    """A detection rule cannot be read or compiled."""


class FeedUnavailable(SecmonError):  # noqa: N818  # named for what it means to the reader of a log
    """A site's feed did not answer as agreed; nothing of it was taken."""

    def __init__(
        self, what: str, *, site: str, feed: str, site_wide: bool = False, wait: timedelta | None = None
    ) -> None:
        """Keep where it happened, whether the whole site is out of reach, and how long the site asks to wait."""
        self.what, self.site, self.feed, self.site_wide, self.wait = what, site, feed, site_wide, wait
        super().__init__(f"feed {site}/{feed}: {what}")
