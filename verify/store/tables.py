"""The tables, and what may stand in each; every row belongs to a practice.

`*_sealed` columns hold ciphertext (verify.security.encryption); `*_index` columns hold keyed hashes.
Everything else is free of patient identifiers. Evidence and notes are append-only: triggers of the
migration refuse what the comments here forbid.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _practice() -> Column[str]:
    return Column("practice_id", Text, ForeignKey("practices.id"), nullable=False, index=True)


def created_at() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def _of(table: str, *, nullable: bool = False, name: str = "", index: bool = True) -> Column[str]:
    column = name or {"payer_accounts": "account_id"}.get(table, table.removesuffix("s") + "_id")
    return Column(column, Text, ForeignKey(f"{table}.id"), nullable=nullable, index=index)


# --- the clinic -----------------------------------------------------------------------------------------

practices = Table(
    "practices",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    #: IANA name; it decides what day it is.
    Column("time_zone", Text, nullable=False),
    Column("npi", Text, nullable=False),
    Column("tax_id", Text, nullable=False),
    Column("taxonomy", Text, nullable=False, server_default=""),
    #: The hour its nightly re-verification begins at, on its own clock; null: none.
    Column("night_hour", SmallInteger, server_default="2"),
    #: Invented people only; every page says so.
    Column("demo", Boolean, nullable=False, server_default=text("false")),
    created_at(),
    CheckConstraint("night_hour between 0 and 22", name="night_hour"),
)

locations = Table(
    "locations",
    metadata,
    _id(),
    _practice(),
    Column("name", Text, nullable=False),
    Column("address", JSONB, nullable=False, server_default=text("'{}'")),
    Column("place_of_service", Text, nullable=False, server_default="11"),
    created_at(),
)

providers = Table(
    "providers",
    metadata,
    _id(),
    _practice(),
    Column("last_name", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("npi", Text, nullable=False),
    Column("taxonomy", Text, nullable=False, server_default=""),
    created_at(),
)

payer_accounts = Table(
    "payer_accounts",
    metadata,
    _id(),
    _practice(),
    Column("name", Text, nullable=False),
    #: A code of payers.registry.
    Column("adapter", Text, nullable=False),
    Column("url", Text, nullable=False, server_default=""),
    Column("sender_id", Text, nullable=False, server_default=""),
    Column("receiver_id", Text, nullable=False, server_default=""),
    Column("secrets_sealed", LargeBinary),
    Column("options", JSONB, nullable=False, server_default=text("'{}'")),
    #: P or T (ISA15).
    Column("usage", Text, nullable=False, server_default="T"),
    Column("total_deadline_seconds", Float, nullable=False, server_default="60"),
    Column("max_in_flight", Integer, nullable=False, server_default="10"),
    Column("requests_per_second", Float, nullable=False, server_default="5"),
    Column("allow_private_addresses", Boolean, nullable=False, server_default=text("false")),
    #: What one check costs, in cents; null: not known.
    Column("cents_per_check", Integer),
    #: Set when the account itself failed (credentials, address); a person clears it.
    Column("paused_code", Text),
    Column("paused_at", DateTime(timezone=True)),
    created_at(),
)

payers = Table(
    "payers",
    metadata,
    _id(),
    _practice(),
    #: Our own short name for it, used in submissions: "aetna".
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("aliases", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    #: payers.directory.PayerKind, or empty: not known.
    Column("kind", Text, nullable=False, server_default=""),
    #: JSON of payers.directory.Quirks: how this payer wants to be asked.
    Column("quirks", JSONB, nullable=False, server_default=text("'{}'")),
    #: The provider line a coordinator dials.
    Column("phone", Text, nullable=False, server_default=""),
    created_at(),
    UniqueConstraint("practice_id", "code"),
)

# --- people who work here -------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    _id(),
    _practice(),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    #: A role of verify.security.roles.
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("disabled_at", DateTime(timezone=True)),
    created_at(),
    Index("users_email_key", func.lower(text("email")), unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _of("users"),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    created_at(),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    _id(),
    _of("users"),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    _of("users"),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    created_at(),
    Column("expires_at", DateTime(timezone=True)),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    #: Keyed hash of account and address; the throttle needs equality alone.
    Column("who_index", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("sign_in_failures_who_index_at_idx", "who_index", "at"),
)

# --- patients -------------------------------------------------------------------------------------------

patients = Table(
    "patients",
    metadata,
    _id(),
    _practice(),
    #: JSON of verify.intake.submission.Patient: names, birth date, sex, phone.
    Column("identity_sealed", LargeBinary, nullable=False),
    #: Last name, first name and birth date together: the same person twice is one row.
    #: Null without a birth date: a name alone makes nobody the same.
    Column("identity_index", LargeBinary),
    #: The clinic's own number for the patient, as a keyed hash.
    Column("external_index", LargeBinary),
    created_at(),
    UniqueConstraint("practice_id", "identity_index"),
)

#: Names by keyed tokens (design decision 6): an accepted leak of equality within a practice.
patient_tokens = Table(
    "patient_tokens",
    metadata,
    Column("practice_id", Text, ForeignKey("practices.id"), primary_key=True),
    Column("token", LargeBinary, primary_key=True),
    Column("patient_id", Text, ForeignKey("patients.id", ondelete="CASCADE"), primary_key=True, index=True),
)

coverages = Table(
    "coverages",
    metadata,
    _id(),
    _practice(),
    _of("patients"),
    #: 1 primary, 2 secondary …
    Column("rank", SmallInteger, nullable=False, server_default="1"),
    _of("payers", nullable=True),
    #: What the card says, when no payer of ours is known by it.
    Column("payer_name", Text, nullable=False, server_default=""),
    #: JSON of verify.intake.submission.Policy: member id, group, subscriber.
    Column("policy_sealed", LargeBinary, nullable=False),
    Column("member_index", LargeBinary),
    created_at(),
)

# --- the work -------------------------------------------------------------------------------------------

verifications = Table(
    "verifications",
    metadata,
    _id(),
    _practice(),
    _of("patients"),
    _of("coverages"),
    _of("providers", nullable=True, index=False),
    Column("service_lines", ARRAY(Text), nullable=False),
    Column("date_of_service", Date, nullable=False),
    #: verify.verification.Reason
    Column("reason", Text, nullable=False),
    #: verify.verification.Lane
    Column("lane", Text, nullable=False),
    #: verify.verification.VerificationState
    Column("state", Text, nullable=False),
    #: Short code of what is missing or wrong; words are made from it at the edge.
    Column("state_detail", Text, nullable=False, server_default=""),
    #: The same request twice is one row (hash over patient, coverage, lines, date, reason).
    Column("dedupe_key", LargeBinary, nullable=False),
    #: Raised whenever a person mends the question; only what was learned since counts.
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("requested_by", Text, nullable=False),
    created_at(),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    #: When a payer is to be asked again, the soonest of its inquiries.
    Column("ask_again_at", DateTime(timezone=True)),
    Column("judged_at", DateTime(timezone=True)),
    #: When a payer last answered it by itself; a call is not that.
    Column("answered_at", DateTime(timezone=True)),
    #: The first session, where `date_of_service` is a later one of the same course.
    Column("first_visit_on", Date),
    #: The verification this one asks again, and the newer one that speaks in its place.
    Column("rechecks_id", Text, ForeignKey("verifications.id")),
    Column("superseded_by_id", Text, ForeignKey("verifications.id")),
    Column("expires_at", DateTime(timezone=True)),
    # What a worklist filters on; null is "not stated".
    Column("coverage_status", Text),
    Column("plan_name", Text),
    Column("plan_begins_on", Date),
    Column("plan_ends_on", Date),
    Column("deductible_remaining_cents", BigInteger),
    Column("out_of_pocket_remaining_cents", BigInteger),
    Column("copay_cents", BigInteger),
    Column("coinsurance_bp", Integer),
    Column("authorization", Text),
    Column("administered_by", Text),
    #: Of the line of which least is known (verify.findings.completeness), when it was judged.
    Column("known_percent", SmallInteger),
    Column("usable", Boolean),
    #: A, B or C.
    Column("confidence", Text),
    #: JSON of verify.facts.Trail: which companies were asked one after the other. Names of companies only.
    Column("trail", JSONB, nullable=False, server_default=text("'{}'")),
    UniqueConstraint("practice_id", "dedupe_key"),
    Index(
        "verifications_expiring_idx",
        "expires_at",
        postgresql_where=text("state in ('verified', 'verified_with_gaps')"),
    ),
    Index("verifications_worklist_idx", "practice_id", "state", "date_of_service", "id"),
    Index("verifications_newest_idx", "practice_id", "created_at", "id"),
    # What a night looks through, and what asks a verification again.
    Index("verifications_heads_idx", "practice_id", "id", postgresql_where=text("superseded_by_id is null")),
    Index("verifications_rechecks_idx", "rechecks_id", postgresql_where=text("rechecks_id is not null")),
)

#: Interchange control numbers (ISA13): nine digits, then again from 1.
control_number = Sequence(
    "control_number", start=1, minvalue=1, maxvalue=999_999_999, cycle=True, metadata=metadata
)

inquiries = Table(
    "inquiries",
    metadata,
    _id(),
    _practice(),
    _of("verifications"),
    _of("payers", index=False),
    #: Null for a call that a person made without being asked to by a phone account.
    _of("payer_accounts", nullable=True, index=False),
    #: The verification's, when it was planned.
    Column("revision", Integer, nullable=False),
    #: The same for every attempt, so that a payer can see a repeat (CORE 153).
    Column(
        "control_number", Integer, control_number, nullable=False, server_default=control_number.next_value()
    ),
    Column("service_type", Text, nullable=False),
    Column("date_of_service", Date, nullable=False),
    #: Why it is asked: plan, benefit, call …
    Column("purpose", Text, nullable=False),
    #: verify.verification.InquiryState
    Column("state", Text, nullable=False),
    #: A code of payers.errors, or empty.
    Column("outcome_code", Text, nullable=False, server_default=""),
    Column("outcome_detail", Text, nullable=False, server_default=""),
    #: AAA03 codes of a rejection.
    Column("reject_reasons", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("first_asked_at", DateTime(timezone=True)),
    Column("asked_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("ask_again_at", DateTime(timezone=True)),
    #: JSON of payers.benefits.Benefits.
    Column("benefits_sealed", LargeBinary),
    #: The exchange the benefits were read from.
    Column("exchange_id", Text),
    #: How many companies the trail had passed before this one: 0 is the payer on the card.
    Column("hop", SmallInteger, nullable=False, server_default="0"),
    #: verify.asking.hops.HopReason and the benefits held there; empty at the payer on the card.
    Column("hop_reason", Text, nullable=False, server_default=""),
    Column("hop_domain", Text, nullable=False, server_default=""),
    #: The inquiry whose answer led here.
    Column("from_inquiry_id", Text),
    #: Which try of a mended question it belongs to (repairs.number); 0: as given.
    Column("repair", SmallInteger, nullable=False, server_default="0"),
    #: The inquiry planned in its place: mended, or for another day.
    Column("replaced_by_id", Text),
    #: The inquiry whose answer, still fresh, answered this one without a call.
    Column("reused_id", Text),
    #: Keyed hash of all that is asked: the same question has the same. Null for a call.
    Column("question_index", LargeBinary),
    #: JSON of what is asked with instead of the patient's and the policy's data.
    Column("changes_sealed", LargeBinary),
    created_at(),
    UniqueConstraint(
        "verification_id",
        "revision",
        "payer_id",
        "service_type",
        "date_of_service",
        "purpose",
        "repair",
        name="inquiries_question_key",
    ),
    # An answer that is still fresh is found by what it was asked.
    Index(
        "inquiries_fresh_idx",
        "practice_id",
        "question_index",
        "answered_at",
        postgresql_where=text("benefits_sealed is not null"),
    ),
)

#: Evidence: inserted before the question is sent, completed once, never changed or removed after.
exchanges = Table(
    "exchanges",
    metadata,
    _id(),
    _practice(),
    _of("inquiries", name="inquiry_id"),
    Column("account_id", Text),
    Column("attempt", Integer, nullable=False),
    #: TRN02, ours.
    Column("trace", Text, nullable=False),
    Column("control_number", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    #: Null: sent perhaps, answer not known (a worker died in between).
    Column("finished_at", DateTime(timezone=True)),
    Column("requested_at", DateTime(timezone=True)),
    Column("responded_at", DateTime(timezone=True)),
    Column("http_status", Integer),
    #: What the account charges for it; null: not known, or nothing was charged.
    Column("cents", Integer),
    #: answered, or a code of payers.errors
    Column("outcome", Text),
    Column("request_sealed", LargeBinary),
    Column("request_type", Text),
    Column("response_sealed", LargeBinary),
    Column("response_type", Text),
    #: payers.benefits.Problem list: places and messages, no values.
    Column("problems", JSONB, nullable=False, server_default=text("'[]'")),
    UniqueConstraint("inquiry_id", "attempt"),
)

#: verify.facts.Fact; append-only. The key makes judging twice harmless.
facts = Table(
    "facts",
    metadata,
    _id(),
    _practice(),
    _of("patients"),
    _of("coverages", index=False),
    _of("verifications"),
    #: The verification's, when it was learned.
    Column("revision", Integer, nullable=False),
    #: verify.facts.Fact.key: stable over repeated judging of the same evidence.
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    created_at(),
    UniqueConstraint("verification_id", "revision", "key"),
)

#: The conclusions of the newest judging; facts and exchanges are the evidence and stay.
findings = Table(
    "findings",
    metadata,
    _id(),
    _practice(),
    _of("verifications"),
    Column("rule", Text, nullable=False),
    Column("service_line", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    created_at(),
)

questions = Table(
    "questions",
    metadata,
    _id(),
    _practice(),
    _of("verifications"),
    Column("fact", Text, nullable=False),
    Column("service_line", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    created_at(),
    Column("closed_at", DateTime(timezone=True)),
    UniqueConstraint("verification_id", "fact", "service_line"),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    _id(),
    _practice(),
    _of("verifications"),
    _of("patients"),
    Column("kind", Text, nullable=False),
    #: Stable: the same need makes one task, however often it is judged.
    Column("dedupe_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    #: verify.followup: the lines to say and the fields to fill, for a call.
    Column("script", JSONB),
    Column("owner_role", Text, nullable=False),
    Column("owner_id", Text, ForeignKey("users.id")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    #: open, done, cancelled
    Column("state", Text, nullable=False, server_default="open"),
    Column("outcome", Text, nullable=False, server_default=""),
    created_at(),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", Text),
    UniqueConstraint("verification_id", "dedupe_key"),
    Index("follow_ups_open_idx", "practice_id", "due_at", postgresql_where=text("state = 'open'")),
)

#: Append-only.
notes = Table(
    "notes",
    metadata,
    _id(),
    _practice(),
    _of("patients"),
    _of("verifications", nullable=True),
    #: call, patient, clinical, billing, other
    Column("kind", Text, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("author_id", Text, ForeignKey("users.id"), nullable=False),
    created_at(),
)

#: The timeline; append-only. Codes and ids, no values.
events = Table(
    "events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _practice(),
    _of("verifications"),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    #: A user id, or "system".
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
)

#: Every look at patient data; append-only.
access_rows = Table(
    "access_rows",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _practice(),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    #: Names of the fields shown or changed.
    Column("fields", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("reason", Text, nullable=False, server_default=""),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False),
    Index("access_rows_object_idx", "practice_id", "object_type", "object_id", "at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    #: The caller's user id: a key is nobody else's.
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    #: Null while the first request is still at work.
    Column("status", SmallInteger),
    #: The answer given, to be given again: it may name the patient.
    Column("response_sealed", LargeBinary),
    created_at(),
)

# --- the queue's truth ----------------------------------------------------------------------------------

#: One step of one verification, inquiry or import. The broker carries its id; this row is the job.
jobs = Table(
    "jobs",
    metadata,
    _id(),
    _practice(),
    #: A step of verify.queue.STEPS.
    Column("step", Text, nullable=False),
    #: What it is about: a verification, an inquiry, a delivery, an import …
    Column("subject_id", Text, nullable=False),
    #: Which run of the step this is, so that a step can be asked for again later.
    Column("round", Text, nullable=False, server_default=""),
    Column("lane", Text, nullable=False),
    #: queued, leased, done, failed
    Column("state", Text, nullable=False, server_default="queued"),
    #: A retry waits for this; a hint that comes early claims nothing.
    Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
    #: When a sweep should look at it (again).
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("lease_until", DateTime(timezone=True)),
    #: The fence: only who holds the newest token may finish.
    Column("token", Text),
    Column("attempt", Integer, nullable=False, server_default="0"),
    #: How often it was hinted since its last claim; sweeps back off by it.
    Column("hints", Integer, nullable=False, server_default="0"),
    #: A closed set of words: why it failed.
    Column("error_code", Text, nullable=False, server_default=""),
    created_at(),
    Column("finished_at", DateTime(timezone=True)),
    UniqueConstraint("step", "subject_id", "round"),
    CheckConstraint("state in ('queued', 'leased', 'done', 'failed')", name="state"),
    Index("jobs_due_idx", "lane", "due_at", postgresql_where=text("state in ('queued', 'leased')")),
)
