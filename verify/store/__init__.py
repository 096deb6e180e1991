"""Tables, repositories, searches, migrations (PostgreSQL)."""

# Their tables belong to the metadata, whoever asks for it.
from verify.store import (
    tables_appointments,
    tables_asking,
    tables_batches,
    tables_clinical,
    tables_courses,
    tables_directory,
    tables_imports,
    tables_nightly,
    tables_notices,
    tables_prices,
)
from verify.store.database import connect
from verify.store.migration import Revisions, migrate, revisions

__all__ = [
    "Revisions",
    "connect",
    "migrate",
    "revisions",
    "tables_appointments",
    "tables_asking",
    "tables_batches",
    "tables_clinical",
    "tables_courses",
    "tables_directory",
    "tables_imports",
    "tables_nightly",
    "tables_notices",
    "tables_prices",
]
