"""Connections: one pool per process, bounded waits everywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, Table, create_engine
from sqlalchemy.dialects.postgresql import JSONB

#: Milliseconds. A statement of ours takes a few; a stuck one must not hold a worker's thread.
STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 5_000
IDLE_TIMEOUT_MS = 60_000


def connect(url: str, *, pool_size: int = 10, pool_timeout: float = 60.0) -> Engine:
    """An engine for `url`; threads beyond `pool_size` wait up to `pool_timeout` seconds.

    No transaction is ever open while a payer thinks (design decision 5), so a small pool serves
    hundreds of threads. Time limits are the server's: they hold whatever the client does.
    """
    options = " ".join(
        f"-c {name}={value}"
        for name, value in {
            "statement_timeout": STATEMENT_TIMEOUT_MS,
            "lock_timeout": LOCK_TIMEOUT_MS,
            "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
            "timezone": "UTC",
        }.items()
    )
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 5, "tcp_user_timeout": 10_000},
        hide_parameters=True,  # statement errors would otherwise carry patient data into logs
    )


def copy_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds many rows at once, in the caller's transaction; several times as fast as inserting them.

    All rows name the same columns; the others get their defaults.
    """
    if not rows:
        return
    columns = list(rows[0])
    documents = {name for name in columns if isinstance(table.c[name].type, JSONB)}
    into = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([Jsonb(row[name]) if name in documents else row[name] for name in columns])
