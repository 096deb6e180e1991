"""The table of repairs: every try of a question in other words, kept."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from verify.store.tables import metadata

repairs = Table(
    "repairs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("verification_id", Text, ForeignKey("verifications.id"), nullable=False, index=True),
    #: The verification's, when it was tried.
    Column("revision", Integer, nullable=False),
    #: Who had refused: the verification's payer, or one a hop led to.
    Column("payer_id", Text, ForeignKey("payers.id"), nullable=False),
    #: 1, 2 or 3.
    Column("number", SmallInteger, nullable=False),
    #: verify.asking.repairs.RepairKind
    Column("kind", Text, nullable=False),
    #: JSON of what is asked with instead.
    Column("changes_sealed", LargeBinary, nullable=False),
    #: A user id, or "system" where the payer's data allow it.
    Column("approved_by", Text, nullable=False),
    #: trying, answered, refused, ended
    Column("state", Text, nullable=False, server_default="trying"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    UniqueConstraint("verification_id", "revision", "payer_id", "number"),
    CheckConstraint("number between 1 and 3", name="number"),
    CheckConstraint("state in ('trying', 'answered', 'refused', 'ended')", name="state"),
)
