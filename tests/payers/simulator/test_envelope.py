"""Every field of the envelope is looked at; a wrong one gets the rule's own error."""

import pytest

from payers.simulator.envelope import FIELDS, Credentials
from payers.simulator.server import Simulator
from tests.payers.simulator.asking import fields, multipart, post


def error_code(simulator: Simulator, body: bytes) -> str:
    reply = post(simulator, body)
    assert reply.status == 200
    assert reply.fields["PayloadType"] == "CoreEnvelopeError"
    assert reply.fields["Payload"] == ""
    return reply.fields["ErrorCode"]


def test_a_correct_question_succeeds(simulator: Simulator):
    question = fields()
    said = post(simulator, multipart(question)).fields
    assert said["ErrorCode"] == "Success"
    assert said["PayloadType"] == "X12_271_Response_005010X279A1"
    assert said["PayloadID"] == question["PayloadID"]
    assert (said["SenderID"], said["ReceiverID"]) == (question["ReceiverID"], question["SenderID"])
    assert "Password" not in said
    assert "UserName" not in said


def test_the_order_of_fields_does_not_matter(simulator: Simulator):
    body = multipart(list(reversed(fields().items())))
    assert post(simulator, body).fields["ErrorCode"] == "Success"


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_field_is_required(simulator: Simulator, name: str):
    assert error_code(simulator, multipart(fields(**{name: None}))) == f"{name}Required"


@pytest.mark.parametrize("name", FIELDS)
def test_an_empty_field_is_required(simulator: Simulator, name: str):
    assert error_code(simulator, multipart(fields(**{name: "  "}))) == f"{name}Required"


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_sent_twice_is_illegal(simulator: Simulator, name: str):
    body = multipart([*fields().items(), (name, "again")])
    assert error_code(simulator, body) == f"{name}Illegal"


@pytest.mark.parametrize("name", FIELDS)
def test_the_name_of_a_field_must_be_spelled_as_in_the_rule(simulator: Simulator, name: str):
    respelled = {name.swapcase() if key == name else key: value for key, value in fields().items()}
    assert error_code(simulator, multipart(respelled)) == f"{name}Required"


def test_an_unknown_field_is_the_senders_fault(simulator: Simulator):
    assert error_code(simulator, multipart([*fields().items(), ("Extra", "1")])) == "Sender"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PayloadType", "X12_276_Request_005010X212", "PayloadTypeIllegal"),
        ("ProcessingMode", "Batch", "ProcessingModeIllegal"),
        ("PayloadID", "1", "PayloadIDIllegal"),
        ("TimeStamp", "2026-03-02 09:15", "TimeStampIllegal"),
        ("TimeStamp", "2026-13-02T09:15:00Z", "TimeStampIllegal"),
        ("UserName", "somebody", "UnAuthorized"),
        ("Password", "guess", "UnAuthorized"),
        ("SenderID", "ANOTHER", "SenderIDNotUnderstood"),
        ("SenderID", "X" * 51, "SenderIDIllegal"),
        ("ReceiverID", "ANOTHER", "ReceiverIDNotUnderstood"),
        ("ReceiverID", "X" * 51, "ReceiverIDIllegal"),
        ("CORERuleVersion", "4.0.0", "VersionMismatch"),
        ("CORERuleVersion", "two", "CORERuleVersionIllegal"),
        ("Payload", "<xml/>", "PayloadIllegal"),
    ],
)
def test_a_wrong_value_gets_its_own_error(simulator: Simulator, name: str, value: str, code: str):
    assert error_code(simulator, multipart(fields(**{name: value}))) == code


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=b1"),
        (b"hello", "multipart/form-data; boundary=b1"),
        (multipart(fields()), "text/plain"),
        (multipart(fields()), "multipart/form-data"),
        (multipart(fields()), "multipart/form-data; boundary=b2"),
        (multipart(fields()).removesuffix(b"--\r\n"), "multipart/form-data; boundary=b1"),
        (multipart(fields()).replace(b"\r\n", b"\n"), "multipart/form-data; boundary=b1"),
    ],
    ids=["empty", "text", "type", "no boundary", "other boundary", "not closed", "bare line feeds"],
)
def test_what_is_no_multipart_is_a_bad_request(simulator: Simulator, body: bytes, content_type: str):
    assert post(simulator, body, content_type).status == 400


def test_other_credentials_can_be_asked_for():
    own = Credentials(sender_id="S", receiver_id="R", username="u", password="p")
    with Simulator(credentials=own) as simulator:
        right = fields(SenderID="S", ReceiverID="R", UserName="u", Password="p")
        assert post(simulator, multipart(right)).fields["ErrorCode"] == "Success"
        assert error_code(simulator, multipart(fields())) == "UnAuthorized"


def test_credentials_are_never_printed():
    assert "secret-word" not in repr(Credentials(password="secret-word"))
