"""Learned: what a person read in a portal, letter, contract or on the card; kept as evidence, made facts of."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from verify.catalogue import load
from verify.facts import (
    Fact,
    FormField,
    Source,
    SourceKind,
    UnreadableAnswers,
    facts_from_form,
    withdrawal,
)
from verify.facts.names import WORDED
from verify.followup import learned_form
from verify.security.access import Access, Action
from verify.steps import hold
from verify.steps.calls import keep_exchange, question_of_person
from verify.steps.hold import NotAllowed, NotFound
from verify.steps.known import known_of
from verify.steps.work import Work
from verify.store import access, clinic, evidence, inquiries, patients, verifications
from verify.store.inquiries import WRITTEN_DOWN
from verify.verification import VerificationState

#: What may be written down without a call.
WRITTEN_KINDS = (
    SourceKind.PORTAL,
    SourceKind.LETTER,
    SourceKind.CONTRACT,
    SourceKind.CARD,
    SourceKind.PATIENT,
    SourceKind.CLINIC,
    SourceKind.POLICY_CARD,
)
#: No document in use is older, and none speaks of a day further off.
REACH = timedelta(days=3 * 366)
LEAVE_OUT = "a text without the patient's name, birth date and member ID"


class Learned(NamedTuple):
    """What a person read, as typed in: the answers by field of the worksheet, and where it stands."""

    answers: Mapping[str, Any]
    kind: SourceKind
    #: Title or number of the document, or of the page.
    reference: str
    #: The day it speaks of; None: today.
    as_of: date | None = None
    #: Until when it says that it holds; None: it does not say.
    holds_until: date | None = None


def form_of(
    work: Work, connection: Connection, practice_id: str, verification_id: str
) -> list[FormField] | None:
    """Every field that can be written down for a verification; None when this practice has no such one."""
    verification = verifications.of_practice(connection, verification_id, practice_id)
    return None if verification is None else _form(work, connection, verification)


def write_down(
    work: Work,
    verification_id: str,
    practice_id: str,
    actor: str,
    learned: Learned,
    *,
    follow_up_id: str = "",
) -> list[str]:
    """Keeps it, and judges anew: the keys of the new facts. `follow_up_id`: the task that it was looked up for.

    Raises UnreadableAnswers naming every field, NotFound, and NotAllowed in a state that forbids it.
    """
    with work.engine.begin() as connection:
        verification = hold.speaking(connection, verification_id, practice_id)
        now = work.now().astimezone(clinic.zone(connection, practice_id))
        _must_be_possible(learned, now)
        row = question_of_person(connection, work.seals(practice_id), verification, purpose=WRITTEN_DOWN)
        exchange_id = _keep(work, connection, verification, row, {}, _said(learned), now)
        source = Source(
            kind=learned.kind,
            reference=exchange_id,
            by=actor,
            obtained_at=now,
            as_of=learned.as_of or now.date(),
            call_reference=learned.reference,
        )
        found = facts_from_form(
            learned.answers,
            _form(work, connection, verification),
            source=source,
            until=_until(learned, now),
        )
        _must_name_nobody(work, connection, verification, learned, found)
        evidence.add_facts(connection, verification, found)
        if follow_up_id:
            _close(connection, verification, follow_up_id, actor)
        names = sorted({fact.name.value for fact in found})
        _record(connection, verification, actor, "facts_written_down", exchange_id, names)
        hint = hold.job(connection, verification, "judge", exchange_id)
    work.hint(hint)
    return [fact.key for fact in found]


def withdraw(
    work: Work, verification_id: str, practice_id: str, actor: str, *, fact_id: str, reason: str
) -> None:
    """Takes back what a person wrote down, by a newer fact; the old one and its evidence stay.

    Raises NotFound, and NotAllowed for what a payer answered electronically or what was withdrawn already.
    """
    with work.engine.begin() as connection:
        verification = hold.speaking(connection, verification_id, practice_id)
        fact = evidence.fact_of(connection, verification, fact_id)
        if fact is None:
            raise NotFound
        now = work.now().astimezone(clinic.zone(connection, practice_id))
        seals = work.seals(practice_id)
        row = question_of_person(connection, seals, verification, purpose=WRITTEN_DOWN)
        exchange_id = _keep(
            work, connection, verification, row, {"withdraws": fact_id}, {"reason": reason}, now
        )
        source = Source(
            kind=fact.source.kind, reference=exchange_id, by=actor, obtained_at=now, as_of=now.date()
        )
        known = evidence.facts_of(connection, verification)
        if fact.key in {other.withdraws for other in known}:
            raise NotAllowed("it was withdrawn already")
        try:
            newer = withdrawal(fact, source)
        except ValueError as why:
            raise NotAllowed(str(why)) from None
        evidence.add_facts(connection, verification, [newer])
        _record(connection, verification, actor, "fact_withdrawn", exchange_id, [fact.name.value])
        hint = hold.job(connection, verification, "judge", exchange_id)
    work.hint(hint)


def _form(work: Work, connection: Connection, verification: Row[Any]) -> list[FormField]:
    lines = [load().service_lines[key] for key in verification.service_lines]
    zone = clinic.zone(connection, verification.practice_id)
    return learned_form(known_of(work, connection, verification, lines, zone))


def _keep(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    row: Row[Any],
    asked: object,
    said: object,
    now: datetime,
) -> str:
    seals = work.seals(verification.practice_id)
    exchange_id = keep_exchange(connection, seals, row, asked=asked, said=said, at=(now, now), kind="written")
    inquiries.answer_by_person(connection, verification, exchange_id, only=row.id, code=WRITTEN_DOWN)
    return exchange_id


def _said(learned: Learned) -> dict[str, Any]:
    return {**learned._asdict(), "kind": learned.kind.value}


def _record(
    connection: Connection,
    verification: Row[Any],
    actor: str,
    what: str,
    exchange_id: str,
    names: Iterable[str],
) -> None:
    """The timeline and the access record; and what was signed is not what is known any more."""
    fields = tuple(names)
    detail = {"exchange_id": exchange_id, "facts": list(fields)}
    verifications.record(connection, verification.practice_id, verification.id, what, detail, actor=actor)
    access.record(
        connection,
        Access(
            practice_id=verification.practice_id,
            actor=actor,
            action=Action.CHANGE,
            object_type="fact",
            object_id=verification.id,
            fields=fields,
        ),
    )
    if verification.state == VerificationState.VERIFIED.value:
        verifications.change(connection, verification, state=VerificationState.NEEDS_PERSON.value)


def _close(connection: Connection, verification: Row[Any], follow_up_id: str, actor: str) -> None:
    """The task is done; what it leaves open makes a new one."""
    task = evidence.follow_up(connection, follow_up_id)
    if task.verification_id != verification.id:
        raise NotFound
    if task.state != "open":
        raise NotAllowed(task.state)
    evidence.close_follow_up(connection, task.id, outcome=evidence.CALL_RECORDED, by=actor)


# --- what cannot be -----------------------------------------------------------------------------------------


def _must_be_possible(learned: Learned, now: datetime) -> None:
    """Raises UnreadableAnswers for a source that is none, or days that cannot be."""
    today, problems = now.date(), {}
    if learned.kind not in WRITTEN_KINDS:
        problems["kind"] = f"one of {', '.join(kind.value for kind in WRITTEN_KINDS)}"
    if not learned.reference.strip():
        problems["reference"] = "the title or number of the document, or the page"
    if learned.as_of and not today - REACH <= learned.as_of <= today:
        problems["as_of"] = "a day that is not in the future, and not years ago"
    if learned.holds_until and not today < learned.holds_until <= today + REACH:
        problems["holds_until"] = "a day after today"
    if not any(isinstance(said, str) and said.strip() for said in learned.answers.values()):
        problems["answers"] = "at least one answer; the rest stays empty"
    if problems:
        raise UnreadableAnswers(problems)


def _until(learned: Learned, now: datetime) -> datetime | None:
    """The end of that day, on the practice's clock."""
    day = learned.holds_until
    return None if day is None else datetime.combine(day, time.max, tzinfo=now.tzinfo)


def _must_name_nobody(
    work: Work, connection: Connection, verification: Row[Any], learned: Learned, found: Iterable[Fact]
) -> None:
    """Facts are kept in clear, so no free text among them may name the patient. Raises UnreadableAnswers."""
    seals = work.seals(verification.practice_id)
    row = patients.patient(connection, verification.practice_id, verification.patient_id)
    identity = patients.identity_of(row, seals)
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    policy = patients.policy_of(coverage, seals)
    secrets = [identity["last_name"], str(identity["birth_date"] or ""), policy["member_id"]]
    problems = {}
    if names_somebody(learned.reference, secrets):
        problems["reference"] = LEAVE_OUT
    if any(names_somebody(text, secrets) for text in _texts(found)):
        problems["answers"] = LEAVE_OUT
    if problems:
        raise UnreadableAnswers(problems)


def _texts(found: Iterable[Fact]) -> list[str]:
    return [fact.value for fact in found if fact.name in WORDED and isinstance(fact.value, str)]


def names_somebody(text: str, secrets: Iterable[str]) -> bool:
    """Whether one of them stands in the text as a word of its own, whatever the case."""
    words = [secret for secret in secrets if len(secret) > 1]
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)
