from datetime import UTC, datetime

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
        ("plan_begin", "2026-01-01", Standing.VALUE, "2026-01-01"),
        ("authorization_route", "portal, form TMS-1", Standing.VALUE, "portal, form TMS-1"),
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
        (
            "limits",
            "20 visits per year, 12 left",
            Standing.VALUE,
            [{"quantity": "20", "unit": "visit", "period": "year", "remaining": "12"}],
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
        (
            "limits",
            "30",
            Standing.VALUE,
            [{"quantity": "30", "unit": "visit", "period": None, "remaining": None}],
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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("active", "maybe"),
        ("active", 1),
        ("deductible_total", "a lot"),
        ("deductible_total", "10.005"),
        ("coinsurance", "120"),
        ("coinsurance", "-5"),
        ("plan_begin", "31.12.2026"),
        ("copay", "30 per month"),
        ("limits", "many"),
        ("limits_shared", "perhaps"),
        ("limits_shared", "no, but with therapy"),
        ("limits_shared", "yes, " + "x" * 200),
        ("plan_year", "02-29"),
        ("plan_year", "13-01"),
        ("plan_year", "January"),
        ("processed_as", "surgery"),
        ("decision_days", "two weeks"),
        ("decision_days", "-1"),
        ("decision_days", "12345"),
        ("drug_code", "J0013!"),
        ("drug_code", "J0013; x!"),
        ("drug_code", " ".join(["J0013"] + [f"{n:05}" for n in range(20)])),
        ("authorization_route", "x" * 201),
        ("authorization_route", "Not stated"),
        ("authorization_route", "N/A"),
        ("administrator", "x" * 201),
    ],
)
def test_an_answer_that_cannot_be_read_is_named_and_never_repeated(name, said):
    with pytest.raises(UnreadableAnswers) as caught:
        typed(**{"active": "yes", name: said})
    assert set(caught.value.problems) == {name}
    assert str(said) not in str(caught.value)


def test_every_unreadable_field_is_named_at_once():
    with pytest.raises(UnreadableAnswers) as caught:
        typed(active="maybe", copay="x", favourite_color="blue")
    assert set(caught.value.problems) == {"active", "copay", "favourite_color"}


def test_every_kind_of_field_is_read():
    assert {said["kind"] for said in SCRIPT["fields"]} == set(FieldKind)
