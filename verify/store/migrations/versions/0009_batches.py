"""Batches: the questions of a night that are handed in together."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _batches()
    _items()


def _text(name: str, default: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not now)


def _batches() -> None:
    op.create_table(
        "payer_batches",
        _text("id"),
        _text("practice_id"),
        _text("account_id"),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        _text("state", "gathering"),
        _text("code", ""),
        _text("their_id", ""),
        _count("gathered"),
        _count("tries"),
        _count("finished"),
        _moment("created_at", now=True),
        _moment("joined_at", now=True),
        _moment("closed_at"),
        _moment("submitted_at"),
        _moment("ended_at"),
        sa.CheckConstraint(
            "state in ('gathering', 'submitting', 'submitted', 'collecting', 'done', 'failed')",
            name=op.f("payer_batches_state_check"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["payer_accounts.id"], name="payer_batches_account_id_fkey"),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name="payer_batches_practice_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="payer_batches_pkey"),
    )
    op.create_index(
        "payer_batches_open_idx",
        "payer_batches",
        ["account_id", "options"],
        unique=True,
        postgresql_where=sa.text("state = 'gathering'"),
    )
    op.create_index("payer_batches_practice_id_idx", "payer_batches", ["practice_id"])


def _items() -> None:
    op.create_table(
        "payer_batch_items",
        _text("inquiry_id"),
        _text("practice_id"),
        _text("batch_id"),
        _text("state", "waiting"),
        _text("exchange_id", nullable=True),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'out', 'ended', 'returned', 'dropped')",
            name=op.f("payer_batch_items_state_check"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["payer_batches.id"], name="payer_batch_items_batch_id_fkey"),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name="payer_batch_items_inquiry_id_fkey"),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name="payer_batch_items_practice_id_fkey"),
        sa.PrimaryKeyConstraint("inquiry_id", name="payer_batch_items_pkey"),
    )
    op.create_index("payer_batch_items_batch_idx", "payer_batch_items", ["batch_id", "state"])
