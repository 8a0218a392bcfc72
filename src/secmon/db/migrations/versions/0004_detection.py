"""Rule exceptions, rule states, and an alert's confidence, importance, priority and held-back actors."""

import sqlalchemy as sa
from alembic import op

from secmon.db.database import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("confidence", sa.Float(), nullable=False, server_default="1"))
    op.add_column("alerts", sa.Column("importance", sa.Float(), nullable=False, server_default="1"))
    op.add_column("alerts", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("alerts", sa.Column("held_back", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "exemptions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("begins", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("suppressed", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("last_time", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exemptions_by_end", "exemptions", ["until"], unique=False)
    op.create_table(
        "rule_states",
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id"),
    )
    op.create_table(
        "held_back_actors",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "actor"),
    )
    op.create_table(
        "assets",
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("importance", sa.Float(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "host"),
    )


def downgrade() -> None:
    for table in ("assets", "held_back_actors", "rule_states", "exemptions"):
        op.drop_table(table)
    for column in ("held_back", "priority", "importance", "confidence"):
        op.drop_column("alerts", column)
