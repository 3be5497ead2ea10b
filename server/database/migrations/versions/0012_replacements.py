"""which operation came in the stead of another one, also if it came before that one

Revision: 0012, follows 0011
"""

import sqlalchemy as sa
from alembic import op

from server.database.types import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operation_replacement",
        sa.Column("replaced_id", sa.String(length=36), nullable=False),
        sa.Column("author_id", sa.String(length=36), nullable=False),
        sa.Column("successor_id", sa.String(length=36), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint(
            "replaced_id", "author_id", name=op.f("pk_operation_replacement")
        ),
    )


def downgrade() -> None:
    op.drop_table("operation_replacement")
