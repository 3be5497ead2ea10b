"""moved feeds

Revision: 0004, follows 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As for activities and documents: what a scope says of a row never changes unseen.
GUARDS = {
    "postgresql": """CREATE TRIGGER feed_move_seq_moves BEFORE UPDATE ON feed_move FOR EACH ROW
WHEN (NEW.seq = OLD.seq AND NEW.seq <> -1) EXECUTE FUNCTION refuse_unseen_change()""",
    "sqlite": """CREATE TRIGGER feed_move_seq_moves BEFORE UPDATE ON feed_move FOR EACH ROW
WHEN NEW.seq = OLD.seq AND NEW.seq <> -1
BEGIN SELECT RAISE(ABORT, 'a synced row changed without a new seq'); END""",
}


def upgrade() -> None:
    op.add_column(
        "feed_scope", sa.Column("moved_seq", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("feed_scope", sa.Column("redirect_to", sa.String(length=80), nullable=True))
    op.add_column("feed_scope", sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "feed_move",
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("row_id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("moved_to", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("scope", "row_id", name=op.f("pk_feed_move")),
    )
    op.create_index(op.f("ix_feed_move_scope_seq"), "feed_move", ["scope", "seq"])
    op.create_table(
        "unit_act",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=80), nullable=True),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_act")),
    )
    op.execute(GUARDS[op.get_bind().dialect.name])


def downgrade() -> None:
    op.drop_table("unit_act")
    op.drop_index(op.f("ix_feed_move_scope_seq"), table_name="feed_move")
    op.drop_table("feed_move")
    for name in ("emptied_at", "redirect_to", "moved_seq"):
        op.drop_column("feed_scope", name)
