"""CAQH CORE over SOAP: the contract, what goes over the wire, and the ways payers bend SOAP and the rule."""

import base64
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from payers.account import Account
from payers.adapters.caqh_core_soap import CaqhCoreSoap
from payers.core_connectivity import FIELDS, read_answer, soap_answer
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.http import Response
from payers.inquiry import Inquiry
from payers.simulator.server import Simulator
from payers.simulator.soap import Style
from tests.payers.adapters import core_accounts
from tests.payers.adapters.contract import FAILURES, AdapterContract, inquiry
from tests.payers.x12.corpus import files, needs_corpus

UNREAD = {"NOISE-": (Unreadable, "not_soap", ""), "HTML-": (Unreadable, "not_soap", "")}
STYLES = [
    Style(),
    Style(prefixed=True),
    Style(cdata=False),
    Style(prefixed=True, cdata=False),
    Style(multipart=True),
]


class TestContract(AdapterContract):
    expected = FAILURES | UNREAD

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        return simulator.account("caqh_core_soap")


class TestContractWithFaults(AdapterContract):
    """A payer that says errors as SOAP faults, with prefixed and escaped answers."""

    expected = FAILURES | UNREAD

    @pytest.fixture(scope="class")
    @classmethod
    def simulator(cls) -> Iterator[Simulator]:
        with Simulator() as running:
            running.soap.errors = "fault"
            running.soap.style = Style(prefixed=True, cdata=False)
            yield running

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        return simulator.account("caqh_core_soap")


def account(**changes: object) -> Account:
    return core_accounts.account("caqh_core_soap", **changes)


@pytest.fixture(scope="module")
def answer() -> tuple[Inquiry, bytes]:
    """A question and the 271 that answers it, without its envelope."""
    asked = inquiry()
    with Simulator() as simulator:
        adapter = CaqhCoreSoap(simulator.account("caqh_core_soap"))
        body = adapter.ask(asked).exchange.response
        adapter.close()
    return asked, body[body.index(b"ISA") : body.index(b"]]>")]


def ask_server(
    body: bytes, content_type: str, asked: Inquiry, status: str = "200 OK", **changes: object
) -> tuple[bytes, Exchange]:
    got, reply = core_accounts.ask_server(account(**changes), body, content_type, asked, status)
    return got, reply.exchange


SOAP_TYPE = "application/soap+xml; charset=utf-8"
VALUES = {
    "PayloadType": "X12_271_Response_005010X279A1",
    "ProcessingMode": "RealTime",
    "ErrorCode": "Success",
}


def envelope(payload: bytes | str = b"", prefix: str = "", **fields: str) -> bytes:
    """An answer as the rule has it; `payload` is XML already."""
    inside = payload if isinstance(payload, str) else f"<![CDATA[{payload.decode()}]]>"
    lines = "".join(f"<{prefix}{k}>{v}</{prefix}{k}>" for k, v in (VALUES | fields).items())
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        f'<cor:COREEnvelopeRealTimeResponse xmlns:cor="http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd">{lines}'
        f"<{prefix}Payload>{inside}</{prefix}Payload></cor:COREEnvelopeRealTimeResponse></s:Body></s:Envelope>"
    ).encode()


def failure(body: bytes, content_type: str = SOAP_TYPE, status: str = "200 OK") -> PayerError | AccountError:
    with pytest.raises((PayerError, AccountError)) as caught:
        ask_server(body, content_type, inquiry(), status)
    assert caught.value.exchange is not None
    assert caught.value.exchange.response == body
    return caught.value


# What goes over the wire


NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "c": "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd",
    "w": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
}


def sent(
    answer: tuple[Inquiry, bytes], **changes: object
) -> tuple[dict[str, str], ElementTree.Element, Exchange]:
    """HTTP headers and XML of a question, and the exchange."""
    asked, payload = answer
    got, exchange = ask_server(envelope(payload), SOAP_TYPE, asked, **changes)
    head, _, body = got.partition(b"\r\n\r\n")
    lines = (line.partition(b": ") for line in head.split(b"\r\n")[1:])
    headers = {name.decode().lower(): value.decode() for name, _, value in lines}
    return headers, ElementTree.fromstring(body), exchange


def request_of(xml: ElementTree.Element) -> ElementTree.Element:
    found = xml.find("s:Body/c:COREEnvelopeRealTimeRequest", NAMESPACES)
    assert found is not None
    return found


def test_fields_go_out_in_the_order_of_the_rule_and_without_a_prefix(answer: tuple[Inquiry, bytes]):
    headers, xml, _ = sent(answer)
    wanted = [name for name in FIELDS if name not in {"UserName", "Password"}]
    assert [one.tag for one in request_of(xml)] == wanted
    assert headers["content-type"] == 'application/soap+xml; charset=utf-8; action="RealTimeTransaction"'
    assert "action" not in headers
    assert request_of(xml).findtext("Payload", "").startswith("ISA*00*")


def test_fields_may_carry_the_prefix(answer: tuple[Inquiry, bytes]):
    _, xml, _ = sent(answer, options={"children": "prefixed"})
    assert {one.tag.partition("}")[0] for one in request_of(xml)} == {"{" + NAMESPACES["c"]}


def test_the_credentials_are_in_the_security_header(answer: tuple[Inquiry, bytes]):
    _, xml, exchange = sent(answer, secrets={"username": "a<b", "password": "p&ss]]>horse"})
    token = xml.find("s:Header/w:Security/w:UsernameToken", NAMESPACES)
    assert token is not None
    assert token.findtext("w:Username", "", NAMESPACES) == "a<b"
    password = token.find("w:Password", NAMESPACES)
    assert password is not None
    assert (password.text, password.get("Type", "").partition("#")[2]) == ("p&ss]]>horse", "PasswordText")
    security = xml.find("s:Header/w:Security", NAMESPACES)
    assert security is not None
    assert security.get("{" + NAMESPACES["s"] + "}mustUnderstand") == "true"
    assert exchange.request.count(b"(removed)") == 2
    assert b"horse" not in exchange.request
    ElementTree.fromstring(exchange.request)


def test_a_payer_need_not_understand_the_credentials_where_it_cannot(answer: tuple[Inquiry, bytes]):
    _, xml, _ = sent(answer, options={"must_understand": False})
    security = xml.find("s:Header/w:Security", NAMESPACES)
    assert security is not None
    assert not security.attrib


def test_each_question_has_a_payload_id_and_a_time_of_its_own(answer: tuple[Inquiry, bytes]):
    ids = set()
    for _ in range(2):
        _, xml, _ = sent(answer)
        ids.add(uuid.UUID(request_of(xml).findtext("PayloadID", "")))
        said = datetime.strptime(request_of(xml).findtext("TimeStamp", ""), "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=UTC
        )
        assert abs((datetime.now(UTC) - said).total_seconds()) < 10
    assert len(ids) == 2


def test_headers_of_a_profile_go_out(answer: tuple[Inquiry, bytes]):
    options = {"action_header": True, "forwarded_for": "203.0.113.7, 198.51.100.2"}
    headers, _, _ = sent(answer, options=options)
    assert headers["action"] == "RealTimeTransaction"
    assert headers["x-forwarded-for"] == "203.0.113.7, 198.51.100.2"


def test_a_payer_may_spell_its_fields_otherwise(answer: tuple[Inquiry, bytes]):
    names = {"PayloadID": "PayloadId", "Payload": "Content"}
    _, xml, exchange = sent(answer, options={"field_names": names})
    assert {"PayloadId", "Content"} <= {one.tag for one in request_of(xml)}
    assert b"<Content><![CDATA[ISA" in exchange.request


#: What would end a payload, or start something in it, if it were written carelessly.
TREACHEROUS = ["]]>", "A]]>B]]>", "]]", "<&>", "&lt;", "&#93;]]>", "<![CDATA[x]]>", "--><x/>"]


@pytest.mark.parametrize("text", TREACHEROUS)
@pytest.mark.parametrize("payload", ["cdata", "escaped"])
def test_whatever_a_payload_holds_leaves_as_it_is(payload: str, text: str):
    adapter = CaqhCoreSoap(account(options={"payload": payload}))
    fields = dict.fromkeys(FIELDS, "x") | {"Payload": f"ISA*{text}~"}
    for body in adapter.wrap(fields, fields)[1:]:
        assert request_of(ElementTree.fromstring(body)).findtext("Payload") == fields["Payload"]
    adapter.close()


@pytest.mark.parametrize("text", [*TREACHEROUS, "a\rb"])
def test_whatever_a_payload_holds_arrives_as_it_is(text: str):
    read = soap_answer.read(envelope(escaped(f"ISA*{text}~".encode())), SOAP_TYPE)
    assert read is not None
    assert read.payload == f"ISA*{text}~".encode()


def test_a_password_in_the_interchange_header_is_not_kept(answer: tuple[Inquiry, bytes]):
    secrets = {"username": "u", "password": "p", "isa_security": "SES&ME"}
    _, xml, exchange = sent(
        answer, secrets=secrets, options={"security_qualifier": "01", "payload": "escaped"}
    )
    assert "*01*SES&ME    *" in request_of(xml).findtext("Payload", "")
    assert b"*01*XXXXXX    *" in exchange.request
    assert b"SES" not in exchange.request


def test_a_password_the_payer_sends_back_escaped_is_crossed_out(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    echoed = envelope(payload, ErrorMessage="user clinic, password correct&amp;horse")
    secrets = {"username": "clinic", "password": "correct&horse"}
    _, exchange = ask_server(echoed, SOAP_TYPE, asked, secrets=secrets)
    assert b"horse" not in exchange.response
    assert b"user clinic, password XXXXXXXXXXXXXXXXX<" in exchange.response


@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_missing_credential_is_the_accounts_fault(missing: str):
    with pytest.raises(AccountError) as caught:
        CaqhCoreSoap(account(secrets={"username": "u", "password": "p"} | {missing: ""}))
    assert caught.value.code == "missing_secret"


@pytest.mark.parametrize(
    "changes",
    [{"secrets": {"username": "u", "password": "p\x00"}}, {"sender_id": "A\x1f"}, {"receiver_id": "\ufffe"}],
)
def test_what_xml_cannot_carry_is_the_accounts_fault(changes: dict[str, object]):
    with pytest.raises(AccountError) as caught:
        CaqhCoreSoap(account(**changes))
    assert caught.value.code == "bad_option"


# Profiles


def test_office_ally_is_asked_as_its_guide_says(answer: tuple[Inquiry, bytes]):
    headers, xml, exchange = sent(answer, receiver_id="", usage="P", options={"profile": "office_ally"})
    assert headers["action"] == "RealTimeTransaction"
    assert request_of(xml).findtext("ReceiverID") == "OFFALLY"
    isa = exchange.request[exchange.request.index(b"ISA") :][:106].decode().split("*")
    assert (isa[5], isa[7], isa[8].strip(), isa[14], isa[15]) == ("ZZ", "01", "OFFALLY", "0", "P")


def test_stedi_is_asked_with_prefixes(answer: tuple[Inquiry, bytes]):
    options = {"profile": "stedi_soap", "forwarded_for": "203.0.113.7"}
    headers, xml, _ = sent(answer, options=options)
    assert request_of(xml)[0].tag == "{" + NAMESPACES["c"] + "}PayloadType"
    assert headers["x-forwarded-for"] == "203.0.113.7"


MEDICARE = "1EG4TE5MK73"


class TestHets:
    @pytest.fixture(scope="class")
    @classmethod
    def adapter(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaqhCoreSoap]:
        from payers.simulator.certificates import Authority

        shown = Authority(tmp_path_factory.mktemp("authority")).client()
        options = {"profile": "hets", "enable_unverified_profile": True, "forwarded_for": "203.0.113.7"}
        known = account(url="https://127.0.0.1:9/", receiver_id="", secrets=shown, options=options)
        made = CaqhCoreSoap(known)
        yield made
        made.close()

    @pytest.mark.parametrize("member", [MEDICARE, "1eg4-te5-mk73", "1EG4 TE5 MK73"])
    def test_a_medicare_number_goes_out_bare(self, adapter: CaqhCoreSoap, member: str):
        with pytest.raises(Unavailable) as caught:
            adapter.ask(inquiry(member_id=member))
        assert caught.value.sent is False
        assert caught.value.exchange is not None
        assert f"*MI*{MEDICARE}~".encode() in caught.value.exchange.request
        assert b"<ReceiverID>CMS</ReceiverID>" in caught.value.exchange.request
        assert b"<soapenv:Header/>" in caught.value.exchange.request

    @pytest.mark.parametrize("member", ["1EG4TE5MK7", "0EG4TE5MK73", "1SG4TE5MK73", "W100200300", ""])
    def test_another_number_stays_at_home(self, adapter: CaqhCoreSoap, member: str):
        with pytest.raises(Rejected) as caught:
            adapter.ask(inquiry(member_id=member))
        assert (caught.value.code, caught.value.exchange) == ("unwritable", None)

    def test_a_dependent_stays_at_home(self, adapter: CaqhCoreSoap):
        asked = inquiry(member_id=MEDICARE)
        with pytest.raises(Rejected) as caught:
            adapter.ask(replace(asked, dependent=asked.subscriber, relationship="01"))
        assert caught.value.detail.startswith("dependent:")


# Lenient reading


def soap_11(body: bytes) -> bytes:
    return body.replace(
        b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/"
    )


def escaped(payload: bytes) -> str:
    text = payload.decode().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#xD;")


def related(payload: bytes, link: str = "cid:p%401", part_id: bytes = b"<p@1>") -> tuple[bytes, str]:
    """MTOM: the payload in a part of its own."""
    include = f'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="{link}"/>'
    body = (
        b"--m1\r\nContent-Type: application/xop+xml; type=\"application/soap+xml\"\r\nContent-ID: <root@1>\r\n\r\n"
        + envelope(include)
        + b"\r\n--m1\r\nContent-Type: application/octet-stream\r\nContent-ID: " + part_id + b"\r\n\r\n"
        + payload
        + b"\r\n--m1--\r\n"
    )  # fmt: skip
    return body, 'multipart/related; type="application/xop+xml"; start="<root@1>"; boundary="m1"'


BENT: dict[str, Callable[[bytes], tuple[bytes, str]]] = {
    "as the rule says": lambda p: (envelope(p), SOAP_TYPE),
    "prefixed": lambda p: (envelope(p, "cor:"), SOAP_TYPE),
    "another prefix nobody declared": lambda p: (envelope(p, "x:"), SOAP_TYPE),
    "escaped": lambda p: (envelope(escaped(p)), SOAP_TYPE),
    "characters by number": lambda p: (envelope(escaped(p).replace("*", "&#42;").replace("~", "&#x7E;")), SOAP_TYPE),
    "line breaks around": lambda p: (envelope(f"\n  <![CDATA[\n{p.decode()}\n]]>\n"), SOAP_TYPE),
    "CDATA in pieces": lambda p: (envelope(f"<![CDATA[{p[:90].decode()}]]><![CDATA[{p[90:].decode()}]]>"), SOAP_TYPE),
    "SOAP 1.1": lambda p: (soap_11(envelope(p)), "text/xml; charset=utf-8"),
    "no content type": lambda p: (envelope(p), ""),
    "text/html": lambda p: (envelope(p), "text/html"),
    "no declaration": lambda p: (envelope(p).partition(b"?>")[2], SOAP_TYPE),
    "byte order mark": lambda p: (b"\xef\xbb\xbf" + envelope(p), SOAP_TYPE),
    "byte order mark and a blank": lambda p: (b" \xef\xbb\xbf\r\n" + envelope(p), SOAP_TYPE),
    "mark inside the payload": lambda p: (envelope(b"\xef\xbb\xbf" + p), SOAP_TYPE),
    "UTF-16": lambda p: (envelope(p).decode().replace("utf-8", "utf-16").encode("utf-16"), SOAP_TYPE),
    "UTF-16 said, UTF-8 sent": lambda p: (envelope(p).replace(b"utf-8", b"utf-16"), SOAP_TYPE),
    "an encoding nobody knows": lambda p: (envelope(p).replace(b"utf-8", b"x-none"), SOAP_TYPE),
    "UTF-8 said, Latin-1 sent": lambda p: (envelope(p, ErrorMessage="Est\xe1").decode().encode("latin-1"), SOAP_TYPE),
    "ASCII said, UTF-8 sent": lambda p: (envelope(p, ErrorMessage="Est\xe1").replace(b"utf-8", b"us-ascii"), SOAP_TYPE),
    "lower-case names": lambda p: (
        envelope(p).replace(b"PayloadType", b"payloadtype").replace(b"ErrorCode", b"errorcode"),
        SOAP_TYPE,
    ),
    "no body element": lambda p: (
        re.sub(rb"</?s:(Envelope|Body)[^>]*>", b"", envelope(p)),
        SOAP_TYPE,
    ),
    "one element more around": lambda p: (
        envelope(p).replace(b"<s:Body>", b"<s:Body><r>").replace(b"</s:Body>", b"</r></s:Body>"),
        SOAP_TYPE,
    ),
    "a header that quotes our question": lambda p: (
        envelope(p).replace(b"<s:Body>", b"<s:Body><q><w/></q>"),
        SOAP_TYPE,
    ),
    "our question quoted behind": lambda p: (
        envelope(p).replace(b"</s:Body>", b"<q><PayloadType>X</PayloadType><ErrorCode>Sender</ErrorCode></q></s:Body>"),
        SOAP_TYPE,
    ),
    "no error code": lambda p: (envelope(p).replace(b"ErrorCode", b"Nothing"), SOAP_TYPE),
    "success shouted": lambda p: (envelope(p, ErrorCode=" SUCCESS "), SOAP_TYPE),
    "mislabeled": lambda p: (envelope(p, PayloadType="X12_999_Response_005010X231A1"), SOAP_TYPE),
    "base64": lambda p: (envelope(base64.encodebytes(p)), SOAP_TYPE),
    "MTOM": related,
    "MTOM without angle brackets": lambda p: related(p, "cid:p1", b"p1"),
    "multipart around": lambda p: (
        b"--m1\r\nContent-Type: text/xml\r\n\r\n" + envelope(p) + b"\r\n--m1--\r\n",
        "multipart/related; boundary=m1",
    ),
    "cut behind the payload": lambda p: (envelope(p).partition(b"</cor:COREEnvelope")[0], SOAP_TYPE),
    "cut inside the last tag of the payload": lambda p: (envelope(p).partition(b"]]>")[0] + b"]]></Pay", SOAP_TYPE),
    "broken behind the payload": lambda p: (envelope(p).replace(b"</s:Body>", b"&oops;</s:Body>"), SOAP_TYPE),
    "something behind the end": lambda p: (envelope(p) + b"<!-- served by node 4 -->\r\n\x00", SOAP_TYPE),
    "line feeds for tildes": lambda p: (envelope(p.replace(b"~", b"\n")), SOAP_TYPE),
    "line breaks": lambda p: (envelope(p.replace(b"~", b"~\r\n")), SOAP_TYPE),
}  # fmt: skip


@pytest.mark.parametrize("bent", BENT)
def test_an_answer_is_read_however_it_is_wrapped(answer: tuple[Inquiry, bytes], bent: str):
    asked, payload = answer
    body, content_type = BENT[bent](payload)
    _, exchange = ask_server(body, content_type, asked)
    assert exchange.response == body


def test_a_kept_answer_is_read_again_and_nobody_is_asked():
    with Simulator() as simulator:
        known = simulator.account("caqh_core_soap")
        asked = inquiry()
        reply = CaqhCoreSoap(known).ask(asked)
        before = len(simulator.questions())
        assert CaqhCoreSoap(known).read(reply.exchange, asked) == reply
        assert len(simulator.questions()) == before


@pytest.mark.parametrize("style", STYLES, ids=repr)
def test_every_style_of_the_simulator_says_the_same(style: Style):
    with Simulator() as simulator:
        adapter = CaqhCoreSoap(simulator.account("caqh_core_soap"))
        simulator.soap.style = style
        member = adapter.ask(inquiry()).benefits.members[-1]
        adapter.close()
    assert (member.coverage.status, len(member.benefits) > 10) == ("active", True)


# Told apart


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("UnAuthorized", AccountError, "unauthorized"),
        ("PasswordIllegal", AccountError, "unauthorized"),
        ("Receiver", Unavailable, "receiver_fault"),
        ("soapenv:Receiver", Unavailable, "receiver_fault"),
        ("payloadtyperequired", Rejected, "PayloadTypeRequired"),
        ("VersionMismatch", Rejected, "VersionMismatch"),
        ("Sender", Rejected, "Sender"),
        ("MARQUISE MARKERSON unknown", Rejected, "other"),
    ],
)
@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error", "400 Bad Request"])
def test_envelope_errors_are_told_apart(code: str, kind: type[Exception], said: str, status: str):
    error = failure(envelope(PayloadType="CoreEnvelopeError", ErrorCode=code), status=status)
    assert type(error) is kind
    assert said in (error.code, getattr(error, "detail", ""))
    assert "MARKERSON" not in f"{error!r} {error} {getattr(error, 'detail', '')}"


def fault(code: str, within: str = "", reason: str = "no", detail: str = "") -> bytes:
    subcode = f"<e:Subcode><e:Value>{within}</e:Value></e:Subcode>" if within else ""
    return (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault>'
        f"<e:Code><e:Value>{code}</e:Value>{subcode}</e:Code>"
        f'<e:Reason><e:Text xml:lang="en">{reason}</e:Text></e:Reason>{detail}</e:Fault></e:Body></e:Envelope>'
    ).encode()


def fault_11(code: str, reason: str = "no") -> bytes:
    return (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault>'
        f"<faultcode>{code}</faultcode><faultstring>{reason}</faultstring></S:Fault></S:Body></S:Envelope>"
    ).encode()


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (fault("e:Sender"), Rejected, "Sender"),
        (fault("e:Receiver"), Unavailable, "receiver_fault"),
        (fault("e:VersionMismatch"), Rejected, "VersionMismatch"),
        (fault("e:MustUnderstand"), AccountError, "bad_option"),
        (fault("e:DataEncodingUnknown"), Rejected, "Sender"),
        (fault("e:Sender", "wsse:FailedAuthentication"), AccountError, "unauthorized"),
        (fault("e:Receiver", "wsse:InvalidSecurity"), AccountError, "unauthorized"),
        (fault("e:Sender", reason="UnAuthorized"), AccountError, "unauthorized"),
        (fault("e:Sender", reason="PayloadIDIllegal"), Rejected, "PayloadIDIllegal"),
        (fault("e:Sender", "c:ReceiverIDNotUnderstood"), Rejected, "ReceiverIDNotUnderstood"),
        (fault("e:Sender", reason="MARQUISE MARKERSON is not on file"), Rejected, "Sender"),
        (
            fault("e:Sender", detail="<e:Detail><ErrorCode>CORERuleVersionIllegal</ErrorCode></e:Detail>"),
            Rejected,
            "CORERuleVersionIllegal",
        ),
        (fault("MARKERSON"), Rejected, "Sender"),
        (fault(""), Rejected, "Sender"),
        (fault_11("S:Client"), Rejected, "Sender"),
        (fault_11("S:Server"), Unavailable, "receiver_fault"),
        (fault_11("S:Server.Timeout"), Unavailable, "receiver_fault"),
        (fault_11("wsse:InvalidSecurityToken"), AccountError, "unauthorized"),
        (fault_11("S:MustUnderstand"), AccountError, "bad_option"),
        (fault_11("S:Client.Authentication"), Rejected, "Sender"),
        (fault_11("S:Client", "PayloadRequired"), Rejected, "PayloadRequired"),
    ],
)
@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error", "400 Bad Request"])
def test_faults_are_told_apart(body: bytes, kind: type[Exception], said: str, status: str):
    error = failure(body, status=status)
    assert type(error) is kind
    assert said in (error.code, getattr(error, "detail", ""))
    assert "MARKERSON" not in f"{error!r} {error} {getattr(error, 'detail', '')}"


def test_a_payload_inside_a_fault_is_no_answer(answer: tuple[Inquiry, bytes]):
    _, payload = answer
    quoted = f"<e:Detail><Payload><![CDATA[{payload.decode()}]]></Payload></e:Detail>"
    assert type(failure(fault("e:Receiver", detail=quoted))) is Unavailable


TRIVIAL = b'<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body>'


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (envelope(b"", PayloadType="CoreEnvelopeError"), Rejected, "envelope"),
        (envelope(b""), Unreadable, "no_transaction"),
        (envelope(""), Unreadable, "no_transaction"),
        (envelope(b"hello"), Unreadable, "not_x12"),
        (envelope("<Claim/>"), Unreadable, "no_transaction"),
        (envelope(b"hello", PayloadType="X12_277_Response_005010X212"), Unreadable, "unknown_payload_type"),
        (envelope(b"", PayloadType=""), Unreadable, "unknown_payload_type"),
        (envelope(b"", PayloadType="X12_999_Response_005010X231A1"), Unreadable, "no_transaction"),
        (envelope("SVNB????"), Unreadable, "not_x12"),
        (related(b"", "cid:gone")[0], Unreadable, "no_transaction"),
        (envelope(b"ISA*00*").partition(b"]]>")[0], Unavailable, "truncated"),
        (envelope(b"ISA*00*").partition(b"<Payload>")[0], Unavailable, "truncated"),
        (envelope(b"ISA*00*").partition(b"cess<")[0], Unavailable, "truncated"),
        (fault("e:Sender").partition(b"der<")[0], Unavailable, "truncated"),
        (fault("e:Sender").partition(b"<e:Reason>")[0], Rejected, "envelope"),
        (TRIVIAL, Unavailable, "truncated"),
        (TRIVIAL[:30], Unreadable, "not_soap"),
        (TRIVIAL + b"</s:Body></s:Envelope>", Unreadable, "not_soap"),
        (envelope("A & B"), Unreadable, "not_soap"),
        (envelope("ISA*00*A & B*IEA~"), Unreadable, "not_soap"),
        (b"", Unreadable, "not_soap"),
        (b"\x00\xff" * 50, Unreadable, "not_soap"),
        (b"<!doctype html><title>Sign in</title>", Unreadable, "not_soap"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"><body><form/></body></html>', Unreadable, "not_soap"),
        (b"<html><body>Sign in", Unreadable, "not_soap"),
        (b'{"errors": []}', Unreadable, "not_soap"),
        (b"ISA*00*", Unreadable, "not_soap"),
    ],
)
def test_what_is_no_answer_is_told_apart(body: bytes, kind: type[Exception], code: str):
    error = failure(body)
    assert (type(error), error.code) == (kind, code)


def acknowledged(member: str) -> tuple[Inquiry, PayerError]:
    asked = inquiry(member)
    with Simulator() as simulator, pytest.raises(Rejected) as caught:
        CaqhCoreSoap(simulator.account("caqh_core_soap")).ask(asked)
    return asked, caught.value


@pytest.mark.parametrize(("member", "code"), [("X999-", "x999"), ("XTA1-", "ta1")])
def test_an_acknowledgment_is_read_whatever_it_is_called(member: str, code: str):
    asked, error = acknowledged(member)
    assert error.exchange is not None
    body = re.sub(rb"X12_\w+_Response_\w+", b"X12_271_Response_005010X279A1", error.exchange.response)
    with pytest.raises(Rejected) as caught:
        ask_server(body, SOAP_TYPE, asked)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("401 Unauthorized", AccountError, "unauthorized"),
        ("429 Too Many Requests", Unavailable, "http_429"),
        ("503 Service Unavailable", Unavailable, "http_5xx"),
        ("400 Bad Request", Rejected, "http_4xx"),
        ("302 Found", AccountError, "bad_url"),
    ],
)
@pytest.mark.parametrize("body", [b"<html>no</html>", b"", b"<!DOCTYPE x><x/>"])
def test_an_http_status_decides_where_the_envelope_says_nothing(
    status: str, kind: type[Exception], code: str, body: bytes
):
    error = failure(body, "text/html", status)
    assert (type(error), error.code) == (kind, code)


# Hostile


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
    + b"]>"
)
BODY = envelope("&k;").partition(b"?>")[2]
HOSTILE = {
    "billion laughs": LAUGHS + BODY,
    "external entity": b'<!DOCTYPE l [<!ENTITY k SYSTEM "file:///etc/hostname">]>' + BODY,
    "external document type": b'<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd">' + envelope(b"ISA").partition(b"?>")[2],
    "parameter entity": b'<!DOCTYPE l [<!ENTITY % k SYSTEM "file:///etc/hostname"> %k;]>' + BODY,
    "an entity nobody declared": BODY,
    "ten thousand deep": TRIVIAL + b"<a>" * 10_000 + b"</a>" * 10_000,
    "ten thousand deep in the payload": envelope("<a>" * 10_000 + "</a>" * 10_000),
    "ten thousand deep and cut": b"<a>" * 10_000,
    "four mebibytes of elements": TRIVIAL + b"<a></a>" * (4 * 1024 * 1024 // 7),
    "four mebibytes of fields": TRIVIAL + b"<Payload/>" * (4 * 1024 * 1024 // 10),
    "four mebibytes of attributes": b"<a " + b"".join(b'b%d="" ' % n for n in range(300_000)) + b"/>",
    "four mebibytes of one name": b"<" + b"a" * (4 * 1024 * 1024 - 2) + b">",
    "a thousand truncated comments": b"<a>" + b"<!--" * 1000,
}  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_xml_is_an_answer_nobody_reads(hostile: str):
    body = HOSTILE[hostile][: 4 * 1024 * 1024]
    error = failure(body)
    assert (type(error), error.code) in {(Unreadable, "not_soap"), (Unavailable, "truncated")}


def test_four_mebibytes_of_payload_are_read_and_more_are_not_taken(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    padding = b" " * (4 * 1024 * 1024 - len(envelope(payload)) - 20)
    _, exchange = ask_server(envelope(payload + padding), SOAP_TYPE, asked)
    assert len(exchange.response) > 4_000_000
    with pytest.raises(Unavailable) as caught:
        ask_server(envelope(payload + padding * 2), SOAP_TYPE, asked)
    assert caught.value.code == "too_large"


@given(data=st.data())
def test_whatever_comes_back_is_read_or_is_one_of_our_errors(
    answer: tuple[Inquiry, bytes], data: st.DataObject
):
    asked, payload = answer
    first, _ = data.draw(
        st.sampled_from([(envelope(payload), SOAP_TYPE), related(payload), (fault("e:Sender"), "")])
    )
    body = bytearray(first)
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=9)
    ):
        body[place] = byte
    kept = bytes(body[: data.draw(st.integers(0, len(body)))])
    exchange = Exchange(
        account_id="a", trace=asked.trace, control_number=1, request=b"", requested_at=datetime.now(UTC),
        response=kept, response_type=data.draw(st.sampled_from([SOAP_TYPE, "", related(b"")[1]])), http_status=200,
    )  # fmt: skip
    read = soap_answer.read(exchange.response, exchange.response_type)
    try:
        read_answer(Response(exchange), read, asked, account(), otherwise="not_soap")
    except (PayerError, AccountError) as error:
        assert error.exchange == exchange


# Public answers


@needs_corpus
@pytest.mark.parametrize("file", files("soap"), ids=lambda file: file.name)
def test_a_public_answer_of_another_soap_interface_is_kept_unread(file):
    """Well-formed SOAP that is not CORE's: nobody guesses what it says, and nobody asks again by itself."""
    error = failure(file.read_bytes(), "application/soap+xml; charset=utf-8")
    assert (type(error), error.code) == (Unreadable, "not_soap")
    server_error = failure(file.read_bytes(), "text/xml", "500 Internal Server Error")
    assert (type(server_error), server_error.code) == (Unavailable, "http_5xx")
