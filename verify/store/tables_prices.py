"""The table of prices: one row a price and a beginning; what is changed is a new row."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
    text,
)

from verify.store.tables import metadata

prices = Table(
    "prices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("code", Text, nullable=False),
    #: self_pay, billed, contract, typical (verify.affordability.prices.PriceKind)
    Column("kind", Text, nullable=False),
    #: Our code for the payer; empty for the clinic's own and for what is typical of all payers.
    Column("payer", Text, nullable=False, server_default=""),
    Column("cents", BigInteger, nullable=False),
    Column("valid_from", Date, nullable=False),
    #: The last day; null: until further notice. The day before valid_from: withdrawn, it never held.
    Column("valid_until", Date),
    Column("source", Text, nullable=False),
    #: A user id, or "system" for the terminal and the demo.
    Column("added_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    #: The person who confirmed the figure; null: nobody has.
    Column("verified_by", Text),
    Column("verified_at", DateTime(timezone=True)),
    CheckConstraint("kind in ('self_pay', 'billed', 'contract', 'typical')", name="kind"),
    CheckConstraint("cents >= 0", name="cents"),
    CheckConstraint("valid_until >= valid_from - 1", name="valid_until"),
    CheckConstraint("(kind = 'contract') <= (payer <> '')", name="payer"),
    Index(
        "prices_beginning_idx",
        "practice_id",
        "code",
        "kind",
        "payer",
        "valid_from",
        unique=True,
        postgresql_where=text("valid_until is null or valid_until >= valid_from"),
    ),
)
