"""Asset register: kind and supplier of hosts, and the contacts of a municipality."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LENGTHS = {"kind": 16, "address": 45, "supplier": 128}


def upgrade() -> None:
    with op.batch_alter_table("assets") as assets:
        for name, length in _LENGTHS.items():
            assets.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    with op.batch_alter_table("assets") as assets:
        for name in _LENGTHS:
            assets.alter_column(name, server_default=None)
    op.create_index("assets_by_supplier", "assets", ["supplier"])
    op.create_table(
        "contacts",
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.PrimaryKeyConstraint("site", "role", "name"),
    )


def downgrade() -> None:
    op.drop_table("contacts")
    op.drop_index("assets_by_supplier", "assets")
    with op.batch_alter_table("assets") as assets:
        for name in _LENGTHS:
            assets.drop_column(name)
