"""Digests, their documents, recipients, and notices already sent."""

import sqlalchemy as sa
from alembic import op

from secmon.db.database import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=5), nullable=False),
        sa.Column("begins", UtcTime(), nullable=False),
        sa.Column("ends", UtcTime(), nullable=False),
        sa.Column("composed_at", UtcTime(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("digests_by_kind", "digests", ["kind", "ends"])
    op.create_table(
        "digest_documents",
        sa.Column("digest_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest_id", "version", "name"),
    )
    op.create_table(
        "digest_recipients",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("scope", sa.String(length=5), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("quiet", sa.String(length=11), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("digest_recipients_by_name", "digest_recipients", ["name"], unique=True)
    op.create_table(
        "digest_marks",
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("topic"),
    )


def downgrade() -> None:
    for table in ("digest_marks", "digest_recipients", "digest_documents", "digests"):
        op.drop_table(table)
