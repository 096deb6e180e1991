"""v3 answers in the normal form: every field in its place, nothing unknown fatal, nothing absent invented."""

import msgspec
import pytest

from payers.benefits import (
    Benefit,
    Contact,
    DateRange,
    Delivery,
    Entity,
    Party,
    PlaceOfService,
    Reference,
    Trace,
)
from payers.json_mapping import benefits_of_v3, decode
from tests.payers.json_mapping.samples import ACTIVE, answer, refusal


def line(**fields: object) -> Benefit:
    [only] = benefits_of_v3(answer(fields)).members[0].benefits
    return only


def test_a_line_has_the_codes_amounts_and_network_as_sent():
    read = line(
        code="B",
        coverageLevelCode="IND",
        serviceTypeCodes=["MH", "A6"],
        insuranceTypeCode="PR",
        planCoverage="GOLD PPO",
        timeQualifierCode="27",
        benefitAmount="30.50",
        quantityQualifierCode="VS",
        benefitQuantity="20",
        authOrCertIndicator="U",
        inPlanNetworkIndicatorCode="W",
    )
    assert read == Benefit(
        "B", "IND", ("MH", "A6"), "PR", "GOLD PPO", "27", "30.50", None, "VS", "20", "U", "W", segments=(1,)
    )


def test_what_is_absent_is_none_and_never_zero():
    read = line(code="C")
    assert (read.amount, read.percent, read.quantity, read.authorization_required, read.in_network) == (
        None,
    ) * 5
    assert (read.service_types, read.messages, read.dates, read.entities) == ((), (), (), ())


@pytest.mark.parametrize("empty", ["", "  ", None, [], {}, True])
def test_an_empty_amount_or_one_that_is_none_is_absent(empty: object):
    assert line(code="C", benefitAmount=empty).amount is None


def test_a_zero_that_was_said_stays():
    assert line(code="C", benefitAmount="0").amount == "0"


def test_numbers_for_strings_keep_their_digits():
    said = decode(
        b'{"benefitsInformation":[{"code":"C","benefitAmount":1500.10,"benefitQuantity":20}],"payer":{}}'
    )
    assert said is not None
    [read] = benefits_of_v3(said).members[0].benefits
    assert (read.amount, read.quantity) == ("1500.10", "20")


def test_codes_and_fields_nobody_knows_are_passed_through():
    read = line(
        code="ZQ",
        coverageLevelCode="XYZ",
        inPlanNetworkIndicatorCode="Q",
        brandNew={"deep": [1]},
        benefitsDateInformation={"brandNewDate": "20260102"},
        benefitsAdditionalInformation={"brandNewNumber": "N1"},
        benefitsRelatedEntities=[{"entityIdentifier": "Brand New Party", "entityName": "X"}],
    )
    assert (read.information_code, read.coverage_level, read.in_network) == ("ZQ", "XYZ", "Q")
    assert read.dates == (DateRange("brandNewDate", "2026-01-02", "2026-01-02"),)
    assert read.references == (Reference("brandNewNumber", "N1"),)
    assert read.entities[0].type == "Brand New Party"


@pytest.mark.parametrize("said", [5, "x", None, [], [7, "x", None], {"code": 1}])
def test_lines_of_another_kind_are_passed_over(said: object):
    read = benefits_of_v3(answer() | {"benefitsInformation": said})
    assert len(read.members[0].benefits) == isinstance(said, dict)


def test_messages_places_deliveries_and_procedures_are_kept():
    read = line(
        code="F",
        additionalInformation=[{"description": "OFFICE"}, {"description": ""}],
        eligibilityAdditionalInformationList=[{"codeListQualifierCode": "ZZ", "industryCode": "11"}],
        benefitsServiceDelivery=[
            {
                "quantityQualifierCode": "VS",
                "quantity": "20",
                "timePeriodQualifierCode": "23",
                "numOfPeriods": "1",
            },
            {"quantityQualifier": "Days", "quantity": "5", "unitForMeasurementQualifier": "Week"},
        ],
        compositeMedicalProcedureIdentifier={
            "productOrServiceIDQualifierCode": "HC",
            "procedureCode": "90867",
            "procedureModifiers": ["GT"],
            "productOrServiceID": "90869",
            "diagnosisCodePointer": ["1"],
        },
    )
    assert read.messages == ("OFFICE",)
    assert read.places_of_service == (PlaceOfService("ZZ", "11"),)
    assert read.deliveries == (
        Delivery("VS", "20", period="23", periods="1"),
        Delivery("DY", "5", unit="WK"),
    )
    assert read.procedure == ("HC", "90867", "GT", "", "", "", "", "90869")
    assert read.diagnosis_pointers == ("1",)


def test_who_else_holds_a_benefit_is_kept_once_with_its_numbers():
    entity = {
        "entityIdentifier": "Vendor",
        "entityName": "QUIET MINDS",
        "entityIdentification": "PI",
        "entityIdentificationValue": "QM1",
        "contactInformation": {
            "contacts": [{"communicationMode": "Telephone", "communicationNumber": "8005550123"}]
        },
    }
    read = line(code="U", benefitsRelatedEntity=entity, benefitsRelatedEntities=[entity])
    assert read.entities == (Entity("VN", "QUIET MINDS", None, "PI", "QM1", [Contact("TE", "8005550123")]),)
    assert line(code="U", benefitsRelatedEntity=entity).entities == read.entities


def test_dates_are_iso_and_one_that_is_none_is_a_problem():
    said = answer(
        planDateInformation={
            "plan": "20260101-20261231",
            "planBegin": "20250101",
            "eligibility": "2026-02-01-2026-02-28",
            "status": "20260231",
        }
    )
    read = benefits_of_v3(said)
    assert read.members[0].dates == [
        DateRange("291", "2026-01-01", "2026-12-31"),
        DateRange("346", "2025-01-01", "2025-01-01"),
        DateRange("307", "2026-02-01", "2026-02-28"),
        DateRange("771", None, None),
    ]
    assert [(each.place, each.message) for each in read.problems] == [
        ("planDateInformation", "not a date; left out")
    ]


def test_references_of_person_and_plan_come_once_with_their_description():
    person = answer()["subscriber"] | {"groupNumber": "G1", "groupDescription": "ACME"}
    read = benefits_of_v3(answer(subscriber=person, planInformation={"groupNumber": "G2", "hicNumber": "H1"}))
    assert read.members[0].references == [
        Reference("6P", "G1", "ACME"),
        Reference("6P", "G2"),
        Reference("F6", "H1"),
    ]


def test_lines_dates_and_traces_belong_to_the_dependent():
    said = answer(
        dependents=[{"lastName": "ROE", "firstName": "SAM", "dateOfBirth": "20100506"}],
        subscriberTraceNumbers=[{"traceTypeCode": "2", "referenceIdentification": "T1"}],
    )
    subscriber, dependent = benefits_of_v3(said).members
    assert (subscriber.benefits, subscriber.traces, dependent.subscriber) == ([], [], 0)
    assert dependent.coverage.status == "active"
    assert dependent.traces == [Trace("2", "T1")]


def test_lines_among_several_dependents_are_nobodys():
    read = benefits_of_v3(answer(dependents=[{"firstName": "SAM"}, {"firstName": "MAX"}]))
    assert not any(member.benefits for member in read.members)
    assert [each.severity for each in read.problems] == ["structure"]


def test_a_correction_by_the_payer_is_told():
    person = answer()["subscriber"] | {"maintenanceTypeCode": "001", "maintenanceReasonCode": "25"}
    assert benefits_of_v3(answer(subscriber=person)).members[0].identity.corrected
    assert not benefits_of_v3(answer()).members[0].identity.corrected


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Please Correct and Resubmit", "C"),
        ("Resubmission Not Allowed", "N"),
        ("Do Not Resubmit; We Will Hold Your Request and Respond Again Shortly", "Y"),
        ("C", "C"),
        ("Ask Again Next Spring", "Ask Again Next Spring"),
    ],
)
def test_a_rejection_has_its_follow_up_action(words: str, code: str):
    said = answer(subscriber={"aaaErrors": [refusal("75", words)]}, errors=[refusal("75", words)])
    [rejection] = benefits_of_v3(said).members[0].rejections
    assert (rejection.loop, rejection.reason, rejection.follow_up) == ("2100C", "75", code)


def test_rejections_stand_at_their_level_and_are_told_once():
    said = answer(
        payer={"aaaErrors": [refusal("42", location="")]},
        provider={"aaaErrors": [refusal("51", location="")]},
        subscriber={
            "aaaErrors": [refusal("33", location="Loop 2110C"), refusal("33", location="Loop 2110C")]
        },
        errors=[refusal("42"), refusal("51"), refusal("33"), refusal("T4", location="")],
    )
    read = benefits_of_v3(said)
    assert [(each.loop, each.reason) for each in read.rejections] == [
        ("2100A", "42"),
        ("2100B", "51"),
        ("", "T4"),
    ]
    assert [(each.loop, each.reason) for each in read.members[0].rejections] == [("2110C", "33")]


def test_a_warning_is_told_without_its_words():
    read = benefits_of_v3(answer(warnings=[{"code": "W1", "description": "JANE ROE"}]))
    assert [each.place for each in read.problems] == ["warnings 1"]
    assert b"JANE" not in msgspec.json.encode(read.problems)


def test_an_empty_object_is_an_answer_about_nobody():
    read = benefits_of_v3({})
    assert (read.members, read.rejections, read.problems) == ([], [], [])


def test_a_plan_is_read_as_from_a_271():
    lines = [
        ACTIVE,
        {"code": "C", "coverageLevelCode": "IND", "serviceTypeCodes": ["30"], "timeQualifierCode": "23",
         "benefitAmount": "1500", "inPlanNetworkIndicatorCode": "Y"},
        {"code": "C", "coverageLevelCode": "IND", "serviceTypeCodes": ["30"], "timeQualifierCode": "29",
         "benefitAmount": "400", "inPlanNetworkIndicatorCode": "Y"},
    ]  # fmt: skip
    [member] = benefits_of_v3(answer(*lines)).members
    [deductible] = member.deductibles
    assert (deductible.total, deductible.remaining, deductible.status) == ("1500", "400", "stated")
    assert deductible.segments == [2, 3]
    assert member.coverage.status == "active"


@pytest.mark.parametrize(
    ("said", "party"),
    [
        ({"name": "MERIDIAN", "payorIdentification": "MER01"}, Party(name="MERIDIAN", id="MER01")),
        (
            {"firstName": "DORA", "lastName": "DOC", "npi": "1999999984"},
            Party(name="DORA DOC", id="1999999984"),
        ),
        ({}, Party()),
    ],
)
def test_the_payer_is_known_by_name_and_id(said: dict[str, str], party: Party):
    assert benefits_of_v3(answer(payer=said)).payer == party


def test_the_provider_the_control_number_and_the_sex_are_kept():
    read = benefits_of_v3(
        answer(
            controlNumber="000000905",
            provider={"providerName": "LAKESIDE", "npi": "1999999984"},
            subscriber=answer()["subscriber"] | {"gender": "F"},
        )
    )
    assert (read.control_number, read.provider) == ("000000905", Party(name="LAKESIDE", id="1999999984"))
    assert read.members[0].identity.sex == "F"
