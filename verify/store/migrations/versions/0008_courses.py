"""Courses: the dated sessions of a patient, a new row each time somebody plans them anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("coverage_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("edited_by", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("courses_version_check")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("courses_practice_id_fkey")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("courses_patient_id_fkey")),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverages.id"], name=op.f("courses_coverage_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("courses_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("courses_pkey")),
        sa.UniqueConstraint(
            "verification_id",
            "service_line",
            "version",
            name=op.f("courses_verification_id_service_line_version_key"),
        ),
    )
    op.create_index(op.f("courses_practice_id_idx"), "courses", ["practice_id"])
    op.create_index(op.f("courses_patient_id_idx"), "courses", ["patient_id"])
    op.execute(
        "create trigger courses_append_only before update or delete on courses"
        " for each row execute function refuse_change()"
    )
    op.execute(
        "create trigger courses_keep before truncate on courses"
        " for each statement execute function refuse_change()"
    )
