"""Is authorization required?"""

from __future__ import annotations

from collections.abc import Sequence

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict

RULE = "authorization"


def authorization(case: Case) -> Verdict:
    """required, not_required, ask_for_codes, unknown or not_stated.

    EB11 speaks of a service type. For a line whose payer decides by code its "N" settles nothing, and its
    "Y" not for which codes; what is said of the plan as a whole is a hint and no statement.
    """
    known = case.look_up(FactName.AUTHORIZATION)
    if known.standing is Standing.UNKNOWN:
        sentence = f"The payer cannot say electronically whether authorization is required for {case.codes}."
        return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.AUTHORIZATION])
    if known.standing not in (Standing.YES, Standing.NO):
        return _not_stated(case, known)
    of_line = bool(known.fact and known.fact.about.service_line)
    if of_line or not case.line.decided_by_code:
        return _stated(case, known)
    if known.standing is Standing.YES:
        sentence = (
            "The payer states that authorization is required for this kind of service; "
            f"for which of {case.codes} is not determinable electronically."
        )
        told, said = _terms(case)
        return case.verdict(
            RULE, "required", sentence + told, [known, *said], ask=_asking(case), derived=True
        )
    sentence = (
        "The payer states that authorization is not required for this kind of service in general; "
        f"for {case.codes} that is not determinable electronically."
    )
    return case.verdict(RULE, "ask_for_codes", sentence, [known], ask=[FactName.AUTHORIZATION], derived=True)


#: What the clinic's own record of an authorization says beside the payer's word.
ON_FILE = {
    "granted": " An authorization is on file; whether it fits the course is told beside it.",
    "waiting": " A request is with the payer.",
    "denied": " An authorization was denied.",
    "not_needed": " The clinic's record says that none is needed.",
}


def _stated(case: Case, known: Known) -> Verdict:
    if known.standing is Standing.YES:
        route = [] if _route_known(case) else [FactName.AUTHORIZATION_ROUTE]
        told, said = _terms(case)
        sentence = f"The payer states that authorization is required for {case.line.label}.{told}{ON_FILE.get(case.on_file, '')}"
        return case.verdict(RULE, "required", sentence, [known, *said], ask=route)
    sentence = (
        f"The payer states that authorization is not required for {case.line.label}; "
        f"that is no promise of coverage or payment.{ON_FILE.get(case.on_file, '')}"
    )
    return case.verdict(RULE, "not_required", sentence, [known])


#: How one is got, as far as somebody said it of the line: the facts and the words, in the order of the work.
TERMS: Sequence[tuple[FactName, str]] = (
    (FactName.AUTHORIZATION_ROUTE, " Who reviews, and how it is sent: {value}."),
    (FactName.AUTHORIZATION_PAPERS, " What goes with it: {value}."),
    (FactName.DECISION_DAYS, " Days to decide: {value}."),
    (FactName.USUAL_UNITS, " Sessions usually granted at once: {value}{of_course}."),
    (FactName.TAPER_INCLUDED, " The taper is {is_not}granted with the course."),
)


def _terms(case: Case) -> tuple[str, list[Known]]:
    """The words, and what they rest on: what is old or disputed is not told."""
    known = {name: case.look_up_line(name) for name, _ in TERMS}
    said = {name: found.fact for name, found in known.items() if found.settled and found.fact}
    of_course = f", of {case.course.words}" if case.course.sessions else ""
    words = [
        told.format(
            value=said[name].value,
            of_course=of_course,
            is_not="" if said[name].standing is Standing.YES else "not ",
        )
        for name, told in TERMS
        if name in said
    ]
    return "".join(words), [known[name] for name in said]


def _not_stated(case: Case, known: Known) -> Verdict:
    plan = case.look_up_plan(FactName.AUTHORIZATION)
    hint = (
        " Authorization is required for some services of the plan." if plan.standing is Standing.YES else ""
    )
    on_file = ON_FILE.get(case.on_file, "")
    sentence = f"Whether authorization is required for {case.codes} is not stated.{hint}{on_file}"
    return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.AUTHORIZATION])


def _asking(case: Case) -> list[FactName]:
    route = [] if _route_known(case) else [FactName.AUTHORIZATION_ROUTE]
    return [FactName.AUTHORIZATION, *route]


def _route_known(case: Case) -> bool:
    return case.look_up_line(FactName.AUTHORIZATION_ROUTE).settled
