"""In network for a whole line, from what was said of its parts."""

from datetime import UTC, datetime, timedelta

import pytest

from verify.facts import (
    About,
    Fact,
    FactName,
    Source,
    SourceKind,
    Standing,
    Status,
    Tier,
    merge,
    network_of_line,
)

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
YES, NO, UNKNOWN = Standing.YES, Standing.NO, Standing.UNKNOWN


def said(
    standing: Standing,
    domain: str = "",
    codes: str = "",
    *,
    name: FactName = FactName.IN_NETWORK,
    value: object = None,
    line: str = "tms",
    expired: bool = False,
) -> Fact:
    return Fact(
        name=name,
        about=About(service_line=line, domain=domain, codes=codes, tier=Tier.IN_NETWORK),
        standing=standing,
        status=Status.STATED,
        value=value,
        source=Source(kind=SourceKind.CALL, reference=f"c-{domain}-{codes}", by="x", obtained_at=NOW),
        expires_at=NOW + timedelta(days=-1 if expired else 1),
    )


def under(domain: str, **more) -> Fact:
    return said(Standing.VALUE, name=FactName.PROCESSED_UNDER, value=domain, **more)


@pytest.mark.parametrize(
    ("facts", "standing", "is_settled"),
    [
        ([], Standing.NOT_ASKED, False),
        ([said(YES)], YES, True),
        ([said(NO)], NO, True),
        ([said(YES, "behavioral")], YES, True),
        ([said(NO, "medical")], NO, True),
        ([said(YES, "behavioral"), said(YES, "medical")], YES, True),
        ([said(YES, "behavioral"), said(NO, "medical")], NO, False),
        ([said(YES), said(NO, "medical")], NO, False),
        ([said(UNKNOWN), said(NO, "medical")], NO, True),
        ([said(YES), said(YES, "medical")], YES, True),
        ([said(YES, "behavioral"), said(UNKNOWN, "medical")], UNKNOWN, False),
        ([said(YES, "medical", "drug"), said(NO, "behavioral", "visit")], NO, False),
        ([said(YES, "behavioral"), said(NO, "medical"), under("behavioral")], YES, True),
        ([said(YES, "behavioral"), said(NO, "medical"), under("medical")], NO, True),
        ([said(YES, "behavioral"), said(NO, "medical"), under("pharmacy")], NO, False),
        ([said(YES, "behavioral"), said(NO, "medical"), under("behavioral", expired=True)], NO, False),
        ([said(NO, line="psychotherapy")], Standing.NOT_ASKED, False),
        ([said(NO, name=FactName.PROVIDER_IN_NETWORK)], Standing.NOT_ASKED, False),
        ([said(NO, "medical", name=FactName.PROVIDER_IN_NETWORK)], Standing.NOT_ASKED, False),
        ([said(NO, "medical", line="psychotherapy")], Standing.NOT_ASKED, False),
    ],
)
def test_one_part_out_of_network_is_never_covered_up(facts: list[Fact], standing: Standing, is_settled: bool):
    known = network_of_line(merge(facts, now=NOW), "tms")
    assert (known.standing, known.settled) == (standing, is_settled)


def test_the_parts_that_disagree_are_all_named():
    facts = [said(YES, "behavioral"), said(NO, "medical"), said(YES)]
    known = network_of_line(merge(facts, now=NOW), "tms")
    assert set(known.keys) == {fact.key for fact in facts}


@pytest.mark.parametrize(
    ("facts", "drug", "visit"),
    [
        ([said(YES, "medical", "drug"), said(NO, "behavioral", "visit")], (YES, True), (NO, True)),
        ([said(YES, "medical", "drug")], (YES, True), (Standing.NOT_ASKED, False)),
        ([said(YES), said(NO, "behavioral", "visit")], (YES, True), (NO, False)),
        ([said(NO, "medical"), said(YES, "medical", "drug")], (NO, False), (NO, True)),
        ([said(YES)], (YES, True), (YES, True)),
    ],
)
def test_what_was_said_of_one_group_of_codes_says_nothing_of_another(facts, drug, visit):
    merged = merge(facts, now=NOW)
    for codes, expected in (("drug", drug), ("visit", visit)):
        known = network_of_line(merged, "tms", codes)
        assert (known.standing, known.settled) == expected


BOTH = ("behavioral", "medical")


@pytest.mark.parametrize(
    ("facts", "standing", "is_settled"),
    [
        ([said(YES, "behavioral")], Standing.NOT_ASKED, False),
        ([said(YES, "behavioral"), said(YES, "medical")], YES, True),
        ([said(YES, "behavioral"), under("behavioral")], YES, True),
        ([said(YES, "behavioral"), under("medical")], Standing.NOT_ASKED, False),
        ([said(NO, "behavioral")], NO, True),
        ([said(YES)], YES, True),
        ([said(YES), said(YES, "behavioral")], YES, True),
        ([said(UNKNOWN, "behavioral")], UNKNOWN, False),
        ([], Standing.NOT_ASKED, False),
    ],
)
def test_a_yes_for_one_of_two_benefits_is_none_for_the_other(facts, standing, is_settled):
    known = network_of_line(merge(facts, now=NOW), "tms", domains=BOTH)
    assert (known.standing, known.settled) == (standing, is_settled)
