"""Evidence of an incident: raw lines as sent by the sites, each with its hash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.audit_log import Actor
from secmon.db.database import Database
from secmon.db.models import Alert, Base
from secmon.db.transaction import Change, in_scope, serialised_transaction
from secmon.errors import IllegalMove
from secmon.incidents.incident import get_incident, load_open_for_update, sites_in
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.sites.scope import Scope
from secmon.store import sql
from secmon.store.client import Store

MOST = 200
"""Maximum number of lines read for one alert."""


class Evidence(Base):
    """A line stored as evidence of an incident; `sha256` is of its UTF-8 bytes when it was added."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("incident_id", "batch_id", "seq"),
        Index("evidence_by_incident", "incident_id", "time"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    incident_id: Mapped[int] = mapped_column(Integer)
    alert_id: Mapped[int | None] = mapped_column(Integer)
    site: Mapped[str] = mapped_column(String(5))
    feed: Mapped[str] = mapped_column(String(32))
    batch_id: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int] = mapped_column(BigInteger)
    time: Mapped[datetime]
    received_at: Mapped[datetime]
    line: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(128))
    added_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A raw line in the store: site and feed, position in its batch, time of the event and of receipt."""

    site: str
    feed: str
    batch_id: str
    seq: int
    time: datetime
    received_at: datetime
    line: str

    @property
    def sha256(self) -> str:
        """Hash of the line's UTF-8 bytes, in hexadecimal."""
        return line_hash(self.line)


def line_hash(line: str) -> str:
    """Return the hash of a line's UTF-8 bytes; a lone surrogate, possible in a damaged line, is encoded as it is."""
    return sha256(line.encode("utf-8", "surrogatepass")).hexdigest()


def alert_lines(store: Store, alert: Alert, limit: int = MOST) -> tuple[EvidenceLine, ...]:
    """Return the lines referenced by the findings of an alert, oldest first."""
    asked = {
        "rule_id": alert.rule_id,
        "site": alert.site,
        "actor": alert.actor,
        "since": alert.first_time,
        "until": alert.last_time,
        "limit": limit,
    }
    return tuple(EvidenceLine(**row) for row in store.records(sql.query("evidence_of_alert"), asked))


def add_evidence(
    change: Change, incident_id: int, lines: Iterable[EvidenceLine], *, alert_id: int | None = None
) -> int:
    """Store lines as evidence of an incident; returns the number of new lines.

    Raises IllegalMove when a line is from a site that the incident does not affect.
    """
    with serialised_transaction(change.db) as session:
        load_open_for_update(session, change.scope, incident_id)
        wanted = list(lines)
        strangers = sorted({line.site for line in wanted} - {*sites_in(session, incident_id)})
        if strangers:
            raise IllegalMove("incident.site_not_affected", id=incident_id, sites=", ".join(strangers))
        known = _known(session, incident_id)
        new = [line for line in dict.fromkeys(wanted) if (line.batch_id, line.seq) not in known]
        session.add_all(_row(incident_id, alert_id, line, change.actor, change.now) for line in new)
        if new:
            hashes = [line.sha256 for line in new]
            add_entry(
                session,
                incident_id,
                EntryKind.EVIDENCE,
                change.actor,
                change.now,
                after={"alert": alert_id, "sha256": hashes},
            )
        return len(new)


def evidence_of_incident(db: Database, scope: Scope, incident_id: int, limit: int = 1000) -> Sequence[Evidence]:
    """Return the evidence of an incident, oldest first, limited to the sites in the scope."""
    get_incident(db, scope, incident_id)
    query = select(Evidence).where(Evidence.incident_id == incident_id, in_scope(Evidence.site, scope))
    with db.session() as session:
        return session.scalars(query.order_by(Evidence.time, Evidence.id).limit(limit)).all()


def damaged_evidence(db: Database, scope: Scope, incident_id: int) -> tuple[int, ...]:
    """Return ids of lines that no longer match their hash."""
    return tuple(
        row.id
        for row in evidence_of_incident(db, scope, incident_id, limit=1_000_000)
        if line_hash(row.line) != row.sha256
    )


def _known(session: Session, incident_id: int) -> set[tuple[str, int]]:
    query = select(Evidence.batch_id, Evidence.seq).where(Evidence.incident_id == incident_id)
    return {(str(batch), int(seq)) for batch, seq in session.execute(query)}


def _row(incident_id: int, alert_id: int | None, line: EvidenceLine, actor: Actor, now: datetime) -> Evidence:
    return Evidence(
        incident_id=incident_id,
        alert_id=alert_id,
        site=line.site,
        feed=line.feed,
        batch_id=line.batch_id,
        seq=line.seq,
        time=line.time,
        received_at=line.received_at,
        line=line.line,
        sha256=line.sha256,
        added_by=actor.name[:128],
        added_at=now,
    )
