"""What people do next about one verification, and the state that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from verify.catalogue import ServiceLine
from verify.findings import Finding, How, Question
from verify.followup.call import call_script
from verify.followup.follow_up import DUE, OWNERS, FollowUp, Kind
from verify.followup.machinery import mend_reader
from verify.followup.refusals import LADDER, REMEDIES, Mender, refusals_of
from verify.followup.working_time import due_at
from verify.verification import InquiryState, Lane, OwnerRole, VerificationState

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


class Asked(NamedTuple):
    """One inquiry as it stands: its state, and the code and reasons (AAA03) it ended with."""

    id: str
    service_type: str
    state: InquiryState
    code: str = ""
    reject_reasons: Sequence[str] = ()
    #: The company asked, where it is not the payer on the card.
    company: str = ""


class Callee(NamedTuple):
    """Whom to call, and the number of its provider line."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that decides what is to be done next. Of one revision of the patient's data."""

    state: VerificationState
    lane: Lane
    date_of_service: date
    service_lines: Sequence[ServiceLine]
    now: datetime
    zone: tzinfo
    missing: Sequence[str] = ()
    inquiries: Sequence[Asked] = ()
    findings: Sequence[Finding] = ()
    questions: Sequence[Question] = ()
    #: Calls recorded so far: what is still open after one is a new call.
    calls_made: int = 0
    #: Changes when the patient's data do: a mended question that fails again is a new task.
    revision: int = 0
    payer_name: str = ""
    payer_phone: str = ""
    #: By service line, where another company than the payer on the card answered for it.
    speakers: Mapping[str, Callee] = field(default_factory=dict)

    @property
    def payer(self) -> Callee:
        return Callee(self.payer_name, self.payer_phone)


class NextWork(NamedTuple):
    state: VerificationState
    follow_ups: list[FollowUp]


def next_work(situation: Situation) -> NextWork:
    """The open tasks, soonest first, and the state that follows. Judged twice, the tasks are the same.

    The program never verifies by itself: when nothing is open, a person reviews and signs.
    """
    match situation.state:
        case VerificationState.CANCELLED | VerificationState.VERIFIED:
            return NextWork(situation.state, [])
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
        tasks += _ask_people(situation)
    tasks.sort(key=lambda task: task.due_at)
    if situation.state is VerificationState.VERIFIED_WITH_GAPS and not tasks and not situation.questions:
        # The gaps are closed: somebody signs that it is verified.
        return NextWork(situation.state, [_review(situation)])
    if situation.state in _SIGNED:
        return NextWork(situation.state, tasks)
    if waiting and not tasks:
        return NextWork(VerificationState.ASKING, [])
    return NextWork(VerificationState.NEEDS_PERSON, tasks or [_review(situation)])


def _unasked(situation: Situation) -> bool:
    return situation.state is VerificationState.READY and not situation.inquiries


def _get_information(situation: Situation) -> Iterator[FollowUp]:
    for name in situation.missing:
        title, detail = MISSING.get(name, (f"Get the {name.replace('_', ' ')}", "Ask the patient."))
        yield _task(situation, Kind.GET_INFORMATION, title, detail, name)


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
    return _task(
        situation,
        Kind.CORRECT_QUESTION,
        remedy.title,
        " ".join([told, *ordered, *remedy.steps]),
        f"{mender}:{inquiry_id}",
        owner=remedy.owner,
    )


def _about_coverage(situation: Situation) -> Iterator[FollowUp]:
    """What findings themselves call for: a new card, or settling which payer pays first."""
    inactive = [found for found in situation.findings if _is(found, "active_coverage", "inactive")]
    if inactive:
        detail = f"{inactive[0].sentence} Ask the patient for the current card before anything else is asked."
        yield _task(
            situation, Kind.NEW_COVERAGE, "Ask the patient about current coverage", detail, "inactive"
        )
    for found in situation.findings:
        if _is(found, "other_coverage", "other_payer"):
            detail = f"{found.sentence} Ask the patient and both payers when coordination was last updated."
            yield _task(situation, Kind.SETTLE_ORDER, "Settle which payer pays first", detail, "order")


def _ask_people(situation: Situation) -> Iterator[FollowUp]:
    """One call for everything a call can answer; the portal alone when nothing needs a voice."""
    inactive = {
        found.service_line for found in situation.findings if _is(found, "active_coverage", "inactive")
    }
    if inactive and all(line.key in inactive for line in situation.service_lines):
        return
    wanted = [question for question in situation.questions if question.service_line not in inactive]
    # Several service lines at one company are one errand.
    holders = {
        question.text: question.service_line
        for question in reversed(wanted)
        if question.how is How.SECOND_INQUIRY
    }
    for text, service_line in holders.items():
        yield _task(
            situation,
            Kind.ASK_ADMINISTRATOR,
            "Ask the company that holds the benefit",
            text,
            f"administrator:{service_line}",
        )
    asking = [question for question in wanted if question.how is not How.SECOND_INQUIRY]
    # A company further along has a call of its own (its question is a second inquiry).
    pending = [
        inquiry
        for inquiry in situation.inquiries
        if inquiry.state is InquiryState.PENDING and not inquiry.company
    ]
    asked_of: dict[Callee, list[Question]] = {situation.payer: []} if pending else {}
    for question in asking:
        callee = situation.speakers.get(question.service_line, situation.payer)
        asked_of.setdefault(callee, []).append(question)
    for callee, questions in asked_of.items():
        waiting = pending if callee == situation.payer else []
        if waiting or any(question.how is How.PHONE for question in questions):
            yield _call(situation, callee, questions, waiting)
        else:
            yield _look_up(situation, callee, questions)


def _call(
    situation: Situation, callee: Callee, asking: Sequence[Question], pending: Sequence[Asked]
) -> FollowUp:
    reasons = [_why_call(inquiry.code) for inquiry in pending]
    counted = f"{len(asking)} question{'' if len(asking) == 1 else 's'} open." if asking else ""
    detail = " ".join([*dict.fromkeys(reasons), counted]).strip()
    return _task(
        situation,
        Kind.CALL,
        f"Call {callee.name or 'the payer'}",
        detail,
        _about_call(situation, callee),
        script=_script(situation, callee, asking),
    )


def _about_call(situation: Situation, callee: Callee) -> str:
    """What tells one call from another: how many were made, and whom it goes to."""
    made = str(situation.calls_made)
    return made if callee == situation.payer else f"{made}:{callee.name}"


def _why_call(code: str) -> str:
    if code in {"", "call_needed"}:
        return "This payer is asked by phone."
    if code == "no_way":
        return "No account of ours reaches this payer, or we are not enrolled with it there; the call replaces it."
    if code == "later":
        return "The payer holds the question and answers in its own time; a call is quicker."
    return f"The payer could not be reached electronically ({code}); the call replaces it."


def _look_up(situation: Situation, callee: Callee, asking: Sequence[Question]) -> FollowUp:
    detail = " ".join(question.text for question in asking)
    whose = "the payer's" if callee == situation.payer else f"{callee.name}'s"
    return _task(
        situation,
        Kind.LOOK_UP,
        f"Look it up in {whose} portal",
        detail,
        _about_call(situation, callee),
        script=_script(situation, callee, asking),
    )


def _script(situation: Situation, callee: Callee, asking: Sequence[Question]) -> dict[str, Any]:
    return call_script(
        asking,
        situation.service_lines,
        situation.date_of_service,
        payer_name=callee.name,
        payer_phone=callee.phone,
    )


def _review(situation: Situation) -> FollowUp:
    detail = "Nothing is open. Read the findings with their sources and sign."
    return _task(situation, Kind.REVIEW, "Review and sign off", detail, str(situation.calls_made))


def _ask_again(situation: Situation) -> FollowUp:
    detail = "What was verified has expired. Ask again before the visit, or cancel."
    return _task(situation, Kind.ASK_AGAIN, "Ask the payer again", detail, "expired")


def _is(found: Finding, rule: str, conclusion: str) -> bool:
    return found.rule == rule and found.conclusion == conclusion


def _task(
    situation: Situation,
    kind: Kind,
    title: str,
    detail: str,
    about: str,
    *,
    owner: OwnerRole | None = None,
    script: dict[str, Any] | None = None,
) -> FollowUp:
    return FollowUp(
        kind=kind,
        title=title,
        detail=detail,
        owner_role=owner or OWNERS[kind],
        due_at=due_at(
            DUE[kind],
            now=situation.now,
            zone=situation.zone,
            lane=situation.lane,
            visit=situation.date_of_service,
        ),
        dedupe_key=f"{kind}:{situation.revision}:{about}",
        script=script,
    )
