"""escrow and the loss ledger

Revision: 0003, follows 0002
"""

import sqlalchemy as sa
from alembic import op

from server.database.types import Json, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("escrow_denied_at", Moment(), nullable=True))
    op.add_column(
        "device", sa.Column("forks", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("device", sa.Column("forked_at", Moment(), nullable=True))
    op.add_column(
        "device", sa.Column("epoch_from", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "device",
        sa.Column("loss_open", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("upload", sa.Column("device_id", sa.String(length=36), nullable=True))
    op.create_table(
        "device_line",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_n", sa.Integer(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_line_device_id_device")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_line")),
    )
    op.create_index(op.f("ix_device_line_device_id"), "device_line", ["device_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_device_line_device_id"), table_name="device_line")
    op.drop_table("device_line")
    op.drop_column("upload", "device_id")
    for name in ("loss_open", "epoch_from", "forked_at", "forks", "escrow_denied_at"):
        op.drop_column("device", name)
