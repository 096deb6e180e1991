"""Stedi's answer of 2026-06-01 in the normal form: words become codes, nothing unknown is fatal."""

from typing import Any

import pytest

from payers.benefits import (
    Benefit,
    Contact,
    DateRange,
    Delivery,
    Entity,
    Member,
    Party,
    PlaceOfService,
    Reference,
    Trace,
)
from payers.json_mapping import STEDI_2026, benefits_of_2026
from tests.payers.json_mapping.samples import SAM, inquiry, read, x12

STATUS = {
    "status": "ACTIVE_COVERAGE",
    "coverageLevel": "INDIVIDUAL",
    "service": {"value": "30", "system": "STC"},
}


def answer(benefits: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "payer": {"type": "PAYER", "name": {"organization": "MERIDIAN"}, "identification": "MER01"},
        "subscriber": {
            "name": {"person": {"firstName": "JANE", "lastName": "ROE"}},
            "memberId": "W100200300",
            "dateOfBirth": "1980-01-02",
            "gender": "FEMALE",
        },
        "plans": [{"benefits": {"statuses": [STATUS]} if benefits is None else benefits}],
    } | changes


def member(**changes: Any) -> Member:
    return benefits_of_2026(answer(**changes)).members[0]


def line(category: str, **fields: Any) -> Benefit:
    [only] = member(benefits={category: [fields]}).benefits
    return only


def test_payer_and_person_are_read():
    read_as = benefits_of_2026(answer())
    assert (read_as.payer.name, read_as.payer.id) == ("MERIDIAN", "MER01")
    identity = read_as.members[0].identity
    assert (identity.last, identity.first, identity.birth_date, identity.sex) == (
        "ROE",
        "JANE",
        "1980-01-02",
        "F",
    )
    assert read_as.members[0].coverage.status == "active"


def test_words_become_the_codes_they_stand_for():
    read_as = line(
        "coPayment",
        coverageLevel="FAMILY",
        insuranceType="PREFERRED_PROVIDER_ORGANIZATION_PPO",
        network={"indicator": "OUT_OF_NETWORK"},
        priorAuthIndicator="REQUIRED",
        service={"value": "MH", "system": "STC", "definition": "x"},
        planCoverageDescription="GOLD",
        timePeriod="VISIT",
        amount="30",
        quantity={"value": "2", "qualifier": "VISITS"},
        messages=["OFFICE"],
        placesOfService=[{"code": "11"}],
    )
    assert read_as == Benefit(
        "B", "FAM", ("MH",), "PR", "GOLD", "27", "30", None, "VS", "2", "Y", "N", messages=("OFFICE",),
        places_of_service=(PlaceOfService("ZZ", "11"),), segments=(1,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("category", "code"),
    [("deductible", "C"), ("outOfPocket", "G"), ("cannotProcess", "V"), ("otherOrAdditionalPayer", "R"),
     ("managedCareCoordinator", "MC"), ("brandNewKind", "brandNewKind")],
)  # fmt: skip
def test_the_list_a_line_stands_in_says_its_kind(category: str, code: str):
    assert line(category, coverageLevel="INDIVIDUAL").information_code == code


@pytest.mark.parametrize(
    ("status", "coverage"),
    [("ACTIVE_COVERAGE", "active"), ("INACTIVE", "inactive"), ("SLEEPING", "unknown")],
)
def test_a_status_says_whether_the_plan_is_active(status: str, coverage: str):
    assert member(benefits={"statuses": [STATUS | {"status": status}]}).coverage.status == coverage


def test_what_is_absent_is_none_and_never_no_or_zero():
    read_as = line("deductible")
    assert (read_as.amount, read_as.authorization_required, read_as.in_network, read_as.coverage_level) == (
        None,
    ) * 4
    assert read_as.service_types == ()


def test_words_nobody_knows_are_passed_through():
    read_as = line(
        "limitations",
        coverageLevel="PETS_ONLY",
        insuranceType="BRAND_NEW",
        network={"indicator": "SOMEWHERE", "id": "N1", "description": "NET"},
        timePeriod="FORTNIGHT",
        relatedEntities=[{"type": "BRAND_NEW_PARTY"}],
        brandNew=[1],
    )
    assert (read_as.coverage_level, read_as.insurance_type) == ("PETS_ONLY", "BRAND_NEW")
    assert (read_as.in_network, read_as.period) == ("SOMEWHERE", "FORTNIGHT")
    assert read_as.entities[0].type == "BRAND_NEW_PARTY"
    assert read_as.references == (Reference("N6", "N1", "NET"),)


def test_limits_by_visits_and_by_age_are_kept():
    delivery = {
        "quantity": {"value": "20", "qualifier": "VISITS"},
        "period": {"value": 1, "qualifier": "CALENDAR_YEAR"},
        "frequency": {"value": "2", "qualifier": "WEEK"},
    }
    read_as = line("limitations", serviceLimits=[{"delivery": delivery}, {"ageMaximum": 26}])
    assert read_as.deliveries == (Delivery("VS", "20", "WK", "2", "23", "1"),)
    assert (read_as.quantity_qualifier, read_as.quantity) == ("S7", "26")


def test_procedures_and_their_ranges_are_kept():
    assert line("limitations", service={"value": "90867", "system": "CPT"}).procedure == ("HC", "90867")
    ranged = {"system": "HCPCS", "range": {"start": {"value": "G2082"}, "end": {"value": "G2083"}}}
    assert line("limitations", service=ranged).procedure == ("HC", "G2082", "", "", "", "", "", "G2083")


def test_who_else_holds_a_benefit_is_kept_with_id_and_numbers():
    entity = {
        "type": "VENDOR",
        "name": {"organization": "QUIET MINDS"},
        "payerId": "QM1",
        "contacts": [{"phoneNumbers": ["8005550123"], "urls": ["quiet.example"]}],
    }
    contacts = [Contact("TE", "8005550123"), Contact("UR", "quiet.example")]
    kept = Entity("VN", "QUIET MINDS", None, "PI", "QM1", contacts)
    assert line("contactFollowingEntityForInformation", relatedEntities=[entity]).entities == (kept,)


def test_dates_keep_their_ends_and_one_that_is_none_is_a_problem():
    person = answer()["subscriber"] | {
        "dates": {
            "plan": {"start": "2026-01-01", "end": "2026-12-31"},
            "eligibility": {"start": "2025-01-01"},
            "policy": {"end": "2026-06-30"},
            "service": {"start": "2026-02-31"},
        },
        "additionalInformation": {"mbi": "M1", "group": {"number": "G1", "name": "ACME"}},
    }
    read_as = benefits_of_2026(answer(subscriber=person))
    assert read_as.members[0].dates == [
        DateRange("291", "2026-01-01", "2026-12-31"),
        DateRange("356", "2025-01-01", "2025-01-01"),
        DateRange("540", "2026-06-30", "2026-06-30"),
    ]
    assert [each.message for each in read_as.problems] == ["not a date; left out"]
    assert read_as.members[0].references == [Reference("F6", "M1"), Reference("6P", "G1", "ACME")]


def test_lines_and_traces_belong_to_the_dependent():
    dependent = {"name": {"person": {"firstName": "SAM", "lastName": "ROE"}}, "dateOfBirth": "2010-05-06"}
    trace = {"type": "REFERENCED_TRANSACTION", "referenceIdentification": "T1"}
    said = answer(dependent=dependent, meta={"subscriberTraceNumbers": [trace]})
    subscriber, patient = benefits_of_2026(said).members
    assert (subscriber.benefits, patient.subscriber, patient.coverage.status) == ([], 0, "active")
    assert patient.traces == [Trace("2", "T1")]
    assert len(read(said, inquiry(dependent=SAM), shape=STEDI_2026).benefits.members) == 2


@pytest.mark.parametrize(
    ("location", "loop", "of_member"),
    [("PAYER", "2100A", False), ("PROVIDER", "2100B", False), ("ENVELOPE", "", False), ("SUBSCRIBER", "2100C", True),
     ("SUBSCRIBER_BENEFITS", "2110C", True), ("BRAND_NEW", "", False)],
)  # fmt: skip
def test_an_error_stands_where_it_happened(location: str, loop: str, of_member: bool):
    error = {
        "code": "75",
        "description": "x",
        "followupAction": "Please Correct and Resubmit",
        "location": location,
    }
    read_as = benefits_of_2026(answer(errors=[error], plans=[]))
    [rejection] = read_as.members[0].rejections if of_member else read_as.rejections
    assert (rejection.loop, rejection.reason, rejection.follow_up) == (loop, "75", "C")


def test_an_error_without_a_person_is_not_lost():
    error = {"code": "75", "description": "x", "followupAction": "N", "location": "SUBSCRIBER"}
    read_as = benefits_of_2026({"payer": {"type": "PAYER"}, "errors": [error]})
    assert [each.reason for each in read_as.rejections] == ["75"]


def test_lines_the_source_calls_invalid_are_read_and_told():
    invalid = {"deductible": [{"coverageLevel": "INDIVIDUAL", "percent": "0.1", "invalidReasons": []}]}
    read_as = benefits_of_2026(answer({"statuses": [STATUS], "invalidEntries": invalid}))
    assert [each.information_code for each in read_as.members[0].benefits] == ["1", "C"]
    assert [each.place for each in read_as.problems] == ["plans, line 2"]


def test_one_eb_of_several_services_is_several_lines_and_no_disagreement():
    lines = [STATUS | {"service": {"value": value, "system": "STC"}} for value in ("30", "MH", "98")]
    raw = x12(["EB", "1", "", ["30", "MH", "98"], "", "", "", "", "", "", "", "U"])
    assert read(answer({"statuses": lines}, x12=raw), shape=STEDI_2026).benefits.problems == []
    reply = read(answer({"statuses": lines[:2]}, x12=raw), shape=STEDI_2026)
    assert [each.place for each in reply.benefits.problems] == ["benefits"]


def test_the_provider_is_known_by_name_and_id():
    said = {
        "type": "PROVIDER",
        "name": {"person": {"firstName": "DORA", "lastName": "DOC"}},
        "npi": "1999999984",
    }
    assert benefits_of_2026(answer(provider=said)).provider == Party(name="DORA DOC", id="1999999984")
