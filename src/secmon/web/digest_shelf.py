"""What the screens and the API ask of the digests' archive; the composition root hands it in, as digests lie beside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from secmon.alerts.audit import Actor
from secmon.sites.scope import Scope

Record = Mapping[str, Any]
"""Plain values; times are aware."""


class DigestShelf(Protocol):
    """Reads take the reader's scope and raise NotFoundError for what lies outside it."""

    def digests(self, scope: Scope, *, kind: str = "", limit: int = 50, before: int | None = None) -> Sequence[Record]:
        """Newest first: id, kind, scope, begins, ends, composed_at, late, urgent, versions."""

    def digest(self, scope: Scope, number: int) -> Record:
        """One of them, with `documents`: names by version."""

    def document(self, scope: Scope, number: int, version: str, name: str) -> tuple[bytes, str]:
        """A form as it was sent, and its media type; the pictures of a page are named as they lie beside it."""

    def deliveries(self, scope: Scope, number: int) -> Sequence[Record]:
        """Recipient's number and name, channel, state, attempts, next_try, sent_at, error."""

    def resend(self, scope: Scope, number: int, to: Sequence[int], actor: Actor, now: datetime) -> Sequence[int]:
        """Send it again as it was, to some or all of its recipients; returns their numbers."""

    def compose(self, kind: str, day: str, site: str, versions: Sequence[str], *, send: bool, now: datetime) -> Record:
        """Compose one now, or find it: id and new. UsageError says what is wrong with the question."""

    def recipients(self) -> Sequence[Record]:
        """Everybody who gets something: id, name, channel, address, language, scope, kinds, quiet, masked, active."""

    def subscriptions(self) -> Sequence[str]:
        """Kinds of digests, letters and notices that one can get."""

    def save_recipient(self, fields: Record, actor: Actor, now: datetime) -> Record:
        """Add one (id 0) or change one; UsageError names what is wrong."""

    def remove_recipient(self, number: int, actor: Actor, now: datetime) -> None:
        """Send nothing more to one."""
