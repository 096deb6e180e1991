"""Who holds the benefit: the payer itself, or another company (carve-out)?"""

from __future__ import annotations

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, How, Question, Verdict

RULE = "administrator"


def administrator(case: Case) -> Verdict:
    """other_company, payer_itself, unknown or not_stated.

    Most payers leave a carve-out's benefits out of their own answer, so silence is never "the payer itself".
    """
    known = case.look_up(FactName.ADMINISTRATOR)
    match known.standing:
        case Standing.YES:
            return _other_company(case, known)
        case Standing.NO:
            sentence = f"The payer states that it administers {case.line.label} itself."
            return case.verdict(RULE, "payer_itself", sentence, [known])
        case Standing.UNKNOWN:
            sentence = f"More than one company is named for {case.line.label}; which one decides is open."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.ADMINISTRATOR])
        case _:
            sentence = f"Who administers {case.line.label} is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.ADMINISTRATOR])


def _other_company(case: Case, known: Known) -> Verdict:
    name = company_name(known)
    phone = _detail(known, "phone")
    reached = f" (phone {phone})" if phone else ""
    sentence = f"{case.line.label} is administered by {name or 'another company'}{reached}, not by the payer on the card."
    if case.is_answered_elsewhere:
        return case.verdict(RULE, "other_company", f"{sentence} It was asked, and answered.", [known])
    made = case.verdict(RULE, "other_company", sentence, [known])
    ask = Question(
        fact=FactName.ADMINISTRATOR,
        service_line=case.line.key,
        text=f"The benefit is held by {name or 'the administrator'}. Ask there{reached}: {case.everything_to_ask}",
        how=How.SECOND_INQUIRY,
    )
    return Verdict(made.finding, (ask, *(q for q in made.questions if q.fact != ask.fact)))


def company_name(known: Known) -> str | None:
    """The company that administers, where one is named."""
    return _detail(known, "name")


def _detail(known: Known, part: str) -> str | None:
    value = known.fact.value if known.fact and known.standing is Standing.YES else None
    found = value.get(part) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
