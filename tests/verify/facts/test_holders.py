"""A company that an answer names holds benefits, and no fact keeps a number of the patient."""

from datetime import UTC, datetime

import msgspec

from payers.reading import Holder
from verify.facts import (
    About,
    Fact,
    FactName,
    Source,
    SourceKind,
    Standing,
    Status,
    expiry,
    facts_from_holders,
)

SOURCE = Source(
    kind=SourceKind.X12_271,
    reference="exc_1",
    by="system",
    obtained_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
)


def test_a_company_is_kept_with_what_it_holds_and_how_it_is_reached():
    pharmacy = Holder(
        domain="pharmacy",
        reason="carve_out",
        name="EXAMPLE RX",
        company_id="99999",
        member_id="W123456789",
        phone="8005550188",
        order="primary",
        segments=(21, 22),
    )
    assert facts_from_holders([pharmacy], source=SOURCE) == [
        Fact(
            name=FactName.HELD_BY,
            about=About(domain="pharmacy"),
            standing=Standing.YES,
            status=Status.STATED,
            value={
                "name": "EXAMPLE RX",
                "payer_id": "99999",
                "phone": "8005550188",
                "reason": "carve_out",
                "order": "primary",
            },
            segments=(21, 22),
            source=SOURCE,
            expires_at=expiry(FactName.HELD_BY, SOURCE.obtained_at),
        )
    ]


def test_what_an_answer_leaves_open_of_a_company_is_not_known():
    (fact,) = facts_from_holders([Holder(domain="behavioral", reason="carve_out")], source=SOURCE)
    assert fact.standing is Standing.YES
    assert fact.value == {
        "name": None,
        "payer_id": None,
        "phone": None,
        "reason": "carve_out",
        "order": None,
    }


def test_each_company_is_a_fact_of_its_own_and_the_patients_number_stays_in_the_answer():
    found = [
        Holder(domain=domain, reason="carve_out", name=domain.upper(), member_id="MARKEDID")
        for domain in ("behavioral", "pharmacy")
    ]
    facts = facts_from_holders(found, source=SOURCE)
    assert [fact.about.domain for fact in facts] == ["behavioral", "pharmacy"]
    assert "MARKEDID" not in msgspec.json.encode(facts).decode()
    assert facts_from_holders([], source=SOURCE) == []
