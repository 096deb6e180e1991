"""Appointment systems: sources, deliveries, subscriptions, events, appointments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment_sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("secrets_sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "options", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("appointment_sources_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("appointment_sources_pkey")),
        sa.UniqueConstraint("practice_id", "name", name=op.f("appointment_sources_practice_id_name_key")),
    )
    op.create_index(
        op.f("appointment_sources_practice_id_idx"), "appointment_sources", ["practice_id"], unique=False
    )
    op.create_table(
        "appointment_deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("headers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.SmallInteger(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), server_default="received", nullable=False),
        sa.Column("outcomes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("appointment_deliveries_practice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["appointment_sources.id"], name=op.f("appointment_deliveries_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("appointment_deliveries_pkey")),
    )
    op.create_index(
        op.f("appointment_deliveries_practice_id_idx"),
        "appointment_deliveries",
        ["practice_id"],
        unique=False,
    )
    op.create_index(
        op.f("appointment_deliveries_source_id_idx"), "appointment_deliveries", ["source_id"], unique=False
    )
    op.create_table(
        "appointment_subscriptions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("reference_index", sa.LargeBinary(), nullable=False),
        sa.Column("reference_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("counted_from", sa.BigInteger(), nullable=True),
        sa.Column("highest", sa.BigInteger(), nullable=True),
        sa.Column("missing_from", sa.BigInteger(), nullable=True),
        sa.Column("missing_until", sa.BigInteger(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("appointment_subscriptions_practice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["appointment_sources.id"], name=op.f("appointment_subscriptions_source_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("appointment_subscriptions_pkey")),
        sa.UniqueConstraint(
            "source_id",
            "reference_index",
            name=op.f("appointment_subscriptions_source_id_reference_index_key"),
        ),
    )
    op.create_index(
        op.f("appointment_subscriptions_practice_id_idx"),
        "appointment_subscriptions",
        ["practice_id"],
        unique=False,
    )
    op.create_table(
        "appointment_events",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("appointment_events_practice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["appointment_sources.id"], name=op.f("appointment_events_source_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["appointment_subscriptions.id"],
            name=op.f("appointment_events_subscription_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("source_id", "key", name=op.f("appointment_events_pkey")),
    )
    op.create_index(
        "appointment_events_number_idx",
        "appointment_events",
        ["subscription_id", "number"],
        unique=False,
        postgresql_where=sa.text("number is not null"),
    )
    op.create_index(
        op.f("appointment_events_practice_id_idx"), "appointment_events", ["practice_id"], unique=False
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("external_index", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_on", sa.Date(), nullable=True),
        sa.Column(
            "service_lines", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column("turn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("live", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("appointments_practice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["appointment_sources.id"], name=op.f("appointments_source_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("appointments_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("appointments_pkey")),
        sa.UniqueConstraint(
            "source_id", "external_index", name=op.f("appointments_source_id_external_index_key")
        ),
    )
    op.create_index(op.f("appointments_practice_id_idx"), "appointments", ["practice_id"], unique=False)
    op.create_index(
        op.f("appointments_verification_id_idx"), "appointments", ["verification_id"], unique=False
    )
