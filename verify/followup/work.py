"""What people do next about one verification, and the state that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from verify.followup.errands import errands
from verify.followup.follow_up import FollowUp, Kind
from verify.followup.machinery import mend_reader
from verify.followup.refusals import LADDER, REMEDIES, Mender, refusals_of
from verify.followup.situation import Situation, is_concluded, task_of
from verify.verification import InquiryState, VerificationState

#: What must be known before a payer can be asked, and how to get it.
MISSING: Mapping[str, tuple[str, str]] = {
    "payer": (
        "Find the payer",
        "No payer of ours goes by the name on the card. Get both sides of the card; choose the payer or add it.",
    ),
    "member_id": (
        "Get the member ID",
        "Ask the patient for both sides of the card. Without one, the payer finds it by name and birth date.",
    ),
    "birth_date": ("Get the birth date", "Ask the patient for the birth date as the payer has it."),
}

#: A company further along may know the patient by a number of its own.
OTHER_CARD = (
    "Ask the patient for the card of {company}: it may know the patient by another member ID. "
    "Try that ID here, under “Ask in other words”."
)

_OPEN = frozenset({InquiryState.PLANNED, InquiryState.ASKING, InquiryState.UNAVAILABLE})
_SIGNED = frozenset({VerificationState.VERIFIED, VerificationState.VERIFIED_WITH_GAPS})


class NextWork(NamedTuple):
    state: VerificationState
    follow_ups: list[FollowUp]


def next_work(situation: Situation) -> NextWork:
    """The open tasks, soonest first, and the state that follows. Judged twice, the tasks are the same.

    The program never verifies by itself: when nothing is open, a person reviews and signs.
    """
    match situation.state:
        case VerificationState.CANCELLED:
            return NextWork(situation.state, [])
        case VerificationState.VERIFIED:
            return _with_authorizations(situation, situation.state, [])
        case VerificationState.EXPIRED:
            return NextWork(situation.state, [_ask_again(situation)])
    if situation.missing:
        state = situation.state if situation.state in _SIGNED else VerificationState.NEEDS_INFORMATION
        return NextWork(state, list(_get_information(situation)))
    if situation.state is VerificationState.NEEDS_INFORMATION or _unasked(situation):
        return NextWork(VerificationState.READY, [])
    tasks = [*_mend(situation), *_about_coverage(situation)]
    waiting = any(inquiry.state in _OPEN for inquiry in situation.inquiries)
    if not waiting:
        tasks += errands(situation)
    if situation.state is VerificationState.VERIFIED_WITH_GAPS and not tasks and not situation.questions:
        # The gaps are closed: somebody signs that it is verified.
        tasks = [_review(situation)]
    if situation.state in _SIGNED:
        return _with_authorizations(situation, situation.state, tasks)
    if waiting and not tasks:
        return NextWork(VerificationState.ASKING, [])
    return _with_authorizations(situation, VerificationState.NEEDS_PERSON, tasks or [_review(situation)])


def _with_authorizations(
    situation: Situation, state: VerificationState, tasks: Sequence[FollowUp]
) -> NextWork:
    """They neither keep anybody from signing nor end with it."""
    return NextWork(state, sorted([*tasks, *situation.authorizations], key=lambda task: task.due_at))


def _unasked(situation: Situation) -> bool:
    return situation.state is VerificationState.READY and not situation.inquiries


def _get_information(situation: Situation) -> Iterator[FollowUp]:
    for name in situation.missing:
        title, detail = MISSING.get(name, (f"Get the {name.replace('_', ' ')}", "Ask the patient."))
        yield task_of(situation, Kind.GET_INFORMATION, title, detail, name)


def _mend(situation: Situation) -> Iterator[FollowUp]:
    """One task per thing to mend and company, though several inquiries stumble over it; one per unreadable answer."""
    objections: dict[tuple[Mender, str], dict[str, None]] = {}
    steps: dict[tuple[Mender, str], dict[str, None]] = {}
    first: dict[tuple[Mender, str], str] = {}
    for inquiry in situation.inquiries:
        if inquiry.state is InquiryState.UNKNOWN:
            yield mend_reader(
                inquiry_id=inquiry.id, code=inquiry.code, now=situation.now, zone=situation.zone
            )
        if inquiry.state is not InquiryState.REJECTED:
            continue
        for refused in refusals_of(inquiry.code, inquiry.reject_reasons):
            what = refused.mender, inquiry.company
            objections.setdefault(what, {})[refused.means] = None
            steps.setdefault(what, {}).update(dict.fromkeys(refused.steps))
            first.setdefault(what, inquiry.id)
    for what, means in objections.items():
        yield _correct(situation, *what, list(means), list(steps[what]), first[what])


def _correct(
    situation: Situation, mender: Mender, company: str, means: list[str], steps: list[str], inquiry_id: str
) -> FollowUp:
    remedy = REMEDIES[mender]
    # One ladder in its own order, however the payer ordered its reasons.
    ordered = [step for step in LADDER if step in steps] + [step for step in steps if step not in LADDER]
    told = f"{company or 'The payer'} says: " + "; ".join(means) + "."
    if company and mender is Mender.PATIENT:
        ordered = [OTHER_CARD.format(company=company), *ordered]
    return task_of(
        situation,
        Kind.CORRECT_QUESTION,
        remedy.title,
        " ".join([told, *ordered, *remedy.steps]),
        f"{mender}:{inquiry_id}",
        owner=remedy.owner,
    )


def _about_coverage(situation: Situation) -> Iterator[FollowUp]:
    """What findings themselves call for: a new card, or settling which payer pays first."""
    inactive = [found for found in situation.findings if is_concluded(found, "active_coverage", "inactive")]
    if inactive:
        detail = f"{inactive[0].sentence} Ask the patient for the current card before anything else is asked."
        yield task_of(
            situation, Kind.NEW_COVERAGE, "Ask the patient about current coverage", detail, "inactive"
        )
    for found in situation.findings:
        if is_concluded(found, "other_coverage", "other_payer"):
            detail = f"{found.sentence} Ask the patient and both payers when coordination was last updated."
            yield task_of(situation, Kind.SETTLE_ORDER, "Settle which payer pays first", detail, "order")


def _review(situation: Situation) -> FollowUp:
    detail = "Nothing is open. Read the findings with their sources and sign."
    return task_of(situation, Kind.REVIEW, "Review and sign off", detail, str(situation.calls_made))


def _ask_again(situation: Situation) -> FollowUp:
    detail = "What was verified has expired. Ask again before the visit, or cancel."
    return task_of(situation, Kind.ASK_AGAIN, "Ask the payer again", detail, "expired")
