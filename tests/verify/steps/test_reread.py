"""Kept answers that an older reader could not read are read again, without asking anybody."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from payers.errors import PayerError
from payers.exchange import Exchange
from payers.simulator.server import Simulator
from tests.verify.steps.conftest import rows, run_all, set_rows, verification
from tests.verify.web.conftest import submission
from verify import steps
from verify.intake.submission import Submission
from verify.steps import Work
from verify.steps.question import compose
from verify.steps.settle import settle
from verify.store import clinic, inquiries, readings, verifications
from verify.store.inquiries import Outcome
from verify.store.tables import events, exchanges, facts, follow_ups, jobs, payer_accounts
from verify.store.tables import inquiries as inquiry_rows
from verify.verification import InquiryState, new_id

Unread = Callable[..., str]


@pytest.fixture
def payer() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def unread(work: Work, payer: Simulator) -> Unread:
    """A verification whose answers came and were kept, and whose outcome an older version called unknown."""
    practice_id = add_practice(work, payer)

    def made(member_id: str) -> str:
        asked = Submission.model_validate(
            submission(coverage={"member_id": member_id}, service_lines=["psychotherapy"])
        )
        made = steps.accept(work, asked, practice_id=practice_id, actor="system").verification_id
        [receiving] = rows(work, jobs, step="receive", state="queued")
        steps.run(work, receiving.id)
        for row in rows(work, inquiry_rows, verification_id=made):
            keep(work, row.id)
        set_rows(work, jobs, {"state": "done"}, step="ask")
        judge(work, made)
        return made

    return made


def judge(work: Work, made: str) -> None:
    with work.engine.begin() as connection:
        row = verifications.lock(connection, made)
        assert row is not None
        settle(connection, row, run=new_id("run"))
    run_all(work)


def add_practice(work: Work, payer: Simulator) -> str:
    account = payer.account()
    with work.engine.begin() as connection:
        made = clinic.add_practice(
            connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )
        account_id = clinic.add_account(
            connection,
            work.keyring,
            practice_id=made,
            name="Clearinghouse",
            adapter=account.adapter,
            url=account.url,
            sender_id=account.sender_id,
            receiver_id=account.receiver_id,
            secrets=account.secrets,
            allow_private_addresses=True,
        )
        clinic.add_payer(
            connection,
            practice_id=made,
            code="bluehollow",
            name="Blue Hollow Health Plan",
            payer_id="BHHP1",
            account_id=account_id,
        )
    return made


def keep(work: Work, inquiry_id: str) -> None:
    """What `ask` does, with a reader that can read nothing."""
    with work.engine.begin() as connection:
        row = inquiries.inquiry(connection, inquiry_id)
        verification = verifications.read(connection, row.verification_id)
        question = compose(work, connection, row, verification, row.account_id)
        exchange_id = inquiries.begin(connection, row, question.inquiry.trace, account_id=question.account.id)
    came = answer_to(work, question)
    with work.engine.begin() as connection:
        row = inquiries.inquiry(connection, inquiry_id)
        outcome = Outcome(InquiryState.UNKNOWN, "not_multipart")
        inquiries.end(connection, work.seals(row.practice_id), row, exchange_id, outcome, came)


def answer_to(work: Work, question: Any) -> Exchange:
    try:
        return work.adapters.of(question.account).ask(question.inquiry).exchange
    except PayerError as failure:
        assert failure.exchange is not None
        return failure.exchange


def reread_all(work: Work, **options: Any) -> list[steps.Reread]:
    with work.engine.connect() as connection:
        ids = readings.readable(connection, states=readings.READABLE)
    return [steps.reread(work, each, **options) for each in ids]


def open_tasks(work: Work, made: str) -> set[str]:
    return {task.kind for task in rows(work, follow_ups, verification_id=made, state="open")}


def test_what_can_be_read_now_is_stored_and_judged_and_its_task_closes(
    work: Work, payer: Simulator, unread: Unread
) -> None:
    made = unread("ACT100200300")
    assert open_tasks(work, made) >= {"mend_reader"}
    assert rows(work, facts, verification_id=made) == []
    asked, kept = len(payer.questions()), rows(work, exchanges)

    found = reread_all(work)
    run_all(work)

    assert {(each.before, each.code_before, each.after, each.taken) for each in found} == {
        ("unknown", "not_multipart", "answered", True)
    }
    assert len(payer.questions()) == asked, "nobody is asked a second time"
    assert rows(work, exchanges) == kept, "the evidence stays as it is"
    assert {row.state for row in rows(work, inquiry_rows, verification_id=made)} == {"answered"}
    assert verification(work, made).coverage_status == "active"
    assert rows(work, facts, verification_id=made)
    assert "mend_reader" not in open_tasks(work, made)
    told = [row.detail for row in rows(work, events, verification_id=made) if row.what == "inquiry_reread"]
    assert [(each["before"], each["state"]) for each in told] == [("unknown", "answered")] * len(found)


def test_the_answer_counts_from_when_it_came(work: Work, unread: Unread) -> None:
    made = unread("ACT100200300")
    reread_all(work)
    for row in rows(work, inquiry_rows, verification_id=made):
        [exchange] = rows(work, exchanges, id=row.exchange_id)
        assert row.answered_at == exchange.responded_at


@pytest.mark.parametrize("member", ["NOISE10020", "HTML100200", "PERSON1002"])
def test_what_still_cannot_be_read_stays_as_it_is(work: Work, unread: Unread, member: str) -> None:
    made = unread(member)
    before = rows(work, inquiry_rows, verification_id=made), rows(work, events, verification_id=made)
    assert not any(each.taken for each in reread_all(work))
    run_all(work)
    assert (
        rows(work, inquiry_rows, verification_id=made),
        rows(work, events, verification_id=made),
    ) == before
    assert "mend_reader" in open_tasks(work, made)


def test_a_refusal_that_could_not_be_read_becomes_one(work: Work, unread: Unread) -> None:
    made = unread("AAA7510020")
    reread_all(work)
    run_all(work)
    [row, *_] = rows(work, inquiry_rows, verification_id=made)
    assert (row.state, row.outcome_code, row.reject_reasons) == ("rejected", "aaa", ["75"])
    assert "correct_question" in open_tasks(work, made)
    assert "mend_reader" not in open_tasks(work, made)


def test_not_now_said_back_then_is_left_to_a_call(work: Work, unread: Unread) -> None:
    made = unread("AAA4210020")
    reread_all(work)
    run_all(work)
    [row, *_] = rows(work, inquiry_rows, verification_id=made)
    assert (row.state, row.outcome_code, row.ask_again_at) == ("pending", "aaa_42", None)
    assert "call" in open_tasks(work, made)


def test_a_dry_run_says_the_same_and_changes_nothing(work: Work, unread: Unread) -> None:
    made = unread("ACT100200300")
    before = rows(work, inquiry_rows, verification_id=made), rows(work, events, verification_id=made)
    assert all(each.taken for each in reread_all(work, dry_run=True))
    run_all(work)
    assert (
        rows(work, inquiry_rows, verification_id=made),
        rows(work, events, verification_id=made),
    ) == before


def test_an_answer_that_was_read_with_a_fault_is_put_right(work: Work, unread: Unread) -> None:
    made = unread("ACT100200300")
    reread_all(work)
    for row in rows(work, inquiry_rows, verification_id=made):
        misread(work, row)
    run_all(work)
    assert verification(work, made).copay_cents is None

    found = reread_all(work)
    assert {(each.before, each.after, each.taken) for each in found} == {("answered", "answered", True)}
    run_all(work)
    assert verification(work, made).copay_cents is not None
    assert not any(each.taken for each in reread_all(work)), "the second time there is nothing new"


def misread(work: Work, row: Any) -> None:
    """As an older reader had it: without its benefit lines."""
    seals = work.seals(row.practice_id)
    benefits = inquiries.benefits_of(row, seals)
    assert benefits is not None
    poor = replace(benefits, members=[replace(member, benefits=[]) for member in benefits.members])
    with work.engine.begin() as connection:
        exchange = readings.kept(connection, seals, row.exchange_id)
        readings.replace(connection, seals, row, Outcome(InquiryState.ANSWERED, benefits=poor), exchange)


def test_an_answer_never_becomes_a_rejection(work: Work, unread: Unread) -> None:
    made = unread("ACT100200300")
    reread_all(work)
    with work.engine.begin() as connection:
        connection.execute(update(inquiry_rows).values(state="rejected", outcome_code="aaa"))
    assert not any(each.taken for each in reread_all(work))
    assert {row.state for row in rows(work, inquiry_rows, verification_id=made)} == {"rejected"}


def test_only_what_somebody_still_needs_is_read_again(work: Work, unread: Unread) -> None:
    made = unread("ACT100200300")
    with work.engine.connect() as connection:
        assert readings.readable(connection)
        assert readings.readable(connection, among=["inq_none"]) == []
    row = verification(work, made)
    steps.cancel(work, made, row.practice_id, "system")
    with work.engine.connect() as connection:
        assert readings.readable(connection, states=readings.READABLE) == []


def test_nothing_is_read_through_an_account_that_cannot_be_used(work: Work, unread: Unread) -> None:
    made = unread("ACT100200300")
    set_rows(work, payer_accounts, {"secrets_sealed": None}, name="Clearinghouse")
    found = reread_all(work)
    assert {(each.after, each.code, each.taken) for each in found} == {("unknown", "missing_secret", False)}
    assert {row.state for row in rows(work, inquiry_rows, verification_id=made)} == {"unknown"}


def test_an_inquiry_that_was_mended_meanwhile_is_left_alone(
    work: Work, unread: Unread, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = unread("ACT100200300")
    practice_id = verification(work, made).practice_id

    def corrected_just_after(*arguments: Any) -> Any:
        composed = compose(*arguments)
        steps.complete_information(work, made, practice_id, "system")
        return composed

    # `verify.steps.reread` names the function; its module is meant.
    monkeypatch.setattr(sys.modules[steps.reread.__module__], "compose", corrected_just_after)
    with work.engine.connect() as connection:
        [first, *_] = readings.readable(connection)
    assert not steps.reread(work, first).taken
    with work.engine.connect() as connection:
        state = connection.execute(
            select(inquiry_rows.c.state).where(inquiry_rows.c.id == first)
        ).scalar_one()
    assert state == "unknown"
