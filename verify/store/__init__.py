"""Tables, repositories, searches, migrations (PostgreSQL)."""

from verify.store.database import connect
from verify.store.migration import Revisions, migrate, revisions

__all__ = ["Revisions", "connect", "migrate", "revisions"]
