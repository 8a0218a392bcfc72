"""Tables of the workflows: alerts, incidents, requests, the block list, levels and shifts."""

import sqlalchemy as sa
from alembic import op

from secmon.db.database import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "block_acknowledgements",
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("site", "version"),
    )
    op.create_table(
        "block_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("all_sites", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("proposed_by", sa.String(length=128), nullable=False),
        sa.Column("proposed_at", UtcTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=128), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("pushed_by", sa.String(length=128), nullable=False),
        sa.Column("pushed_at", UtcTime(), nullable=True),
        sa.Column("pushed_version", sa.Integer(), nullable=True),
        sa.Column("ended_by", sa.String(length=128), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("ended_version", sa.Integer(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(length=128), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("block_entries_by_state", "block_entries", ["state"], unique=False)
    op.create_index("block_entries_by_value", "block_entries", ["value"], unique=False)
    op.create_table(
        "block_sites",
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "site"),
    )
    op.create_index("block_sites_by_site", "block_sites", ["site"], unique=False)
    op.create_table(
        "block_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("feed", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("time", UtcTime(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=128), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("incident_id", "batch_id", "seq"),
    )
    op.create_index("evidence_by_incident", "evidence", ["incident_id", "time"], unique=False)
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("begins", UtcTime(), nullable=False),
        sa.Column("ends", UtcTime(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.String(length=128), nullable=False),
        sa.Column("outgoing", sa.String(length=128), nullable=False),
        sa.Column("outgoing_at", UtcTime(), nullable=True),
        sa.Column("incoming", sa.String(length=128), nullable=False),
        sa.Column("incoming_at", UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(length=128), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handovers_by_end", "handovers", ["ends"], unique=False)
    op.create_table(
        "incident_sites",
        sa.Column("incident_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "site"),
    )
    op.create_index("incident_sites_by_site", "incident_sites", ["site"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("attack_type", sa.String(length=32), nullable=False),
        sa.Column("attack_uids", sa.Text(), nullable=False),
        sa.Column("tlp", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("closure", sa.String(length=16), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.String(length=128), nullable=False),
        sa.Column("evidence_at", UtcTime(), nullable=True),
        sa.Column("detected_at", UtcTime(), nullable=False),
        sa.Column("analysed_at", UtcTime(), nullable=True),
        sa.Column("contained_at", UtcTime(), nullable=True),
        sa.Column("eradicated_at", UtcTime(), nullable=True),
        sa.Column("recovered_at", UtcTime(), nullable=True),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("responded_at", UtcTime(), nullable=True),
        sa.Column("respond_due", UtcTime(), nullable=False),
        sa.Column("contain_due", UtcTime(), nullable=False),
        sa.Column("paused_at", UtcTime(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=False),
        sa.Column("paused_seconds", sa.Integer(), nullable=False),
        sa.Column("respond_escalated_at", UtcTime(), nullable=True),
        sa.Column("contain_escalated_at", UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(length=128), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("incidents_by_state", "incidents", ["state", "id"], unique=False)
    op.create_index("incidents_by_time", "incidents", ["detected_at"], unique=False)
    op.create_table(
        "level_acknowledgements",
        sa.Column("declaration", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("declaration", "site"),
    )
    op.create_table(
        "level_duties",
        sa.Column("declaration", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=48), nullable=False),
        sa.Column("done_by", sa.String(length=128), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("declaration", "key"),
    )
    op.create_table(
        "metric_targets",
        sa.Column("metric", sa.String(length=24), nullable=False),
        sa.Column("target", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("metric"),
    )
    op.create_table(
        "never_block",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.Column("removed_at", UtcTime(), nullable=True),
        sa.Column("removed_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", UtcTime(), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=False),
        sa.Column("claimed_until", UtcTime(), nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_by_request", "outbox", ["request_id"], unique=False)
    op.create_index("outbox_by_state", "outbox", ["state", "next_try"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("receipts_by_request", "receipts", ["request_id", "id"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title_ko", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("text_ko", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("channels", sa.String(length=64), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("requested_by", sa.String(length=128), nullable=False),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("acknowledge_due", UtcTime(), nullable=False),
        sa.Column("act_due", UtcTime(), nullable=False),
        sa.Column("delivered_at", UtcTime(), nullable=True),
        sa.Column("acknowledged_at", UtcTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=128), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("done_by", sa.String(length=128), nullable=False),
        sa.Column("verified_at", UtcTime(), nullable=True),
        sa.Column("verified_by", sa.String(length=128), nullable=False),
        sa.Column("refused_at", UtcTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_at", UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(length=128), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("requests_by_incident", "requests", ["incident_id"], unique=False)
    op.create_index("requests_by_site", "requests", ["site", "id"], unique=False)
    op.create_index("requests_by_state", "requests", ["state", "id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("begins", UtcTime(), nullable=False),
        sa.Column("ends", UtcTime(), nullable=False),
        sa.Column("lead", sa.String(length=128), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shifts_by_time", "shifts", ["begins"], unique=False)
    op.create_table(
        "sla_targets",
        sa.Column("severity", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("respond", sa.Integer(), nullable=False),
        sa.Column("contain", sa.Integer(), nullable=False),
        sa.Column("acknowledge", sa.Integer(), nullable=False),
        sa.Column("act", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("severity"),
    )
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
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=48), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("text_ko", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("done_by", sa.String(length=128), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(length=128), server_default=sa.text("''"), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tasks_by_incident", "tasks", ["incident_id", "id"], unique=False)
    op.create_table(
        "timeline",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("site", sa.String(length=5), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("timeline_by_incident", "timeline", ["incident_id", "id"], unique=False)
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
    op.create_index("alerts_by_opening", "alerts", ["opened_at"], unique=False)


def downgrade() -> None:
    op.drop_index("alerts_by_opening", table_name="alerts")
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
    op.drop_index("timeline_by_incident", table_name="timeline")
    op.drop_table("timeline")
    op.drop_index("tasks_by_incident", table_name="tasks")
    op.drop_table("tasks")
    op.drop_index("suppressions_by_key", table_name="suppressions")
    op.drop_table("suppressions")
    op.drop_table("sla_targets")
    op.drop_index("shifts_by_time", table_name="shifts")
    op.drop_table("shifts")
    op.drop_index("requests_by_state", table_name="requests")
    op.drop_index("requests_by_site", table_name="requests")
    op.drop_index("requests_by_incident", table_name="requests")
    op.drop_table("requests")
    op.drop_index("receipts_by_request", table_name="receipts")
    op.drop_table("receipts")
    op.drop_index("outbox_by_state", table_name="outbox")
    op.drop_index("outbox_by_request", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("never_block")
    op.drop_table("metric_targets")
    op.drop_table("level_duties")
    op.drop_table("level_acknowledgements")
    op.drop_index("incidents_by_time", table_name="incidents")
    op.drop_index("incidents_by_state", table_name="incidents")
    op.drop_table("incidents")
    op.drop_index("incident_sites_by_site", table_name="incident_sites")
    op.drop_table("incident_sites")
    op.drop_index("handovers_by_end", table_name="handovers")
    op.drop_table("handovers")
    op.drop_index("evidence_by_incident", table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("block_versions")
    op.drop_index("block_sites_by_site", table_name="block_sites")
    op.drop_table("block_sites")
    op.drop_index("block_entries_by_value", table_name="block_entries")
    op.drop_index("block_entries_by_state", table_name="block_entries")
    op.drop_table("block_entries")
    op.drop_table("block_acknowledgements")
