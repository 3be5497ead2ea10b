"""which phone a phone was before it was enrolled again

Revision: 0009, follows 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("formerly", sa.String(36), nullable=True))
    op.create_index("ix_device_formerly", "device", ["formerly"])


def downgrade() -> None:
    op.drop_index("ix_device_formerly", "device")
    op.drop_column("device", "formerly")
