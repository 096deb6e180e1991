"""Questions as JSON: what the sources document is what goes out, and nothing that was not asked for."""

import json
from datetime import UTC, date, datetime

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from payers.errors import AccountError, Rejected
from payers.inquiry import Inquiry, MemberId, Npi, Person, Requester
from payers.json_mapping import OPTUM, STEDI, encode, evidence, inquiry_to_2026, inquiry_to_v3, key_headers
from payers.simulator import questions_v3, stedi, stedi_2026
from payers.x12_mapping import inquiry_to_270
from tests.payers.json_mapping.samples import ACCOUNT, JANE, SAM, inquiry
from tests.payers.x12.corpus import corpus

SPEC = corpus() / "json-spec" / "optum__medical-network-eligibility-v3-openapi.json"
ASKED: dict[str, Inquiry] = {
    "by service type": inquiry(),
    "for a dependent": inquiry(dependent=SAM, relationship="19"),
    "for a dependent of another kind": inquiry(dependent=SAM, relationship="G8"),
    "by procedure": inquiry(procedure=("HC", "90867")),
    "of a group": inquiry(group_number="G-100"),
    "without a member id": inquiry(member_id=MemberId("")),
    "by last name alone": inquiry(subscriber=Person(last="Roe"), member_id=MemberId("")),
}


def test_a_v3_question_says_this_and_no_more():
    assert inquiry_to_v3(inquiry(), ACCOUNT, STEDI) == {
        "submitterTransactionIdentifier": "T-000905",
        "tradingPartnerServiceId": "MER01",
        "provider": {"organizationName": "Lakeside Psychiatry", "npi": "1999999984"},
        "subscriber": {
            "memberId": "W100200300",
            "lastName": "Roe",
            "firstName": "Jane",
            "middleName": "Q",
            "dateOfBirth": "19800102",
            "gender": "F",
        },
        "encounter": {"serviceTypeCodes": ["MH"], "dateOfService": "20260302"},
    }


def test_a_question_of_2026_says_this_and_no_more():
    assert inquiry_to_2026(inquiry(dependent=SAM, relationship="19"), ACCOUNT) == {
        "payerId": "MER01",
        "provider": {"name": {"organization": "Lakeside Psychiatry"}, "npi": "1999999984"},
        "subscriber": {
            "memberId": "W100200300",
            "name": {"person": {"lastName": "Roe", "firstName": "Jane", "middleName": "Q"}},
            "dateOfBirth": "1980-01-02",
            "gender": "FEMALE",
        },
        "dependent": {
            "name": {"person": {"lastName": "Roe", "firstName": "Sam"}},
            "dateOfBirth": "2010-05-06",
            "gender": "MALE",
            "relationToSubscriber": "CHILD",
        },
        "encounter": {
            "services": [{"value": "MH", "system": "STC"}],
            "dates": {"service": {"start": "2026-03-02", "end": "2026-03-02"}},
        },
    }


@pytest.mark.parametrize("case", ASKED)
def test_our_questions_are_what_the_simulators_of_the_sources_demand(case: str):
    asked = ASKED[case]
    assert questions_v3.faults(inquiry_to_v3(asked, ACCOUNT, STEDI), stedi.REQUIRED) == []
    assert stedi_2026.faults(inquiry_to_2026(asked, ACCOUNT)) == []


@pytest.mark.skipif(not SPEC.is_file(), reason="the interface description is not on this machine")
@pytest.mark.parametrize("case", ASKED)
def test_our_questions_hold_to_the_published_description_of_optum(case: str):
    spec = json.loads(SPEC.read_text())
    schema = {"$ref": "#/components/schemas/MedicalEligibility", "components": spec["components"]}
    asked = inquiry_to_v3(ASKED[case], ACCOUNT, OPTUM)
    assert [fault.json_path for fault in Draft202012Validator(schema).iter_errors(asked)] == []
    properties = spec["components"]["schemas"]["MedicalEligibility"]["properties"]
    assert asked.keys() <= properties.keys()


def test_optum_gets_a_control_number_of_nine_digits_and_the_payers_name():
    asked = inquiry_to_v3(inquiry(), ACCOUNT, OPTUM)
    assert (asked["controlNumber"], asked["tradingPartnerName"]) == ("000000905", "Meridian Health")


@pytest.mark.parametrize(
    "write", [lambda i, a: inquiry_to_v3(i, a, OPTUM), inquiry_to_2026], ids=["v3", "2026"]
)
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"requester": Requester(name="X", npi=Npi("12"))}, "requester.npi"),
        ({"requester": Requester(name="", npi=Npi("1999999984"))}, "requester.name"),
        ({"subscriber": replace(JANE, last="R" * 61)}, "subscriber.last"),
        ({"subscriber": replace(JANE, last="\u0416")}, "subscriber.last"),
        ({"subscriber": replace(JANE, last=" ")}, "subscriber.last"),
        ({"member_id": MemberId("W")}, "member_id"),
        ({"service_type": "<b>"}, "service_type"),
        ({"procedure": ("HC", "")}, "procedure"),
        ({"procedure": ("XX", "90867")}, "procedure"),
        ({"group_number": "G" * 51}, "group_number"),
    ],
)
def test_what_cannot_be_said_is_refused_by_the_fields_name(write, changes: dict, field: str):
    if field == "member_id" and write is not inquiry_to_2026:
        changes = {"member_id": MemberId("W 1/2")}
    with pytest.raises(Rejected) as caught:
        write(inquiry(**changes), ACCOUNT)
    assert caught.value.code == "unwritable"
    assert caught.value.detail.startswith(field)
    assert not [mark for mark in ("RRRR", "GGGG", "W 1") if mark in caught.value.detail]


def test_accents_are_dropped_since_a_270_is_made_of_it():
    asked = inquiry_to_v3(inquiry(subscriber=replace(JANE, first="Jos\u00e9")), ACCOUNT, STEDI)
    assert asked["subscriber"]["firstName"] == "Jose"


def test_a_search_by_less_leaves_out_what_the_account_says():
    account = replace(
        ACCOUNT, options={"leave_out": ["middle", "sex", "birth_date", "date_of_service", "group_number"]}
    )
    asked = inquiry(group_number="G1")
    old, new = inquiry_to_v3(asked, account, STEDI), inquiry_to_2026(asked, account)
    assert old["subscriber"] == {"memberId": "W100200300", "lastName": "Roe", "firstName": "Jane"}
    assert old["encounter"] == {"serviceTypeCodes": ["MH"]}
    assert new["subscriber"].keys() == {"memberId", "name"}
    with pytest.raises(Rejected):
        inquiry_to_v3(asked, replace(ACCOUNT, options={"leave_out": ["last"]}), STEDI)


def test_a_dependent_with_an_id_of_their_own_is_asked_about_as_subscriber():
    account = replace(ACCOUNT, options={"dependent_as_subscriber": True})
    asked = inquiry(dependent=SAM)
    assert inquiry_to_v3(asked, account, STEDI)["subscriber"]["firstName"] == "Sam"
    assert "dependents" not in inquiry_to_v3(asked, account, STEDI)
    assert "dependent" not in inquiry_to_2026(asked, account)


def test_tax_id_and_taxonomy_go_out_only_where_the_account_says():
    requester = Requester(name="X", npi=Npi("1999999984"), tax_id="12-3456789", taxonomy="2084P0800X")
    account = replace(ACCOUNT, options={"send_tax_id": True, "send_taxonomy": True})
    said = inquiry_to_v3(inquiry(requester=requester), account, STEDI)["provider"]
    assert (said["taxId"], said["providerCode"], said["referenceIdentification"]) == (
        "123456789",
        "BI",
        "2084P0800X",
    )
    assert inquiry_to_v3(inquiry(requester=requester), ACCOUNT, STEDI)["provider"].keys() == {
        "organizationName",
        "npi",
    }


def test_our_trace_goes_where_the_account_says():
    nowhere = replace(ACCOUNT, options={"trace_field": ""})
    assert "T-000905" not in encode(inquiry_to_v3(inquiry(), nowhere, STEDI)).decode()
    assert "T-000905" not in encode(inquiry_to_2026(inquiry(), ACCOUNT)).decode()
    patient = replace(ACCOUNT, options={"trace_field": "externalPatientId"})
    assert inquiry_to_2026(inquiry(), patient)["externalPatientId"] == "T-000905"


@pytest.mark.parametrize(
    ("procedure", "service"),
    [
        (("HC", "90867"), {"value": "90867", "system": "CPT"}),
        (("HC", "G2082"), {"value": "G2082", "system": "HCPCS"}),
        (("CJ", "90868"), {"value": "90868", "system": "CPT"}),
    ],
)
def test_a_procedure_is_named_by_its_system(procedure: tuple[str, ...], service: dict[str, str]):
    assert inquiry_to_2026(inquiry(procedure=procedure), ACCOUNT)["encounter"]["services"] == [service]


def test_modifiers_are_sent_or_refused_but_never_dropped():
    with_modifier = inquiry(procedure=("HC", "90867", "GT"))
    assert inquiry_to_v3(with_modifier, ACCOUNT, STEDI)["encounter"]["procedureModifiers"] == ["GT"]
    with pytest.raises(Rejected):
        inquiry_to_2026(with_modifier, ACCOUNT)


def test_a_portals_credentials_go_out_and_are_not_kept():
    account = replace(ACCOUNT, secrets={"portal_username": "quiet-user", "portal_password": "quiet-word"})
    asked = inquiry_to_v3(inquiry(), account, STEDI)
    kept = evidence(asked, inquiry(), account, datetime(2026, 3, 2, tzinfo=UTC))
    assert (b"quiet-word" in encode(asked), b"quiet-user" in encode(asked)) == (True, True)
    assert b"quiet" not in kept.request
    assert kept.request.count(b"(removed)") == 2
    assert (kept.trace, kept.control_number, kept.requested_at.date()) == ("T-000905", 905, date(2026, 3, 2))


def test_a_password_in_the_interchange_header_is_not_kept():
    account = replace(ACCOUNT, secrets={"isa_security": "SESAME"}, options={"security_qualifier": "01"})
    now = datetime(2026, 3, 2, tzinfo=UTC)
    asked = {"x12": inquiry_to_270(inquiry(), replace(account, sender_id="A", receiver_id="B"), now=now)}
    assert "*01*SESAME    *" in asked["x12"]
    assert b"*01*XXXXXX    *" in evidence(asked, inquiry(), account, now).request


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({}, {"Authorization": "k-1", "Accept": "application/json"}),
        ({"authorization_prefix": "Key "}, {"Authorization": "Key k-1", "Accept": "application/json"}),
        ({"forwarded_for": "192.0.2.7"}, {"Authorization": "k-1", "Accept": "application/json", "X-Forwarded-For": "192.0.2.7"}),
    ],
)  # fmt: skip
def test_the_key_goes_out_as_the_account_says(options: dict, headers: dict):
    assert key_headers(replace(ACCOUNT, secrets={"api_key": "k-1"}, options=options)) == headers


@pytest.mark.parametrize(
    ("secrets", "options", "code"),
    [({}, {}, "missing_secret"), ({"api_key": "a\r\nb"}, {}, "bad_option"), ({"api_key": "a"}, {"forwarded_for": "\n"}, "bad_option")],
)  # fmt: skip
def test_a_key_that_cannot_be_sent_is_the_accounts_fault(secrets: dict, options: dict, code: str):
    with pytest.raises(AccountError) as caught:
        key_headers(replace(ACCOUNT, secrets=secrets, options=options))
    assert caught.value.code == code
