"""Tables, repositories, searches, migrations (PostgreSQL)."""

from verify.store import tables_nightly  # noqa: F401  # its tables stand in the metadata as well
from verify.store.database import connect
from verify.store.migration import Revisions, migrate, revisions

__all__ = ["Revisions", "connect", "migrate", "revisions"]
