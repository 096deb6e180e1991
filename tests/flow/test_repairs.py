"""A refused question is tried in other words: by a person, or where the payer's own data allow it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.house import House
from verify import steps
from verify.asking import Changes
from verify.store import patients
from verify.store.tables import coverages, events, facts, findings, payers
from verify.store.tables_asking import repairs

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> str:
    return running_house.add_clinic()


def offered(house: House, practice_id: str, verification_id: str) -> Any:
    with house.work.engine.connect() as connection:
        return steps.offered_repairs(house.work, connection, verification_id, practice_id)


def allow(house: House, practice_id: str, verification_id: str, refused: Any, changes: Changes) -> str:
    """A person allows the try; their id."""
    user_id = house.add_user(practice_id)
    steps.try_repair(
        house.work, verification_id, practice_id, user_id, payer_id=refused.payer.id, changes=changes
    )
    return user_id


def quirks(house: House, practice_id: str, **given: Any) -> None:
    said = {"source": "the payer's portal", "read_on": "2026-11-01", **given}
    with house.work.engine.begin() as connection:
        connection.execute(
            update(payers)
            .where(payers.c.practice_id == practice_id, payers.c.code == "bluehollow")
            .values(quirks=said)
        )


def recorded(house: House, verification_id: str) -> list[str]:
    return [row.what for row in house.rows(events, verification_id=verification_id)]


def test_a_person_allows_a_try_and_the_answer_comes(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "HYP-1000201")
    assert running_house.wait_until_settled(made).state == "needs_person"
    (refused,) = offered(running_house, practice_id, made)
    (suggestion,) = refused.suggested
    assert suggestion.changes == Changes(member_id="HYP1000201")
    user_id = allow(running_house, practice_id, made, refused, suggestion.changes)
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    asked = running_house.inquiries(made)
    assert {(each.service_type, each.repair) for each in asked if not each.replaced_by_id} == {
        ("30", 1),
        ("MH", 1),
    }, "once the person is found, the other question is asked in the same words"
    (kept,) = running_house.rows(repairs, verification_id=made)
    assert (kept.state, kept.approved_by, kept.number) == ("answered", user_id, 1)


def test_the_record_is_changed_only_when_a_person_says_so(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "HYP-1000202")
    running_house.wait_until_settled(made)
    (refused,) = offered(running_house, practice_id, made)
    user_id = allow(running_house, practice_id, made, refused, refused.suggested[0].changes)
    row = running_house.wait_until_settled(made)
    seals = running_house.work.seals(practice_id)
    (coverage,) = running_house.rows(coverages, id=row.coverage_id)
    assert patients.policy_of(coverage, seals)["member_id"] == "HYP-1000202"
    (kept,) = running_house.rows(repairs, verification_id=made)
    steps.keep_repair(running_house.work, made, practice_id, user_id, repair_id=kept.id)
    (coverage,) = running_house.rows(coverages, id=row.coverage_id)
    assert patients.policy_of(coverage, seals)["member_id"] == "HYP1000202"
    assert running_house.verification(made).revision == row.revision, "nothing is asked again for it"


def test_the_payers_own_data_allow_a_repair_without_a_person(running_house: House, practice_id: str) -> None:
    quirks(running_house, practice_id, may_repair=["plain_member_id"])
    made = running_house.submit(practice_id, "HYP-1000203")
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    (kept,) = running_house.rows(repairs, verification_id=made)
    assert (kept.kind, kept.approved_by, kept.state) == ("plain_member_id", "system", "answered")


def test_three_tries_are_made_and_no_more(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "AAA7500204")
    for number in (1, 2, 3):
        running_house.wait_until_settled(made)
        (refused,) = offered(running_house, practice_id, made)
        allow(running_house, practice_id, made, refused, Changes(member_id=f"AAA75-{number}"))
    running_house.wait_until_settled(made)
    tried = running_house.rows(repairs, verification_id=made)
    assert [(each.number, each.state) for each in tried] == [(1, "refused"), (2, "refused"), (3, "refused")]
    (refused,) = offered(running_house, practice_id, made)
    assert refused.suggested == []
    with pytest.raises(steps.NotAllowed):
        allow(running_house, practice_id, made, refused, Changes(member_id="AAA75-4"))


def test_a_day_the_payer_does_not_look_at_is_asked_for_today_and_said_so(
    running_house: House, practice_id: str
) -> None:
    made = running_house.submit(practice_id, "TOD1000205")
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    assert "asked_for_today" in recorded(running_house, made)
    found = [
        each.document
        for each in running_house.rows(findings, verification_id=made)
        if each.rule == "active_coverage"
    ]
    assert "could not be checked" in found[0]["sentence"]
    told = [each.document["source"] for each in running_house.rows(facts, verification_id=made)]
    assert all(source["asked_for"] for source in told)


def test_a_payer_known_not_to_look_ahead_is_asked_for_today_at_once(
    running_house: House, practice_id: str
) -> None:
    quirks(running_house, practice_id, days_ahead=0)
    made = running_house.submit(practice_id, "TOD1000206")
    running_house.wait_until_settled(made)
    asked = running_house.inquiries(made)
    assert all(each.attempt == 1 and not each.reject_reasons for each in asked), "no check is wasted"
    assert all(each.date_of_service < date.today() + timedelta(days=2) for each in asked)


def test_the_patient_under_another_policy_is_asked_for_as_a_subscriber(
    running_house: House, practice_id: str
) -> None:
    holder = {
        "last_name": "Okafor",
        "first_name": "Chidi",
        "birth_date": "1980-01-02",
        "relationship": "spouse",
    }
    made = running_house.submit(practice_id, "SUB1000207", coverage={"subscriber": holder})
    running_house.wait_until_settled(made)
    (refused,) = offered(running_house, practice_id, made)
    assert Changes(as_subscriber=True) in [repair.changes for repair in refused.suggested]
    allow(running_house, practice_id, made, refused, Changes(as_subscriber=True))
    assert running_house.wait_until_settled(made).coverage_status == "active"
