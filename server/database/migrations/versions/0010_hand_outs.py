"""what was handed out of a print run, found by its code

Revision: 0010, follows 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    only = sa.text("code = 'leaflet_run'")
    op.create_index(
        op.f("ix_activity_count_group_key_event_date"),
        "activity_count",
        ["group_key", "event_date"],
        sqlite_where=only,
        postgresql_where=only,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_activity_count_group_key_event_date"), table_name="activity_count")
