"""Is authorization required?"""

from __future__ import annotations

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
        return case.verdict(RULE, "required", sentence, [known], ask=_asking(case), derived=True)
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
        sentence = f"The payer states that authorization is required for {case.line.label}.{ON_FILE.get(case.on_file, '')}"
        return case.verdict(RULE, "required", sentence, [known], ask=route)
    sentence = (
        f"The payer states that authorization is not required for {case.line.label}; "
        f"that is no promise of coverage or payment.{ON_FILE.get(case.on_file, '')}"
    )
    return case.verdict(RULE, "not_required", sentence, [known])


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
