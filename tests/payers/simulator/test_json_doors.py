"""The JSON endpoints: what they demand is what their sources document, and their members are those of CORE."""

import http.client
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.simulator import optum, soap_desk, stedi, stedi_2026, stedi_batch
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.doors import doors
from payers.simulator.envelope import Credentials
from payers.simulator.latency import Latency
from payers.simulator.server import Simulator
from tests.payers.simulator.asking import payload, segments

KNOWN = Credentials()
OLD: dict[str, Any] = {
    "tradingPartnerServiceId": "EXHP1",
    "submitterTransactionIdentifier": "TRACE1",
    "provider": {"organizationName": "QUIET CLINIC", "npi": "1234567893"},
    "subscriber": {"memberId": "ACT0001", "lastName": "ROE", "firstName": "JANE", "dateOfBirth": "19900102"},
    "encounter": {"serviceTypeCodes": ["MH"]},
}
NEW: dict[str, Any] = {
    "payerId": "EXHP1",
    "provider": {"name": {"organization": "QUIET CLINIC"}, "npi": "1234567893"},
    "subscriber": {
        "memberId": "ACT0001",
        "name": {"person": {"lastName": "ROE", "firstName": "JANE"}},
        "dateOfBirth": "1990-01-02",
    },
    "encounter": {"services": [{"value": "MH", "system": "STC"}]},
}


def ask(simulator: Simulator, path: str, said: object, authorization: str = KNOWN.api_key) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    connection.request(
        "POST", path, body, {"Authorization": authorization, "Content-Type": "application/json"}
    )
    answer = connection.getresponse()
    read = json.loads(answer.read())
    connection.close()
    return answer.status, read


def without(said: dict[str, Any], path: str, value: object = None) -> dict[str, Any]:
    """A copy with one field taken out, or another value in it."""
    copy: dict[str, Any] = json.loads(json.dumps(said))
    *steps, last = path.strip("/").split("/")
    inner = copy
    for step in steps:
        inner = inner[step]
    inner.pop(last) if value is None else inner.update({last: value})
    return copy


def bearer(simulator: Simulator) -> str:
    client = {
        "client_id": KNOWN.client_id,
        "client_secret": KNOWN.client_secret,
        "grant_type": "client_credentials",
    }
    return "Bearer " + ask(simulator, optum.TOKEN_PATH, client)[1]["access_token"]


def test_a_v3_answer_has_the_benefits_and_the_raw_271(simulator: Simulator):
    status, said = ask(simulator, stedi.JSON_PATH, OLD)
    assert status == 200
    assert {line["code"] for line in said["benefitsInformation"]} >= {"1", "B", "C", "G"}
    assert said["x12"].startswith("ISA*")
    assert "TRACE1" in said["x12"]
    assert (said["errors"], said["meta"]["applicationMode"]) == ([], "test")


@pytest.mark.parametrize("authorization", [KNOWN.api_key, f"Key {KNOWN.api_key}"])
def test_both_forms_of_the_key_are_let_in(simulator: Simulator, authorization: str):
    assert ask(simulator, stedi.JSON_PATH, OLD, authorization)[0] == 200


@pytest.mark.parametrize("path", [stedi.JSON_PATH, stedi.RAW_PATH, stedi_2026.PATH])
def test_a_wrong_key_is_forbidden(simulator: Simulator, path: str):
    assert ask(simulator, path, OLD, "another") == (403, {"message": "Forbidden"})


@pytest.mark.parametrize("path", ["/tradingPartnerServiceId", "/provider", "/subscriber"])
def test_a_v3_question_without_a_required_field_is_refused_by_its_name(simulator: Simulator, path: str):
    status, said = ask(simulator, stedi.JSON_PATH, without(OLD, path))
    assert status == 400
    assert path in [each["path"] for each in said["fieldList"]]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/provider/npi", "12"),
        ("/subscriber/memberId", "W/1"),
        ("/subscriber/memberId", 7),
        ("/subscriber/dateOfBirth", "1990-01-02"),
        ("/subscriber/gender", "U"),
        ("/subscriber/dateOfBirth", "19900231"),
        ("/subscriber/ssn", "123-45-6789"),
        ("/subscriber/address", "1 Main St"),
        ("/subscriber/address", {"postalCode": "123"}),
        ("/subscriber/healthCareCodeInformation", []),
        ("/dependents", [{}, {}]),
        ("/dependents", ["x"]),
        ("/provider/providerCode", "XX"),
        ("/encounter/serviceTypeCodes", "MH"),
        ("/encounter/serviceTypeCodes", []),
        ("/encounter/serviceTypeCodes", ["MH", "mental health"]),
        ("/encounter/procedureModifiers", ["1", "2", "3", "4", "5"]),
        ("/encounter/dateOfService", "20261301"),
        ("/externalPatientId", "x" * 37),
    ],
)
def test_a_v3_field_that_does_not_look_as_documented_is_refused(
    simulator: Simulator, path: str, value: object
):
    status, said = ask(simulator, stedi.JSON_PATH, without(OLD, path, value))
    assert status == 400
    assert any(each["path"].startswith(path) for each in said["fieldList"])


@pytest.mark.parametrize(
    ("encounter", "words"),
    [
        ({"procedureCode": "90867"}, "productOrServiceIDQualifier"),
        ({"productOrServiceIDQualifier": "HC"}, "procedureCode"),
        ({"beginningDateOfService": "20261201"}, "endDateOfService"),
        (
            {
                "dateOfService": "20261201",
                "beginningDateOfService": "20261201",
                "endDateOfService": "20261202",
            },
            "a range of days",
        ),
    ],
)
def test_v3_fields_that_go_together_are_asked_for_together(
    simulator: Simulator, encounter: dict[str, Any], words: str
):
    status, said = ask(simulator, stedi.JSON_PATH, OLD | {"encounter": encounter})
    assert (status, said["message"]) == (400, "Validation failed")
    assert [each["path"] for each in said["fieldList"]] == ["/encounter"]
    assert words in said["fieldList"][0]["message"]


@pytest.mark.parametrize("at", ["subscriber", "dependents/0"])
def test_of_the_diagnoses_the_first_is_the_principal_one_and_none_has_a_dot(simulator: Simulator, at: str):
    principal = {"diagnosisTypeCode": "ABK", "diagnosisCode": "F332"}
    other = {"diagnosisTypeCode": "ABF", "diagnosisCode": "F411"}
    for told, wrong in (
        ([principal, other], ""),
        ([other], "0/diagnosisTypeCode"),
        ([principal, principal], "1/diagnosisTypeCode"),
        ([principal | {"diagnosisCode": "F33.2"}], "0/diagnosisCode"),
    ):
        asked = json.loads(json.dumps(OLD | {"dependents": [{"lastName": "ROE", "firstName": "JIM"}]}))
        person = asked["subscriber"] if at == "subscriber" else asked["dependents"][0]
        person["healthCareCodeInformation"] = told
        _, said = ask(simulator, stedi.JSON_PATH, asked)
        paths = [each["path"] for each in said.get("fieldList", ())]
        assert paths == ([f"/{at}/healthCareCodeInformation/{wrong}"] if wrong else [])


def test_a_person_who_asks_needs_both_names(simulator: Simulator):
    for provider, status in (
        ({"lastName": "EXAMPLE"}, 400),
        ({"firstName": "ADA"}, 400),
        ({"firstName": "ADA", "lastName": "EXAMPLE"}, 200),
    ):
        asked = OLD | {"provider": provider | {"npi": "1234567893"}}
        assert ask(simulator, stedi.JSON_PATH, asked)[0] == status


@pytest.mark.parametrize("path", [stedi.JSON_PATH, stedi.RAW_PATH, stedi_2026.PATH, optum.PATH])
def test_a_payer_nobody_knows_is_refused_before_anybody_is_asked(simulator: Simulator, path: str):
    text = payload(segments(payer_id="NOBODY1"))
    asked = {
        stedi.JSON_PATH: OLD | {"tradingPartnerServiceId": "NOBODY1"},
        stedi.RAW_PATH: {"x12": text},
        stedi_2026.PATH: NEW | {"payerId": "NOBODY1"},
        optum.PATH: OLD | {"tradingPartnerServiceId": "NOBODY1", "controlNumber": "000000001"},
    }[path]
    status, said = ask(simulator, path, asked, bearer(simulator) if path == optum.PATH else KNOWN.api_key)
    assert status == 400
    assert [each["code"] for each in said["errors"]] == ["33"]
    assert "fieldList" not in said


@pytest.mark.parametrize("path", [stedi.JSON_PATH, stedi_2026.PATH])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_what_is_no_json_is_refused(simulator: Simulator, path: str, body: bytes):
    assert ask(simulator, path, body)[0] == 400


@pytest.mark.parametrize("path", ["/payerId", "/provider/name", "/subscriber"])
def test_a_question_of_2026_without_a_required_field_is_refused_by_its_name(simulator: Simulator, path: str):
    status, said = ask(simulator, stedi_2026.PATH, without(NEW, path))
    assert status == 400
    assert path in [each["path"] for each in said["errors"]]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/subscriber/dateOfBirth", "19900102"),
        ("/provider/npi", "x"),
        ("/dependent", {"name": {"person": {}}}),
        (
            "/dependent",
            {"name": {"person": {"firstName": "J", "lastName": "R"}}, "address": {"city": "LIMA"}},
        ),
        ("/subscriber/dateOfBirth", "1990-02-31"),
        ("/subscriber/additionalInformation", {"ssn": "123"}),
        ("/provider/name", {"organization": "X", "person": {"firstName": "A", "lastName": "B"}}),
        ("/encounter/services", []),
        ("/encounter/services", ["MH"]),
        ("/encounter/services", [{"value": "MH", "system": "SNOMED"}]),
    ],
)
def test_a_field_of_2026_that_does_not_look_as_documented_is_refused(
    simulator: Simulator, path: str, value: object
):
    status, said = ask(simulator, stedi_2026.PATH, without(NEW, path, value))
    assert status == 400
    assert any(each["path"].startswith(path) for each in said["errors"])


def test_an_answer_of_2026_has_one_service_to_a_line(simulator: Simulator):
    status, said = ask(simulator, stedi_2026.PATH, NEW)
    assert status == 200
    benefits = said["plans"][0]["benefits"]
    assert {"statuses", "coPayment", "deductible", "outOfPocket"} <= benefits.keys()
    assert all(isinstance(line["service"]["value"], str) for line in benefits["deductible"])
    assert said["payer"]["type"] == "PAYER"
    assert said["x12"].startswith("ISA*")


@pytest.mark.parametrize(("said", "code"), [({"x12": "hello"}, "71"), ({"x12": payload()}, None), ({}, None)])
def test_raw_x12_is_taken_in_json_only(simulator: Simulator, said: dict[str, str], code: str | None):
    status, answer = ask(simulator, stedi.RAW_PATH, said)
    assert status == (200 if "x12" in said and code is None else 400)
    assert (
        [each.get("code") for each in answer["errors"]] == ([code] if code else [])
        if "errors" in answer
        else True
    )


def test_raw_x12_with_a_fault_gets_a_999_in_json(simulator: Simulator):
    status, said = ask(simulator, stedi.RAW_PATH, {"x12": payload().replace("EQ*MH", "EQ*")})
    assert status == 200
    assert "ST*999*" in said["x12"]
    assert "benefitsInformation" not in said


def test_a_token_is_needed_and_ends():
    with Simulator() as simulator:
        numbered = OLD | {"controlNumber": "000000001"}
        assert ask(simulator, optum.PATH, numbered, "Bearer none")[0] == 401
        token = bearer(simulator)
        assert ask(simulator, optum.PATH, numbered, token)[0] == 200
        simulator.optum.end_tokens()
        assert ask(simulator, optum.PATH, numbered, token)[0] == 401
        simulator.optum.token_seconds = 0.0
        assert ask(simulator, optum.PATH, numbered, bearer(simulator))[0] == 401


def test_a_client_that_is_not_known_gets_no_token(simulator: Simulator):
    status, said = ask(simulator, optum.TOKEN_PATH, {"client_id": "x", "grant_type": "client_credentials"})
    assert (status, said["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("path", ["/controlNumber", "/subscriber"])
def test_optum_demands_a_control_number_and_a_subscriber(simulator: Simulator, path: str):
    asked = without(OLD | {"controlNumber": "000000001"}, path)
    status, said = ask(simulator, optum.PATH, asked, bearer(simulator))
    assert status == 400
    assert path in [each["field"] for each in said["errors"]]


@pytest.mark.parametrize(
    ("path", "value"), [("/controlNumber", "12345678X"), ("/subscriber/memberId", "ACT 001")]
)
def test_optum_is_stricter_in_two_fields(simulator: Simulator, path: str, value: str):
    asked = without(OLD | {"controlNumber": "000000001"}, path, value)
    assert ask(simulator, stedi.JSON_PATH, asked)[0] == 200
    status, said = ask(simulator, optum.PATH, asked, bearer(simulator))
    assert (status, [each["field"] for each in said["errors"]]) == (400, [path])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(said: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))]


def put(said: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = dict(said) if isinstance(said, dict) else list(said)
    copy[place[0]] = put(said[place[0]], place[1:], value)
    return copy


FULL = OLD | {
    "dependents": [{"lastName": "ROE", "firstName": "JIM", "address": {"address1": "1", "city": "LIMA"}}],
    "encounter": {"serviceTypeCodes": ["MH"], "dateOfService": "20261201", "procedureModifiers": ["GT"]},
}
FULL_2026 = NEW | {
    "dependent": {"name": {"person": {"firstName": "J", "lastName": "R"}}, "dateOfBirth": "2011-05-06"},
    "encounter": {
        "services": [{"value": "MH", "system": "STC"}],
        "dates": {"service": {"start": "2026-12-01"}},
    },
}


CLEARINGHOUSE = Clearinghouse(KNOWN, Latency())
DOORS = doors(
    CLEARINGHOUSE,
    KNOWN,
    optum.OptumDesk(CLEARINGHOUSE, KNOWN),
    stedi_batch.BatchDesk(CLEARINGHOUSE, KNOWN),
    soap_desk.SoapDesk(CLEARINGHOUSE),
)


@given(data=st.data())
def test_whatever_is_asked_gets_an_answer(data: st.DataObject):
    """A question with anything anywhere: answered or refused, and never the end of the conversation."""
    path, whole = data.draw(st.sampled_from([(stedi.JSON_PATH, FULL), (stedi_2026.PATH, FULL_2026)]))
    asked = put(whole, data.draw(st.sampled_from(places(whole))), data.draw(ANYTHING))
    headers = {"Authorization": KNOWN.api_key, "Content-Type": "application/json"}
    decision = DOORS[path](headers, json.dumps(asked).encode(), datetime.now(UTC))
    assert decision.status in {200, 400}
    assert isinstance(json.loads(decision.body), dict)


def test_the_same_member_has_the_same_plan_by_every_door(simulator: Simulator):
    _, old = ask(simulator, stedi.JSON_PATH, OLD)
    _, new = ask(simulator, stedi_2026.PATH, NEW)
    _, other = ask(simulator, optum.PATH, OLD | {"controlNumber": "000000001"}, bearer(simulator))
    amounts = [line["benefitAmount"] for line in old["benefitsInformation"] if line["code"] == "C"]
    assert amounts == [line["benefitAmount"] for line in other["benefitsInformation"] if line["code"] == "C"]
    assert amounts == [line["amount"] for line in new["plans"][0]["benefits"]["deductible"]]
