"""Tables of imports: a file handed in, and its rows until each is a verification."""

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

imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    #: csv, jsonl
    Column("format", Text, nullable=False),
    #: JSON: the file's name, how its columns were taken, what to know of how it was read.
    Column("report_sealed", LargeBinary, nullable=False),
    #: previewed, running, stopped, done, cancelled
    Column("state", Text, nullable=False, server_default="previewed"),
    #: verify.verification.Lane of rows that say none; chosen when it is confirmed.
    Column("lane", Text, nullable=False, server_default="standard"),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state in ('previewed', 'running', 'stopped', 'done', 'cancelled')", name="state"),
    Index("imports_newest_idx", "practice_id", "created_at"),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Text, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    #: As the spreadsheet counts rows.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("practice_id", Text, ForeignKey("practices.id"), nullable=False),
    #: waiting, then accepted, known (it was asked for before) or failed; or from the start rejected, or
    #: repeated (the same as an earlier row of the file).
    Column("state", Text, nullable=False),
    #: JSON: the cells as sent, and the submission made of them. Gone once a verification has it.
    Column("content_sealed", LargeBinary),
    #: [column's label, what is wrong]; no values.
    Column("problems", JSONB, nullable=False, server_default=text("'[]'")),
    #: What must still be found out: payer, member_id, birth_date, unknown_payer.
    Column("missing", JSONB, nullable=False, server_default=text("'[]'")),
    #: Keyed hash over all the row says: the same row in two files is found by it.
    Column("row_index", LargeBinary),
    Column("same_as", Integer),
    Column("verification_id", Text, ForeignKey("verifications.id")),
    CheckConstraint(
        "state in ('waiting', 'accepted', 'known', 'failed', 'rejected', 'repeated')", name="state"
    ),
    Index("import_rows_state_idx", "import_id", "state", "number"),
    Index(
        "import_rows_same_idx",
        "practice_id",
        "row_index",
        postgresql_where=text("verification_id is not null"),
    ),
    Index("import_rows_verification_id_idx", "verification_id"),
)
