"""The kind of plan, from the insurance type of active lines (EB04): only where it can mean one kind alone."""

from datetime import UTC, date, datetime

import pytest

from payers.benefits import Benefit, Entity, Member, OtherEntity
from verify.facts import Fact, FactName, Source, SourceKind, Standing, Status, facts_from_member

SOURCE = Source(
    kind=SourceKind.X12_271,
    reference="exc_1",
    by="system",
    obtained_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
)


def line(insurance, *types, code="1", plan=None, number=10):
    return Benefit(
        information_code=code, insurance_type=insurance, service_types=types, plan=plan, segments=[number]
    )


def product(*lines, other_payers=()) -> Fact:
    member = Member(role="subscriber", benefits=list(lines), other_payers=list(other_payers))
    facts = facts_from_member(member, source=SOURCE, on=date(2026, 3, 4))
    (found,) = (fact for fact in facts if fact.name is FactName.PRODUCT)
    assert (found.about.service_type, found.about.service_line) == ("30", "")
    return found


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("HM", "hmo"),
        ("EP", "epo"),
        ("PR", "ppo"),
        ("PS", "pos"),
        ("HN", "medicare_advantage"),
        ("MA", "medicare"),
        ("MB", "medicare"),
        ("MC", "medicaid"),
    ],
)
def test_a_code_that_can_mean_one_kind_alone_is_that_kind(code, kind):
    found = product(line(code, "30"))
    assert (found.standing, found.status, found.value) == (Standing.VALUE, Status.STATED, kind)
    assert found.segments == (10,)
    assert kind in FactName.PRODUCT.choices


@pytest.mark.parametrize(
    "code",
    # Commercial, group, individual, indemnity, other, paid in cash, supplements, Medicare's second places …
    [
        "C1",
        "GP",
        "IP",
        "IN",
        "OT",
        "PP",
        "SP",
        "MH",
        "MI",
        "MP",
        "CP",
        "QM",
        "12",
        "43",
        "CO",
        "WC",
        "PPO",
        "",
        None,
    ],
)
def test_a_code_that_leaves_the_kind_open_states_none(code):
    assert product(line(code, "30")).standing is Standing.NOT_STATED


def test_the_parts_of_medicare_are_one_kind():
    found = product(line("MA", "30", number=10), line("MB", "30", number=11))
    assert (found.value, found.segments) == ("medicare", (10, 11))


def test_a_code_that_leaves_it_open_does_not_contradict_one_that_tells():
    assert product(line("C1", "30"), line("PR", "30")).value == "ppo"


@pytest.mark.parametrize("beside", ["HM", "PR", "MA", "MB"])
def test_a_medicare_advantage_plan_pays_medicares_parts_and_has_a_network(beside):
    assert product(line(beside, "30"), line("HN", "30", number=11)).value == "medicare_advantage"
    assert product(line("HN", "30"), line(beside, "MH", number=11)).value == "medicare_advantage"


def test_a_patient_with_medicare_and_medicaid_is_ambiguous_however_medicare_is_held():
    assert product(line("HN", "30"), line("MC", "30")).value == ["medicare_advantage", "medicaid"]


def test_a_network_beside_medicaid_does_not_tell_whether_it_is_managed():
    assert product(line("MC", "30"), line("HM", "30")).standing is Standing.UNKNOWN


def test_two_kinds_are_ambiguous():
    found = product(line("MA", "30"), line("MC", "30", number=11))
    assert (found.standing, found.status) == (Standing.UNKNOWN, Status.AMBIGUOUS)
    assert (found.value, found.segments) == (["medicare", "medicaid"], (10, 11))


@pytest.mark.parametrize("code", ["6", "C", "R", "U", "I", None])
def test_only_lines_that_state_active_coverage_count(code):
    assert product(line("MB", "30", code=code)).standing is Standing.NOT_STATED


@pytest.mark.parametrize("code", ["1", "2", "3", "4", "5"])
def test_coverage_is_active_in_five_ways(code):
    assert product(line("MB", "30", code=code)).value == "medicare"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        # The plan as a whole comes before a carved-out network of its mental health.
        ([line("PR", "MH"), line("HM", "30")], "hmo"),
        ([line("PR", "MH"), line("HM")], "hmo"),
        ([line("PR", "MH")], "ppo"),
        ([line(None, "30"), line("PR", "A6", "MH")], "ppo"),
        # A dental or a pharmacy network says nothing of the plan.
        ([line(None, "30"), line("PR", "35")], None),
        ([line("PR", "88")], None),
        ([line("HM", "30"), line("PR", "35")], "hmo"),
    ],
)
def test_lines_of_the_plan_come_before_those_of_mental_health_and_others_say_nothing(lines, kind):
    assert product(*lines).value == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("GOLD PPO", "ppo"),
        ("Lakeside Medicare Choice", None),
        ("LAKESIDE ADVANTAGE PLUS", None),
        ("DUAL D-SNP", None),
        ("Bronze Marketplace 6000", None),
        ("MEDI-CAL MANAGED", None),
        ("ADVANTAGEOUS PPO", "ppo"),
    ],
)
def test_where_the_name_speaks_of_a_programme_the_network_does_not_tell_the_kind(name, kind):
    assert product(line("PR", "30", plan=name)).value == kind


def test_the_name_of_what_is_not_active_says_nothing_of_it():
    ended = line("PR", "30", code="6", plan="MEDICARE PLUS", number=11)
    assert product(line("PR", "30", plan="GOLD"), ended).value == "ppo"


def test_a_programmes_own_code_stands_whatever_the_name_is():
    assert product(line("MC", "30", plan="MEDICAID")).value == "medicaid"


# --- a plan that holds a public programme's benefits --------------------------------------------------------------


def held(insurance, entity):
    return OtherEntity(
        entity=Entity(type=entity, name="EXAMPLE PLAN", id_qualifier="PI", id="EX1"),
        service_types=["30"],
        insurance_type=insurance,
        segments=[20],
    )


@pytest.mark.parametrize(
    ("active", "insurance", "entity", "kind"),
    [
        ("MB", "HN", "PRP", "medicare_advantage"),
        ("MA", "PR", "PR", "medicare_advantage"),
        ("MC", "HM", "Y2", "medicaid_managed_care"),
    ],
)
def test_medicare_and_medicaid_that_name_the_plan_which_holds_them_are_that(active, insurance, entity, kind):
    found = product(line(active, "30"), other_payers=[held(insurance, entity)])
    assert (found.standing, found.status, found.value) == (Standing.VALUE, Status.DERIVED, kind)
    assert found.segments == (10, 20)


@pytest.mark.parametrize(
    ("active", "insurance", "entity", "kind"),
    [
        # Another coverage of the patient's, not what holds this one.
        ("PR", "HN", "PRP", "ppo"),
        ("MB", "C1", "SEP", "medicare"),
        ("HM", "HM", "Y2", "hmo"),
    ],
)
def test_another_coverage_says_nothing_of_this_plan(active, insurance, entity, kind):
    found = product(line(active, "30"), other_payers=[held(insurance, entity)])
    assert (found.status, found.value) == (Status.STATED, kind)


def test_where_no_active_line_is_medicares_a_medicare_plan_named_beside_it_is_not_taken_for_this_one():
    assert product(line("C1", "30"), other_payers=[held("HN", "PRP")]).standing is Standing.NOT_STATED
