"""Who holds what, from the companies an answer names."""

import pytest

from payers.benefits import Benefit, Contact, Entity, Member
from payers.reading import Holder, holders, summarize
from payers.reading.holders import domain_of

PHONE = [Contact(qualifier="TE", number="8005550123")]


def company(kind, name="EXAMPLE HEALTH", qualifier="PI", number="EX1", first=None):
    return Entity(type=kind, name=name, first_name=first, id_qualifier=qualifier, id=number, contacts=PHONE)


def line(code, types, *entities, insurance=None, messages=(), segment=7):
    return Benefit(
        information_code=code,
        service_types=types,
        insurance_type=insurance,
        entities=list(entities),
        messages=list(messages),
        segments=[segment],
    )


def held(*lines):
    said = summarize(lines)
    return holders(
        Member(
            role="subscriber",
            benefits=list(lines),
            other_payers=said.other_payers,
            carve_outs=said.carve_outs,
        )
    )


MEDICARE = line("1", ["30"], insurance="MB")


@pytest.mark.parametrize(
    ("types", "domain"),
    [
        ([], "plan"),
        (["30"], "plan"),
        (["30", "MH"], "plan"),
        (["MH", "A8"], "behavioral"),
        (["1", "33", "MH"], "behavioral"),
        (["88"], "pharmacy"),
        (["48", "50"], "medical"),
        (["1", "88"], "medical"),
    ],
)
def test_service_types_belong_to_kinds_of_benefits(types, domain):
    assert domain_of(types) == domain


def test_a_carve_out_names_company_id_phone_and_place():
    assert held(line("U", ["MH"], company("VN"))) == [
        Holder(
            domain="behavioral",
            reason="carve_out",
            name="EXAMPLE HEALTH",
            company_id="EX1",
            phone="8005550123",
            segments=(7,),
        )
    ]


def test_a_members_own_number_there_is_told_from_the_companys():
    (holder,) = held(line("U", ["MH"], company("VN", qualifier="MI", number="BH77")))
    assert (holder.company_id, holder.member_id) == ("", "BH77")


def test_of_which_benefits_a_vendor_of_the_whole_plan_is_is_not_guessed():
    assert [each.domain for each in held(line("U", ["30"], company("VN")))] == [""]


def test_a_known_administrator_of_the_whole_plan_is_the_behavioral_one():
    (holder,) = held(line("U", ["30"], company("VN", name="CARELON BEHAVIORAL")))
    assert holder.domain == "behavioral"


def test_a_utilization_reviewer_reviews_and_holds_nothing():
    (holder,) = held(line("U", ["MH"], company("X3")))
    assert holder.domain == "utilization"


def test_an_administrator_named_in_the_text_alone_counts():
    (holder,) = held(line("1", ["MH"], messages=["BENEFITS MANAGED BY MAGELLAN"]))
    assert (holder.domain, holder.name, holder.company_id) == ("behavioral", "Magellan", "")


def test_a_text_counts_for_nothing_beside_a_segment():
    said = held(line("U", ["MH"], company("VN")), line("1", ["MH"], messages=["CALL MAGELLAN"], segment=9))
    assert [each.name for each in said] == ["EXAMPLE HEALTH"]


@pytest.mark.parametrize("insurance", ["HN", "HM", "PR", "PS", "IN"])
def test_beside_medicares_own_parts_a_plan_is_an_advantage_plan(insurance):
    said = held(MEDICARE, line("R", ["30"], company("PRP"), insurance=insurance))
    assert [(each.domain, each.reason, each.order) for each in said] == [("plan", "medicare_advantage", "")]


def test_a_medicare_hmo_is_one_whoever_says_so():
    assert [each.reason for each in held(line("R", ["30"], company("PRP"), insurance="HN"))] == [
        "medicare_advantage"
    ]


def test_a_ppo_named_by_a_commercial_payer_is_another_insurance():
    said = held(line("R", ["30"], company("PRP"), insurance="PR"))
    assert [(each.reason, each.order) for each in said] == [("other_payer", "primary")]


@pytest.mark.parametrize(("kind", "order"), [("PRP", "primary"), ("SEP", "secondary"), ("PR", "")])
def test_another_payer_says_its_order_where_it_is_said(kind, order):
    (holder,) = held(line("R", ["30"], company(kind), insurance="12"))
    assert (holder.reason, holder.order) == ("other_payer", order)


def test_a_managed_care_plan_holds_the_whole_of_medicaid():
    (holder,) = held(line("MC", ["30"], company("Y2"), insurance="HM"))
    assert (holder.domain, holder.reason) == ("plan", "managed_care")


def test_a_drug_plan_beside_medicare_holds_the_pharmacy_benefits():
    (holder,) = held(MEDICARE, line("R", ["88"], company("PR"), insurance="OT"))
    assert (holder.domain, holder.reason) == ("pharmacy", "carve_out")


@pytest.mark.parametrize(
    "entity",
    [
        company("IL", first="ADA"),
        company("1P"),
        Entity(type=None),
        company("PRP", first="ADA"),
    ],
)
def test_people_and_nobody_are_no_company(entity):
    assert held(line("R", ["30"], entity)) == []


def test_a_help_with_premiums_is_no_payer():
    assert held(MEDICARE, line("R", ["30"], company("PR"), insurance="QM")) == []


def test_the_same_company_for_the_same_benefits_is_told_once():
    assert len(held(line("U", ["MH"], company("VN")), line("U", ["A8"], company("VN"), segment=9))) == 1
