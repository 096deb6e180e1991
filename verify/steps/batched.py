"""Batched: a question of a batch ends as if it had been asked by itself."""

from typing import Any

from sqlalchemy import Connection, Row

from payers.adapter import Reply
from payers.errors import PayerError
from verify.steps.heard import heard_of
from verify.steps.outcome import conclude, decided
from verify.steps.receive import STANDING
from verify.steps.work import Work
from verify.store import inquiries, jobs, payer_batches, verifications
from verify.store.jobs import Hint
from verify.verification import Lane


def end(work: Work, batch: Row[Any], item: Row[Any], said: Reply | PayerError) -> None:
    """Stores what came of an item, once, whoever brings it; nothing where it has ended."""
    with work.engine.begin() as connection:
        hints = _end(work, connection, batch, item, said)
    work.hint(*hints)


def is_unwanted(verification: Row[Any], row: Row[Any]) -> bool:
    """Whether nobody waits for an answer any more: it was stopped, or is asked with other data since."""
    return verification.state in STANDING or row.revision != verification.revision


def _end(
    work: Work, connection: Connection, batch: Row[Any], item: Row[Any], said: Reply | PayerError
) -> list[Hint | None]:
    verification_id = inquiries.inquiry(connection, item.inquiry_id).verification_id
    verification = verifications.lock(connection, verification_id)
    assert verification is not None
    if not payer_batches.end_item(connection, item):
        return []
    row = inquiries.inquiry(connection, item.inquiry_id)
    heard = heard_of(said)
    if is_unwanted(verification, row):
        seals = work.seals(row.practice_id)
        inquiries.complete_exchange(connection, seals, item.exchange_id, heard.evidence, outcome="superseded")
        return []
    lane = Lane(verification.lane)
    outcome = decided(work, connection, row, heard, account_id=batch.account_id, lane=lane)
    hints = conclude(work, connection, verification, row, item.exchange_id, outcome, heard.evidence)
    if outcome.ask_again_at is not None:
        again = jobs.accept(
            connection,
            step="ask",
            subject_id=row.id,
            practice_id=row.practice_id,
            lane=lane,
            run=item.exchange_id,
            not_before=outcome.ask_again_at,
        )
        hints.append(again)
    return hints
