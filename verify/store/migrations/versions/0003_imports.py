"""Imports: files handed in, and their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("report_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="previewed", nullable=False),
        sa.Column("lane", sa.Text(), server_default="standard", nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('previewed', 'running', 'stopped', 'done', 'cancelled')",
            name=op.f("imports_state_check"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("imports_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("imports_pkey")),
    )
    op.create_index("imports_newest_idx", "imports", ["practice_id", "created_at"], unique=False)
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "problems",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "missing",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("row_index", sa.LargeBinary(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("verification_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'accepted', 'known', 'failed', 'rejected', 'repeated')",
            name=op.f("import_rows_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("import_rows_import_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("import_rows_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("import_rows_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("import_rows_pkey")),
    )
    op.create_index("import_rows_state_idx", "import_rows", ["import_id", "state", "number"], unique=False)
    op.create_index(
        "import_rows_same_idx",
        "import_rows",
        ["practice_id", "row_index"],
        unique=False,
        postgresql_where=sa.text("verification_id is not null"),
    )
    op.create_index("import_rows_verification_id_idx", "import_rows", ["verification_id"], unique=False)
