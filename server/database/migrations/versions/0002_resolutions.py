"""conflicts resolved, parked operations, possible duplicates

Revision: 0002, follows 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Whose change each open conflict keeps; only a withdrawal keeps no values
FILL = (
    """UPDATE conflict SET author_id = COALESCE(
  (SELECT account_id FROM operation_log WHERE operation_log.id = conflict.operation_id), '')""",
    """UPDATE conflict SET author_name = COALESCE(
  (SELECT name FROM account WHERE account.id = conflict.author_id), '')""",
    """UPDATE conflict SET operation_type = 'withdraw'
WHERE CAST(field_values AS TEXT) IN ('[]', '[ ]')""",
)


def upgrade() -> None:
    op.add_column("activity", sa.Column("duplicate_of", sa.String(length=36), nullable=True))
    for name, length in (("author_id", 36), ("author_name", None), ("operation_type", 10)):
        kind = sa.Text() if length is None else sa.String(length=length)
        default = "edit" if name == "operation_type" else ""
        op.add_column("conflict", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("conflict", sa.Column("resolved_by", sa.String(length=36), nullable=True))
    op.add_column("conflict", sa.Column("resolution", JSON, nullable=True))
    for statement in FILL:
        op.execute(statement)
    op.create_index(op.f("ix_conflict_resolved_at_activity_id"), "conflict",
                    ["resolved_at", "activity_id"])  # fmt: skip
    _create_parked_operation()
    _create_possible_duplicate()


def _create_parked_operation() -> None:
    op.create_table(
        "parked_operation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=True),
        sa.Column("commune_id", sa.String(length=40), nullable=True),
        sa.Column("province_code", sa.String(length=2), nullable=True),
        sa.Column("author_id", sa.String(length=36), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=True),
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=36), nullable=True),
        sa.Column("settlement", sa.String(length=10), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("successor_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_operation")),
    )
    for columns in (
        ["province_code", "settled_at", "received_at", "id"],
        ["commune_id", "settled_at", "received_at", "id"],
        ["author_id", "settled_at", "received_at", "id"],
        ["activity_id"],
    ):
        name = op.f("ix_parked_operation_" + "_".join(columns))
        op.create_index(name, "parked_operation", columns)


def _create_possible_duplicate() -> None:
    op.create_table(
        "possible_duplicate",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("first_id", sa.String(length=36), nullable=False),
        sa.Column("second_id", sa.String(length=36), nullable=False),
        sa.Column("why", JSON, nullable=False),
        sa.Column("commune_id", sa.String(length=40), nullable=True),
        sa.Column("province_code", sa.String(length=2), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("primary_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_duplicate")),
    )
    op.create_index(op.f("ix_possible_duplicate_first_id_second_id"), "possible_duplicate",
                    ["first_id", "second_id"], unique=True)  # fmt: skip
    op.create_index(op.f("ix_possible_duplicate_second_id"), "possible_duplicate", ["second_id"])
    for place in ("province_code", "commune_id"):
        columns = [place, "decided_at", "found_at", "id"]
        name = op.f("ix_possible_duplicate_" + "_".join(columns))
        op.create_index(name, "possible_duplicate", columns)


def downgrade() -> None:
    op.drop_table("possible_duplicate")
    op.drop_table("parked_operation")
    op.drop_index(op.f("ix_conflict_resolved_at_activity_id"), table_name="conflict")
    for name in ("resolution", "resolved_by", "operation_type", "author_name", "author_id"):
        op.drop_column("conflict", name)
    op.drop_column("activity", "duplicate_of")
