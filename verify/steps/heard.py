"""Heard: the call to the payer itself, and which of the five outcomes came of it."""

from collections.abc import Sequence
from typing import NamedTuple

from payers.adapter import Reply
from payers.errors import AccountError, PayerError, Pending, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.limits import Outcome as Learned
from verify.steps.question import Question
from verify.steps.work import Work
from verify.store.inquiries import Outcome
from verify.verification import InquiryState


class Heard(NamedTuple):
    """What came of one attempt, before it is decided whether to ask again."""

    outcome: Outcome
    evidence: Exchange | None
    learned: Learned = Learned.ANSWERED
    retry_after_seconds: float | None = None
    #: False only when certainly nothing reached the payer.
    sent: bool = True
    #: The account itself is what failed.
    account_code: str = ""


#: Nothing was asked: the lease was lost before the question went out.
NOTHING = Heard(Outcome(InquiryState.UNAVAILABLE), None, Learned.NOT_ASKED)


def hear(work: Work, question: Question) -> Heard:
    """Asks. Every way it can end is one of the five outcomes (design decision 8)."""
    try:
        return heard_of(work.adapters.of(question.account).ask(question.inquiry))
    except AccountError as failure:
        outcome = Outcome(InquiryState.UNAVAILABLE, failure.code)
        return Heard(outcome, failure.exchange, Learned.NOT_ASKED, account_code=failure.code)
    except PayerError as failure:
        return heard_of(failure)


def heard_of(said: Reply | PayerError) -> Heard:
    """What a question came to, an error as a value."""
    if isinstance(said, PayerError):
        return without_benefits(said)
    return Heard(Outcome(InquiryState.ANSWERED, benefits=said.benefits), said.exchange)


def without_benefits(failure: PayerError) -> Heard:
    """What a failed attempt says."""
    match failure:
        case Unavailable():
            return Heard(
                Outcome(InquiryState.UNAVAILABLE, failure.code),
                failure.exchange,
                Learned.UNAVAILABLE if failure.code != "http_429" else Learned.ANSWERED,
                failure.retry_after_seconds,
                failure.sent,
            )
        case Rejected():
            reasons = _reasons(failure)
            return Heard(
                Outcome(InquiryState.REJECTED, failure.code, failure.detail, reasons, failure.benefits),
                failure.exchange,
            )
        case Pending():
            return Heard(Outcome(InquiryState.PENDING, failure.code), failure.exchange, Learned.NOT_ASKED)
        case Unreadable():
            return Heard(Outcome(InquiryState.UNKNOWN, failure.code), failure.exchange)
    raise AssertionError(f"a new kind of PayerError: {type(failure).__name__}")


def _reasons(failure: Rejected) -> Sequence[str]:
    """Every AAA03 of a refusal, in order (CORE 259: read all of them)."""
    if failure.benefits is None:
        return ()
    found = list(failure.benefits.rejections)
    for member in failure.benefits.members:
        found += member.rejections
        found += [rejection for benefit in member.benefits for rejection in benefit.rejections]
    return list(dict.fromkeys(rejection.reason for rejection in found if rejection.reason))
