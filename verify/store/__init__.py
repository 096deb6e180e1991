"""Tables, repositories, searches, migrations (PostgreSQL)."""

from verify.store import tables_notices  # its tables belong to the metadata, whoever asks for it
from verify.store.database import connect
from verify.store.migration import Revisions, migrate, revisions

__all__ = ["Revisions", "connect", "migrate", "revisions", "tables_notices"]
