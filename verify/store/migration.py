"""Brings a database to the newest tables, once, however many start at the same time."""

from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from verify.store.payer_names import write_in_this_spelling

FOLDER = Path(__file__).parent / "migrations"
#: Any constant of our own: who holds it migrates, the others wait.
ADVISORY_LOCK = 0x76657269


class Revisions(NamedTuple):
    """Where a database stands, and where this program wants it."""

    current: str | None
    newest: str

    @property
    def is_current(self) -> bool:
        return self.current == self.newest


def migrate(engine: Engine) -> Revisions:
    """Applies what is missing, and writes kept names in the present spelling; harmless when nothing is to be done."""
    with engine.begin() as connection:
        connection.execute(text("set local lock_timeout = '60s'"))
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        command.upgrade(_config(connection), "head")
        write_in_this_spelling(connection)
    return revisions(engine)


def revisions(engine: Engine) -> Revisions:
    """The database's revision and the newest one."""
    newest = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert newest is not None
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return Revisions(current, newest)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
