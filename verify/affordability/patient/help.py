"""Who else pays, as assumed: a manufacturer's card and a second plan as parts of a case, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from verify.affordability.case import (
    CaseAnswer,
    CaseLimits,
    CaseRule,
    CaseSavings,
    CaseSecondary,
    CaseSecondRule,
    CaseUnknown,
    SavingsChange,
    SecondaryChange,
)
from verify.affordability.faults import CaseError, Problem
from verify.affordability.ledger import CopayBasis
from verify.affordability.other_coverage import Method
from verify.affordability.patient.assumptions import SavingsCard, SecondPlan
from verify.affordability.patient.subject import has_settled, values_of
from verify.affordability.patient.treatment import Treatment
from verify.affordability.wording import day_words, dollars, percent
from verify.catalogue import CodeRole, FdaStatus
from verify.facts import WHOLE_PLAN, FactName, Standing

CARD = "the savings card"
#: Source: the manufacturer's page for Spravato, read 2026-11-23.
PUBLIC = frozenset({"medicare", "medicare_advantage", "medicaid", "medicaid_managed_care", "tricare"})


class Help(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a case, what is open about it, and what is said of it."""

    savings: tuple[CaseSavings, ...] = ()
    secondary: CaseSecondary | None = None
    opened: tuple[CaseUnknown, ...] = ()
    notes: tuple[str, ...] = ()


def reckon_help(card: SavingsCard | None, second: SecondPlan | None, treatments: Sequence[Treatment]) -> Help:
    """Raises CaseError for a card where no drug of its own is given, or under public coverage."""
    if card and (kind := _public_coverage(treatments)):
        words = f"helps with commercial plans alone; this one is {kind.replace('_', ' ')}"
        raise CaseError([Problem("card_patient_pays", words)])
    of_card = _card(card, drugs_of(treatments), program_of(treatments)) if card else Help()
    of_second = _second(second) if second else Help()
    return Help(
        savings=of_card.savings,
        secondary=of_second.secondary,
        opened=(*of_card.opened, *of_second.opened),
        notes=(*of_card.notes, *of_second.notes),
    )


def _public_coverage(treatments: Sequence[Treatment]) -> str:
    """The kind of plan, where manufacturers may not help; empty where it is another, or not known.

    Where it is open which of two it is, and neither is a commercial plan, no manufacturer helps either.
    """
    known = treatments[0].subject.known_of_type(FactName.PRODUCT, WHOLE_PLAN)
    kinds = [str(value) for value in values_of(known)]
    if known.stale or not PUBLIC.issuperset(kinds):
        return ""
    return " or ".join(kinds)


def drugs_of(treatments: Iterable[Treatment]) -> list[str]:
    """Codes of drugs that the plan may pay for, given as approved: for other uses there are no programmes."""
    return sorted(
        {
            code.code
            for one in treatments
            if one.subject.line.fda_status is FdaStatus.APPROVED and not one.rule.excluded
            for code in one.subject.line.codes
            if code.role is CodeRole.DRUG and code.code in one.subject.codes
        }
    )


def program_of(treatments: Iterable[Treatment]) -> str | None:
    """What the plan does with a manufacturer's money, where that is known and the same for every drug."""
    found = {
        known.fact.value
        for one in treatments
        if drugs_of([one])
        for known in [one.subject.known(FactName.ACCUMULATOR_PROGRAM)]
        if known.fact and has_settled(known, Standing.VALUE)
    }
    return str(found.pop()) if len(found) == 1 else None


#: Whether the plan counts a manufacturer's money. Alternative funding tells nothing of it.
COUNTS_UNDER = {"none": True, "accumulator": False, "maximizer": False}
ALTERNATIVE_FUNDING = "alternative_funding"
ALTERNATIVE_WORDS = (
    "The plan was said to have an alternative funding programme: it may not pay for the drug at all, and"
    " the manufacturer’s programme may not help beside it."
)


def _card(card: SavingsCard, codes: Sequence[str], program: str | None) -> Help:
    if not codes:
        words = "helps with an approved drug that is billed to the plan by a code of its own; none is planned"
        raise CaseError([Problem("card_patient_pays", words)])
    counts = COUNTS_UNDER.get(program or "") if card.counts is None else card.counts
    opened = [_counts_open()] if counts is None else []
    opened += [_left_open(card.maximum)] if card.left is None else []
    programme = CaseSavings(
        name=CARD,
        codes=list(codes),
        patient_pays_cents=card.patient_pays,
        left_cents=card.left,
        maximum_cents=card.maximum,
        # Expected is the dearer, as wherever nobody said anything.
        counts=counts or False,
        renews_on=card.renews_on,
    )
    notes = [_card_words(card, codes, counts), *_program_words(card, program)]
    return Help(savings=(programme,), opened=tuple(opened), notes=tuple(notes))


def _card_words(card: SavingsCard, codes: Sequence[str], counts: bool | None) -> str:
    left = "" if card.left is None else f", as long as {dollars(card.left)} lasts"
    if card.renews_on and card.maximum is not None:
        left += f", and {dollars(card.maximum)} from {day_words(card.renews_on)} on"
    counted = {True: "; the plan counts that money", False: "; the plan does not count that money", None: ""}
    return (
        f"Assumed: a manufacturer’s savings programme brings {' and '.join(codes)} down to"
        f" {dollars(card.patient_pays)} a treatment{left}{counted[counts]} ({card.source})."
        " Such programmes are for commercial plans, not for Medicare, Medicaid or other public coverage."
    )


def _program_words(card: SavingsCard, program: str | None) -> list[str]:
    """What was said of the plan's own programme, and whether it was gone by."""
    if program is None:
        return []
    if program == ALTERNATIVE_FUNDING:
        return [ALTERNATIVE_WORDS]
    words = "no accumulator or maximizer" if program == "none" else f"a copay {program}"
    against = card.counts is not None and card.counts is not COUNTS_UNDER.get(program)
    return [f"The plan was said to have {words} programme{'; assumed is the opposite' if against else ''}."]


def _counts_open() -> CaseUnknown:
    return CaseUnknown(
        fact="does the plan count the savings card’s money?",
        how="call the plan: is there a copay accumulator or maximizer programme?",
        answers=[
            CaseAnswer(answer="no, an accumulator programme", savings={CARD: SavingsChange(counts=False)}),
            CaseAnswer(answer="yes", savings={CARD: SavingsChange(counts=True)}),
        ],
    )


def _left_open(maximum: int | None) -> CaseUnknown:
    enough = "enough for the course" if maximum is None else f"all of {dollars(maximum)}"
    return CaseUnknown(
        fact="what the savings card still pays this year",
        how="ask the savings programme: what is its yearly maximum, and how much is used?",
        answers=[
            CaseAnswer(answer=enough, savings={CARD: SavingsChange(left_cents=None)}),
            CaseAnswer(answer="nothing is left", savings={CARD: SavingsChange(left_cents=0)}),
        ],
    )


def _second(second: SecondPlan) -> Help:
    # Expected is the dearer method, as wherever nobody said anything.
    method = second.method or Method.NON_DUPLICATION
    return Help(
        secondary=CaseSecondary(
            method=method,
            limits=CaseLimits(
                deductible_individual_cents=second.deductible_left,
                oop_individual_cents=second.maximum_left,
            ),
            rules=[CaseSecondRule(rule=_second_rule(second))],
            pays_of_deductible_bp=second.of_deductible,
            pays_of_coinsurance_bp=second.of_coinsurance,
        ),
        opened=() if second.method else (_method_open(),),
        notes=(f"Assumed: {_second_words(second)} ({second.source}).",),
    )


def _second_rule(second: SecondPlan) -> CaseRule:
    """One copay a day, whatever is given; the deductible applies where some of it is left."""
    return CaseRule(
        copay_cents=second.copay,
        copay_basis=CopayBasis.DAY,
        coinsurance_bp=second.coinsurance,
        deductible_applies=second.deductible_left > 0,
    )


def _second_words(second: SecondPlan) -> str:
    if second.method is Method.QMB:
        return "a Qualified Medicare Beneficiary, who owes no cost share of what Medicare covers"
    if second.method is Method.SUPPLEMENT:
        return (
            f"a supplement that pays {percent(second.of_deductible)} of the deductible and"
            f" {percent(second.of_coinsurance)} of copay and coinsurance"
        )
    alone = [f"a copay of {dollars(second.copay)} a day"] if second.copay else []
    alone += [f"a coinsurance of {percent(second.coinsurance)}"] if second.coinsurance else []
    left = (
        f", with {dollars(second.deductible_left)} of its deductible left" if second.deductible_left else ""
    )
    return (
        f"a second plan that covers the same services and alone leaves {' and '.join(alone) or 'nothing'}"
        f" to the patient{left}; no new year of its own is reckoned with"
    )


def _method_open() -> CaseUnknown:
    return CaseUnknown(
        fact="does the second plan pay beside the first, or only beyond it?",
        how="call the second plan: does it coordinate benefits in the standard way, or by non-duplication?",
        answers=[
            CaseAnswer(
                answer="only beyond what the first paid",
                secondary=SecondaryChange(method=Method.NON_DUPLICATION),
            ),
            CaseAnswer(
                answer="up to what it would pay alone", secondary=SecondaryChange(method=Method.STANDARD)
            ),
        ],
    )
