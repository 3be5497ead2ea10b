"""thumbnails that phones send ahead of their photos

Revision: 0013, follows 0012
"""

import sqlalchemy as sa
from alembic import op

from server.database.types import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preview",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sha256", name=op.f("pk_preview")),
    )
    op.create_index(op.f("ix_preview_received_at"), "preview", ["received_at"])
    op.create_index(op.f("ix_preview_sha256"), "preview", ["sha256"])


def downgrade() -> None:
    op.drop_table("preview")
