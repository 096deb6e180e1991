"""Trail: the companies an answer names are found among our payers, and asked next where that can help."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from payers.benefits import Member
from payers.reading import Holder, holders
from verify.asking import Changes, Heard, Hop, Known, hops, is_worth_finding, lines_held, opening, step_of
from verify.catalogue import ServiceLine
from verify.facts import Trail, WhyNot
from verify.steps.plan import At, plan
from verify.steps.work import Work
from verify.store import clinic, patients, verifications
from verify.store.adoption import CannotAdopt, adopt_listed
from verify.store.directory import company, listed_company
from verify.store.jobs import Hint
from verify.verification import InquiryState


def heard(asked: Sequence[Row[Any]], members: dict[str, Member]) -> list[Heard]:
    """The answers that name companies; `members` by inquiry."""
    by_id = {row.id: row for row in asked}
    return [
        Heard(row.id, row.payer_id, row.hop, _passed(row, by_id), holders(members[row.id]))
        for row in asked
        if row.id in members
    ]


def _passed(row: Row[Any], by_id: dict[str, Row[Any]]) -> frozenset[str]:
    """The payers on the way to this question, its own among them."""
    passed = {row.payer_id}
    while row.from_inquiry_id in by_id:
        row = by_id[row.from_inquiry_id]
        passed.add(row.payer_id)
    return frozenset(passed)


def follow(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    asked: Sequence[Row[Any]],
    members: dict[str, Member],
    lines: Sequence[ServiceLine],
    *,
    ask: bool = True,
) -> tuple[list[Hint], list[Hop]]:
    """The questions to companies that are to be asked next, and every hop there is to speak of."""
    answers = heard(asked, members)
    known = _known(connection, verification, asked, answers, work)
    found = hops(answers, lines, known)
    if ask and (adopted := _adopted(connection, verification, asked, found)):
        found = hops(answers, lines, known | adopted)
    being_asked = {row.payer_id for row in asked}
    hints: list[Hint] = []
    for hop in found:
        if ask and hop.why_not is None and hop.to_payer not in being_asked:
            hints += _ask(work, connection, verification, hop, lines)
            being_asked.add(hop.to_payer)
    return hints, found


def trail_of(card: Row[Any], asked: Sequence[Row[Any]], found: Sequence[Hop]) -> Trail:
    """The trail as it stands, from the payer on the card."""
    steps = [step_of(hop, _states(asked, hop)) for hop in found]
    return Trail(payer=card.id, payer_name=card.name, steps=tuple(steps))


def _states(asked: Sequence[Row[Any]], hop: Hop) -> list[InquiryState]:
    if hop.why_not is WhyNot.LOOP:
        return []
    return [InquiryState(row.state) for row in asked if row.hop and row.payer_id == hop.to_payer]


def _known(
    connection: Connection,
    verification: Row[Any],
    asked: Sequence[Row[Any]],
    answers: Sequence[Heard],
    work: Work,
) -> dict[Holder, Known]:
    """Which companies are payers of ours, by their id at the account that named them, else by name."""
    if not any(answer.holders for answer in answers):
        return {}
    accounts = {row.id: row.account_id for row in asked}
    other_policies = _other_policies(connection, verification, work)
    known = {}
    for answer in answers:
        for holder in answer.holders:
            payer_id = company(
                connection,
                verification.practice_id,
                accounts[answer.inquiry_id],
                their_id=holder.company_id,
                name=holder.name,
            )
            if payer_id:
                known[holder] = Known(payer_id, other_policies.get(payer_id, ""))
    return known


def _adopted(
    connection: Connection, verification: Row[Any], asked: Sequence[Row[Any]], found: Sequence[Hop]
) -> dict[Holder, Known]:
    """Companies that are to be asked and only in an account's list, made payers of ours, so that nobody need add them."""
    accounts = {row.id: row.account_id for row in asked}
    adopted: dict[Holder, Known] = {}
    for hop in found:
        account_id = accounts[hop.from_inquiry_id]
        if account_id is None or not is_worth_finding(hop):
            continue
        listed_id = listed_company(
            connection,
            verification.practice_id,
            account_id,
            their_id=hop.holder.company_id,
            name=hop.holder.name,
        )
        if listed_id is None:
            continue
        # A payer of ours by that name has another id there: which of them is meant is for a person to say.
        with suppress(CannotAdopt):
            payer = adopt_listed(connection, verification.practice_id, listed_id)
            adopted[hop.holder] = Known(payer.payer_id)
            detail = {"payer": payer.payer_id, "code": payer.code, "account": account_id}
            verifications.record(
                connection, verification.practice_id, verification.id, "payer_adopted", detail
            )
    return adopted


def _other_policies(connection: Connection, verification: Row[Any], work: Work) -> dict[str, str]:
    """The patient's member ids with other payers, as their other policies give them."""
    seals = work.seals(verification.practice_id)
    return {
        row.payer_id: patients.policy_of(row, seals)["member_id"]
        for row in patients.coverages_of(connection, verification.practice_id, verification.patient_id)
        if row.payer_id and row.id != verification.coverage_id
    }


def _ask(
    work: Work, connection: Connection, verification: Row[Any], hop: Hop, lines: Sequence[ServiceLine]
) -> list[Hint]:
    assert hop.known is not None
    payer = clinic.payer(connection, verification.practice_id, hop.known.payer)
    member_id = hop.holder.member_id or hop.known.member_id
    changes = msgspec.json.encode(Changes(member_id=member_id)) if member_id else None
    at = At(
        payer=payer,
        hop=hop.number,
        from_inquiry_id=hop.from_inquiry_id,
        reason=hop.holder.reason,
        domain=hop.holder.domain,
        changes=changes,
    )
    service_types = opening(lines_held(lines, hop.holder.domain), at.quirks, domain=hop.holder.domain)
    return plan(work, connection, verification, at, service_types)
