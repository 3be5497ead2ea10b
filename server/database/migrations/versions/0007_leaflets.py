"""leaflets

Revision: 0007, follows 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("leaflet",
    sa.Column("id", sa.String(length=36), nullable=False),
    sa.Column("title_id", sa.String(length=60), nullable=False),
    sa.Column("title", sa.String(length=200), nullable=False),
    sa.Column("topics", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column("source", sa.String(length=60), nullable=False),
    sa.Column("owner_province", sa.String(length=2), nullable=True),
    sa.Column("created_by", sa.String(length=36), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_leaflet"))
    )
    op.create_index(op.f("ix_leaflet_owner_province"), "leaflet", ["owner_province"], unique=False)

    op.create_table("leaflet_version",
    sa.Column("id", sa.String(length=36), nullable=False),
    sa.Column("leaflet_id", sa.String(length=36), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("law_date", sa.Date(), nullable=False),
    sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column("contents", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
    sa.Column("pdf_bytes", sa.Integer(), nullable=True),
    sa.Column("status", sa.String(length=12), nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("changed_by", sa.String(length=36), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["leaflet_id"], ["leaflet.id"], name=op.f("fk_leaflet_version_leaflet_id_leaflet")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_leaflet_version"))
    )
    op.create_index(op.f("ix_leaflet_version_leaflet_id_number"), "leaflet_version", ["leaflet_id", "number"], unique=True)

    op.create_table("print_run",
    sa.Column("id", sa.String(length=36), nullable=False),
    sa.Column("code", sa.String(length=9), nullable=False),
    sa.Column("version_id", sa.String(length=36), nullable=False),
    sa.Column("destination_version_id", sa.String(length=36), nullable=False),
    sa.Column("unit_id", sa.String(length=40), nullable=False),
    sa.Column("commune_id", sa.String(length=40), nullable=True),
    sa.Column("province_code", sa.String(length=2), nullable=True),
    sa.Column("place_detail", sa.Text(), nullable=False),
    sa.Column("period_from", sa.Date(), nullable=False),
    sa.Column("period_to", sa.Date(), nullable=False),
    sa.Column("copies", sa.Integer(), nullable=False),
    sa.Column("status", sa.String(length=12), nullable=False),
    sa.Column("batch_id", sa.String(length=36), nullable=False),
    sa.Column("created_by", sa.String(length=36), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["destination_version_id"], ["leaflet_version.id"], name=op.f("fk_print_run_destination_version_id_leaflet_version")),
    sa.ForeignKeyConstraint(["version_id"], ["leaflet_version.id"], name=op.f("fk_print_run_version_id_leaflet_version")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run"))
    )
    op.create_index(op.f("ix_print_run_batch_id"), "print_run", ["batch_id"], unique=False)
    op.create_index(op.f("ix_print_run_code"), "print_run", ["code"], unique=True)
    op.create_index(op.f("ix_print_run_commune_id"), "print_run", ["commune_id"], unique=False)
    op.create_index(op.f("ix_print_run_created_at_id"), "print_run", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_print_run_destination_version_id"), "print_run", ["destination_version_id"], unique=False)
    op.create_index(op.f("ix_print_run_province_code_created_at_id"), "print_run", ["province_code", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_print_run_version_id"), "print_run", ["version_id"], unique=False)



def downgrade() -> None:
    op.drop_index(op.f("ix_print_run_version_id"), table_name="print_run")
    op.drop_index(op.f("ix_print_run_province_code_created_at_id"), table_name="print_run")
    op.drop_index(op.f("ix_print_run_destination_version_id"), table_name="print_run")
    op.drop_index(op.f("ix_print_run_created_at_id"), table_name="print_run")
    op.drop_index(op.f("ix_print_run_commune_id"), table_name="print_run")
    op.drop_index(op.f("ix_print_run_code"), table_name="print_run")
    op.drop_index(op.f("ix_print_run_batch_id"), table_name="print_run")

    op.drop_table("print_run")
    op.drop_index(op.f("ix_leaflet_version_leaflet_id_number"), table_name="leaflet_version")

    op.drop_table("leaflet_version")
    op.drop_index(op.f("ix_leaflet_owner_province"), table_name="leaflet")

    op.drop_table("leaflet")
