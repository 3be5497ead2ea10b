"""of each epoch of a phone where it began, not of the present one only

Revision: 0011, follows 0010
"""

import sqlalchemy as sa
from alembic import op

from server.database.types import Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("epoch_starts", Json, nullable=False, server_default="{}"))
    start = """'{"' || CAST(epoch AS TEXT) || '":' || CAST(epoch_from AS TEXT) || '}'"""
    if _is_postgresql():
        start = f"CAST({start} AS JSONB)"
    op.execute(f"UPDATE device SET epoch_starts = {start} WHERE epoch_from > 0")
    op.drop_column("device", "epoch_from")


def downgrade() -> None:
    op.add_column(
        "device", sa.Column("epoch_from", sa.Integer(), nullable=False, server_default="0")
    )
    # SQLite takes a key of digits for a place in a list, unless it is quoted in a path
    start = (
        "CAST(epoch_starts ->> CAST(epoch AS TEXT) AS INTEGER)"
        if _is_postgresql()
        else """JSON_EXTRACT(epoch_starts, '$."' || CAST(epoch AS TEXT) || '"')"""
    )
    op.execute(f"UPDATE device SET epoch_from = COALESCE({start}, 0)")
    op.drop_column("device", "epoch_starts")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
