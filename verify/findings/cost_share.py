"""What the patient pays of each session: copay and coinsurance."""

from __future__ import annotations

from verify.facts import WHOLE_PLAN, FactName, Known, Standing
from verify.findings.finding import Case, Verdict, dollars, number_of, percent

RULE = "cost_share"

NAMES = (FactName.COPAY, FactName.COINSURANCE)


def cost_share(case: Case) -> Verdict:
    """copay, coinsurance, copay_and_coinsurance, unknown or not_stated.

    What is said of a service type settles nothing for a line whose payment turns on its codes: whether
    TMS is processed as an office visit is the payer's to say. Absent is not zero.
    """
    copay, coinsurance = (case.look_up(name) for name in NAMES)
    said = [words for words in (_copay_words(copay), _coinsurance_words(coinsurance)) if words]
    if not said:
        return _nothing_said(case, copay, coinsurance)
    known = [known for known in (copay, coinsurance) if _speaks(known)]
    general = any(_general(case, one) for one in known)
    conclusion = "_and_".join(
        name.value for name, one in zip(NAMES, (copay, coinsurance), strict=True) if _speaks(one)
    )
    sentence = "The patient pays " + " and ".join(said) + "." + _order(case)
    ask = [] if case.look_up(FactName.DEDUCTIBLE_APPLIES).settled else [FactName.DEDUCTIBLE_APPLIES]
    if _basis_matters(case, copay):
        sentence += " With several services in one session, whether it is due for each is not stated."
        ask = [FactName.COPAY, *ask]
    if general:
        sentence = f"In general the patient pays {' and '.join(said)}; for {case.codes} it is not stated."
        ask = [*NAMES, *ask]
    return case.verdict(RULE, conclusion, sentence, known, ask=ask, derived=general)


def _order(case: Case) -> str:
    """What is known of the deductible beside it."""
    applies = case.look_up(FactName.DEDUCTIBLE_APPLIES).standing
    first = case.look_up(FactName.DEDUCTIBLE_FIRST).standing
    if applies is Standing.NO:
        return " The deductible does not apply."
    if applies is not Standing.YES:
        return ""
    order = {Standing.YES: ", and is due first", Standing.NO: ", after the copay"}
    return f" The deductible applies{order.get(first, '')}."


def _basis_matters(case: Case, copay: Known) -> bool:
    """A copay of which nobody said how often it is due, where a session has several services."""
    value = copay.fact.value if copay.fact and _speaks(copay) else None
    open_basis = isinstance(value, dict) and not value.get("per") and bool(value.get("cents"))
    return open_basis and any(len(session.services) > 1 for session in case.course.sessions)


def copay_cents(case: Case) -> int | None:
    """The copay, where it is settled for this very line."""
    known = case.look_up(FactName.COPAY)
    value = known.fact.value if known.fact and known.settled and not _general(case, known) else None
    return value.get("cents") if isinstance(value, dict) else None


def coinsurance_basis_points(case: Case) -> int | None:
    """The patient's share, where it is settled for this very line."""
    known = case.look_up(FactName.COINSURANCE)
    return number_of(known) if known.settled and not _general(case, known) else None


def _general(case: Case, known: Known) -> bool:
    """Said of a service type, while this line's payer decides by code."""
    return case.line.decided_by_code and bool(known.fact and not known.fact.about.service_line)


def _nothing_said(case: Case, copay: Known, coinsurance: Known) -> Verdict:
    ask = [*NAMES, FactName.DEDUCTIBLE_APPLIES]
    if Standing.UNKNOWN in (copay.standing, coinsurance.standing):
        sentence = "What the patient pays per session cannot be told: the payer's figures are ambiguous."
        return case.verdict(RULE, "unknown", sentence, [copay, coinsurance], ask=ask)
    sentence = "What the patient pays per session is not stated; that is not $0." + _elsewhere(case)
    return case.verdict(RULE, "not_stated", sentence, [copay, coinsurance], ask=ask)


def _elsewhere(case: Case) -> str:
    """What is stated of office visits or of the plan, as a hint: it may not hold here."""
    for service_type, of_what in (("98", "an office visit"), (WHOLE_PLAN, "the plan in general")):
        known = [case.merged.look_up(name, service_types=(service_type,)) for name in NAMES]
        said = [words for words in (_copay_words(known[0]), _coinsurance_words(known[1])) if words]
        if said:
            return f" For {of_what} the payer states {' and '.join(said)}; whether that holds here is open."
    return ""


def _speaks(known: Known) -> bool:
    return known.standing is Standing.VALUE


def _copay_words(known: Known) -> str:
    value = known.fact.value if known.fact and _speaks(known) else None
    if not isinstance(value, dict):
        return ""
    per = f" per {value['per']}" if value.get("per") else ""
    return f"a copay of {dollars(value['cents'])}{per}"


def _coinsurance_words(known: Known) -> str:
    share = number_of(known)
    return f"coinsurance of {percent(share)}" if share is not None else ""
