"""Upkeep: removes what serves nobody any more. Evidence, facts, notes and the access record stay."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, func

from verify.store.tables import idempotency_keys, jobs, sessions, sign_in_failures, sign_in_links
from verify.store.tables_notices import notices

#: A finished job tells nothing the timeline does not.
JOBS_KEPT = timedelta(days=30)
#: Retries of a request come within a day.
IDEMPOTENCY_KEPT = timedelta(days=2)
SIGN_INS_KEPT = timedelta(days=7)
#: A notice holds nothing the verification's timeline does not; until then it can be sent again.
NOTICES_KEPT = timedelta(days=90)


def tidy(connection: Connection) -> dict[str, int]:
    """How many rows of each table were removed."""
    old: dict[Table, ColumnElement[bool]] = {
        jobs: (jobs.c.state == "done") & (jobs.c.finished_at < func.now() - JOBS_KEPT),
        idempotency_keys: idempotency_keys.c.created_at < func.now() - IDEMPOTENCY_KEPT,
        sign_in_failures: sign_in_failures.c.at < func.now() - SIGN_INS_KEPT,
        sign_in_links: sign_in_links.c.expires_at < func.now() - SIGN_INS_KEPT,
        notices: (notices.c.standing != "pending") & (notices.c.wanted_at < func.now() - NOTICES_KEPT),
        sessions: sessions.c.seen_at < func.now() - SIGN_INS_KEPT,
    }
    return {
        table.name: connection.execute(delete(table).where(where)).rowcount for table, where in old.items()
    }
