from datetime import UTC, date, datetime

import pytest

from verify.facts import (
    FactName,
    FieldKind,
    Level,
    SourceKind,
    Standing,
    Status,
    UnreadableAnswers,
    facts_from_call,
)

OBTAINED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MANY_CODES = [f"{number:05}" for number in range(20)]


def field(name: str, kind: FieldKind, fact: FactName, **more) -> dict[str, object]:
    return {"name": name, "label": name, "kind": kind, "fact": fact, "service_line": "tms"} | more


SCRIPT = {
    "fields": [
        field("active", FieldKind.YES_NO, FactName.ACTIVE),
        field("authorization", FieldKind.YES_NO, FactName.AUTHORIZATION),
        field("deductible_total", FieldKind.MONEY, FactName.DEDUCTIBLE_TOTAL),
        field("deductible_remaining", FieldKind.MONEY, FactName.DEDUCTIBLE_REMAINING),
        field("family_left", FieldKind.MONEY, FactName.DEDUCTIBLE_REMAINING, level="family"),
        field("coinsurance", FieldKind.PERCENT, FactName.COINSURANCE),
        field("plan_begin", FieldKind.DATE, FactName.PLAN_BEGIN, service_line=""),
        field("authorization_route", FieldKind.TEXT, FactName.AUTHORIZATION_ROUTE),
        field("copay", FieldKind.COPAY, FactName.COPAY),
        field("administrator", FieldKind.COMPANY, FactName.ADMINISTRATOR),
        field("other_payer", FieldKind.COMPANIES, FactName.OTHER_PAYER, service_line=""),
        field("limits", FieldKind.LIMIT, FactName.LIMITS),
        field("limits_shared", FieldKind.YES_NOTE, FactName.LIMITS_SHARED),
        field("plan_year", FieldKind.MONTH_DAY, FactName.PLAN_YEAR_BEGINS, service_line=""),
        field("processed_as", FieldKind.WORD, FactName.PROCESSED_AS, choices=FactName.PROCESSED_AS.choices),
        field("decision_days", FieldKind.NUMBER, FactName.DECISION_DAYS),
        field("drug_code", FieldKind.CODES, FactName.DRUG_CODE),
    ]
}


def typed(**answers):
    return facts_from_call(
        answers,
        script=SCRIPT,
        call_id="exc_call",
        by="usr_1",
        obtained_at=OBTAINED,
        call_reference="I-4411",
        told_by="Kim",
    )


@pytest.mark.parametrize(
    ("name", "said", "standing", "value"),
    [
        ("active", "yes", Standing.YES, None),
        ("active", "No", Standing.NO, None),
        ("active", "unknown", Standing.UNKNOWN, None),
        ("authorization", "no", Standing.NO, None),
        ("deductible_remaining", "1,500", Standing.VALUE, 1500_00),
        ("deductible_remaining", "$0", Standing.VALUE, 0),
        ("deductible_remaining", "UNKNOWN", Standing.UNKNOWN, None),
        ("coinsurance", "20", Standing.VALUE, 2000),
        ("coinsurance", "12.5 %", Standing.VALUE, 1250),
        ("coinsurance", "100", Standing.VALUE, 10_000),
        ("plan_begin", "2026-01-01", Standing.VALUE, "2026-01-01"),
        ("authorization_route", "portal, form TMS-1", Standing.VALUE, "portal, form TMS-1"),
        ("authorization_route", "x" * 200, Standing.VALUE, "x" * 200),
        ("copay", "30", Standing.VALUE, {"cents": 3000, "per": None}),
        ("copay", "$1,030.50 per Day", Standing.VALUE, {"cents": 103050, "per": "day"}),
        ("administrator", "no", Standing.NO, None),
        ("administrator", "yes", Standing.YES, {"name": None, "payer_id": None, "phone": None}),
        (
            "administrator",
            "Example Behavioral, 800 555 0100",
            Standing.YES,
            {"name": "Example Behavioral", "payer_id": None, "phone": "800 555 0100"},
        ),
        (
            "other_payer",
            "Other Health",
            Standing.YES,
            [{"name": "Other Health", "payer_id": None, "phone": None, "order": None}],
        ),
        ("other_payer", "no", Standing.NO, None),
        ("limits", "none", Standing.NO, None),
        ("limits", "No", Standing.NO, None),
        (
            "limits",
            "20 visits per year, 12 left",
            Standing.VALUE,
            [{"quantity": "20", "unit": "visits", "period": "year", "remaining": "12"}],
        ),
        ("limits_shared", "no", Standing.NO, None),
        ("limits_shared", "Yes", Standing.YES, None),
        ("limits_shared", "yes, with psychotherapy", Standing.YES, "with psychotherapy"),
        ("plan_year", "1/1", Standing.VALUE, "01-01"),
        ("plan_year", "07-01", Standing.VALUE, "07-01"),
        ("processed_as", "Office visit", Standing.VALUE, "office_visit"),
        ("processed_as", "other-outpatient", Standing.VALUE, "other_outpatient"),
        ("decision_days", "14", Standing.VALUE, 14),
        ("decision_days", "0", Standing.VALUE, 0),
        ("drug_code", "j0013, 50458-028-02 J0013", Standing.VALUE, ["J0013", "50458-028-02"]),
        ("drug_code", " ".join(MANY_CODES), Standing.VALUE, MANY_CODES),
        (
            "limits",
            "2 sessions / day",
            Standing.VALUE,
            [{"quantity": "2", "unit": "sessions", "period": "day", "remaining": None}],
        ),
        (
            "limits",
            "30",
            Standing.VALUE,
            [{"quantity": "30", "unit": "visits", "period": None, "remaining": None}],
        ),
    ],
)
def test_a_typed_answer_becomes_a_fact(name, said, standing, value):
    [fact] = typed(**{name: said})
    assert (fact.standing, fact.value) == (standing, value)
    assert fact.status is Status.STATED
    assert (fact.source.kind, fact.source.reference, fact.source.by) == (SourceKind.CALL, "exc_call", "usr_1")
    assert (fact.source.call_reference, fact.source.told_by) == ("I-4411", "Kim")


def test_a_fact_is_about_the_fields_service_line_or_the_whole_plan():
    [active, begin] = typed(active="yes", plan_begin="2026-01-01")
    assert (active.about.service_line, active.about.service_type, active.about.tier) == (
        "tms",
        "",
        "in_network",
    )
    assert (begin.about.service_line, begin.about.service_type, begin.about.tier) == ("", "30", "any")


def test_a_blank_field_was_not_asked():
    assert typed(active="", copay="   ", limits=None) == []


def test_family_amounts_are_kept_apart():
    facts = typed(deductible_remaining="100", family_left="200")
    assert {(fact.name, fact.about.level): fact.value for fact in facts} == {
        (FactName.DEDUCTIBLE_REMAINING, Level.PERSON): 100_00,
        (FactName.DEDUCTIBLE_REMAINING, Level.FAMILY): 200_00,
    }


YES_OR_NO = "yes, no or unknown"
NOTE = "yes with a few words, or no alone"
DOLLARS = "dollars, as 1500 or 1500.00"
PERCENTAGE = "a percentage from 0 to 100"
DAY = "a date, as 2026-01-31"
COPAY = "dollars, with per visit, per day or per service where it was said"
LIMIT = 'a limit, as "20 visits per year, 12 left"'
LONG = "at most 200 characters"
MONTH_DAY = "month and day, as 01-01"
WORDS = "one of office visit, other outpatient, procedure, drug"
NUMBER = "a whole number"
CODES = "codes, as 90867, 90868"
NOTHING = "what was said; “unknown” where they could not say, and nothing where nobody asked"


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("active", "maybe", YES_OR_NO),
        ("active", 1, "text, as typed into the form"),
        ("deductible_total", "a lot", DOLLARS),
        ("deductible_total", "10.005", DOLLARS),
        ("coinsurance", "120", PERCENTAGE),
        ("coinsurance", "100.5", PERCENTAGE),
        ("coinsurance", "-5", PERCENTAGE),
        ("plan_begin", "31.12.2026", DAY),
        ("copay", "30 per month", COPAY),
        ("limits", "many", LIMIT),
        ("limits_shared", "perhaps", YES_OR_NO),
        ("limits_shared", "no, but with therapy", NOTE),
        ("limits_shared", "yes, " + "x" * 200, LONG),
        ("plan_year", "02-29", MONTH_DAY),
        ("plan_year", "13-01", MONTH_DAY),
        ("plan_year", "January", MONTH_DAY),
        ("processed_as", "surgery", WORDS),
        ("decision_days", "two weeks", NUMBER),
        ("decision_days", "-1", NUMBER),
        ("decision_days", "12345", NUMBER),
        ("drug_code", "J0013!", CODES),
        ("drug_code", "J0013; x!", CODES),
        ("drug_code", " ".join(["J0013", *MANY_CODES]), CODES),
        ("authorization_route", "x" * 201, LONG),
        ("authorization_route", "Not stated", NOTHING),
        ("authorization_route", "N/A", NOTHING),
        ("administrator", "x" * 201, LONG),
    ],
)
def test_an_answer_that_cannot_be_read_is_told_what_is_expected_and_never_repeated(name, said, expected):
    with pytest.raises(UnreadableAnswers) as caught:
        typed(**{"active": "yes", name: said})
    assert caught.value.problems == {name: expected}
    assert str(said) not in str(caught.value)


def test_a_call_without_a_number_or_a_day_is_kept_as_one():
    [fact] = facts_from_call(
        {"active": "yes"}, script=SCRIPT, call_id="exc_call", by="usr_1", obtained_at=OBTAINED
    )
    assert (fact.source.call_reference, fact.source.told_by, fact.source.as_of) == ("", "", None)
    [of_its_day] = facts_from_call(
        {"active": "yes"},
        script=SCRIPT,
        call_id="exc_call",
        by="usr_1",
        obtained_at=OBTAINED,
        as_of=date(2026, 3, 1),
    )
    assert of_its_day.source.as_of == date(2026, 3, 1)


def test_every_unreadable_field_is_named_at_once():
    with pytest.raises(UnreadableAnswers) as caught:
        typed(active="maybe", copay="x", favourite_color="blue")
    assert set(caught.value.problems) == {"active", "copay", "favourite_color"}


def test_every_kind_of_field_is_read():
    assert {said["kind"] for said in SCRIPT["fields"]} == set(FieldKind)
