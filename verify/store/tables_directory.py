"""The tables of the payer directory: the ways to reach a payer, and what clearinghouses list."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from verify.store.tables import metadata

#: One way to reach a payer: an account, and the payer's id there. The lowest rank is tried first.
payer_routes = Table(
    "payer_routes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("payer_id", Text, ForeignKey("payers.id"), nullable=False),
    Column("account_id", Text, ForeignKey("payer_accounts.id"), nullable=False),
    Column("rank", SmallInteger, nullable=False, server_default="1"),
    #: The id the account knows the payer by (NM109); empty for one reached by phone.
    Column("their_id", Text, nullable=False, server_default=""),
    #: Whether eligibility is answered there: unknown, supported, not_supported, enrollment_required
    Column("support", Text, nullable=False, server_default="unknown"),
    #: When a person confirmed that the clinic is enrolled with the payer there; null: nobody has.
    Column("enrolled_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("payer_id", "account_id"),
    CheckConstraint(
        "support in ('unknown', 'supported', 'not_supported', 'enrollment_required')", name="support"
    ),
    Index("payer_routes_their_id_idx", "practice_id", "account_id", "their_id"),
)

#: What a clearinghouse's list says of a payer; replaced by each import.
listed_payers = Table(
    "listed_payers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("account_id", Text, ForeignKey("payer_accounts.id"), nullable=False),
    Column("their_id", Text, nullable=False),
    #: The clearinghouse's own id, which stays when the payer's changes; may be empty.
    Column("stable_id", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("names", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    #: Other ids it is known by there.
    Column("aliases", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("states", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("coverage_types", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    #: As payer_routes.support.
    Column("eligibility", Text, nullable=False, server_default="unknown"),
    Column("enrollment_kind", Text, nullable=False, server_default=""),
    Column("enrollment_timeframe", Text, nullable=False, server_default=""),
    #: Names in the spelling that is searched (payers.directory).
    Column("search_text", Text, nullable=False, server_default=""),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("practice_id", "account_id", "their_id"),
    Index(
        "listed_payers_search_idx",
        "search_text",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    ),
)
