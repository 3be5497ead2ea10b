"""lists of the newest, of a province and of the country, without sorting them all

Revision: 0006, follows 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_activity_changed_at_id"), "activity", ["changed_at", "id"])
    op.create_index(
        op.f("ix_activity_province_code_changed_at_id"),
        "activity",
        ["province_code", "changed_at", "id"],
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_activity_province_code_changed_at_id"), table_name="activity")
    op.drop_index(op.f("ix_activity_changed_at_id"), table_name="activity")
