"""Account and next try of each feed, maintenance."""

import sqlalchemy as sa
from alembic import op

from secmon.db.database import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feeds") as feeds:
        feeds.add_column(sa.Column("retry_at", UtcTime(), nullable=True))
        feeds.add_column(sa.Column("events", sa.BigInteger(), nullable=False, server_default="0"))
        feeds.add_column(sa.Column("quarantined", sa.BigInteger(), nullable=False, server_default="0"))
        feeds.add_column(sa.Column("ahead", sa.BigInteger(), nullable=False, server_default="0"))
        feeds.add_column(sa.Column("newest", UtcTime(), nullable=True))
        feeds.add_column(sa.Column("lag", sa.Float(), nullable=True))
        feeds.add_column(sa.Column("notice", sa.Text(), nullable=False, server_default=sa.text("''")))
        feeds.add_column(sa.Column("notice_at", UtcTime(), nullable=True))
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("feed", sa.String(length=32), nullable=False),
        sa.Column("begins", UtcTime(), nullable=False),
        sa.Column("ends", UtcTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("maintenance_by_end", "maintenance", ["ends"], unique=False)
