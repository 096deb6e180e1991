"""Evidence sheets and authorizations, each with its versions; what was saved stays."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

APPEND_ONLY = ("evidence_sheets", "authorization_versions")


def upgrade() -> None:
    _evidence_sheets()
    _authorizations()
    _authorization_versions()
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table}"
            " for each row execute function refuse_change()"
        )
        op.execute(
            f"create trigger {table}_keep before truncate on {table}"
            " for each statement execute function refuse_change()"
        )


def _evidence_sheets() -> None:
    op.create_table(
        "evidence_sheets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sheet_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("evidence_sheets_version_check")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("evidence_sheets_patient_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("evidence_sheets_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("evidence_sheets_pkey")),
        sa.UniqueConstraint("patient_id", "version", name=op.f("evidence_sheets_patient_id_version_key")),
    )
    op.create_index(op.f("evidence_sheets_practice_id_idx"), "evidence_sheets", ["practice_id"])


def _authorizations() -> None:
    op.create_table(
        "authorizations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("coverage_id", sa.Text(), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["coverage_id"], ["coverages.id"], name=op.f("authorizations_coverage_id_fkey")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("authorizations_patient_id_fkey")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("authorizations_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("authorizations_pkey")),
    )
    op.create_index(op.f("authorizations_coverage_id_idx"), "authorizations", ["coverage_id"])
    op.create_index(op.f("authorizations_patient_id_idx"), "authorizations", ["patient_id"])
    op.create_index("authorizations_practice_id_status_idx", "authorizations", ["practice_id", "status"])


def _authorization_versions() -> None:
    op.create_table(
        "authorization_versions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("authorization_versions_version_check")),
        sa.ForeignKeyConstraint(
            ["authorization_id"],
            ["authorizations.id"],
            name=op.f("authorization_versions_authorization_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("authorization_versions_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("authorization_versions_pkey")),
        sa.UniqueConstraint(
            "authorization_id", "version", name=op.f("authorization_versions_authorization_id_version_key")
        ),
    )
    op.create_index(op.f("authorization_versions_practice_id_idx"), "authorization_versions", ["practice_id"])
