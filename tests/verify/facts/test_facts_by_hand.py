"""What a person wrote down from a form: what it is about, how long it holds, and how it is taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from verify.facts import (
    About,
    Fact,
    FactName,
    FieldKind,
    FormField,
    Level,
    Source,
    SourceKind,
    Standing,
    Status,
    Tier,
    UnreadableAnswers,
    expiry,
    facts_from_form,
    withdrawal,
)

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
FIELDS = [
    FormField(name="tms.copay", label="Copay", kind=FieldKind.COPAY, fact=FactName.COPAY, service_line="tms"),
    FormField(
        name="tms.in_network@medical",
        label="In network",
        kind=FieldKind.YES_NO,
        fact=FactName.IN_NETWORK,
        service_line="tms",
        domain="medical",
        codes="drug",
    ),
    FormField(name="plan_name", label="Plan", kind=FieldKind.TEXT, fact=FactName.PLAN_NAME),
    FormField(name="pbm", label="PBM", kind=FieldKind.COMPANY, fact=FactName.HELD_BY, domain="pharmacy"),
    FormField(
        name="tms.out",
        label="Coinsurance out of network",
        kind=FieldKind.PERCENT,
        fact=FactName.COINSURANCE,
        service_line="tms",
        tier=Tier.OUT_OF_NETWORK,
    ),
    FormField(
        name="tms.family",
        label="Family",
        kind=FieldKind.MONEY,
        fact=FactName.DEDUCTIBLE_REMAINING,
        service_line="tms",
        level=Level.FAMILY,
    ),
    FormField(
        name="tms.active", label="Active", kind=FieldKind.YES_NO, fact=FactName.ACTIVE, service_line="tms"
    ),
    FormField(
        name="plan_deductible",
        label="As of",
        kind=FieldKind.DATE,
        fact=FactName.ACCUMULATORS_AS_OF,
    ),
]


def source(kind: SourceKind = SourceKind.LETTER, as_of: date | None = None) -> Source:
    return Source(
        kind=kind, reference="exch_1", by="user_1", obtained_at=NOW, as_of=as_of, call_reference="Letter 7"
    )


def written(until: datetime | None = None, as_of: date | None = None, **answers: str) -> list[Fact]:
    said = {name.replace("__", ".").replace("_at_", "@"): answer for name, answer in answers.items()}
    return facts_from_form(said, FIELDS, source=source(as_of=as_of), until=until)


@pytest.mark.parametrize(
    ("answers", "about"),
    [
        ({"tms__copay": "30"}, About(service_line="tms", tier=Tier.IN_NETWORK)),
        (
            {"tms__in_network_at_medical": "no"},
            About(service_line="tms", domain="medical", codes="drug", tier=Tier.IN_NETWORK),
        ),
        ({"plan_name": "Choice"}, About(service_type="30", tier=Tier.ANY)),
        ({"pbm": "Example Rx"}, About(domain="pharmacy", tier=Tier.ANY)),
        ({"tms__out": "40"}, About(service_line="tms", tier=Tier.OUT_OF_NETWORK)),
        (
            {"tms__family": "100"},
            About(service_line="tms", tier=Tier.IN_NETWORK, level=Level.FAMILY),
        ),
        ({"plan_deductible": "2026-11-01"}, About(service_type="30", tier=Tier.IN_NETWORK)),
    ],
)
def test_a_fact_is_about_what_its_field_says(answers: dict[str, str], about: About):
    (fact,) = written(**answers)
    assert fact.about == about
    assert (fact.status, fact.source.kind, fact.source.call_reference) == (
        Status.STATED,
        SourceKind.LETTER,
        "Letter 7",
    )


def test_what_was_not_looked_for_gives_nothing_and_what_was_not_found_is_unknown():
    assert written(tms__copay="", plan_name="  ") == []
    (fact,) = written(tms__copay="Unknown")
    assert (fact.standing, fact.value) == (Standing.UNKNOWN, None)


def test_a_field_nobody_has_is_named():
    with pytest.raises(UnreadableAnswers) as caught:
        written(weather="fine", tms__copay="x")
    assert caught.value.problems["weather"] == "is not a field of the form"
    assert set(caught.value.problems) == {"weather", "tms.copay"}
    expected = "dollars, with per visit, per day or per service where it was said"
    assert str(caught.value) == f"weather: is not a field of the form, tms.copay: {expected}"


def test_it_holds_from_the_day_it_speaks_of():
    (today,) = written(tms__copay="30")
    assert today.expires_at == expiry(FactName.COPAY, NOW)
    (older,) = written(tms__copay="30", as_of=date(2026, 10, 1))
    assert older.expires_at == expiry(FactName.COPAY, datetime(2026, 10, 1, 23, 59, 59, 999999, tzinfo=UTC))


@pytest.mark.parametrize(
    ("answers", "until", "ends"),
    [
        # A contract outlives the plan year.
        ({"tms__in_network_at_medical": "yes"}, NOW + timedelta(days=300), NOW + timedelta(days=300)),
        ({"tms__in_network_at_medical": "yes"}, NOW + timedelta(days=3), NOW + timedelta(days=3)),
        ({"tms__in_network_at_medical": "yes"}, NOW + timedelta(days=900), NOW + timedelta(days=366)),
        # Membership ends with months and amounts with weeks, whatever a paper says.
        ({"tms__active": "yes"}, NOW + timedelta(days=300), datetime(2026, 12, 1, tzinfo=UTC)),
        ({"tms__family": "100"}, NOW + timedelta(days=300), NOW + timedelta(days=7)),
        ({"tms__family": "100"}, NOW + timedelta(days=2), NOW + timedelta(days=2)),
    ],
)
def test_what_a_paper_says_of_its_end_counts_as_far_as_it_can(
    answers: dict[str, str], until: datetime, ends: datetime
):
    (fact,) = written(until=until, **answers)
    assert fact.expires_at == ends


def test_a_withdrawal_is_a_newer_fact_of_the_same_kind_of_source():
    (fact,) = written(tms__copay="30")
    taken = withdrawal(fact, source(SourceKind.PORTAL))
    assert (taken.name, taken.about, taken.withdraws) == (fact.name, fact.about, fact.key)
    assert (taken.standing, taken.value, taken.expires_at) == (Standing.NOT_STATED, None, None)
    assert taken.source.kind is SourceKind.LETTER
    with pytest.raises(ValueError, match=r"^only what a person wrote down can be withdrawn$"):
        withdrawal(taken, source())


@pytest.mark.parametrize("kind", [SourceKind.X12_271, SourceKind.PAYER_JSON])
def test_what_a_payer_answered_cannot_be_taken_back(kind: SourceKind):
    fact = Fact(
        name=FactName.COPAY,
        about=About(service_type="MH"),
        standing=Standing.VALUE,
        status=Status.STATED,
        value={"cents": 1, "per": None},
        source=source(kind),
    )
    with pytest.raises(ValueError, match="only what a person wrote down"):
        withdrawal(fact, source())


@pytest.mark.parametrize(
    ("as_of", "speaks_at"),
    [
        (None, NOW),
        (date(2026, 11, 20), NOW),
        (date(2026, 11, 19), datetime(2026, 11, 19, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_a_source_speaks_of_its_own_day(as_of: date | None, speaks_at: datetime):
    assert source(as_of=as_of).speaks_at == (speaks_at, NOW)
