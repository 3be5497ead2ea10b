"""since when nothing names a photo

Revision: 0014, follows 0013
"""

import sqlalchemy as sa
from alembic import op

from server.database.types import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photo", sa.Column("unnamed_since", Moment(), nullable=True))
    marked = sa.text("unnamed_since IS NOT NULL")
    op.create_index(
        "ix_photo_unnamed_since", "photo", ["unnamed_since"],
        sqlite_where=marked, postgresql_where=marked,
    )  # fmt: skip


def downgrade() -> None:
    # their deliveries are forgotten already; what is left of the bytes, nobody is told of
    op.execute("DELETE FROM photo WHERE state = 'gone'")
    op.drop_index("ix_photo_unnamed_since", "photo")
    op.drop_column("photo", "unnamed_since")
