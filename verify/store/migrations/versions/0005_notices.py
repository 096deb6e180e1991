"""Notices out: endpoints, what is sent to them, and the morning digest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _endpoints()
    _notices()
    _digests()


def _endpoints() -> None:
    op.create_table(
        "notice_endpoints",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("states", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("secrets_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("allow_private_addresses", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("disabled_code", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("notice_endpoints_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notice_endpoints_pkey")),
    )
    op.create_index(op.f("notice_endpoints_practice_id_idx"), "notice_endpoints", ["practice_id"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("previous_state", sa.Text(), nullable=False),
        sa.Column(
            "happened_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "wanted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("standing", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("try_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "standing in ('pending', 'delivered', 'failed', 'stopped')", name=op.f("notices_standing_check")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("notices_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["notice_endpoints.id"], name=op.f("notices_endpoint_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("notices_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notices_pkey")),
    )
    op.create_index("notices_newest_idx", "notices", ["practice_id", "id"])
    op.create_index(op.f("notices_endpoint_id_idx"), "notices", ["endpoint_id"])
    op.create_index(op.f("notices_verification_id_idx"), "notices", ["verification_id"])


def _digests() -> None:
    op.create_table(
        "digest_settings",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("recipients", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("hour between 0 and 23", name=op.f("digest_settings_hour_check")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("digest_settings_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("practice_id", name=op.f("digest_settings_pkey")),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("standing", sa.Text(), server_default="pending", nullable=False),
        sa.Column(
            "counts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "standing in ('pending', 'sent', 'empty', 'failed')", name=op.f("digests_standing_check")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("digests_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("digests_pkey")),
        sa.UniqueConstraint("practice_id", "day", name=op.f("digests_practice_id_day_key")),
    )
