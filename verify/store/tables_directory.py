"""The tables of the payer directory: the ways to reach a payer, what clearinghouses list, and names to search."""

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
from sqlalchemy.schema import SchemaItem

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
    #: When a person confirmed, or an answer showed, that the clinic is enrolled with the payer there; null: neither.
    Column("enrolled_at", DateTime(timezone=True)),
    #: When somebody was told to enroll there; null: nobody was, or it was done.
    Column("enrollment_told_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("payer_id", "account_id"),
    CheckConstraint(
        "support in ('unknown', 'supported', 'not_supported', 'enrollment_required')", name="support"
    ),
    Index("payer_routes_their_id_idx", "practice_id", "account_id", "their_id"),
)


def _words(owner: str, table: str) -> list[SchemaItem]:
    """Columns and indexes of names: `kind` is a verify.store.payer_names.NameKind."""
    return [
        Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
        Column(owner, Text, ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("words", Text, primary_key=True),
        CheckConstraint("kind in ('name', 'id', 'other_id')", name="kind"),
    ]


def _alike(table: str) -> Index:
    """By likeness (pg_trgm), within a practice (btree_gin)."""
    return Index(
        f"{table}_alike_idx",
        "practice_id",
        "words",
        postgresql_using="gin",
        postgresql_ops={"words": "gin_trgm_ops"},
        postgresql_where=text("kind = 'name'"),
    )


#: What each payer of the practice is found by, in the spelling that is compared (payers.directory).
payer_names = Table(
    "payer_names",
    metadata,
    *_words("payer_id", "payers"),
    Index("payer_names_words_idx", "practice_id", "words"),
    _alike("payer_names"),
)

#: What a clearinghouse's list says of a payer, as of its newest import. An id may have several, by different names.
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
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("practice_id", "account_id", "their_id", "name"),
)

#: As payer_names, of listed payers.
listed_names = Table(
    "listed_names",
    metadata,
    *_words("listed_id", "listed_payers"),
    Index("listed_names_words_idx", "practice_id", "words"),
    _alike("listed_names"),
)

#: In which spelling the names above are written; another one than the program's is written anew by `migrate`.
name_spelling = Table("name_spelling", metadata, Column("digest", Text, primary_key=True))
