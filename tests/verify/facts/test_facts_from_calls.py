from datetime import UTC, datetime

import pytest

from verify.facts import (
    CALL_FIELDS,
    FactName,
    FieldKind,
    Level,
    Source,
    SourceKind,
    Standing,
    Status,
    UnreadableAnswers,
    facts_from_call,
)

SOURCE = Source(
    kind=SourceKind.CALL,
    reference="call_1",
    by="usr_1",
    obtained_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
    call_reference="I-4411",
    told_by="Kim",
)


def typed(**answers):
    return facts_from_call(answers, source=SOURCE, service_line="tms")


@pytest.mark.parametrize(
    ("field", "said", "standing", "value"),
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
        (
            "limits",
            "30",
            Standing.VALUE,
            [{"quantity": "30", "unit": "visit", "period": None, "remaining": None}],
        ),
    ],
)
def test_a_typed_answer_becomes_a_fact_about_the_service_line(field, said, standing, value):
    [fact] = typed(**{field: said})
    assert (fact.standing, fact.value) == (standing, value)
    assert fact.about.service_line == "tms"
    assert fact.status is Status.STATED
    assert fact.source == SOURCE


def test_a_blank_field_was_not_asked():
    assert typed(active="", copay="   ") == []


def test_family_amounts_are_kept_apart():
    facts = typed(deductible_remaining="100", family_deductible_remaining="200")
    assert {(fact.name, fact.about.level): fact.value for fact in facts} == {
        (FactName.DEDUCTIBLE_REMAINING, Level.PERSON): 100_00,
        (FactName.DEDUCTIBLE_REMAINING, Level.FAMILY): 200_00,
    }


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("active", "maybe"),
        ("deductible_total", "a lot"),
        ("deductible_total", "10.005"),
        ("coinsurance", "120"),
        ("coinsurance", "-5"),
        ("plan_end", "31.12.2026"),
        ("copay", "30 per month"),
        ("limits", "many"),
        ("authorization_route", "x" * 201),
        ("administrator", "x" * 201),
    ],
)
def test_an_answer_that_cannot_be_read_is_named_and_never_repeated(field, said):
    with pytest.raises(UnreadableAnswers) as caught:
        typed(active="yes", **{field: said}) if field != "active" else typed(active=said)
    assert set(caught.value.problems) == {field}
    assert said not in str(caught.value)


def test_every_unreadable_field_is_named_at_once():
    with pytest.raises(UnreadableAnswers) as caught:
        typed(active="maybe", copay="x", favourite_color="blue")
    assert set(caught.value.problems) == {"active", "copay", "favourite_color"}


def test_every_field_has_its_own_name_and_every_kind_is_used():
    assert len({field.name for field in CALL_FIELDS}) == len(CALL_FIELDS)
    assert {field.kind for field in CALL_FIELDS} == set(FieldKind)
    assert [field.line for field in CALL_FIELDS] == sorted(field.line for field in CALL_FIELDS)
