"""Gather: a question of the night waits for others, to be handed in together with them."""

from typing import Any

from sqlalchemy import Connection, Row

from payers.directory import read_quirks
from verify.asking import MOST_GATHERED, Route, closes_at
from verify.store import clinic, inquiries, jobs, nights, payer_batches
from verify.store.jobs import Claim
from verify.verification import InquiryState, Lane


def gather(connection: Connection, claim: Claim, row: Row[Any], route: Route) -> bool:
    """Puts a question into the open batch of its account; False for one that is asked by itself.

    From then on the batch has it: the question's own job is over. That a batch was closed, lost or refused
    is no reason to try another: a question is gathered once.
    """
    is_meant = claim.lane is Lane.NIGHTLY and route.in_batches and row.state == InquiryState.PLANNED.value
    if not is_meant or payer_batches.was_in_one(connection, row.id):
        return False
    if not jobs.finish(connection, claim):
        return True
    now = nights.database_now(connection)
    payer_batches.join(
        connection,
        row,
        account_id=route.account_id,
        options=read_quirks(clinic.payer(connection, row.practice_id, row.payer_id).quirks).options,
        closes_at=closes_at(now, now, 1),
        most=MOST_GATHERED,
    )
    # It may have waited for the end of maintenance hours before.
    inquiries.change_state(connection, row, InquiryState.PLANNED)
    return True
