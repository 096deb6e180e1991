from datetime import UTC, date, datetime

import msgspec
import pytest

from payers.benefits import Answer, Benefit, Contact, DateRange, Entity, Identity, Member, OtherEntity
from verify.facts import (
    About,
    Fact,
    FactName,
    Level,
    Source,
    SourceKind,
    Standing,
    Status,
    Tier,
    facts_from_answers,
    facts_from_member,
)
from verify.facts.amounts import basis_points_of, cents_of

SOURCE = Source(
    kind=SourceKind.X12_271,
    reference="exc_1",
    by="system",
    obtained_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
)


def read(question: str, status: str, value: object = None) -> list[Fact]:
    answer = Answer(status=status, value=value, segments=[17, 18])
    return facts_from_answers({question: answer}, source=SOURCE, service_type="MH")


@pytest.mark.parametrize(
    ("question", "status", "value", "name", "standing"),
    [
        ("active", "stated", "active", FactName.ACTIVE, Standing.YES),
        ("active", "stated", "inactive", FactName.ACTIVE, Standing.NO),
        ("active", "not_stated", None, FactName.ACTIVE, Standing.NOT_STATED),
        ("active", "ambiguous", ["active", "inactive"], FactName.ACTIVE, Standing.UNKNOWN),
        ("authorization", "stated", "required", FactName.AUTHORIZATION, Standing.YES),
        ("authorization", "stated", "not_required", FactName.AUTHORIZATION, Standing.NO),
        ("authorization", "stated", "payer_cannot_say", FactName.AUTHORIZATION, Standing.UNKNOWN),
        ("authorization", "not_stated", None, FactName.AUTHORIZATION, Standing.NOT_STATED),
        ("copay", "not_stated", None, FactName.COPAY, Standing.NOT_STATED),
        ("copay", "ambiguous", [{"amount": "30"}, {"amount": "40"}], FactName.COPAY, Standing.UNKNOWN),
        ("coinsurance", "not_stated", None, FactName.COINSURANCE, Standing.NOT_STATED),
        ("coinsurance", "ambiguous", [{"percent": ".2"}], FactName.COINSURANCE, Standing.UNKNOWN),
        ("limits", "not_stated", None, FactName.LIMITS, Standing.NOT_STATED),
        ("limits", "ambiguous", [[]], FactName.LIMITS, Standing.UNKNOWN),
        ("administered_by", "not_stated", None, FactName.ADMINISTRATOR, Standing.NOT_STATED),
    ],
)
def test_an_answer_becomes_a_fact_that_stands_as_it_was_said(question, status, value, name, standing):
    [fact] = read(question, status, value)
    assert (fact.name, fact.standing, fact.status) == (name, standing, Status(status))
    assert fact.about.service_type == "MH"
    assert fact.about.tier is Tier.IN_NETWORK
    assert fact.expires_at > SOURCE.obtained_at


@pytest.mark.parametrize(
    ("question", "said", "kept"),
    [
        ("copay", {"amount": "30.00", "per": "visit"}, {"cents": 30_00, "per": "visit"}),
        ("copay", {"amount": "0", "per": None}, {"cents": 0, "per": None}),
        ("coinsurance", {"percent": ".2"}, 2000),
        ("coinsurance", {"percent": "0"}, 0),
        ("coinsurance", {"percent": "1"}, 10_000),
        (
            "limits",
            [{"quantity": "20", "unit": "visits", "period": "year", "remaining": "12"}],
            [{"quantity": "20", "unit": "visits", "period": "year", "remaining": "12"}],
        ),
        (
            "administered_by",
            {"name": "EXAMPLE BEHAVIORAL", "id": "W123456789", "phone": "8005550100"},
            {"name": "EXAMPLE BEHAVIORAL", "phone": "8005550100"},
        ),
    ],
)
def test_a_stated_value_is_kept_in_cents_and_basis_points_with_its_segments(question, said, kept):
    [fact] = read(question, "stated", said)
    assert fact.name == ("administrator" if question == "administered_by" else question)
    assert fact.value == kept
    assert fact.segments == (17, 18)
    assert fact.settled


@pytest.mark.parametrize("status", [Status.STATED, Status.DERIVED])
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("active", "active"),
        ("active", "not_covered"),
        ("authorization", "required"),
        ("deductible", {"individual": {"total": "1500"}, "family": {"remaining": "100"}}),
        ("out_of_pocket", {"individual": {"met": "0"}}),
        ("copay", {"amount": "30", "per": "visit"}),
        ("copay", {"amount": "30", "per": "visit", "basis": "office_visit"}),
        ("coinsurance", {"percent": ".2"}),
        ("limits", []),
        ("limits", [{"quantity": "20"}]),
        ("administered_by", {"name": "EXAMPLE BEHAVIORAL"}),
    ],
)
def test_whatever_settles_a_matter_says_how_and_where_it_was_said(question, said, status):
    """Else a coordinator who is asked "where does it say so?" could not be shown the line."""
    facts = read(question, status.value, said)
    settled = [fact for fact in facts if fact.settled]
    assert settled
    assert {(fact.status, fact.segments) for fact in settled} == {(status, (17, 18))}
    open_ones = {(fact.status, fact.segments) for fact in facts if not fact.settled}
    assert open_ones <= {(Status.NOT_STATED, ())}


@pytest.mark.parametrize(
    ("question", "said", "ends"),
    [
        ("active", "active", datetime(2026, 4, 1, tzinfo=UTC)),
        ("deductible", {"individual": {"remaining": "100"}}, datetime(2026, 3, 9, 12, tzinfo=UTC)),
        ("copay", {"amount": "30"}, datetime(2026, 5, 31, 12, tzinfo=UTC)),
    ],
)
def test_an_answer_holds_as_long_as_its_kind_of_fact_does_and_names_its_source(question, said, ends):
    facts = read(question, "stated", said)
    assert {fact.expires_at for fact in facts if fact.settled} == {ends}
    assert all(fact.source == SOURCE for fact in facts)


@pytest.mark.parametrize(
    ("question", "candidates", "names"),
    [
        ("active", ["active", "inactive"], {FactName.ACTIVE}),
        ("authorization", ["required", "not_required"], {FactName.AUTHORIZATION}),
        (
            "deductible",
            [{"individual": {"total": "1500"}}],
            {FactName.DEDUCTIBLE_TOTAL, FactName.DEDUCTIBLE_REMAINING},
        ),
        ("copay", [{"amount": "30"}, {"amount": "40"}], {FactName.COPAY}),
        ("coinsurance", [{"percent": ".2"}, {"percent": ".3"}], {FactName.COINSURANCE}),
        ("limits", [[{"quantity": "20"}], []], {FactName.LIMITS}),
        ("administered_by", [{"name": "A", "phone": None}], {FactName.ADMINISTRATOR}),
    ],
)
def test_what_is_ambiguous_keeps_everything_that_was_said(question, candidates, names):
    facts = read(question, "ambiguous", candidates)
    assert {fact.name for fact in facts} == names
    for fact in facts:
        assert (fact.standing, fact.status) == (Standing.UNKNOWN, Status.AMBIGUOUS)
        assert (fact.value, fact.segments) == (candidates, (17, 18))


@pytest.mark.parametrize("said", [None, "text", ["x"], 7])
def test_an_accumulator_in_an_unheard_of_shape_states_nothing(said):
    facts = read("deductible", "stated", said)
    assert {(fact.name, fact.standing) for fact in facts} == {
        (FactName.DEDUCTIBLE_TOTAL, Standing.NOT_STATED),
        (FactName.DEDUCTIBLE_REMAINING, Standing.NOT_STATED),
    }


@pytest.mark.parametrize("said", [None, "EXAMPLE", {"name": "EXAMPLE"}, ["EXAMPLE"]])
def test_companies_in_an_unheard_of_shape_leave_the_administrator_ambiguous(said):
    [fact] = read("administered_by", "ambiguous", said)
    nameless = [{"name": None, "phone": None}] if isinstance(said, list) else []
    assert (fact.standing, fact.value) == (Standing.UNKNOWN, nameless)


@pytest.mark.parametrize(
    ("question", "said", "name", "value"),
    [
        (
            "copay",
            {"amount": "30", "per": "visit", "basis": "plan"},
            FactName.COPAY,
            {"cents": 3000, "per": "visit"},
        ),
        ("coinsurance", {"percent": ".2", "basis": "plan"}, FactName.COINSURANCE, 2000),
    ],
)
def test_a_cost_share_of_the_plan_says_nothing_of_the_service_asked(question, said, name, value):
    facts = read(question, "derived", said)
    assert {(fact.name, fact.about.service_type): (fact.standing, fact.value) for fact in facts} == {
        (name, "MH"): (Standing.NOT_STATED, None),
        (name, "30"): (Standing.VALUE, value),
    }


def test_an_office_visits_copay_is_a_fact_about_office_visits():
    facts = read("copay", "derived", {"amount": "30", "per": "visit", "basis": "office_visit"})
    assert {fact.about.service_type for fact in facts if fact.settled} == {"98"}


def test_a_derived_authorization_is_a_hint_about_the_plan():
    facts = read("authorization", "derived", "not_required")
    assert {(fact.name, fact.about.service_type): fact.standing for fact in facts} == {
        (FactName.AUTHORIZATION, "30"): Standing.NO,
        (FactName.AUTHORIZATION, "MH"): Standing.NOT_STATED,
    }


@pytest.mark.parametrize(
    ("asked", "service_types", "places"),
    [
        ("MH", ["98"], {"98": Standing.NO, "MH": Standing.NOT_STATED}),
        ("30", ["98"], {"98": Standing.NO, "30": Standing.NOT_STATED}),
        ("MH", ["30"], {"30": Standing.NO, "MH": Standing.NOT_STATED}),
        ("98", ["98"], {"98": Standing.NO}),
    ],
)
def test_an_office_visits_authorization_is_not_said_of_the_plan(asked, service_types, places):
    status = "stated" if asked in service_types else "derived"
    answer = Answer(status=status, value="not_required", segments=[17])
    line = Benefit(information_code="B", service_types=service_types, segments=[17])
    facts = facts_from_answers(
        {"authorization": answer},
        source=SOURCE,
        service_type=asked,
        member=Member(role="subscriber", benefits=[line]),
    )
    assert {fact.about.service_type: fact.standing for fact in facts} == places
    assert {fact.name for fact in facts} == {FactName.AUTHORIZATION}


@pytest.mark.parametrize(
    ("service_types", "places"),
    [
        (["30"], {"30": Standing.YES, "MH": Standing.NOT_STATED}),
        ([], {"30": Standing.YES, "MH": Standing.NOT_STATED}),
        (["30", "MH"], {"MH": Standing.YES}),
    ],
)
def test_an_active_plan_without_a_line_for_the_service_is_a_fact_about_the_plan(service_types, places):
    line = Benefit(information_code="1", service_types=service_types, segments=[17, 18])
    facts = facts_from_answers(
        {"active": Answer(status="stated", value="active", segments=[17])},
        source=SOURCE,
        service_type="MH",
        member=Member(role="subscriber", benefits=[line]),
    )
    assert {fact.about.service_type: fact.standing for fact in facts} == places
    assert {fact.name for fact in facts} == {FactName.ACTIVE}


def test_only_an_authorization_that_was_derived_is_looked_at_line_by_line():
    """A copay that was derived from an office visit's line stays what the reading made of it."""
    line = Benefit(information_code="B", service_types=["98"], segments=[17])
    facts = facts_from_answers(
        {"copay": Answer(status="derived", value={"amount": "30", "per": "visit"}, segments=[17])},
        source=SOURCE,
        service_type="MH",
        member=Member(role="subscriber", benefits=[line]),
    )
    assert [(fact.name, fact.about.service_type) for fact in facts] == [(FactName.COPAY, "MH")]


def test_an_authorization_stated_for_the_service_stays_where_it_was_stated():
    line = Benefit(information_code="CB", service_types=["98", "MH"], segments=[17])
    facts = facts_from_answers(
        {"authorization": Answer(status="stated", value="required", segments=[17])},
        source=SOURCE,
        service_type="MH",
        member=Member(role="subscriber", benefits=[line]),
    )
    assert [(fact.about.service_type, fact.standing) for fact in facts] == [("MH", Standing.YES)]


def test_the_status_of_the_plan_asked_about_stays_where_it_is():
    facts = facts_from_answers(
        {"active": Answer(status="stated", value="active", segments=[17])},
        source=SOURCE,
        service_type="30",
        member=Member(role="subscriber"),
    )
    assert [(fact.about.service_type, fact.standing) for fact in facts] == [("30", Standing.YES)]


def test_a_service_that_is_no_benefit_leaves_coverage_itself_open():
    facts = read("active", "stated", "not_covered")
    assert {fact.name: fact.standing for fact in facts} == {
        FactName.COVERED: Standing.NO,
        FactName.ACTIVE: Standing.NOT_STATED,
    }


def test_a_limit_the_payer_clears_is_no_limit():
    [fact] = read("limits", "stated", [])
    assert (fact.name, fact.standing) == (FactName.LIMITS, Standing.NO)


def test_an_administrator_without_a_name_is_still_another_company():
    [fact] = read("administered_by", "stated", {"name": None, "id": None, "phone": "8005550100"})
    assert (fact.standing, fact.value) == (Standing.YES, {"name": None, "phone": "8005550100"})


def test_a_percentage_that_was_no_number_is_ambiguous():
    [fact] = read("coinsurance", "derived", {"percent": None, "as_sent": "N/A"})
    assert (fact.status, fact.value) == (Status.AMBIGUOUS, ["N/A"])


def test_a_percentage_sent_as_a_whole_number_is_ambiguous():
    [fact] = read("coinsurance", "stated", {"percent": "20"})
    assert (fact.name, fact.standing, fact.status) == (
        FactName.COINSURANCE,
        Standing.UNKNOWN,
        Status.AMBIGUOUS,
    )
    assert (fact.value, fact.segments) == (["20"], (17, 18))


def test_every_stated_part_of_an_accumulator_is_a_fact_and_what_is_missing_is_said():
    facts = read(
        "deductible",
        "derived",
        {"individual": {"total": "1500", "met": None, "remaining": "325.50"}, "family": {"total": "3000"}},
    )
    assert {(fact.name, fact.about.level): fact.value for fact in facts} == {
        (FactName.DEDUCTIBLE_TOTAL, Level.PERSON): 1500_00,
        (FactName.DEDUCTIBLE_REMAINING, Level.PERSON): 325_50,
        (FactName.DEDUCTIBLE_TOTAL, Level.FAMILY): 3000_00,
    }
    assert {fact.status for fact in facts} == {Status.DERIVED}


def test_a_total_alone_leaves_what_remains_not_stated():
    facts = read("out_of_pocket", "stated", {"individual": {"total": "5000"}, "family": None})
    assert {(fact.name, fact.standing) for fact in facts} == {
        (FactName.OUT_OF_POCKET_TOTAL, Standing.VALUE),
        (FactName.OUT_OF_POCKET_REMAINING, Standing.NOT_STATED),
    }


def test_an_ambiguous_accumulator_leaves_total_and_rest_unknown():
    facts = read("deductible", "ambiguous", [{"individual": {"total": "1500"}}])
    assert {(fact.name, fact.standing) for fact in facts} == {
        (FactName.DEDUCTIBLE_TOTAL, Standing.UNKNOWN),
        (FactName.DEDUCTIBLE_REMAINING, Standing.UNKNOWN),
    }


def test_an_ambiguous_administrator_keeps_names_and_never_ids():
    [fact] = read("administered_by", "ambiguous", [{"name": "A", "id": "W1", "phone": None}, {"name": "B"}])
    assert fact.value == [{"name": "A", "phone": None}, {"name": "B", "phone": None}]


def test_a_question_nobody_knows_is_left_alone():
    assert read("telehealth", "stated", "yes") == []


@pytest.mark.parametrize(
    ("dollars", "cents"),
    [
        ("30", 3000),
        ("30.5", 3050),
        (" 0 ", 0),
        ("30.555", None),
        ("30.01", 3001),
        ("999999999.99", 99_999_999_999),
        ("1000000000", None),
        ("-1", None),
        ("NaN", None),
        ("1e3", 100_000),
        ("1e400", None),
        ("ten", None),
        ("", None),
        (None, None),
        (30, None),
    ],
)
def test_money_is_whole_cents_or_nothing(dollars, cents):
    assert cents_of(dollars) == cents


@pytest.mark.parametrize(
    ("share", "points"),
    [
        (".2", 2000),
        ("0.125", 1250),
        (".33335", 3334),
        (".33345", 3335),
        (".0001", 1),
        ("1.01", None),
        ("-.1", None),
        (None, None),
    ],
)
def test_a_share_is_basis_points_or_nothing(share, points):
    assert basis_points_of(share) == points


def member(**said) -> dict[FactName, Fact]:
    facts = facts_from_member(Member(role="subscriber", **said), source=SOURCE, on=date(2026, 3, 4))
    return {fact.name: fact for fact in facts}


def test_a_silent_member_states_nothing():
    silent = member()
    assert {fact.standing for fact in silent.values()} == {Standing.NOT_STATED}
    assert {FactName.PLAN_NAME, FactName.PLAN_BEGIN, FactName.PLAN_END, FactName.OTHER_PAYER} <= set(silent)


def test_the_plan_is_named_by_its_active_lines():
    active = Benefit(information_code="1", plan="GOLD PPO", segments=[12])
    again = Benefit(information_code="1", plan="GOLD PPO", segments=[13])
    other = Benefit(information_code="B", plan="SILVER", segments=[14])
    named = member(benefits=[active, again, other])[FactName.PLAN_NAME]
    assert (named.standing, named.status, named.value) == (Standing.VALUE, Status.STATED, "GOLD PPO")
    assert named.about == About(service_type="30")
    assert set(named.segments) & {12, 13} and 14 not in named.segments


def test_two_plan_names_are_ambiguous():
    lines = [
        Benefit(information_code="1", plan=name, segments=[n]) for n, name in enumerate(("GOLD", "SILVER"))
    ]
    named = member(benefits=lines)[FactName.PLAN_NAME]
    assert (named.standing, named.value, named.segments) == (Standing.UNKNOWN, ["GOLD", "SILVER"], (0, 1))


@pytest.mark.parametrize(
    ("dates", "begin", "end"),
    [
        ([DateRange(qualifier="291", start="2026-01-01", to="2026-12-31")], "2026-01-01", "2026-12-31"),
        ([DateRange(qualifier="346", start="2026-01-01", to="2026-01-01")], "2026-01-01", None),
        ([DateRange(qualifier="347", start="2026-06-30", to="2026-06-30")], None, "2026-06-30"),
        ([DateRange(qualifier="291", start="2025-07-01", to="2025-07-01")], "2025-07-01", None),
        # Our own date of service, echoed.
        ([DateRange(qualifier="291", start="2026-03-04", to="2026-03-04")], None, None),
        ([DateRange(qualifier="307", start="2026-03-04", to="2026-03-04")], None, None),
        ([DateRange(qualifier="307", start="2026-01-01", to="9999-12-31")], "2026-01-01", None),
        ([DateRange(qualifier="472", start="2026-01-01", to="2026-01-01")], None, None),
    ],
)
def test_plan_dates_come_from_plan_eligibility_and_benefit_periods(dates, begin, end):
    facts = member(dates=dates)
    for name, day in ((FactName.PLAN_BEGIN, begin), (FactName.PLAN_END, end)):
        said = facts[name]
        assert said.value == day
        assert said.standing is (Standing.VALUE if day else Standing.NOT_STATED)
        assert said.status is (Status.STATED if day else Status.NOT_STATED)


def test_two_plan_begins_are_ambiguous():
    dates = [DateRange(qualifier="346", start=day, to=day) for day in ("2026-01-01", "2025-01-01")]
    assert member(dates=dates)[FactName.PLAN_BEGIN].value == ["2025-01-01", "2026-01-01"]


def other(**entity) -> OtherEntity:
    return OtherEntity(entity=Entity(**entity), service_types=["30"], insurance_type=None, segments=[9])


def test_another_payer_is_named_with_its_own_number_and_phone():
    payer = other(
        type="PRP",
        name="OTHER HEALTH",
        id_qualifier="PI",
        id="99999",
        contacts=[Contact(qualifier="UR", number="x"), Contact(qualifier="TE", number="8005550111")],
    )
    said = member(other_payers=[payer])[FactName.OTHER_PAYER]
    assert (said.standing, said.status, said.segments) == (Standing.YES, Status.STATED, (9,))
    assert said.value == [
        {"name": "OTHER HEALTH", "payer_id": "99999", "phone": "8005550111", "order": "primary"}
    ]


def test_no_fact_holds_anything_of_a_person():
    marked = Member(
        role="subscriber",
        identity=Identity(
            last="MARKEDLAST", first="MARKEDFIRST", member_id="MARKEDID", birth_date="1950-01-02"
        ),
        other_payers=[
            other(type="SEP", name="OTHER HEALTH", id_qualifier="MI", id="MARKEDID"),
            other(type="IL", name="MARKEDLAST"),
            other(type="PR", name="MARKEDLAST", first_name="MARKEDFIRST"),
        ],
    )
    facts = facts_from_member(marked, source=SOURCE, on=date(2026, 3, 4))
    stored = msgspec.json.encode(facts).decode()
    assert "OTHER HEALTH" in stored
    assert "MARKED" not in stored
    assert "1950" not in stored
