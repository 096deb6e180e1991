"""Nothing of anyone is left, and what is left still shows the message."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.exchange import Exchange
from payers.scrub import KEPT, mask, scrub, scrub_bytes
from payers.x12 import element, parse

ISA = "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260302*0915*^*00501*000004711*0*T*:~"
SEGMENTS = [
    "GS*HB*CLINIC*PAYER*20260302*0915*4711*X*005010X279A1",
    "ST*271*0001*005010X279A1",
    "BHT*0022*11*REF77881*20260302*0915",
    "HL*1**20*1",
    "NM1*PR*2*QUIETHEALTH*****PI*PAYER9988",
    "HL*3*2*22*0",
    "TRN*2*TRACE5566*1234567890",
    "NM1*IL*1*MARKERSON*MARQUISE*QUENTIN**JR*MI*W100200300",
    "N3*77 MARKER STREET",
    "N4*MARKERTON*OH*441234567",
    "REF*SY*078051120",
    "DMG*D8*19710203*F",
    "INS*Y*18*001*25",
    "DTP*291*RD8*20260101-20261231",
    "EB*B*IND*MH^98*PR*MARKER PLAN*27*30.5****Y*Y*HC:90867:GT:DESCRIBED",
    "HSD*VS*20***23*1",
    "MSG*MARQUISE MARKERSON HAS 078051120",
    "III*ZZ*11",
    "PER*IC*MARKER CONTACT*TE*8005550123",
    "ZZZ*MARKERSON*X",
    "SE*20*0001",
    "GE*1*4711",
    "IEA*1*000004711",
]
ANSWER = (ISA + "~".join(SEGMENTS) + "~").encode()
MARKS = [
    "MARKER", "MARQUISE", "QUENTIN", "W100200300", "078051120", "19710203", "20260101", "20261231", "20260302", "260302",
    "QUIETHEALTH", "PAYER9988", "TRACE5566", "1234567890", "441234567", "8005550123", "REF77881", "4711", "CLINIC",
    "DESCRIBED",
]  # fmt: skip


def exchange(**changes: object) -> Exchange:
    asked = datetime(2026, 3, 2, 14, 15, tzinfo=UTC)
    settings: dict[str, object] = {
        "account_id": "clinic-markers",
        "trace": "TRACE5566",
        "control_number": 4711,
        "request": ANSWER,
        "requested_at": asked,
        "response": ANSWER,
        "response_at": asked + timedelta(seconds=3),
        "response_type": "multipart/form-data; boundary=MARKER",
        "http_status": 200,
    }
    return Exchange(**(settings | changes))


@pytest.mark.parametrize("marked", MARKS)
def test_no_name_id_or_date_survives(marked: str):
    scrubbed = scrub(exchange())
    everything = scrubbed.request + scrubbed.response + f"{scrubbed.response_type} {scrubbed.trace}".encode()
    assert marked.encode() not in everything
    assert scrubbed.control_number == 0
    assert scrubbed.account_id == ""


def test_codes_amounts_and_structure_survive():
    text = scrub_bytes(ANSWER).decode()
    assert "EB*B*IND*MH^98*PR*XXXXXX XXXX*27*30.5****Y*Y*" in text
    assert "NM1*IL*1*XXXXXXXXX*XXXXXXXX*XXXXXXX**XX*MI*X999999999~" in text
    assert "INS*Y*18*001*25~" in text
    assert "HSD*VS*20***23*1~" in text
    assert text.count("~") == ANSWER.count(b"~")


def test_when_it_was_asked_is_gone_and_how_long_it_took_is_kept():
    scrubbed = scrub(exchange())
    assert scrubbed.response_at is not None
    assert scrubbed.response_at - scrubbed.requested_at == timedelta(seconds=3)
    assert scrubbed.requested_at.year == 2000
    assert scrub(exchange(response=b"", response_at=None)).response_at is None


def test_an_envelope_keeps_its_shape_and_loses_its_values():
    body = (
        b'--MARKERBOUNDARY\r\nContent-Disposition: form-data; name="PayloadType"\r\n\r\n'
        b"X12_271_Response_005010X279A1\r\n"
        b'--MARKERBOUNDARY\r\nContent-Disposition: form-data; name="SenderID"\r\n\r\nMARKERSENDER\r\n'
        b'--MARKERBOUNDARY\r\nContent-Disposition: form-data; name="ErrorCode"\r\n\r\nPayloadIDIllegal\r\n'
        b'--MARKERBOUNDARY\r\nContent-Disposition: form-data; name="Payload"\r\n\r\n'
        + ANSWER
        + b"\r\n--MARKERBOUNDARY--\r\n"
    )
    text = scrub_bytes(body).decode()
    assert "MARKER" not in text
    assert "X12_271_Response_005010X279A1" in text
    assert "PayloadIDIllegal" in text
    assert "(removed)" in text
    assert 'name="SenderID"' in text


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Dear Marquise Markerson, born 1971-02-03</html>",
        b'{"lastName": "Markerson", "memberId": "W100200300"}',
        b"ISA Markerson W100200300",
        b"MELISA MARKERSON",
        b"ISA*00*MARKERSON~",
        ANSWER[:60] + b" MARKERSON",
        b"\xff\xfeMarkerson W100200300",
    ],
)
def test_what_is_not_x12_is_removed_altogether(body: bytes):
    text = scrub_bytes(body).lower()
    assert b"markers" not in text
    assert b"w100200300" not in text
    assert b"1971" not in text


@pytest.mark.parametrize("cut", range(0, len(ANSWER), 7))
def test_a_truncated_answer_leaks_nothing(cut: int):
    text = scrub_bytes(ANSWER[:cut]).decode()
    assert not [marked for marked in MARKS if marked in text]


@pytest.mark.parametrize(("element", "terminator"), [("|", "!"), ("\x1d", "\x1c"), ("*", "\n")])
def test_other_delimiters_are_seen(element: str, terminator: str):
    other = ANSWER.decode().replace("*", element).replace("~", terminator).encode()
    text = scrub_bytes(other).decode()
    assert not [marked for marked in MARKS if marked in text]
    assert f"INS{element}Y{element}18{element}001{element}25" in text


@given(
    name=st.sampled_from([*sorted(KEPT), "ZZZ", "HI", "N3", "N4", "MSG"]),
    place=st.integers(1, 16),
    marker=st.sampled_from(
        ["MARKERSON", "O'MARKER", "W100200300", "19710203", "078-05-1120", "MÄRKER", "markerson"]
    ),
)
def test_a_marker_survives_in_no_element_of_any_segment(name: str, place: int, marker: str):
    segment = "*".join([name, *[""] * (place - 1), marker])
    text = scrub_bytes((ISA + segment + "~IEA*1*000004711~").encode())
    assert marker.encode() not in text
    assert marker.encode("latin-1") not in text


#: What names, numbers and dates of a person stand in, in real messages.
PERSONAL = {
    "NM1": (3, 4, 5, 9),
    "REF": (2, 3),
    "DMG": (2,),
    "TRN": (2, 3),
    "N3": (1,),
    "MSG": (1,),
    "DTP": (3,),
}
CORPUS = Path(os.environ.get("VERIFY_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")


def test_no_personal_element_of_a_public_message_survives():
    files = sorted(file for folder in ("x12-271", "x12-270") for file in CORPUS.glob(f"{folder}/*"))
    if not files:
        pytest.skip(f"no public messages in {CORPUS}")
    for file in files:
        data = file.read_bytes()
        scrubbed = scrub_bytes(data)
        for value in personal_values(data):
            assert value not in scrubbed, file.name


def personal_values(data: bytes) -> set[bytes]:
    document = parse(data)
    found = {
        element(segment, place)
        for transaction in document.transactions
        if transaction.delimiters and document.interchanges[0].isa
        for segment in transaction.segments
        for place in PERSONAL.get(segment[0], ())
    }
    # Short values are also codes; a value that is its own mask cannot be told from one.
    return {value.encode() for value in found if len(value) > 5 and mask(value) != value}


def test_scrubbing_twice_changes_nothing_more():
    once = scrub_bytes(ANSWER)
    assert scrub_bytes(once) == once


def test_a_mask_keeps_the_shape():
    assert mask("93175-012547 Ob") == "99999X999999 XX"


SAID = {
    "subscriber": {"lastName": "MARKERSON", "memberId": "W100200300", "dateOfBirth": "19710203"},
    "benefitsInformation": [
        {
            "code": "B",
            "serviceTypeCodes": ["MH", "MARKERSON"],
            "benefitAmount": "30.50",
            "planCoverage": "MARKER PLAN",
            "additionalInformation": [{"description": "MARQUISE HAS 078051120"}],
        }
    ],
    "errors": [{"code": "75", "followupAction": "Please Correct and Resubmit", "description": "MARQUISE"}],
    "fieldList": [{"path": "/subscriber/memberId"}, {"path": "/MARQUISE"}],
    "MARQUISE": {"QUENTIN": 78051120},
    "x12": ANSWER.decode(),
}


def test_json_keeps_its_shape_and_codes_and_nobody():
    kept = json.loads(scrub_bytes(json.dumps(SAID).encode()))
    assert kept["subscriber"] == {
        "lastName": "XXXXXXXXX",
        "memberId": "X999999999",
        "dateOfBirth": "99999999",
    }
    [line] = kept["benefitsInformation"]
    assert (line["code"], line["serviceTypeCodes"], line["benefitAmount"]) == (
        "B",
        ["MH", "XXXXXXXXX"],
        "30.50",
    )
    assert kept["errors"][0]["followupAction"] == "Please Correct and Resubmit"
    assert [each["path"] for each in kept["fieldList"]] == ["/subscriber/memberId", "XXXXXXXXX"]
    assert kept["XXXXXXXX"] == {"XXXXXXX": "99999999"}
    assert "EB*B*IND*MH^98*PR*" in kept["x12"]


@pytest.mark.parametrize("marked", MARKS)
def test_no_name_id_or_date_survives_in_json(marked: str):
    assert marked.encode() not in scrub_bytes(json.dumps(SAID).encode())


@given(
    field=st.sampled_from(
        ["lastName", "memberId", "code", "status", "path", "followupAction", "new", "type", "x12"]
    ),
    marked=st.sampled_from(
        ["Markerson", "MARKERSON", "/markerson", "W100200300", "1971-02-03", "078-05-1120"]
    ),
)
def test_a_mark_in_any_field_of_json_is_masked(field: str, marked: str):
    assert marked.encode() not in scrub_bytes(json.dumps({"subscriber": [{field: marked}]}).encode())


def test_json_too_deep_to_be_an_answer_is_removed():
    deep = b'{"a":' * 700 + b'"MARKERSON"' + b"}" * 700
    assert scrub_bytes(deep) == b"(removed)"


# SOAP

SOAP_ANSWER = (
    b'<?xml version="1.0"?><s:Envelope xmlns:s="http://MARKER.example/"><s:Body MARKER="1">'
    b"<c:COREEnvelopeRealTimeResponse><PayloadType>X12_271_Response_005010X279A1</PayloadType>"
    b"<SenderID>CLINIC</SenderID><ErrorCode>Success</ErrorCode><ErrorMessage>MARQUISE MARKERSON</ErrorMessage>"
    b"<Payload><![CDATA[" + ANSWER + b"]]></Payload></c:COREEnvelopeRealTimeResponse></s:Body></s:Envelope>"
)
SOAP_FAULT = (
    b"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>wsse:FailedAuthentication</s:Value></s:Subcode>"
    b"</s:Code><s:Reason><s:Text>MARQUISE is not on file</s:Text></s:Reason><MARKER:MARKERSON/></s:Fault>"
)


@pytest.mark.parametrize("marked", [*MARKS, "is not on file"])
@pytest.mark.parametrize("body", [SOAP_ANSWER, SOAP_FAULT, SOAP_ANSWER.replace(b">", b">\n")])
def test_no_name_id_or_date_survives_in_soap(body: bytes, marked: str):
    assert marked.encode() not in scrub_bytes(body)


def test_the_codes_and_the_shape_of_soap_survive():
    text = scrub_bytes(SOAP_ANSWER).decode()
    assert "<ErrorCode>Success</ErrorCode><ErrorMessage>(removed)</ErrorMessage><Payload>" in text
    assert "<PayloadType>X12_271_Response_005010X279A1</PayloadType><SenderID>(removed)</SenderID>" in text
    assert "EB*B*IND*MH^98*PR*XXXXXX XXXX*27*30.5" in text
    said = scrub_bytes(SOAP_FAULT).decode()
    assert "<Code><Value>Sender</Value><Subcode><Value>FailedAuthentication</Value></Subcode></Code>" in said
    assert "<Text>(removed)</Text>" in said


def test_the_credentials_of_a_soap_question_are_removed():
    lines = (
        b"<w:UsernameToken>\n<w:Username>clinic7</w:Username>\n<w:Password Type='x'>open sesame</w:Password>"
    )
    assert scrub_bytes(lines) == (
        b"<UsernameToken>\n<Username>(removed)</Username>\n<Password>(removed)</Password>"
    )


def test_the_media_type_of_soap_survives():
    scrubbed = scrub(exchange(request_type='application/soap+xml; charset=utf-8; action="MARKER"'))
    assert scrubbed.request_type == "application/soap+xml"
