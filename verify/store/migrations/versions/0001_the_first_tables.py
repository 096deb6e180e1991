"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("facts", "notes", "events", "access_rows")

#: Evidence, notes, the timeline and the access record: added to, never changed.
REFUSE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$
"""

#: An exchange is inserted before its question is sent and completed once, when the answer is known.
COMPLETE_ONCE = """
create trigger exchanges_complete_once before update on exchanges
for each row when (old.finished_at is not null) execute function refuse_change()
"""


def upgrade() -> None:
    op.execute("create sequence control_number minvalue 1 maxvalue 999999999 cycle")
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("response_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_table(
        "practices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("taxonomy", sa.Text(), server_default="", nullable=False),
        sa.Column("demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("practices_pkey")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("who_index", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_in_failures_pkey")),
    )
    op.create_index(
        "sign_in_failures_who_index_at_idx", "sign_in_failures", ["who_index", "at"], unique=False
    )
    op.create_table(
        "access_rows",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("access_rows_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("access_rows_pkey")),
    )
    op.create_index(
        "access_rows_object_idx",
        "access_rows",
        ["practice_id", "object_type", "object_id", "at"],
        unique=False,
    )
    op.create_index(op.f("access_rows_practice_id_idx"), "access_rows", ["practice_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Text(), server_default="", nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hints", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error_code", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('queued', 'leased', 'done', 'failed')", name=op.f("jobs_state_check")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("jobs_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("jobs_pkey")),
        sa.UniqueConstraint("step", "subject_id", "round", name=op.f("jobs_step_subject_id_round_key")),
    )
    op.create_index(
        "jobs_due_idx",
        "jobs",
        ["lane", "due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('queued', 'leased')"),
    )
    op.create_index(op.f("jobs_practice_id_idx"), "jobs", ["practice_id"], unique=False)
    op.create_table(
        "locations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "address", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("place_of_service", sa.Text(), server_default="11", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("locations_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("locations_pkey")),
    )
    op.create_index(op.f("locations_practice_id_idx"), "locations", ["practice_id"], unique=False)
    op.create_table(
        "patients",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("identity_index", sa.LargeBinary(), nullable=True),
        sa.Column("external_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("patients_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("patients_pkey")),
        sa.UniqueConstraint(
            "practice_id", "identity_index", name=op.f("patients_practice_id_identity_index_key")
        ),
    )
    op.create_index(op.f("patients_practice_id_idx"), "patients", ["practice_id"], unique=False)
    op.create_table(
        "payer_accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("sender_id", sa.Text(), server_default="", nullable=False),
        sa.Column("receiver_id", sa.Text(), server_default="", nullable=False),
        sa.Column("secrets_sealed", sa.LargeBinary(), nullable=True),
        sa.Column(
            "options", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("usage", sa.Text(), server_default="T", nullable=False),
        sa.Column("total_deadline_seconds", sa.Float(), server_default="60", nullable=False),
        sa.Column("max_in_flight", sa.Integer(), server_default="10", nullable=False),
        sa.Column("requests_per_second", sa.Float(), server_default="5", nullable=False),
        sa.Column("allow_private_addresses", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_code", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("payer_accounts_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payer_accounts_pkey")),
    )
    op.create_index(op.f("payer_accounts_practice_id_idx"), "payer_accounts", ["practice_id"], unique=False)
    op.create_table(
        "providers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("taxonomy", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("providers_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("providers_pkey")),
    )
    op.create_index(op.f("providers_practice_id_idx"), "providers", ["practice_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("users_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
    )
    op.create_index("users_email_key", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_index(op.f("users_practice_id_idx"), "users", ["practice_id"], unique=False)
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("api_tokens_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_tokens_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("api_tokens_token_hash_key")),
    )
    op.create_index(op.f("api_tokens_user_id_idx"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "patient_tokens",
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("patient_tokens_patient_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("patient_tokens_practice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("practice_id", "token", "patient_id", name=op.f("patient_tokens_pkey")),
    )
    op.create_index(op.f("patient_tokens_patient_id_idx"), "patient_tokens", ["patient_id"], unique=False)
    op.create_table(
        "payers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("payer_id", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["payer_accounts.id"], name=op.f("payers_account_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("payers_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payers_pkey")),
        sa.UniqueConstraint("practice_id", "code", name=op.f("payers_practice_id_code_key")),
    )
    op.create_index(op.f("payers_account_id_idx"), "payers", ["account_id"], unique=False)
    op.create_index(op.f("payers_practice_id_idx"), "payers", ["practice_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("sessions_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("sessions_token_hash_key")),
    )
    op.create_index(op.f("sessions_user_id_idx"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("sign_in_links_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("sign_in_links_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("sign_in_links_token_hash_key")),
    )
    op.create_index(op.f("sign_in_links_user_id_idx"), "sign_in_links", ["user_id"], unique=False)
    op.create_table(
        "coverages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("payer_id", sa.Text(), nullable=True),
        sa.Column("payer_name", sa.Text(), server_default="", nullable=False),
        sa.Column("policy_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("member_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("coverages_patient_id_fkey")),
        sa.ForeignKeyConstraint(["payer_id"], ["payers.id"], name=op.f("coverages_payer_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("coverages_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("coverages_pkey")),
    )
    op.create_index(op.f("coverages_patient_id_idx"), "coverages", ["patient_id"], unique=False)
    op.create_index(op.f("coverages_payer_id_idx"), "coverages", ["payer_id"], unique=False)
    op.create_index(op.f("coverages_practice_id_idx"), "coverages", ["practice_id"], unique=False)
    op.create_table(
        "verifications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("coverage_id", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("service_lines", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("date_of_service", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_detail", sa.Text(), server_default="", nullable=False),
        sa.Column("dedupe_key", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ask_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coverage_status", sa.Text(), nullable=True),
        sa.Column("plan_name", sa.Text(), nullable=True),
        sa.Column("deductible_remaining_cents", sa.BigInteger(), nullable=True),
        sa.Column("out_of_pocket_remaining_cents", sa.BigInteger(), nullable=True),
        sa.Column("copay_cents", sa.BigInteger(), nullable=True),
        sa.Column("coinsurance_bp", sa.Integer(), nullable=True),
        sa.Column("authorization", sa.Text(), nullable=True),
        sa.Column("administered_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["coverage_id"], ["coverages.id"], name=op.f("verifications_coverage_id_fkey")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("verifications_patient_id_fkey")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("verifications_practice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["providers.id"], name=op.f("verifications_provider_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("verifications_pkey")),
        sa.UniqueConstraint(
            "practice_id", "dedupe_key", name=op.f("verifications_practice_id_dedupe_key_key")
        ),
    )
    op.create_index(op.f("verifications_coverage_id_idx"), "verifications", ["coverage_id"], unique=False)
    op.create_index(
        "verifications_expiring_idx",
        "verifications",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state in ('verified', 'verified_with_gaps')"),
    )
    op.create_index(
        "verifications_newest_idx", "verifications", ["practice_id", "created_at", "id"], unique=False
    )
    op.create_index(op.f("verifications_patient_id_idx"), "verifications", ["patient_id"], unique=False)
    op.create_index(op.f("verifications_practice_id_idx"), "verifications", ["practice_id"], unique=False)
    op.create_index(
        "verifications_worklist_idx",
        "verifications",
        ["practice_id", "state", "date_of_service", "id"],
        unique=False,
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("events_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("events_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("events_pkey")),
    )
    op.create_index(op.f("events_practice_id_idx"), "events", ["practice_id"], unique=False)
    op.create_index(op.f("events_verification_id_idx"), "events", ["verification_id"], unique=False)
    op.create_table(
        "facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("coverage_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverages.id"], name=op.f("facts_coverage_id_fkey")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("facts_patient_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("facts_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("facts_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("facts_pkey")),
        sa.UniqueConstraint(
            "verification_id", "revision", "key", name=op.f("facts_verification_id_revision_key_key")
        ),
    )
    op.create_index(op.f("facts_patient_id_idx"), "facts", ["patient_id"], unique=False)
    op.create_index(op.f("facts_practice_id_idx"), "facts", ["practice_id"], unique=False)
    op.create_index(op.f("facts_verification_id_idx"), "facts", ["verification_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("findings_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("findings_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("findings_pkey")),
        sa.UniqueConstraint(
            "verification_id",
            "rule",
            "service_line",
            name=op.f("findings_verification_id_rule_service_line_key"),
        ),
    )
    op.create_index(op.f("findings_practice_id_idx"), "findings", ["practice_id"], unique=False)
    op.create_index(op.f("findings_verification_id_idx"), "findings", ["verification_id"], unique=False)
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("script", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("follow_ups_owner_id_fkey")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("follow_ups_patient_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("follow_ups_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("follow_ups_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("follow_ups_pkey")),
        sa.UniqueConstraint(
            "verification_id", "dedupe_key", name=op.f("follow_ups_verification_id_dedupe_key_key")
        ),
    )
    op.create_index(
        "follow_ups_open_idx",
        "follow_ups",
        ["practice_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("follow_ups_patient_id_idx"), "follow_ups", ["patient_id"], unique=False)
    op.create_index(op.f("follow_ups_practice_id_idx"), "follow_ups", ["practice_id"], unique=False)
    op.create_index(op.f("follow_ups_verification_id_idx"), "follow_ups", ["verification_id"], unique=False)
    op.create_table(
        "inquiries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("payer_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "control_number",
            sa.Integer(),
            server_default=sa.text("nextval('control_number')"),
            nullable=False,
        ),
        sa.Column("service_type", sa.Text(), nullable=False),
        sa.Column("date_of_service", sa.Date(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome_code", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome_detail", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "reject_reasons", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("benefits_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("exchange_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["payer_accounts.id"], name=op.f("inquiries_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(["payer_id"], ["payers.id"], name=op.f("inquiries_payer_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("inquiries_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("inquiries_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("inquiries_pkey")),
        sa.UniqueConstraint(
            "verification_id",
            "revision",
            "payer_id",
            "service_type",
            "date_of_service",
            "purpose",
            name="inquiries_question_key",
        ),
    )
    op.create_index(op.f("inquiries_practice_id_idx"), "inquiries", ["practice_id"], unique=False)
    op.create_index(op.f("inquiries_verification_id_idx"), "inquiries", ["verification_id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("notes_author_id_fkey")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("notes_patient_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("notes_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("notes_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notes_pkey")),
    )
    op.create_index(op.f("notes_patient_id_idx"), "notes", ["patient_id"], unique=False)
    op.create_index(op.f("notes_practice_id_idx"), "notes", ["practice_id"], unique=False)
    op.create_index(op.f("notes_verification_id_idx"), "notes", ["verification_id"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("verification_id", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("service_line", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("questions_practice_id_fkey")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verifications.id"], name=op.f("questions_verification_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("questions_pkey")),
        sa.UniqueConstraint(
            "verification_id",
            "fact",
            "service_line",
            name=op.f("questions_verification_id_fact_service_line_key"),
        ),
    )
    op.create_index(op.f("questions_practice_id_idx"), "questions", ["practice_id"], unique=False)
    op.create_index(op.f("questions_verification_id_idx"), "questions", ["verification_id"], unique=False)
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("inquiry_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("control_number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("request_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("request_type", sa.Text(), nullable=True),
        sa.Column("response_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("response_type", sa.Text(), nullable=True),
        sa.Column(
            "problems",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("exchanges_inquiry_id_fkey")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("exchanges_practice_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("exchanges_pkey")),
        sa.UniqueConstraint("inquiry_id", "attempt", name=op.f("exchanges_inquiry_id_attempt_key")),
    )
    op.create_index(op.f("exchanges_inquiry_id_idx"), "exchanges", ["inquiry_id"], unique=False)
    op.create_index(op.f("exchanges_practice_id_idx"), "exchanges", ["practice_id"], unique=False)
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table}"
            " for each row execute function refuse_change()"
        )
    for table in (*APPEND_ONLY, "exchanges"):
        op.execute(
            f"create trigger {table}_keep before truncate on {table}"
            " for each statement execute function refuse_change()"
        )
    op.execute(COMPLETE_ONCE)
    op.execute(
        "create trigger exchanges_keep_rows before delete on exchanges"
        " for each row execute function refuse_change()"
    )
