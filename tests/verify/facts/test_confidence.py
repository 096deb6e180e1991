"""How well a thing is known: in writing or twice, once, or not well."""

from datetime import UTC, datetime, timedelta

import pytest

from verify.facts import (
    About,
    Confidence,
    Fact,
    FactName,
    Known,
    Source,
    SourceKind,
    Standing,
    Status,
    confidence,
    merge,
    weakest,
)

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def said(
    kind: SourceKind,
    standing: Standing = Standing.YES,
    *,
    name: FactName = FactName.COVERED,
    value: object = None,
    status: Status = Status.STATED,
    expired: bool = False,
    days_ago: int = 0,
) -> Fact:
    return Fact(
        name=name,
        about=About(service_line="tms"),
        standing=standing,
        status=status,
        value=value,
        source=Source(
            kind=kind, reference=f"{kind}-{days_ago}", by="x", obtained_at=NOW - timedelta(days=days_ago)
        ),
        expires_at=NOW + timedelta(days=-1 if expired else 1),
    )


def grade(*facts: Fact) -> Confidence:
    (known,) = merge(facts, now=NOW).known.values()
    return confidence(known)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (SourceKind.LETTER, "A"),
        (SourceKind.CONTRACT, "A"),
        (SourceKind.CALL, "B"),
        (SourceKind.PORTAL, "B"),
        (SourceKind.X12_271, "B"),
        (SourceKind.PAYER_JSON, "B"),
        (SourceKind.CLINIC, "C"),
        (SourceKind.CARD, "C"),
        (SourceKind.HUB, "C"),
        (SourceKind.POLICY_CARD, "C"),
        (SourceKind.PATIENT, "C"),
    ],
)
def test_a_source_by_itself_carries_so_far(kind: SourceKind, expected: str):
    assert grade(said(kind)) == expected


def test_the_clinic_knows_of_itself():
    assert grade(said(SourceKind.CLINIC, name=FactName.SITE_CERTIFIED)) == "B"
    assert grade(said(SourceKind.PATIENT, name=FactName.SITE_CERTIFIED)) == "C"


def test_two_voices_of_the_payer_that_agree_are_as_good_as_a_letter():
    assert grade(said(SourceKind.CALL), said(SourceKind.X12_271)) == "A"
    assert grade(said(SourceKind.CALL), said(SourceKind.PORTAL)) == "A"


@pytest.mark.parametrize(
    "second",
    [
        said(SourceKind.CARD),
        said(SourceKind.PATIENT),
        said(SourceKind.X12_271, status=Status.DERIVED),
        said(SourceKind.X12_271, expired=True),
        said(SourceKind.X12_271, Standing.NOT_STATED, status=Status.NOT_STATED),
        said(SourceKind.CALL, days_ago=3),
    ],
)
def test_what_is_no_second_voice_adds_nothing(second: Fact):
    assert grade(said(SourceKind.CALL), second) == "B"


def test_the_payers_words_and_an_intermediarys_for_them_are_one_voice():
    assert grade(said(SourceKind.X12_271, days_ago=1), said(SourceKind.PAYER_JSON)) == "B"


@pytest.mark.parametrize(
    "facts",
    [
        [said(SourceKind.LETTER, expired=True)],
        [said(SourceKind.LETTER), said(SourceKind.CALL, Standing.NO)],
        [said(SourceKind.CALL, Standing.UNKNOWN)],
        [said(SourceKind.X12_271, status=Status.DERIVED)],
        [said(SourceKind.X12_271, Standing.NOT_STATED, status=Status.NOT_STATED)],
    ],
)
def test_what_is_old_disputed_derived_or_unknown_is_not_well_known(facts: list[Fact]):
    assert grade(*facts) == "C"


def test_nothing_is_not_well_known():
    assert confidence(Known()) is Confidence.C


def test_the_weakest_link_counts():
    assert weakest([Confidence.A, Confidence.C, Confidence.B]) is Confidence.C
    assert weakest([Confidence.A, Confidence.B]) is Confidence.B
    assert weakest([Confidence.A]) is Confidence.A
    assert weakest([]) is Confidence.C
