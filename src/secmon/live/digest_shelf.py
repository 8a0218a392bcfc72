"""Interface to the digest archive for pages and API; the composition root supplies the implementation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from secmon.db.audit_log import Actor
from secmon.sites.scope import Scope

Record = Mapping[str, Any]
"""Plain values; times are timezone-aware."""


class DigestShelf(Protocol):
    """The digest archive; reads take the reader's scope and raise NotFoundError outside it."""

    def digests(self, scope: Scope, *, kind: str = "", limit: int = 50, before: int | None = None) -> Sequence[Record]:
        """List digests, newest first: id, kind, scope, begins, ends, composed_at, late, urgent, versions."""

    def digest(self, scope: Scope, number: int) -> Record:
        """Return a digest with `documents`: names by version."""

    def document(self, scope: Scope, number: int, version: str, name: str) -> tuple[bytes, str]:
        """Return a document as it was sent, and its media type; images in a page link to the files beside it."""

    def deliveries(self, scope: Scope, number: int) -> Sequence[Record]:
        """List deliveries: recipient's number and name, channel, state, attempts, next_try, sent_at, error."""

    def resend(self, scope: Scope, number: int, to: Sequence[int], actor: Actor, now: datetime) -> Sequence[int]:
        """Resend a digest unchanged to some or all of its recipients; return their numbers."""

    def compose(self, kind: str, day: str, site: str, versions: Sequence[str], *, send: bool, now: datetime) -> Record:
        """Compose a digest now, or find the existing digest: id and new. Raise UsageError for an invalid request."""

    def recipients(self) -> Sequence[Record]:
        """List all recipients: id, name, channel, address, language, scope, kinds, quiet, masked, active."""

    def subscriptions(self) -> Sequence[str]:
        """List the kinds of digests, letters and notices that can be subscribed to."""

    def save_recipient(self, fields: Record, actor: Actor, now: datetime) -> Record:
        """Add (id 0) or change a recipient; raise UsageError with the reason if a field is invalid."""

    def remove_recipient(self, number: int, actor: Actor, now: datetime) -> None:
        """Stop all sending to a recipient."""
