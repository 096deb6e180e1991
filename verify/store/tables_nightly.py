"""The tables of nightly re-verification: one row a night, and one for each verification asked again in it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from verify.store.tables import metadata

nights = Table(
    "nights",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    #: The day of the practice's calendar it belongs to; one night a day, whoever pokes.
    Column("local_date", Date, nullable=False),
    #: planning, running, finished; missed: the system was not there.
    Column("state", Text, nullable=False),
    #: A user id, or "system".
    Column("started_by", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    #: The last verification looked at; planning goes on after it.
    Column("looked_up_to", Text, nullable=False, server_default=""),
    Column("looked_at", Integer, nullable=False, server_default="0"),
    Column("planned_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    UniqueConstraint("practice_id", "local_date"),
    CheckConstraint("state in ('planning', 'running', 'finished', 'missed')", name="state"),
)

night_items = Table(
    "night_items",
    metadata,
    Column("night_id", Text, ForeignKey("nights.id"), primary_key=True),
    #: The verification that is asked again.
    Column("verification_id", Text, ForeignKey("verifications.id"), primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("payer_id", Text, ForeignKey("payers.id"), nullable=False),
    #: Codes of verify.recheck.Rule.
    Column("rules", ARRAY(Text), nullable=False),
    #: The verification made to ask again.
    Column("recheck_id", Text, ForeignKey("verifications.id"), nullable=False, unique=True),
    #: asked, answered, failed
    Column("state", Text, nullable=False, server_default="asked"),
    #: Why it failed: a code of payers.errors, or one of ours.
    Column("cause", Text, nullable=False, server_default=""),
    #: verify.recheck.Change list, once answered.
    Column("changes", JSONB, nullable=False, server_default=text("'[]'")),
    #: The heaviest of them (verify.recheck.Weight); empty for none.
    Column("weight", Text, nullable=False, server_default=""),
    Column("done_at", DateTime(timezone=True)),
    CheckConstraint("state in ('asked', 'answered', 'failed')", name="state"),
    Index("night_items_progress_idx", "night_id", "payer_id", "state", "cause"),
    Index("night_items_done_idx", "night_id", "done_at"),
    Index("night_items_open_idx", "night_id", "recheck_id", postgresql_where=text("state = 'asked'")),
    Index("night_items_report_idx", "night_id", "weight", "verification_id"),
)
