"""The tables of what goes out: endpoints, notices, the morning digest; nothing of a patient stands in them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
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

#: Who is told of changes, by a signed POST.
notice_endpoints = Table(
    "notice_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    #: The states of a verification it is told of.
    Column("states", ARRAY(Text), nullable=False),
    #: JSON of verify.store.notices.Secret, the newest first.
    Column("secrets_sealed", LargeBinary, nullable=False),
    #: Also lets it be reached in clear text, in the clinic's own network.
    Column("allow_private_addresses", Boolean, nullable=False, server_default=text("false")),
    #: Why nothing is sent any more; a person switches it on again.
    Column("disabled_code", Text),
    Column("disabled_at", DateTime(timezone=True)),
    created_at(),
)

#: One change of one verification for one endpoint: written with the change itself, sent after.
notices = Table(
    "notices",
    metadata,
    #: The webhook-id: the same however often it is sent.
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("endpoint_id", Text, ForeignKey("notice_endpoints.id"), nullable=False, index=True),
    Column("verification_id", Text, ForeignKey("verifications.id"), nullable=False, index=True),
    #: The verification's state after the change, and before it.
    Column("state", Text, nullable=False),
    Column("previous_state", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    #: When it was made, or last replayed: what is too old is given up.
    Column("wanted_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    #: pending, delivered, failed (given up), stopped (its endpoint was switched off)
    Column("standing", Text, nullable=False, server_default="pending"),
    #: Tries since it was made or replayed.
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("tried_at", DateTime(timezone=True)),
    Column("try_again_at", DateTime(timezone=True)),
    #: Of the last try; null when nothing was answered.
    Column("response_status", Integer),
    #: Why the last try failed: a code of payers.errors, or poison.
    Column("error_code", Text, nullable=False, server_default=""),
    CheckConstraint("standing in ('pending', 'delivered', 'failed', 'stopped')", name="standing"),
    Index("notices_newest_idx", "practice_id", "id"),
)

#: A practice without a row gets no digest.
digest_settings = Table(
    "digest_settings",
    metadata,
    Column("practice_id", Text, ForeignKey("practices.id"), primary_key=True),
    #: Of the practice's own day, 0 to 23.
    Column("hour", SmallInteger, nullable=False),
    Column("recipients", ARRAY(Text), nullable=False),
    CheckConstraint("hour between 0 and 23", name="hour"),
)

#: The slot of one morning: whoever inserts it sends, so two clocks make one digest.
digests = Table(
    "digests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("day", Date, nullable=False),
    #: pending, sent, empty (there was nothing to say), failed
    Column("standing", Text, nullable=False, server_default="pending"),
    #: State -> how many verifications are in it.
    Column("counts", JSONB, nullable=False, server_default=text("'{}'")),
    created_at(),
    Column("ended_at", DateTime(timezone=True)),
    UniqueConstraint("practice_id", "day"),
    CheckConstraint("standing in ('pending', 'sent', 'empty', 'failed')", name="standing"),
)
