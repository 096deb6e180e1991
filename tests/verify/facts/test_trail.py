"""Who speaks for which benefits, and whose words count."""

from datetime import UTC, datetime

import pytest
from msgspec import structs

from verify.facts import (
    About,
    Fact,
    FactName,
    Source,
    SourceKind,
    Standing,
    Status,
    Step,
    StepState,
    Trail,
    merge,
    speaking_for,
)

CARD, MA, BH, OTHER = "payer_card", "payer_ma", "payer_bh", "payer_other"


def step(domain, to, state=StepState.ANSWERED, *, since=CARD, reason="carve_out", number=1):
    return Step(number=number, domain=domain, reason=reason, from_payer=since, to_payer=to, state=state)


def trail(*steps):
    return Trail(payer=CARD, payer_name="Blue Hollow", steps=steps)


TO_BH, TO_MA = step("behavioral", BH), step("plan", MA, reason="medicare_advantage")
MA_TO_BH = step("behavioral", BH, since=MA, number=2)


@pytest.mark.parametrize(
    ("steps", "domain", "speaker"),
    [
        ([], "behavioral", CARD),
        ([TO_BH], "behavioral", BH),
        ([TO_BH], "medical", CARD),
        ([TO_MA], "behavioral", MA),
        ([TO_MA], "medical", MA),
        ([TO_MA, MA_TO_BH], "behavioral", BH),
        ([TO_MA, MA_TO_BH], "medical", MA),
        ([TO_BH, TO_MA], "behavioral", MA),
        ([step("behavioral", BH, StepState.UNANSWERED)], "behavioral", CARD),
        ([step("behavioral", BH, StepState.ASKING)], "behavioral", CARD),
        ([step("plan", OTHER, reason="other_payer")], "behavioral", CARD),
        ([step("", "", StepState.NOT_FOLLOWED)], "behavioral", CARD),
    ],
)
def test_the_last_one_on_the_way_that_answered_speaks(steps, domain, speaker):
    assert trail(*steps).speaker(domain) == speaker


def test_a_circle_ends_where_it_closes():
    assert trail(TO_BH, step("behavioral", CARD, since=BH, number=2)).speaker("behavioral") == BH
    assert trail(TO_BH, step("behavioral", BH, since=BH, number=2)).speaker("behavioral") == BH


def test_a_circle_further_on_ends_where_it_closes():
    to_other, back = (
        step("behavioral", OTHER, since=BH, number=2),
        step("behavioral", BH, since=OTHER, number=3),
    )
    assert trail(TO_BH, to_other, back).speaker("behavioral") == OTHER
    assert trail(TO_BH, to_other, back).holder("behavioral") == to_other


def test_the_holder_is_named_whether_it_answered_or_not():
    unheard = step("behavioral", BH, StepState.UNANSWERED)
    assert trail(unheard).holder("behavioral") == unheard
    assert trail(TO_MA, MA_TO_BH).holder("behavioral") == MA_TO_BH
    assert trail(unheard).holder("medical") is None
    unknown = step("behavioral", "", StepState.NOT_FOLLOWED)
    assert trail(unknown).holder("behavioral") == unknown


def fact(name, payer, value=1000, *, kind=SourceKind.X12_271, standing=Standing.VALUE):
    source = Source(
        kind=kind, reference="r", by="x", obtained_at=datetime(2026, 11, 28, tzinfo=UTC), payer=payer
    )
    silent = standing is Standing.NOT_STATED
    return Fact(
        name=FactName(name),
        about=About(service_type="30"),
        standing=standing,
        status=Status.NOT_STATED if silent else Status.STATED,
        value=value if standing is Standing.VALUE else None,
        source=source,
    )


DEDUCTIBLE = "deductible_remaining"
FACTS = [fact(DEDUCTIBLE, CARD), fact(DEDUCTIBLE, BH, 2000), fact(DEDUCTIBLE, "", 3000, kind=SourceKind.CALL)]


def values(facts, trail_, domain="behavioral", name=DEDUCTIBLE):
    return [each.value for each in speaking_for(facts, trail_, domain) if each.name == name]


def test_without_a_trail_everybody_counts():
    assert values(FACTS, Trail()) == [1000, 2000, 3000]


def test_the_holder_and_people_count_and_the_others_do_not():
    assert values(FACTS, trail(TO_BH)) == [2000, 3000]
    assert values(FACTS, trail(TO_BH), "medical") == [1000, 3000]


def test_while_the_holder_has_not_answered_what_it_costs_is_not_stated():
    unheard = trail(step("behavioral", BH, StepState.UNANSWERED))
    assert values(FACTS, unheard) == [3000]
    active = fact("active", CARD, standing=Standing.YES)
    assert active in speaking_for([active], unheard, "behavioral"), "the membership is the payer's own"
    assert values(FACTS, unheard, "medical") == [1000, 3000]


def test_another_insurance_never_speaks_for_this_policy():
    other = trail(step("plan", OTHER, reason="other_payer"))
    assert values([fact(DEDUCTIBLE, OTHER, 4000), *FACTS], other) == [1000, 3000]


@pytest.mark.parametrize("name", ["held_by", "other_payer", "administrator"])
def test_who_holds_what_counts_whoever_says_it(name):
    said = fact(name, CARD, standing=Standing.YES)
    assert said in speaking_for([said], trail(TO_BH), "behavioral")


def test_the_plans_name_is_the_cards_where_the_holder_says_none():
    name = fact("plan_name", CARD, "GOLD")
    silent = fact("plan_name", BH, standing=Standing.NOT_STATED)
    assert name in speaking_for([name, silent], trail(TO_BH), "behavioral")
    own = fact("plan_name", BH, "BEHAVIORAL PLUS")
    assert values([name, own], trail(TO_BH), name="plan_name") == ["BEHAVIORAL PLUS"]


@pytest.mark.parametrize(
    ("of_card", "of_holder", "counts"),
    [
        # A Medicare Advantage plan is a PPO as well.
        ("medicare_advantage", "ppo", ["medicare_advantage"]),
        ("medicaid_managed_care", "hmo", ["medicaid_managed_care"]),
        ("medicare", "medicare_advantage", ["medicare_advantage"]),
        ("hmo", "ppo", ["ppo"]),
    ],
)
def test_how_the_holders_network_works_does_not_hide_whose_plan_it_is(of_card, of_holder, counts):
    kinds = [fact("product", CARD, of_card), fact("product", MA, of_holder)]
    assert values(kinds, trail(TO_MA), name="product") == counts


def test_a_holder_that_names_two_kinds_does_not_hide_it_either():
    of_card, torn = fact("product", CARD, "medicare_advantage"), fact("product", MA, ["hmo", "ppo"])
    torn = structs.replace(torn, standing=Standing.UNKNOWN, status=Status.AMBIGUOUS)
    kept = speaking_for([of_card, torn], trail(TO_MA), "medical")
    known = merge(kept, now=datetime(2026, 11, 28, tzinfo=UTC)).look_up(
        FactName.PRODUCT, service_types=("30",)
    )
    assert known.fact == of_card


def test_what_a_person_says_of_the_kind_counts_beside_it():
    kinds = [
        fact("product", CARD, "medicare_advantage"),
        fact("product", "", "pos", kind=SourceKind.PORTAL),
    ]
    assert values(kinds, trail(TO_MA), name="product") == ["pos", "medicare_advantage"]
