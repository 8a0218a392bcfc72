"""Archive of digests for the web: plain records instead of the types of the digest package."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Any

from secmon.db.audit_log import Actor
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.operations.metric_samples import Period
from secmon.reports import archive
from secmon.reports.compose import compose
from secmon.reports.content.schedule import KST, SCHEDULED, DigestKind, Due, period_ending, period_of_day
from secmon.reports.content.sources import Sources
from secmon.reports.delivery import recipients as people
from secmon.reports.delivery.recipients import Recipient
from secmon.reports.rendering.i18n import LANGUAGES
from secmon.reports.rendering.render import HTML, MEDIA, pictures_beside
from secmon.sites.registry import load_provinces, load_sites
from secmon.sites.scope import EVERYTHING, Scope

Record = Mapping[str, Any]
VERSIONS = (*LANGUAGES, *(f"{language}-masked" for language in LANGUAGES))
_QUARTER = timedelta(minutes=15)
_OF_SITES = {DigestKind.MUNICIPALITY, DigestKind.MUNICIPALITY_DAY}
_OF_PROVINCES = {DigestKind.PROVINCE, DigestKind.PROVINCE_DAY}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Answers what secmon.live.digest_shelf asks."""

    sources: Sources

    def digests(self, scope: Scope, *, kind: str = "", limit: int = 50, before: int | None = None) -> Sequence[Record]:
        """Return the digests of a scope, newest first."""
        found = archive.digests(self.sources.db, scope, kind=kind, limit=limit, before=before)
        return [asdict(one) for one in found]

    def digest(self, scope: Scope, number: int) -> Record:
        """Return one digest, with the names of its documents by version."""
        db = self.sources.db
        one = archive.digest(db, scope, number)
        names = {version: list(archive.document_names(db, scope, number, version)) for version in one.versions}
        return {**asdict(one), "documents": names}

    def document(self, scope: Scope, number: int, version: str, name: str) -> tuple[bytes, str]:
        """Return a document and its media type; HTML refers to separate image files instead of inline attachments."""
        content = archive.document(self.sources.db, scope, number, version, name)
        if name == HTML:
            content = pictures_beside(content)
        return content, MEDIA.get(PurePath(name).suffix, "application/octet-stream")

    def deliveries(self, scope: Scope, number: int) -> Sequence[Record]:
        """Return the delivery state at each recipient; the name is '' for a recipient that was removed."""
        names = {one.id: one.name for one in people.recipients(self.sources.db, active=False)}
        found = archive.deliveries(self.sources.db, scope, number)
        return [{**asdict(one), "name": names.get(one.recipient, "")} for one in found]

    def resend(self, scope: Scope, number: int, to: Sequence[int], actor: Actor, now: datetime) -> Sequence[int]:
        """Send a digest again to these recipients."""
        return archive.resend(Change(self.sources.db, scope, actor, now), number, to=to)

    def compose(self, kind: str, day: str, site: str, versions: Sequence[str], *, send: bool, now: datetime) -> Record:
        """Compose a digest, or return the existing digest of the same period."""
        unknown = set(versions) - set(VERSIONS)
        if unknown:
            raise UsageError(f"there is no version {min(unknown)[:20]}: choose of {', '.join(VERSIONS)}")
        due = due_of(kind, day, site, now)
        made = compose(self.sources.fresh(), due, now, versions=versions, send=send)
        return {"id": made.id, "new": made.new}

    def recipients(self) -> Sequence[Record]:
        """Return all recipients, active or not."""
        return [asdict(one) for one in people.recipients(self.sources.db, active=False)]

    def subscriptions(self) -> Sequence[str]:
        """Return the kinds of digest that a recipient can subscribe to."""
        return people.KINDS

    def save_recipient(self, fields: Record, actor: Actor, now: datetime) -> Record:
        """Add or change a recipient."""
        wanted = Recipient(**{**fields, "kinds": tuple(fields["kinds"]), "source": "hand"})
        return asdict(people.save(Change(self.sources.db, EVERYTHING, actor, now), wanted))

    def remove_recipient(self, number: int, actor: Actor, now: datetime) -> None:
        """Remove a recipient."""
        people.remove(Change(self.sources.db, EVERYTHING, actor, now), number)


def due_of(kind: str, day: str, site: str, now: datetime) -> Due:
    """Return the requested digest's kind, place and period; raise UsageError that says what is invalid."""
    if kind not in SCHEDULED:
        raise UsageError(f"there is no digest {kind[:32]}: choose one of {', '.join(SCHEDULED)}")
    chosen = DigestKind(kind)
    known = {one.code for one in load_sites()} if chosen in _OF_SITES else {one.code for one in load_provinces()}
    if chosen in _OF_SITES | _OF_PROVINCES:
        if site not in known:
            raise UsageError(f"{kind} needs a site's or province's code: `secmon sites` lists them")
    elif site:
        raise UsageError(f"{kind} is of all municipalities: leave the site out, or ask for municipality or province")
    return Due(chosen, site, _asked_for(chosen, day, now) if day else period_ending(chosen, now))


def _asked_for(kind: DigestKind, day: str, now: datetime) -> Period:
    """Return the period that contains a day; a running period ends at the last full quarter of an hour."""
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise UsageError(f"{day[:32]} is no day: write it as 2026-11-25") from error
    if not date(2000, 1, 1) <= asked <= now.astimezone(KST).date():
        raise UsageError(f"{day[:32]} is not between 2000 and today in Korea: choose another day")
    period = period_of_day(kind, asked)
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return period if period.ends <= now else Period(period.begins, max(quarter, period.begins + _QUARTER))
