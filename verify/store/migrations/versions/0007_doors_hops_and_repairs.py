"""Several ways to reach a payer, what clearinghouses list, inquiries that follow others, and repairs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    op.execute("create extension if not exists btree_gin")
    _routes()
    _payers()
    _listed()
    _names("payer_names", "payer_id", "payers")
    _names("listed_names", "listed_id", "listed_payers")
    op.create_table(
        "name_spelling", _text("digest"), sa.PrimaryKeyConstraint("digest", name="name_spelling_pkey")
    )
    _inquiries()
    _repairs()
    op.add_column("payer_accounts", sa.Column("cents_per_check", sa.Integer(), nullable=True))
    op.add_column("exchanges", sa.Column("cents", sa.Integer(), nullable=True))
    op.add_column(
        "verifications",
        sa.Column("trail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )


def _texts(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not now)


def _routes() -> None:
    op.create_table(
        "payer_routes",
        _text("id"),
        _text("practice_id"),
        _text("payer_id"),
        _text("account_id"),
        sa.Column("rank", sa.SmallInteger(), server_default="1", nullable=False),
        _text("their_id", ""),
        _text("support", "unknown"),
        _moment("enrolled_at"),
        _moment("enrollment_told_at"),
        _moment("created_at", now=True),
        sa.CheckConstraint(
            "support in ('unknown', 'supported', 'not_supported', 'enrollment_required')",
            name=op.f("payer_routes_support_check"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["payer_accounts.id"], name="payer_routes_account_id_fkey"),
        sa.ForeignKeyConstraint(["payer_id"], ["payers.id"], name="payer_routes_payer_id_fkey"),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name="payer_routes_practice_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="payer_routes_pkey"),
        sa.UniqueConstraint("payer_id", "account_id", name="payer_routes_payer_id_account_id_key"),
    )
    op.create_index("payer_routes_their_id_idx", "payer_routes", ["practice_id", "account_id", "their_id"])
    op.execute(
        "insert into payer_routes (id, practice_id, payer_id, account_id, their_id)"
        " select 'route_' || substr(id, strpos(id, '_') + 1), practice_id, id, account_id, payer_id from payers"
    )


def _payers() -> None:
    op.drop_column("payers", "account_id")
    op.drop_column("payers", "payer_id")
    op.add_column("payers", _text("kind", ""))
    op.add_column(
        "payers",
        sa.Column("quirks", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )


def _listed() -> None:
    op.create_table(
        "listed_payers",
        _text("id"),
        _text("practice_id"),
        _text("account_id"),
        _text("their_id"),
        _text("stable_id", ""),
        _text("name"),
        _texts("names"),
        _texts("aliases"),
        _texts("states"),
        _texts("coverage_types"),
        _text("eligibility", "unknown"),
        _text("enrollment_kind", ""),
        _text("enrollment_timeframe", ""),
        _moment("imported_at", now=True),
        sa.ForeignKeyConstraint(["account_id"], ["payer_accounts.id"], name="listed_payers_account_id_fkey"),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name="listed_payers_practice_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="listed_payers_pkey"),
        sa.UniqueConstraint(
            "practice_id",
            "account_id",
            "their_id",
            "name",
            name="listed_payers_practice_id_account_id_their_id_name_key",
        ),
    )


def _names(table: str, owner: str, owners: str) -> None:
    """Names in the spelling that is compared; `migrate` fills them (verify.store.payer_names)."""
    op.create_table(
        table,
        _text("practice_id"),
        _text(owner),
        _text("kind"),
        _text("words"),
        sa.CheckConstraint("kind in ('name', 'id', 'other_id')", name=op.f(f"{table}_kind_check")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=f"{table}_practice_id_fkey"),
        sa.ForeignKeyConstraint([owner], [f"{owners}.id"], name=f"{table}_{owner}_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(owner, "kind", "words", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_words_idx", table, ["practice_id", "words"])
    op.create_index(
        f"{table}_alike_idx",
        table,
        ["practice_id", "words"],
        postgresql_using="gin",
        postgresql_ops={"words": "gin_trgm_ops"},
        postgresql_where=sa.text("kind = 'name'"),
    )


def _inquiries() -> None:
    op.add_column("inquiries", sa.Column("hop", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("inquiries", _text("hop_reason", ""))
    op.add_column("inquiries", _text("hop_domain", ""))
    op.add_column("inquiries", sa.Column("from_inquiry_id", sa.Text(), nullable=True))
    op.add_column("inquiries", sa.Column("repair", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("inquiries", sa.Column("replaced_by_id", sa.Text(), nullable=True))
    op.add_column("inquiries", sa.Column("reused_id", sa.Text(), nullable=True))
    op.add_column("inquiries", sa.Column("changes_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("inquiries", sa.Column("question_index", sa.LargeBinary(), nullable=True))
    op.drop_constraint("inquiries_question_key", "inquiries")
    op.create_unique_constraint(
        "inquiries_question_key",
        "inquiries",
        [
            "verification_id",
            "revision",
            "payer_id",
            "service_type",
            "date_of_service",
            "purpose",
            "repair",
        ],
    )
    op.create_index(
        "inquiries_fresh_idx",
        "inquiries",
        ["practice_id", "question_index", "answered_at"],
        postgresql_where=sa.text("benefits_sealed is not null"),
    )


def _repairs() -> None:
    op.create_table(
        "repairs",
        _text("id"),
        _text("practice_id"),
        _text("verification_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _text("payer_id"),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        _text("kind"),
        sa.Column("changes_sealed", sa.LargeBinary(), nullable=False),
        _text("approved_by"),
        _text("state", "trying"),
        _moment("created_at", now=True),
        _moment("ended_at"),
        sa.CheckConstraint("number between 1 and 3", name=op.f("repairs_number_check")),
        sa.CheckConstraint(
            "state in ('trying', 'answered', 'refused', 'ended')", name=op.f("repairs_state_check")
        ),
        sa.ForeignKeyConstraint(["payer_id"], ["payers.id"], name="repairs_payer_id_fkey"),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name="repairs_practice_id_fkey"),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name="repairs_verification_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="repairs_pkey"),
        sa.UniqueConstraint(
            "verification_id",
            "revision",
            "payer_id",
            "number",
            name="repairs_verification_id_revision_payer_id_number_key",
        ),
    )
    op.create_index("repairs_verification_id_idx", "repairs", ["verification_id"])
