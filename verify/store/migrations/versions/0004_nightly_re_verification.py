"""Nightly re-verification."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: What payers answered before this column was there; a call is not a payer's own answer.
ANSWERED_BEFORE = """
update verifications set answered_at = answered.at
from (
    select verification_id, revision, max(answered_at) as at from inquiries
    where state = 'answered' and outcome_code <> 'call' group by verification_id, revision
) as answered
where answered.verification_id = verifications.id and answered.revision = verifications.revision
"""


def upgrade() -> None:
    op.add_column("practices", sa.Column("night_hour", sa.SmallInteger(), server_default="2", nullable=True))
    op.create_check_constraint("night_hour", "practices", "night_hour between 0 and 22")
    for name, kind in (
        ("answered_at", sa.DateTime(timezone=True)),
        ("first_visit_on", sa.Date()),
        ("rechecks_id", sa.Text()),
        ("superseded_by_id", sa.Text()),
        ("plan_begins_on", sa.Date()),
        ("plan_ends_on", sa.Date()),
    ):
        op.add_column("verifications", sa.Column(name, kind, nullable=True))
    for name in ("rechecks_id", "superseded_by_id"):
        op.create_foreign_key(
            op.f(f"verifications_{name}_fkey"), "verifications", "verifications", [name], ["id"]
        )
    op.create_index(
        "verifications_heads_idx",
        "verifications",
        ["practice_id", "id"],
        postgresql_where=sa.text("superseded_by_id is null"),
    )
    op.create_index(
        "verifications_rechecks_idx",
        "verifications",
        ["rechecks_id"],
        postgresql_where=sa.text("rechecks_id is not null"),
    )
    op.execute(ANSWERED_BEFORE)
    _nights()
    _items()


def _nights() -> None:
    op.create_table(
        "nights",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("looked_up_to", sa.Text(), server_default="", nullable=False),
        sa.Column("looked_at", sa.Integer(), server_default="0", nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("nights_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("nights_pkey")),
        sa.UniqueConstraint("practice_id", "local_date", name=op.f("nights_practice_id_local_date_key")),
        sa.CheckConstraint(
            "state in ('planning', 'running', 'finished', 'missed')", name=op.f("nights_state_check")
        ),
    )


def _items() -> None:
    op.create_table(
        "night_items",
        sa.Column("night_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("payer_id", sa.Text(), nullable=False),
        sa.Column("rules", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recheck_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("weight", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["night_id"], ["nights.id"], name=op.f("night_items_night_id_fkey")),
        sa.ForeignKeyConstraint(["payer_id"], ["payers.id"], name=op.f("night_items_payer_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("night_items_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["recheck_id"], ["verifications.id"], name=op.f("night_items_recheck_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("night_items_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("night_id", "verification_id", name=op.f("night_items_pkey")),
        sa.UniqueConstraint("recheck_id", name=op.f("night_items_recheck_id_key")),
        sa.CheckConstraint("state in ('asked', 'answered', 'failed')", name=op.f("night_items_state_check")),
    )
    op.create_index("night_items_progress_idx", "night_items", ["night_id", "payer_id", "state", "cause"])
    op.create_index("night_items_done_idx", "night_items", ["night_id", "done_at"])
    op.create_index("night_items_report_idx", "night_items", ["night_id", "weight", "verification_id"])
    op.create_index(
        "night_items_open_idx",
        "night_items",
        ["night_id", "recheck_id"],
        postgresql_where=sa.text("state = 'asked'"),
    )
