"""Tables of the digests: composed digests, their documents as sent, recipients, and the state of notices."""

from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from secmon.db.models import Base


class DigestRow(Base):
    """A digest of a kind, a scope ('' all, '11' a province, '11110' a site) and a period; `key` combines all three.

    `facts` is JSON, from which every document was made.
    """

    __tablename__ = "digests"
    __table_args__ = (Index("digests_by_kind", "kind", "ends"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(96), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(String(5))
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    composed_at: Mapped[datetime]
    late: Mapped[bool]
    urgent: Mapped[bool]
    facts: Mapped[str] = mapped_column(Text)


class DigestDocument(Base):
    """A document of a digest as it was composed: mail.html, report.pdf, report.json, types.csv, trend.png and others.

    `version` is ko, en, ko-masked or en-masked.
    """

    __tablename__ = "digest_documents"

    digest_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RecipientRow(Base):
    """A recipient. `kinds` are names separated by spaces; `quiet` is '' or '22:00-07:00' in Korean time.

    `source` is 'hand' or 'settings'; recipients from the settings are updated from them at each start.
    """

    __tablename__ = "digest_recipients"
    __table_args__ = (Index("digest_recipients_by_name", "name", unique=True),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    scope: Mapped[str] = mapped_column(String(5))
    kinds: Mapped[str] = mapped_column(Text)
    quiet: Mapped[str] = mapped_column(String(11))
    masked: Mapped[bool]
    active: Mapped[bool]
    source: Mapped[str] = mapped_column(String(8))


class DigestMark(Base):
    """State of the notices of a topic: JSON of the items already notified, and the time."""

    __tablename__ = "digest_marks"

    topic: Mapped[str] = mapped_column(String(24), primary_key=True)
    told: Mapped[str] = mapped_column(Text)
    told_at: Mapped[datetime]
