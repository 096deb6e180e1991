"""The tables of batches: the questions of a night that go out together, and the item each of them is.

A batch is billed, so its row is there before it is handed in; its name at the source is the row's id.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from verify.store.tables import metadata

payer_batches = Table(
    "payer_batches",
    metadata,
    #: Also its name at the source, given once for all time.
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False, index=True),
    Column("account_id", Text, ForeignKey("payer_accounts.id"), nullable=False),
    #: What its payers want of a question beside the account's own options; one batch, one way to ask.
    Column("options", JSONB, nullable=False, server_default=text("'{}'")),
    #: gathering, submitting (closed, not known to be taken), submitted, collecting (the source has finished), done, failed
    Column("state", Text, nullable=False, server_default="gathering"),
    #: Why it failed, or what went wrong at the last try: a code of payers.errors, or one of ours.
    Column("code", Text, nullable=False, server_default=""),
    #: The source's id for it; empty while it is not known.
    Column("their_id", Text, nullable=False, server_default=""),
    Column("gathered", Integer, nullable=False, server_default="0"),
    #: To hand it in; once it is in, looks for its answers.
    Column("tries", Integer, nullable=False, server_default="0"),
    #: How many items the source had finished when it was last collected.
    Column("finished", Integer, nullable=False, server_default="0"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    #: When the last question joined.
    Column("joined_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("closed_at", DateTime(timezone=True)),
    #: When it was first handed in.
    Column("submitted_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint(
        "state in ('gathering', 'submitting', 'submitted', 'collecting', 'done', 'failed')", name="state"
    ),
    Index(
        "payer_batches_open_idx",
        "account_id",
        "options",
        unique=True,
        postgresql_where=text("state = 'gathering'"),
    ),
)

#: The key says it: an inquiry is in a batch once; whatever comes of it, afterwards it is asked by itself.
payer_batch_items = Table(
    "payer_batch_items",
    metadata,
    Column("inquiry_id", Text, ForeignKey("inquiries.id"), primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    Column("batch_id", Text, ForeignKey("payer_batches.id"), nullable=False),
    #: waiting, out (its exchange is begun), ended (as any question ends), returned (to be asked by itself), dropped
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("exchange_id", Text),
    #: JSON of payers.inquiry.Inquiry as it was handed in, while it is out.
    Column("question_sealed", LargeBinary),
    CheckConstraint("state in ('waiting', 'out', 'ended', 'returned', 'dropped')", name="state"),
    Index("payer_batch_items_batch_idx", "batch_id", "state"),
)
