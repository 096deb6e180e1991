"""The SOAP door: what it takes, what it refuses and how, and how an answer may be dressed."""

import http.client
import re
from collections.abc import Callable, Iterator
from html import escape
from xml.etree import ElementTree

import pytest

from payers.simulator.envelope import Credentials
from payers.simulator.server import Simulator
from payers.simulator.soap import SEQUENCE, Style
from tests.payers.simulator.asking import Reply, fields, payload, post, segments

SOAP = "http://www.w3.org/2003/05/soap-envelope"
CORE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
CONTENT_TYPE = 'application/soap+xml; charset=utf-8; action="RealTimeTransaction"'
PATH = "/core/soap"


@pytest.fixture(autouse=True)
def plain(simulator: Simulator) -> Iterator[None]:
    yield
    simulator.soap.style, simulator.soap.errors = Style(), "envelope"


def security(name: str | None, password: str | None, kind: str = "") -> str:
    said = "" if name is None else f"<w:Username>{escape(name)}</w:Username>"
    said += "" if password is None else f"<w:Password{kind}>{escape(password)}</w:Password>"
    return f'<w:Security xmlns:w="{WSSE}" s:mustUnderstand="1"><w:UsernameToken>{said}</w:UsernameToken></w:Security>'


def envelope(values: dict[str, str] | None = None, *, prefix: str = "", header: str | None = None) -> str:
    """A correct question in SOAP, to be asked as it is or broken first."""
    known = fields() if values is None else values
    header = security(known.get("UserName"), known.get("Password")) if header is None else header
    own = "".join(
        f"<{prefix}{name}>{escape(known[name])}</{prefix}{name}>" for name in SEQUENCE if name in known
    )
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{header}</s:Header><s:Body>'
        f'<c:COREEnvelopeRealTimeRequest xmlns:c="{CORE}">{own}</c:COREEnvelopeRealTimeRequest></s:Body></s:Envelope>'
    )


def ask(simulator: Simulator, text: str | bytes, content_type: str = CONTENT_TYPE) -> Reply:
    return post(simulator, text if isinstance(text, bytes) else text.encode(), content_type, PATH)


def answer(reply: Reply) -> dict[str, str]:
    """The fields of an answer, prefixed or not."""
    found = ElementTree.fromstring(reply.body).find(f"{{{SOAP}}}Body/{{{CORE}}}COREEnvelopeRealTimeResponse")
    assert found is not None
    return {one.tag.rpartition("}")[2]: one.text or "" for one in found}


def fault(reply: Reply) -> tuple[str, str]:
    """Code and subcode, without prefixes."""
    found = ElementTree.fromstring(reply.body).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault/{{{SOAP}}}Code")
    assert found is not None
    values = [one.text or "" for one in found.iter(f"{{{SOAP}}}Value")]
    return values[0].removeprefix("env:"), values[1].removeprefix("wsse:") if values[1:] else ""


# Taken


def test_a_correct_question_succeeds(simulator: Simulator):
    question = fields()
    reply = ask(simulator, envelope(question))
    said = answer(reply)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/soap+xml; charset=utf-8")
    assert (said["ErrorCode"], said["PayloadType"]) == ("Success", "X12_271_Response_005010X279A1")
    assert said["PayloadID"] == question["PayloadID"]
    assert (said["SenderID"], said["ReceiverID"]) == (question["ReceiverID"], question["SenderID"])
    assert said["Payload"].startswith("ISA*")
    assert not said.keys() & {"UserName", "Password"}


def test_prefixed_fields_are_taken(simulator: Simulator):
    assert answer(ask(simulator, envelope(prefix="c:")))["ErrorCode"] == "Success"


def test_a_payload_in_cdata_is_taken(simulator: Simulator):
    text = envelope().replace("<Payload>", "<Payload>\n<![CDATA[").replace("</Payload>", "]]>\n</Payload>")
    assert answer(ask(simulator, text.replace("&#x27;", "'")))["ErrorCode"] == "Success"


def test_the_action_may_stand_in_a_header_of_its_own(simulator: Simulator):
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
    headers = {"Content-Type": "application/soap+xml; charset=utf-8", "Action": "RealTimeTransaction"}
    connection.request("POST", PATH, envelope(), headers)
    assert connection.getresponse().status == 200
    connection.close()


# Refused with the rule's own error


@pytest.mark.parametrize("name", [*SEQUENCE, "UserName", "Password"])
@pytest.mark.parametrize("value", [None, "  "])
def test_a_missing_or_empty_field_is_required(simulator: Simulator, name: str, value: str | None):
    said = answer(ask(simulator, envelope(fields(**{name: value}))))
    assert (said["ErrorCode"], said["PayloadType"], said["Payload"]) == (
        f"{name}Required",
        "CoreEnvelopeError",
        "",
    )


@pytest.mark.parametrize("name", SEQUENCE)
def test_a_field_sent_twice_is_illegal(simulator: Simulator, name: str):
    text = re.sub(f"(<{name}>.*</{name}>)", r"\1\1", envelope())
    assert answer(ask(simulator, text))["ErrorCode"] == f"{name}Illegal"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PayloadType", "X12_276_Request_005010X212", "PayloadTypeIllegal"),
        ("ProcessingMode", "Batch", "ProcessingModeIllegal"),
        ("PayloadID", "1", "PayloadIDIllegal"),
        ("TimeStamp", "2026-03-02 09:15", "TimeStampIllegal"),
        ("UserName", "somebody", "UnAuthorized"),
        ("Password", "guess", "UnAuthorized"),
        ("SenderID", "ANOTHER", "SenderIDNotUnderstood"),
        ("ReceiverID", "ANOTHER", "ReceiverIDNotUnderstood"),
        ("CORERuleVersion", "4.0.0", "VersionMismatch"),
        ("CORERuleVersion", "two", "CORERuleVersionIllegal"),
        ("Payload", "<xml/>", "PayloadIllegal"),
    ],
)
def test_a_wrong_value_gets_its_own_error(simulator: Simulator, name: str, value: str, code: str):
    assert answer(ask(simulator, envelope(fields(**{name: value}))))["ErrorCode"] == code


def test_an_unknown_field_is_the_senders_fault(simulator: Simulator):
    text = envelope().replace("<Payload>", "<Extra>1</Extra><Payload>")
    assert answer(ask(simulator, text))["ErrorCode"] == "Sender"


def test_a_field_of_another_namespace_is_none(simulator: Simulator):
    text = (
        envelope()
        .replace("<TimeStamp>", '<x:TimeStamp xmlns:x="urn:x">')
        .replace("</TimeStamp>", "</x:TimeStamp>")
    )
    assert answer(ask(simulator, text))["ErrorCode"] == "TimeStampRequired"


def test_a_broken_270_gets_a_ta1_or_a_999(simulator: Simulator):
    wrong = answer(ask(simulator, envelope(fields(Payload=payload().replace("IEA*1*", "IEA*3*")))))
    assert wrong["PayloadType"] == "X12_TA1_Response_00501X231A1"
    body = [segment for segment in segments() if segment[0] != "EQ"]
    missing = answer(ask(simulator, envelope(fields(Payload=payload(body)))))
    assert (missing["PayloadType"], missing["ErrorCode"]) == ("X12_999_Response_005010X231A1", "Success")


# Refused as no SOAP for us

OTHER = security("clinic", "x", ' Type="http://docs.oasis-open.org/x#PasswordDigest"')
BROKEN: dict[str, tuple[Callable[[str], str | bytes], str, int]] = {
    "not well-formed": (lambda t: t.removesuffix("</s:Envelope>"), "Sender", 400),
    "not UTF-8": (lambda t: t.replace("clinic", "cl\xednic").encode("latin-1"), "Sender", 400),
    "empty": (lambda t: "", "Sender", 400),
    "a document type": (lambda t: f"<!DOCTYPE x>{t}", "Sender", 400),
    "entities": (lambda t: '<!DOCTYPE x [<!ENTITY a "b">]>' + t.replace("clinic", "&a;"), "Sender", 400),
    "SOAP 1.1": (lambda t: t.replace(SOAP, "http://schemas.xmlsoap.org/soap/envelope/"), "VersionMismatch", 500),
    "another header": (lambda t: t.replace("</s:Header>", '<a s:mustUnderstand="1"/></s:Header>'), "MustUnderstand", 500),
    "another operation": (lambda t: t.replace("COREEnvelopeRealTimeRequest", "COREEnvelopeBatchSubmission"), "Sender", 400),
    "two bodies": (lambda t: t.replace("</s:Body>", "<x/></s:Body>"), "Sender", 400),
    "no body": (lambda t: re.sub("<s:Body>.*</s:Body>", "", t), "Sender", 400),
    "fields out of order": (lambda t: re.sub("(<PayloadType>.*</PayloadType>)(<ProcessingMode>.*</ProcessingMode>)", r"\2\1", t), "Sender", 400),
    "a digest": (lambda t: re.sub("<w:Security.*</w:Security>", OTHER, t), "Sender", 400),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_soap_for_us_gets_a_fault(simulator: Simulator, broken: str):
    bend, code, status = BROKEN[broken]
    text = bend(envelope())
    assert text != envelope()
    reply = ask(simulator, text)
    assert (fault(reply)[0], reply.status) == (code, status)
    assert simulator.questions()[-1].outcome == f"fault:{code}"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/xml; charset=utf-8",
        "application/soap+xml",
        "application/soap+xml; charset=utf-8",
        'application/soap+xml; charset=utf-8; action="BatchSubmitTransaction"',
        'application/soap+xml; charset=utf-16; action="RealTimeTransaction"',
    ],
)
def test_the_content_type_says_what_is_asked(simulator: Simulator, content_type: str):
    assert fault(ask(simulator, envelope(), content_type)) == ("Sender", "")


def test_a_header_that_need_not_be_understood_is_passed_over(simulator: Simulator):
    text = envelope().replace("</s:Header>", "<a/></s:Header>")
    assert answer(ask(simulator, text))["ErrorCode"] == "Success"


# How errors are said


@pytest.mark.parametrize(
    ("errors", "status", "said"),
    [
        ("envelope", 200, "UnAuthorized"),
        ("envelope_500", 500, "UnAuthorized"),
        ("fault", 400, "FailedAuthentication"),
    ],
)
def test_wrong_credentials_are_refused_in_three_ways(
    simulator: Simulator, errors: str, status: int, said: str
):
    simulator.soap.errors = errors
    reply = ask(simulator, envelope(fields(Password="guess")))
    assert reply.status == status
    assert said in (fault(reply) if errors == "fault" else answer(reply)["ErrorCode"])


def test_a_fault_of_the_payers_own_is_said_as_one(simulator: Simulator):
    simulator.soap.errors = "fault"
    reply = ask(simulator, envelope(fields(Payload=payload(segments("RECV1")))))
    assert (fault(reply), reply.status) == (("Receiver", ""), 500)


# How answers are dressed


@pytest.mark.parametrize("prefixed", [False, True])
@pytest.mark.parametrize("cdata", [False, True])
def test_an_answer_is_dressed_as_wanted(simulator: Simulator, prefixed: bool, cdata: bool):
    simulator.soap.style = Style(prefixed=prefixed, cdata=cdata)
    reply = ask(simulator, envelope())
    assert answer(reply)["Payload"].startswith("ISA*")
    assert (b"<cor:Payload>" in reply.body) is prefixed
    assert (b"<![CDATA[ISA" in reply.body) is cdata


def test_a_payload_may_come_in_a_part_of_its_own(simulator: Simulator):
    simulator.soap.style = Style(multipart=True)
    reply = ask(simulator, envelope())
    boundary = re.search('boundary="(.+?)"', reply.headers["content-type"])
    assert boundary is not None
    _, root, attached, end = reply.body.split(f"--{boundary[1]}".encode())
    link = re.search(rb'href="cid:(.+?)"', root)
    assert link is not None
    assert b"Content-ID: <" + link[1] + b">" in attached
    assert b"\r\n\r\nISA*" in attached
    assert end == b"--\r\n"


def test_other_credentials_can_be_asked_for():
    own = Credentials(sender_id="S", receiver_id="R", username="u", password="p&<]]>")
    with Simulator(credentials=own) as simulator:
        right = fields(SenderID="S", ReceiverID="R", UserName="u", Password="p&<]]>")
        assert answer(ask(simulator, envelope(right)))["ErrorCode"] == "Success"
        assert answer(ask(simulator, envelope()))["ErrorCode"] == "UnAuthorized"
