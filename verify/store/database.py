"""Connections: one pool per process, bounded waits everywhere."""

from sqlalchemy import Engine, create_engine

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
