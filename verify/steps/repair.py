"""Repair: a refused question is asked in other words, when a person allows it or the payer's own data do."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from payers.directory import read_quirks
from verify.asking import (
    DATE_REASONS,
    MOST_TRIES,
    PATIENT_REASONS,
    Asked,
    Changes,
    Repair,
    RepairKind,
    suggestions,
)
from verify.steps.plan import At, plan_one, prepare
from verify.steps.question import identity_asked_with
from verify.steps.work import Work
from verify.store import clinic, inquiries, repairs, verifications
from verify.store.jobs import Hint
from verify.store.repairs import Try
from verify.verification import InquiryState

#: The states of an attempt that end a try.
ENDS = {
    InquiryState.ANSWERED.value: repairs.ANSWERED,
    InquiryState.REJECTED.value: repairs.REFUSED,
    InquiryState.PENDING.value: repairs.ENDED,
    InquiryState.UNKNOWN.value: repairs.ENDED,
}
SYSTEM = "system"


class Refused(NamedTuple):
    """What one payer refuses of a patient's data, what it was asked with, and what may be tried."""

    row: Row[Any]
    payer: Row[Any]
    asked: Asked
    tried: Sequence[Try]
    suggested: Sequence[Repair]


def mend_by_itself(
    work: Work, connection: Connection, verification: Row[Any], row: Row[Any]
) -> list[Hint | None]:
    """What a refusal lets the program do without a person: ask for today, or as the payer's data allow."""
    if row.state != InquiryState.REJECTED.value or not row.reject_reasons:
        return []
    if set(row.reject_reasons) <= DATE_REASONS:
        return _ask_for_today(work, connection, verification, row)
    refused = refused_of(work, connection, verification, row)
    if any(each.state == repairs.TRYING for each in refused.tried):
        return []
    automatic = [repair for repair in refused.suggested if repair.automatic]
    return [_try(work, connection, verification, refused, automatic[0], SYSTEM)] if automatic else []


def note_end_of_try(connection: Connection, row: Row[Any]) -> None:
    """Writes how the try ended that an inquiry belongs to."""
    if row.repair and row.state in ENDS:
        repairs.end(connection, row, ENDS[row.state])
        verifications.record(
            connection, row.practice_id, row.verification_id, f"repair_{ENDS[row.state]}", {"try": row.repair}
        )


def refused_questions(work: Work, connection: Connection, verification: Row[Any]) -> list[Refused]:
    """What payers refuse of the patient's data at present, one question each payer."""
    found: dict[str, Refused] = {}
    for row in inquiries.of_verification(connection, verification):
        is_refused = row.state == InquiryState.REJECTED.value and PATIENT_REASONS & set(row.reject_reasons)
        if is_refused and row.payer_id not in found:
            found[row.payer_id] = refused_of(work, connection, verification, row)
    return list(found.values())


def refused_of(work: Work, connection: Connection, verification: Row[Any], row: Row[Any]) -> Refused:
    """One refusal with the ladder that is left for it. Suggestions are built on the data as first given."""
    seals = work.seals(verification.practice_id)
    payer = clinic.payer(connection, row.practice_id, row.payer_id)
    first = inquiries.changes_of(inquiries.as_first_asked(connection, row), seals)
    asked, _ = identity_asked_with(work, connection, verification, first)
    made = repairs.of_payer(repairs.tries(connection, seals, verification), row.payer_id)
    ladder = suggestions(
        asked, row.reject_reasons, read_quirks(payer.quirks), [each.changes for each in made]
    )
    return Refused(row, payer, asked, made, ladder)


def make_try(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    refused: Refused,
    changes: Changes,
    actor: str,
) -> Hint | None:
    """Asks the refused question with these changes, which a person allowed. Raises ValueError when it may not be."""
    known = next((repair for repair in refused.suggested if repair.changes == changes), None)
    repair = known or Repair(kind=RepairKind.TYPED, changes=changes)
    if len(refused.tried) >= MOST_TRIES:
        raise ValueError(f"{MOST_TRIES} tries were made")
    if changes in [each.changes for each in refused.tried]:
        raise ValueError("this was tried")
    return _try(work, connection, verification, refused, repair, actor)


def _try(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    refused: Refused,
    repair: Repair,
    actor: str,
) -> Hint | None:
    """One question alone is asked again: whether the person is found shows in the first answer."""
    number = len(refused.tried) + 1
    seals = work.seals(verification.practice_id)
    repairs.add(
        connection,
        seals,
        verification,
        payer_id=refused.payer.id,
        number=number,
        kind=repair.kind,
        changes=repair.changes,
        approved_by=actor,
    )
    detail = {"try": number, "kind": repair.kind.value}
    verifications.record(
        connection, verification.practice_id, verification.id, "repair_tried", detail, actor=actor
    )
    first = inquiries.changes_of(inquiries.as_first_asked(connection, refused.row), seals)
    changes = _over(first, repair.changes)
    return _in_place_of(
        work, connection, verification, refused.row, refused.row.date_of_service, number, changes
    )


def _over(first: bytes | None, changes: Changes) -> bytes:
    """A try's changes over those the question was asked with from the first: a hop's own member id."""
    before = msgspec.json.decode(first, type=dict[str, Any]) if first else {}
    return msgspec.json.encode({**before, **msgspec.to_builtins(changes)})


def ask_rest_as_mended(
    work: Work, connection: Connection, verification: Row[Any], rows: Sequence[Row[Any]]
) -> list[Hint]:
    """Once a try was answered, the payer's other refused questions are asked in the same words."""
    hints = []
    seals = work.seals(verification.practice_id)
    for row in rows:
        mended = next(
            (one for one in rows if one.payer_id == row.payer_id and one.repair > row.repair and _heard(one)),
            None,
        )
        if row.state == InquiryState.REJECTED.value and mended is not None:
            changes = inquiries.changes_of(mended, seals)
            hint = _in_place_of(
                work, connection, verification, row, row.date_of_service, mended.repair, changes
            )
            hints += [hint] if hint else []
    return hints


def _heard(row: Row[Any]) -> bool:
    return bool(row.state == InquiryState.ANSWERED.value)


def _ask_for_today(
    work: Work, connection: Connection, verification: Row[Any], row: Row[Any]
) -> list[Hint | None]:
    """The payer does not look at that day: today's coverage is worth knowing, and is said to be today's."""
    today = clinic.day(connection, verification.practice_id, work.now())
    if row.date_of_service == today:
        return []
    detail = {"service_type": row.service_type, "asked_for": today.isoformat()}
    verifications.record(connection, row.practice_id, verification.id, "asked_for_today", detail)
    changes = inquiries.changes_of(row, work.seals(row.practice_id))
    return [_in_place_of(work, connection, verification, row, today, row.repair, changes)]


def _in_place_of(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    row: Row[Any],
    on: date,
    repair: int,
    changes: bytes | None,
) -> Hint | None:
    """The same question, for another day or in other words; the old one counts no more."""
    at = At(
        payer=clinic.payer(connection, row.practice_id, row.payer_id),
        hop=row.hop,
        from_inquiry_id=row.from_inquiry_id,
        reason=row.hop_reason,
        domain=row.hop_domain,
        repair=repair,
        changes=changes,
    )
    ready = prepare(work, connection, verification, at)
    made = plan_one(work, connection, verification, at, row.service_type, on, ready)
    if made is None:
        return None
    inquiries.replace(connection, row, made.inquiry_id)
    return made.hint
