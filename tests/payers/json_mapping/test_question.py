"""Questions as JSON: what the sources document is what goes out, and nothing that was not asked for."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from payers.account import Account
from payers.errors import AccountError, Rejected
from payers.inquiry import Address, Inquiry, MemberId, Npi, Person, Requester
from payers.json_mapping import OPTUM, STEDI, encode, evidence, inquiry_to_2026, inquiry_to_v3, key_headers
from payers.simulator import optum, questions_v3, stedi, stedi_2026
from payers.x12_mapping import inquiry_to_270
from tests.payers.json_mapping.samples import ACCOUNT, JANE, SAM, inquiry
from tests.payers.x12.corpus import corpus

SPEC = corpus() / "json-spec" / "optum__medical-network-eligibility-v3-openapi.json"
#: Its table of fields, each with what it may hold.
STEDI_FIELDS = corpus().parent / "payers" / "data" / "stedi-eligibility-v3-fields.md"
SEARCHING = {"search_by": ["ssn", "address", "diagnoses"]}
HOME = Address(street="12 Harbor St", city="Lima", state="OH", zip="45801-1234")
KNOWN_JANE = replace(JANE, ssn="123-45-6789", address=HOME)
KNOWN_SAM = replace(SAM, ssn="987654321", address=HOME)
#: Every kind of inquiry, each with the options of the account it is asked through.
ASKED: dict[str, tuple[Inquiry, dict[str, Any]]] = {
    "by service type": (inquiry(), {}),
    "for a dependent": (inquiry(dependent=SAM, relationship="19"), {}),
    "for a dependent of another kind": (inquiry(dependent=SAM, relationship="G8"), {}),
    "by procedure": (inquiry(procedure=("HC", "90867")), {}),
    "by procedure for a dependent": (inquiry(procedure=("HC", "G2082"), dependent=SAM), {}),
    "of a group": (inquiry(group_number="G-100"), {}),
    "without a member id": (inquiry(member_id=MemberId("")), {}),
    "by last name alone": (inquiry(subscriber=Person(last="Roe"), member_id=MemberId("")), {}),
    "by social security number": (inquiry(subscriber=KNOWN_JANE), {"search_by": ["ssn"]}),
    "by ZIP": (inquiry(subscriber=KNOWN_JANE), {"search_by": ["zip"]}),
    "by address": (inquiry(subscriber=KNOWN_JANE), {"search_by": ["address"]}),
    "by everything": (
        inquiry(subscriber=KNOWN_JANE, group_number="G-100"),
        {"search_by": ["ssn", "address"]},
    ),
    "by everything of a dependent": (
        inquiry(subscriber=JANE, dependent=KNOWN_SAM, relationship="19"),
        {"search_by": ["ssn", "address"]},
    ),
    "with tax id and taxonomy": (inquiry(), {"send_tax_id": True}),
}
#: As above, for the sources that take diagnoses.
DIAGNOSED: dict[str, tuple[Inquiry, dict[str, Any]]] = {
    "with a diagnosis": (inquiry(diagnoses=("F33.2",)), SEARCHING),
    "with diagnoses of a dependent": (inquiry(diagnoses=("F33.2", "F41.1"), dependent=KNOWN_SAM), SEARCHING),
    "by procedure with a diagnosis": (inquiry(diagnoses=("F33.2",), procedure=("HC", "90867")), SEARCHING),
    "with more diagnoses than are pointed to": (
        inquiry(diagnoses=("F33.2", "F41.1", "F43.10", "F50.00", "F60.3")),
        SEARCHING,
    ),
}
V3 = ASKED | DIAGNOSED


def by_stedi(asked: Inquiry, account: Account) -> dict[str, Any]:
    return inquiry_to_v3(asked, account, STEDI)


def asked_of(case: tuple[Inquiry, dict[str, Any]], write: Callable[..., Any], *more: Any) -> Any:
    question, options = case
    return write(question, replace(ACCOUNT, options=options), *more)


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


@pytest.mark.parametrize("case", V3)
def test_our_v3_questions_are_what_the_simulators_of_the_sources_demand(case: str):
    assert questions_v3.faults(asked_of(V3[case], inquiry_to_v3, STEDI), stedi.REQUIRED) == []
    by_optum = asked_of(V3[case], inquiry_to_v3, OPTUM)
    assert questions_v3.faults(by_optum, optum.REQUIRED, questions_v3.OPTUM_PATTERNS) == []


@pytest.mark.parametrize("case", ASKED)
def test_our_questions_of_2026_are_what_the_simulator_of_the_source_demands(case: str):
    assert stedi_2026.faults(asked_of(ASKED[case], inquiry_to_2026)) == []


@pytest.mark.skipif(not SPEC.is_file(), reason="the interface description is not on this machine: no corpus")
@pytest.mark.parametrize("case", V3)
def test_our_questions_hold_to_the_published_description_of_optum(case: str):
    spec = json.loads(SPEC.read_text())
    schema = {"$ref": "#/components/schemas/MedicalEligibility", "components": spec["components"]}
    asked = asked_of(V3[case], inquiry_to_v3, OPTUM)
    assert [fault.json_path for fault in Draft202012Validator(schema).iter_errors(asked)] == []
    assert strangers(asked, "MedicalEligibility", spec["components"]["schemas"]) == []


def strangers(said: dict[str, Any], name: str, schemas: dict[str, Any]) -> list[str]:
    """Fields the description has no place for: a schema alone lets them pass."""
    properties = schemas[name]["properties"]
    found = [f"{name}.{field}" for field in said if field not in properties]
    for field, value in said.items():
        described = properties.get(field, {})
        inner = (described.get("$ref") or described.get("items", {}).get("$ref", "")).rpartition("/")[2]
        each = value if isinstance(value, list) else [value]
        found += [one for part in each if inner for one in strangers(part, inner, schemas)]
    return found


@pytest.mark.skipif(
    not STEDI_FIELDS.is_file(), reason="the table of Stedi's fields is not on this machine: no corpus"
)
@pytest.mark.parametrize("case", V3)
def test_our_questions_hold_to_stedis_table_of_fields(case: str):
    table = fields_of(STEDI_FIELDS.read_text().partition("## Request")[2].partition("\n## ")[0])
    asked = asked_of(V3[case], inquiry_to_v3, STEDI)
    for path, value in leaves(asked):
        assert path in table, path
        assert fits(value, table[path]), (path, table[path])
    given = {path for path, _ in leaves(asked)}
    assert all(any(path.startswith(needed) for path in given) for needed in ("provider", "subscriber"))


def fields_of(text: str) -> dict[str, tuple[str, str]]:
    """Path -> constraints and enumeration: "| `subscriber.memberId` | string |  | minLength=2 | M; F |"."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return {row[0].strip("`").removesuffix("[]"): (row[3], row[4]) for row in rows if row[0].startswith("`")}


def leaves(said: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(said, dict):
        for name, value in said.items():
            yield from leaves(value, f"{path}.{name}".lstrip("."))
    elif isinstance(said, list):
        for value in said:
            yield from leaves(value, f"{path}[]" if isinstance(value, dict) else path)
    else:
        yield path, said


def fits(value: str, described: tuple[str, str]) -> bool:
    constraints, values = described
    if "; " in values:
        return value in values.split("; ")
    known = dict(each.split("=", 1) for each in constraints.split(", ") if "=" in each)
    pattern = r"\d{8}" if known.get("pattern") == "YYYYMMDD" else known.get("pattern", ".*")
    lengths = int(known.get("minLength", 0)), int(known.get("maxLength", 1000))
    return re.fullmatch(pattern, value) is not None and lengths[0] <= len(value) <= lengths[1]


def test_a_search_by_more_says_where_the_patient_lives_and_what_for():
    asked = asked_of(
        (inquiry(subscriber=KNOWN_JANE, diagnoses=("F33.2", "F41.1")), SEARCHING), inquiry_to_v3, STEDI
    )
    assert (
        asked["subscriber"].items()
        >= {
            "ssn": "123456789",
            "address": {"address1": "12 Harbor St", "city": "Lima", "state": "OH", "postalCode": "458011234"},
            "healthCareCodeInformation": [
                {"diagnosisTypeCode": "ABK", "diagnosisCode": "F332"},
                {"diagnosisTypeCode": "ABF", "diagnosisCode": "F411"},
            ],
        }.items()
    )
    assert asked["encounter"]["diagnosisCodePointer"] == ["1", "2"]
    by_2026 = asked_of(ASKED["by everything"], inquiry_to_2026)["subscriber"]
    assert by_2026["additionalInformation"] == {"groupNumber": "G-100", "ssn": "123456789"}
    assert by_2026["address"]["addressLine1"] == "12 Harbor St"


def test_what_an_account_does_not_search_by_stays_in_the_house():
    asked = inquiry(subscriber=KNOWN_JANE, diagnoses=("F33.2",))
    for said in (inquiry_to_v3(asked, ACCOUNT, STEDI), inquiry_to_2026(asked, ACCOUNT)):
        assert not [mark for mark in ("6789", "Harbor", "4580", "F33") if mark in encode(said).decode()]


def test_the_diagnoses_of_a_dependent_stand_with_the_dependent():
    asked = asked_of(V3["with diagnoses of a dependent"], inquiry_to_v3, STEDI)
    assert "healthCareCodeInformation" not in asked["subscriber"]
    assert len(asked["dependents"][0]["healthCareCodeInformation"]) == 2


@pytest.mark.parametrize(
    ("write", "changes", "search_by", "field"),
    [
        (inquiry_to_2026, {"diagnoses": ("F33.2",)}, "diagnoses", "diagnoses"),
        (
            inquiry_to_2026,
            {"dependent": replace(SAM, address=Address(zip="45801"))},
            "zip",
            "dependent.address",
        ),
        (by_stedi, {"dependent": replace(SAM, address=Address(zip="45801"))}, "zip", "dependent.address"),
        (by_stedi, {"subscriber": replace(JANE, ssn="12-34")}, "ssn", "subscriber.ssn"),
        (
            by_stedi,
            {"subscriber": replace(JANE, address=Address(zip="4580"))},
            "zip",
            "subscriber.address.zip",
        ),
        (by_stedi, {"diagnoses": ("melancholia",)}, "diagnoses", "diagnoses"),
        (by_stedi, {}, "favorite_color", "search_by"),
    ],
)
def test_a_search_that_a_source_does_not_take_is_refused_by_the_fields_name(
    write: Callable[..., Any], changes: dict[str, Any], search_by: str, field: str
):
    with pytest.raises(Rejected) as caught:
        write(inquiry(**changes), replace(ACCOUNT, options={"search_by": [search_by]}))
    assert caught.value.detail.startswith(field)
    assert not [mark for mark in ("12-34", "4580", "melancholia") if mark in caught.value.detail]


def test_optum_takes_a_dependents_zip_alone():
    asked = inquiry(dependent=replace(SAM, address=Address(zip="45801")))
    said = inquiry_to_v3(asked, replace(ACCOUNT, options={"search_by": ["zip"]}), OPTUM)
    assert said["dependents"][0]["address"] == {"postalCode": "45801"}


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
