"""What people do next about one verification, and the state that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from verify.catalogue import ServiceLine
from verify.facts import SourceKind
from verify.findings import Case, Finding, How, Question, cases_of
from verify.followup.call import call_script, look_up_script
from verify.followup.follow_up import DUE, OWNERS, FollowUp, Kind
from verify.followup.machinery import mend_reader
from verify.followup.refusals import LADDER, REMEDIES, Mender, refusals_of
from verify.followup.working_time import due_at
from verify.verification import InquiryState, Lane, OwnerRole, VerificationState
from verify.worksheet import load

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

#: What is looked up or asked without a call: what to do, and where what is learned comes from.
LOOK_UPS: Mapping[How, tuple[str, SourceKind]] = {
    How.PORTAL: ("Look it up in {whose} portal", SourceKind.PORTAL),
    How.LETTER: ("Ask the payer in writing", SourceKind.LETTER),
    How.CONTRACT: ("Look it up in our contract with the payer", SourceKind.CONTRACT),
    How.PATIENT: ("Ask the patient", SourceKind.PATIENT),
    How.CLINIC: ("Look it up in the clinic's own papers", SourceKind.CLINIC),
}
#: Asked in the same call, where there is one anyway.
IN_A_CALL = frozenset({How.PHONE, How.PORTAL})
#: The code of a question whose call was broken off.
PARKED = "parked"
#: The call to the payer itself, which answers what waits for a person.
PAYER = "payer"
PHARMACY = "pharmacy"

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
    #: What each line is judged from; scripts leave out what is known or ruled out.
    cases: Sequence[Case] = ()
    #: Calls to the payer recorded so far: what is still open after one is a new call. And of the other scripts.
    calls_made: int = 0
    other_calls: Mapping[str, int] = field(default_factory=dict)
    #: Changes when the patient's data do: a mended question that fails again is a new task.
    revision: int = 0
    payer_name: str = ""
    payer_phone: str = ""
    #: By service line, where another company than the payer on the card answered for it.
    speakers: Mapping[str, Callee] = field(default_factory=dict)
    #: What is to be done about authorizations (verify.authorizations), whether somebody signed or not.
    authorizations: Sequence[FollowUp] = ()

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
        tasks += _ask_people(situation)
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
    yield from _calls(situation, asking, pending)
    yield from _look_ups(situation, asking, pending)


def _callee(situation: Situation, question: Question) -> Callee:
    """Who speaks for what a question is about, where it is one for the payer."""
    return situation.speakers.get(question.service_line, situation.payer)


def _asked_of(
    situation: Situation, key: str, asking: Sequence[Question], pending: Sequence[Asked]
) -> dict[Callee, list[Question]]:
    """What one script asks, by whom it is asked; what waits for a person waits for the payer on the card."""
    if key != PAYER:
        return {_holder(situation, key): list(asking)} if asking else {}
    asked: dict[Callee, list[Question]] = {situation.payer: []} if pending else {}
    for question in asking:
        asked.setdefault(_callee(situation, question), []).append(question)
    return asked


def _calls(situation: Situation, asking: Sequence[Question], pending: Sequence[Asked]) -> Iterator[FollowUp]:
    """One call for each script and company with something only a voice answers; the portal's questions go along."""
    for key in sorted(load().scripts, key=lambda key: load().scripts[key].rank):
        here = [one for one in asking if one.script == key and one.how in IN_A_CALL]
        for callee, questions in _asked_of(situation, key, here, pending).items():
            waiting = pending if key == PAYER and callee == situation.payer else ()
            if waiting or any(question.how is How.PHONE for question in questions):
                yield _call(situation, key, callee, questions, waiting)


def _look_ups(
    situation: Situation, asking: Sequence[Question], pending: Sequence[Asked]
) -> Iterator[FollowUp]:
    """One for each way; a portal is looked into when its company is not called anyway."""
    called = {
        _callee(situation, question)
        for question in asking
        if question.how is How.PHONE and question.script == PAYER
    }
    called |= {situation.payer} if pending else set()
    for how in LOOK_UPS:
        here = [question for question in asking if question.how is how]
        if how is not How.PORTAL:
            yield from [_look_up(situation, how, situation.payer, here)] if here else ()
            continue
        for callee, questions in _asked_of(situation, PAYER, here, ()).items():
            if callee not in called:
                yield _look_up(situation, how, callee, questions)


def _call(
    situation: Situation,
    key: str,
    callee: Callee,
    asking: Sequence[Question],
    pending: Sequence[Asked],
) -> FollowUp:
    script = load().scripts[key]
    reasons = [_why_call(inquiry.code) for inquiry in pending]
    counted = f"{len(asking)} question{'' if len(asking) == 1 else 's'} open." if asking else ""
    return _task(
        situation,
        Kind.CALL,
        script.title.format(company=callee.name or script.company),
        " ".join([*dict.fromkeys(reasons), counted]).strip(),
        _about_call(situation, key, callee),
        script=call_script(
            asking,
            _cases(situation, key, callee),
            key=key,
            payer_name=callee.name,
            payer_phone=callee.phone,
            settles=key == PAYER and callee == situation.payer,
        ),
    )


def _about_call(situation: Situation, key: str, callee: Callee) -> str:
    """What tells one call from another: how many were made, and whom it goes to."""
    if key != PAYER:
        return f"{key}:{situation.other_calls.get(key, 0)}"
    made = str(situation.calls_made)
    return made if callee == situation.payer else f"{made}:{callee.name}"


def _holder(situation: Situation, key: str) -> Callee:
    """The company that an answer named for the pharmacy benefits, as far as it is known; nobody for other scripts."""
    step = situation.cases[0].trail.holder(PHARMACY) if key == PHARMACY and situation.cases else None
    return Callee(step.name, step.phone) if step else Callee()


def _why_call(code: str) -> str:
    if code in {"", "call_needed"}:
        return "This payer is asked by phone."
    if code == "no_way":
        return "No account of ours reaches this payer, or we are not enrolled with it there; the call replaces it."
    if code == PARKED:
        return "A call was parked: what is left to ask is in the script."
    if code == "later":
        return "The payer holds the question and answers in its own time; a call is quicker."
    return f"The payer could not be reached electronically ({code}); the call replaces it."


def _look_up(situation: Situation, how: How, callee: Callee, asking: Sequence[Question]) -> FollowUp:
    title, source_kind = LOOK_UPS[how]
    about = _about_call(situation, PAYER, callee)
    return _task(
        situation,
        Kind.LOOK_UP,
        title.format(whose="the payer's" if callee == situation.payer else f"{callee.name}'s"),
        " ".join(question.text for question in asking),
        about if how is How.PORTAL else f"{how}:{about}",
        script=look_up_script(asking, _cases(situation, PAYER, callee), source_kind),
    )


def _cases(situation: Situation, key: str, callee: Callee) -> Sequence[Case]:
    """What is known of each line this company speaks for, else of all; nothing, where nobody handed it in."""
    cases = situation.cases or cases_of(
        (), situation.service_lines, situation.date_of_service, now=situation.now
    )
    if key != PAYER:
        return cases
    own = [case for case in cases if situation.speakers.get(case.line.key, situation.payer) == callee]
    return own or cases


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
