"""scans of leaflets without addresses, counts by day, the day's salt, calls asked for

Revision: 0008, follows 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("scan",
    sa.Column("id", sa.String(length=36), nullable=False),
    sa.Column("run_id", sa.String(length=36), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("reason", sa.String(length=10), nullable=False),
    sa.Column("rule", sa.String(length=24), nullable=False),
    sa.Column("rules_version", sa.Integer(), nullable=False),
    sa.Column("language", sa.String(length=3), nullable=True),
    sa.Column("agent_id", sa.String(length=16), nullable=True),
    sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column("reader", sa.String(length=15), nullable=False),
    sa.Column("reader_group", sa.String(length=15), nullable=False),
    sa.Column("in_app", sa.Boolean(), nullable=False),
    sa.Column("amount", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.create_index(op.f("ix_scan_run_id_reader"), "scan", ["run_id", "reader"])
    op.create_index(op.f("ix_scan_run_id_day"), "scan", ["run_id", "day"])
    op.create_index(op.f("ix_scan_day"), "scan", ["day"])
    op.create_table("scan_agent",
    sa.Column("id", sa.String(length=16), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_agent")),
    )
    op.create_table("scan_count",
    sa.Column("run_id", sa.String(length=36), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("reason", sa.String(length=10), nullable=False),
    sa.Column("amount", sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint("run_id", "day", "reason", name=op.f("pk_scan_count")),
    )
    op.create_index(op.f("ix_scan_count_day"), "scan_count", ["day"])
    op.create_table("scan_readers",
    sa.Column("run_id", sa.String(length=36), nullable=False),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("low", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("run_id", "day", name=op.f("pk_scan_readers")),
    )
    op.create_index(op.f("ix_scan_readers_day"), "scan_readers", ["day"])
    op.create_table("scan_salt",
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("salt", sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint("day", name=op.f("pk_scan_salt")),
    )
    op.create_table("call_back",
    sa.Column("id", sa.String(length=36), nullable=False),
    sa.Column("run_id", sa.String(length=36), nullable=False),
    sa.Column("code", sa.String(length=12), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("consent", sa.String(length=12), nullable=False),
    sa.Column("sealed", sa.Text(), nullable=False),
    sa.Column("phone_key", sa.String(length=64), nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("done_by", sa.String(length=36), nullable=True),
    sa.Column("done_by_name", sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    for columns in (["asked_at", "id"], ["run_id", "phone_key"]):
        op.create_index(op.f(f"ix_call_back_{'_'.join(columns)}"), "call_back", columns)


def downgrade() -> None:
    for name in ("call_back", "scan_salt", "scan_readers", "scan_count", "scan_agent", "scan"):
        op.drop_table(name)
