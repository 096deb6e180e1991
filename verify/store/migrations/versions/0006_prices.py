"""Prices: the clinic's own, contract rates and typical allowed amounts, each dated and with its source."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), server_default="", nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('self_pay', 'billed', 'contract', 'typical')", name=op.f("prices_kind_check")
        ),
        sa.CheckConstraint("cents >= 0", name=op.f("prices_cents_check")),
        sa.CheckConstraint("valid_until >= valid_from - 1", name=op.f("prices_valid_until_check")),
        sa.CheckConstraint("(kind = 'contract') <= (payer <> '')", name=op.f("prices_payer_check")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("prices_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("prices_pkey")),
    )
    op.create_index(
        "prices_beginning_idx",
        "prices",
        ["practice_id", "code", "kind", "payer", "valid_from"],
        unique=True,
        postgresql_where=sa.text("valid_until is null or valid_until >= valid_from"),
    )
