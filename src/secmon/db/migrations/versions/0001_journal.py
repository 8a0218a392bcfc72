"""Journal, feeds, alerts, declared level."""

import sqlalchemy as sa
from alembic import op

from secmon.db.database import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("attack_type", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("gathering", sa.Boolean(), nullable=False),
        sa.Column("group_uid", sa.Text(), nullable=False),
        sa.Column("site_count", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first_time", UtcTime(), nullable=False),
        sa.Column("last_time", UtcTime(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alerts_by_site", "alerts", ["site", "last_time"], unique=False)
    op.create_index("alerts_by_time", "alerts", ["last_time"], unique=False)
    op.create_index(
        "alerts_open_once",
        "alerts",
        ["rule_id", "site", "actor"],
        unique=True,
        sqlite_where=sa.text("status != 'closed' AND gathering"),
        postgresql_where=sa.text("status != 'closed' AND gathering"),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("received_from", UtcTime(), nullable=False),
        sa.Column("received_to", UtcTime(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", UtcTime(), nullable=True),
        sa.Column("loaded_at", UtcTime(), nullable=True),
        sa.Column("detected_at", UtcTime(), nullable=True),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("batches_by_detection", "batches", ["detected_at"], unique=False)
    op.create_index("batches_by_state", "batches", ["state", "id"], unique=False)
    op.create_table(
        "declared_levels",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "feeds",
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("feed", sa.String(length=32), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=True),
        sa.Column("answered_at", UtcTime(), nullable=True),
        sa.Column("line_at", UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "feed"),
    )


def downgrade() -> None:
    op.drop_table("feeds")
    op.drop_table("declared_levels")
    op.drop_index("batches_by_state", table_name="batches")
    op.drop_index("batches_by_detection", table_name="batches")
    op.drop_table("batches")
    op.drop_index(
        "alerts_open_once",
        table_name="alerts",
        sqlite_where=sa.text("status != 'closed' AND gathering"),
        postgresql_where=sa.text("status != 'closed' AND gathering"),
    )
    op.drop_index("alerts_by_time", table_name="alerts")
    op.drop_index("alerts_by_site", table_name="alerts")
    op.drop_table("alerts")
