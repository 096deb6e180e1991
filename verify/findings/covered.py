"""Is the service a covered benefit?"""

from __future__ import annotations

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict

RULE = "covered"


def covered(case: Case) -> Verdict:
    """covered, covered_with_authorization, excluded, excluded_in_part, reported_not_covered, unknown or not_stated.

    Only what was said of this very line says that it is covered: no service type stands for TMS or ketamine.
    A service type reported as not covered (EB01 I) often means that another company holds it.
    """
    known = case.look_up_line(FactName.COVERED)
    general = case.look_up(FactName.COVERED)
    if known.standing is Standing.NOT_ASKED and general.standing is Standing.NO:
        sentence = (
            "The payer reports this kind of service as no benefit of the plan; "
            "another company may hold it, so ask before telling the patient."
        )
        ask = [FactName.COVERED, FactName.ADMINISTRATOR]
        return case.verdict(RULE, "reported_not_covered", sentence, [general], ask=ask, derived=True)
    match known.standing:
        case Standing.YES:
            return _covered(case, known)
        case Standing.NO:
            return case.verdict(
                RULE, "excluded", f"The payer states that {case.line.label} is excluded.", [known]
            )
        case Standing.UNKNOWN:
            sentence = f"The payer cannot say whether {case.codes} are covered; look for its written policy."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.COVERED])
        case _:
            sentence = f"Whether {case.codes} are covered is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.COVERED])


def _covered(case: Case, known: Known) -> Verdict:
    """As far as single codes are not excluded, and with the condition it has."""
    excluded = case.look_up_line(FactName.EXCLUDED_CODES)
    named = [code for code in _codes(excluded) if code in _of_course(case)]
    if named:
        verb = "is" if len(named) == 1 else "are"
        sentence = f"The payer states that {case.line.label} is a covered benefit, but that {', '.join(named)} {verb} excluded."
        return case.verdict(RULE, "excluded_in_part", sentence, [known, excluded])
    authorization = case.look_up_for_codes(FactName.AUTHORIZATION)
    if authorization.standing is Standing.YES:
        sentence = (
            f"The payer states that {case.line.label} is a covered benefit, with an authorization; "
            "neither is a promise of payment."
        )
        return case.verdict(RULE, "covered_with_authorization", sentence, [known, authorization])
    sentence = f"The payer states that {case.line.label} is a covered benefit; that is no promise of payment."
    return case.verdict(RULE, "covered", sentence, [known])


def _codes(excluded: Known) -> list[str]:
    value = excluded.fact.value if excluded.fact and excluded.standing is Standing.VALUE else None
    return [str(code) for code in value] if isinstance(value, list) else []


def _of_course(case: Case) -> frozenset[str]:
    """The codes that will be billed: those of the course, else all of the line that are valid."""
    return case.course.codes or frozenset(code.code for code in case.line.codes_on(case.on))
