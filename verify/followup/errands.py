"""Errands: the calls and look-ups that answer what is open, one for each company, script and way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from verify.facts import SourceKind
from verify.findings import Case, How, Question, cases_of
from verify.followup.call import call_script, look_up_script
from verify.followup.follow_up import FollowUp, Kind
from verify.followup.situation import Asked, Callee, Situation, is_concluded, task_of
from verify.verification import InquiryState
from verify.worksheet import load

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


def errands(situation: Situation) -> Iterator[FollowUp]:
    """One call for everything a call can answer; the portal alone when nothing needs a voice."""
    inactive = {
        found.service_line
        for found in situation.findings
        if is_concluded(found, "active_coverage", "inactive")
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
        yield task_of(
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
    return task_of(
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
    return task_of(
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
