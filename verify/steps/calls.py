"""Calls: what was said on the phone, kept as evidence, made facts of, and judged; or parked until it goes on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from payers.exchange import Exchange
from verify.facts import SourceKind, facts_from_call
from verify.followup import PARKED, Kind
from verify.steps import hold
from verify.steps.hold import NotAllowed
from verify.steps.question import trace_of
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, patients, verifications
from verify.store.inquiries import Ask
from verify.store.sealing import Seals
from verify.verification import InquiryState, new_id


class Call(NamedTuple):
    """One phone call, as typed in: the answers by field of the script, and who said so when."""

    answers: Mapping[str, Any]
    #: The payer's reference number for the call.
    reference: str
    representative: str
    started_at: datetime
    ended_at: datetime
    #: Broken off: what was answered is kept, and the rest stays to be asked.
    parked: bool = False
    number_dialed: str = ""
    hold_minutes: int | None = None
    #: To whom one was passed on, in what order.
    transfers: str = ""
    #: That benefits quoted are no guarantee of payment was read out; None: nobody noted it.
    disclaimer_read: bool | None = None


def record_call(work: Work, follow_up_id: str, practice_id: str, actor: str, call: Call) -> None:
    """A call's typed answers: evidence like any other answer, then facts, then judged again.

    A parked call leaves its task open, with the script of what is left. Raises ValueError for an answer its field
    cannot take, NotFound, NotAllowed for a task that is closed or no call.
    """
    with work.engine.begin() as connection:
        verification, task = hold.task(connection, follow_up_id, practice_id)
        if task.state != "open" or task.script is None or task.kind != Kind.CALL:
            raise NotAllowed(task.state)
        hold.must_be_open(verification)
        exchange_id = _save(work, connection, verification, task, call)
        found = facts_from_call(
            call.answers,
            script=task.script,
            call_id=exchange_id,
            by=actor,
            obtained_at=call.ended_at.astimezone(clinic.zone(connection, practice_id)),
            as_of=clinic.day(connection, practice_id, call.ended_at),
            call_reference=call.reference,
            told_by=call.representative,
            kind=SourceKind(task.script.get("source_kind", SourceKind.CALL)),
        )
        evidence.add_facts(connection, verification, found)
        if not call.parked:
            evidence.close_follow_up(connection, task.id, outcome=evidence.CALL_RECORDED, by=actor)
        verifications.record(
            connection,
            practice_id,
            verification.id,
            "call_parked" if call.parked else "call_recorded",
            {"exchange_id": exchange_id, "answers": len(found)},
            actor=actor,
        )
        hint = hold.job(connection, verification, "judge", exchange_id)
    work.hint(hint)


def _save(work: Work, connection: Connection, verification: Row[Any], task: Row[Any], call: Call) -> str:
    """The exchange with the person who answered, under the question the call was asked to settle."""
    seals = work.seals(verification.practice_id)
    settles = task.script.get("settles", True)
    row = _question_called_about(connection, seals, verification, settles=settles)
    exchange_id = keep_exchange(
        connection, seals, row, asked=task.script, said=call._asdict(), at=(call.started_at, call.ended_at)
    )
    if call.parked and settles:
        inquiries.change_state(connection, row, InquiryState.PENDING, code=PARKED)
    else:
        inquiries.answer_by_person(connection, verification, exchange_id, only="" if settles else row.id)
    return exchange_id


def keep_exchange(
    connection: Connection,
    seals: Seals,
    row: Row[Any],
    *,
    asked: object,
    said: object,
    at: tuple[datetime, datetime],
    kind: str = "call",
) -> str:
    """What a person was told or read, sealed like any answer: the id of its exchange."""
    trace = trace_of(row.id)
    exchange_id = inquiries.add_exchange(connection, row, trace)
    kept = Exchange(
        account_id=row.account_id or "",
        trace=trace,
        control_number=row.control_number,
        request=msgspec.json.encode(asked),
        request_type=f"application/vnd.verify.{kind}-script+json",
        requested_at=at[0],
        response=msgspec.json.encode(said),
        response_type=f"application/vnd.verify.{kind}+json",
        response_at=at[1],
    )
    inquiries.complete_exchange(connection, seals, exchange_id, kept, outcome="answered")
    return exchange_id


def _question_called_about(
    connection: Connection, seals: Seals, verification: Row[Any], *, settles: bool
) -> Row[Any]:
    """A question waiting for this call, or one made for it."""
    asked = inquiries.of_verification(connection, verification)
    waiting = [row for row in asked if row.state == InquiryState.PENDING.value and not row.hop]
    if waiting and settles:
        return waiting[0]
    return question_of_person(connection, seals, verification, purpose="call")


def question_of_person(
    connection: Connection, seals: Seals, verification: Row[Any], *, purpose: str
) -> Row[Any]:
    """A question nobody sends: what a person learned stands under it. Raises NotAllowed without a payer."""
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    if coverage.payer_id is None:
        raise NotAllowed("the payer is not known yet")
    ask = Ask(
        payer_id=coverage.payer_id,
        account_id=None,
        service_type="",
        on=verification.date_of_service,
        purpose=f"{purpose}:{new_id('run')}",
    )
    made = inquiries.plan(connection, seals, verification, ask, state=InquiryState.PENDING)
    assert made is not None
    return inquiries.inquiry(connection, made)
