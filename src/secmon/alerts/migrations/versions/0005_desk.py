"""Tables of the desk: what people do with alerts, incidents, requests, the block list, levels and shifts."""

import sqlalchemy as sa
from alembic import op

from secmon.alerts.desk import UtcTime

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("begins", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("suppressed", sa.BigInteger(), nullable=False),
        sa.Column("last_time", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("suppressions_by_key", "suppressions", ["rule_id", "site", "until"], unique=False)
    op.add_column("alerts", sa.Column("owner", sa.String(length=128), server_default=sa.text("''"), nullable=False))
    op.add_column("alerts", sa.Column("closure", sa.String(length=16), server_default=sa.text("''"), nullable=False))
    op.add_column("alerts", sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("alerts", sa.Column("acknowledged_at", UtcTime(), nullable=True))
    op.add_column("alerts", sa.Column("started_at", UtcTime(), nullable=True))
    op.add_column("alerts", sa.Column("closed_at", UtcTime(), nullable=True))
    op.add_column("alerts", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.add_column("alerts", sa.Column("incident_id", sa.Integer(), nullable=True))
    op.add_column("alerts", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "alerts", sa.Column("changed_by", sa.String(length=128), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("alerts", sa.Column("changed_at", UtcTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("alerts", "changed_at")
    op.drop_column("alerts", "changed_by")
    op.drop_column("alerts", "version")
    op.drop_column("alerts", "incident_id")
    op.drop_column("alerts", "merged_into")
    op.drop_column("alerts", "closed_at")
    op.drop_column("alerts", "started_at")
    op.drop_column("alerts", "acknowledged_at")
    op.drop_column("alerts", "note")
    op.drop_column("alerts", "closure")
    op.drop_column("alerts", "owner")
    op.drop_index("suppressions_by_key", table_name="suppressions")
    op.drop_table("suppressions")
