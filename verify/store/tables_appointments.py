"""The tables of appointment systems: sources, what they delivered, and the appointments drawn from it.

A sender's own ids stand here as keyed hashes, since a record number tells who it is; what they
delivered is sealed. Beside them: codes of ours, counters and times.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from verify.store.tables import created_at, metadata


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _practice() -> Column[str]:
    return Column("practice_id", Text, ForeignKey("practices.id"), nullable=False, index=True)


def _source(*, index: bool = True) -> Column[str]:
    return Column("source_id", Text, ForeignKey("appointment_sources.id"), nullable=False, index=index)


def _when(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


appointment_sources = Table(
    "appointment_sources",
    metadata,
    _id(),
    _practice(),
    Column("name", Text, nullable=False),
    #: A key of verify.intake.appointments.SCHEMES.
    Column("scheme", Text, nullable=False),
    #: JSON: the signing secrets, each with the time until which it counts, and what its API is reached with.
    Column("secrets_sealed", LargeBinary, nullable=False),
    #: Visit types and the treatments they are, limits, the API's address.
    Column("options", JSONB, nullable=False, server_default=text("'{}'")),
    #: Set: nothing is taken from it any more (410).
    _when("retired_at"),
    created_at(),
    UniqueConstraint("practice_id", "name"),
)

#: What came in, byte for byte, before it was acknowledged; read by a job after that.
appointment_deliveries = Table(
    "appointment_deliveries",
    metadata,
    _id(),
    _practice(),
    _source(),
    Column("body_sealed", LargeBinary, nullable=False),
    #: The headers its reader needs; sealed, since they may carry ids of the sender's.
    Column("headers_sealed", LargeBinary, nullable=False),
    #: How many events are in it.
    Column("events", SmallInteger, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    #: received, done, failed
    Column("state", Text, nullable=False, server_default="received"),
    #: What came of its events, each a code of verify.steps.appointments.
    Column("outcomes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    _when("finished_at"),
)

#: Topic-based subscriptions, as their servers count: a number that is missing is a lost notification.
appointment_subscriptions = Table(
    "appointment_subscriptions",
    metadata,
    _id(),
    _practice(),
    _source(index=False),
    #: Keyed hash of the subscription's reference, and the reference itself.
    Column("reference_index", LargeBinary, nullable=False),
    Column("reference_sealed", LargeBinary, nullable=False),
    #: active, error, off, entered-in-error; as last said.
    Column("state", Text, nullable=False, server_default=""),
    #: Events up to here are before our time.
    Column("counted_from", BigInteger),
    Column("highest", BigInteger),
    #: The events that are missing, while some are.
    Column("missing_from", BigInteger),
    Column("missing_until", BigInteger),
    Column("heard_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("source_id", "reference_index"),
)

#: One row per event ever taken in: a repeat is recognized by it.
appointment_events = Table(
    "appointment_events",
    metadata,
    Column("source_id", Text, ForeignKey("appointment_sources.id"), primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    _practice(),
    Column("delivery_id", Text, nullable=False),
    Column("subscription_id", Text, ForeignKey("appointment_subscriptions.id")),
    Column("number", BigInteger),
    created_at(),
    Index(
        "appointment_events_number_idx",
        "subscription_id",
        "number",
        postgresql_where=text("number is not null"),
    ),
)

appointments = Table(
    "appointments",
    metadata,
    _id(),
    _practice(),
    _source(index=False),
    #: Keyed hash of the source's id.
    Column("external_index", LargeBinary, nullable=False),
    #: verify.intake.appointments.Status
    Column("status", Text, nullable=False),
    #: By the source's clock: what is older than this changes nothing.
    Column("version_at", DateTime(timezone=True), nullable=False),
    _when("starts_at"),
    #: The day of `starts_at` at the practice.
    Column("visit_on", Date),
    Column("service_lines", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    #: JSON of verify.intake.appointments.Appointment, all versions drawn together.
    Column("details_sealed", LargeBinary, nullable=False),
    #: What was decided last, a code of verify.intake.appointments.decision.
    Column("decision", Text, nullable=False, server_default=""),
    #: Counts decisions, so that each makes a verification of its own.
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("live", Boolean, nullable=False, server_default=text("false")),
    Column("verification_id", Text, ForeignKey("verifications.id"), index=True),
    created_at(),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("source_id", "external_index"),
)
