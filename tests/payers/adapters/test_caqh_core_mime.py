"""CAQH CORE over MIME: the contract, what goes over the wire, and the ways payers bend the rule."""

import base64
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.account import Account
from payers.adapters.caqh_core_mime import CaqhCoreMime
from payers.core_connectivity import FIELDS, multipart, read_answer
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.http import Response
from payers.inquiry import Inquiry
from payers.simulator.server import Simulator
from tests.payers.adapters import core_accounts
from tests.payers.adapters.contract import AdapterContract, inquiry


class TestContract(AdapterContract):
    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        return simulator.account()


def account(**changes: object) -> Account:
    return core_accounts.account("caqh_core_mime", **changes)


@pytest.fixture(scope="module")
def answer() -> tuple[Inquiry, bytes]:
    """A question and the 271 that answers it, without its envelope."""
    asked = inquiry()
    with Simulator() as simulator:
        adapter = CaqhCoreMime(simulator.account())
        body = adapter.ask(asked).exchange.response
        adapter.close()
    return asked, body[body.index(b"ISA") : body.index(b"\r\n--", body.index(b"ISA"))]


def ask_server(
    body: bytes, content_type: str, asked: Inquiry, status: str = "200 OK", **changes: object
) -> tuple[bytes, Exchange]:
    got, reply = core_accounts.ask_server(account(**changes), body, content_type, asked, status)
    return got, reply.exchange


def envelope(payload: bytes = b"", boundary: str = "b1", **fields: str) -> bytes:
    values = {
        "PayloadType": "X12_271_Response_005010X279A1",
        "ProcessingMode": "RealTime",
        "ErrorCode": "Success",
        "ErrorMessage": "",
    } | fields
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
        for k, v in values.items()
    ]
    end = f'--{boundary}\r\nContent-Disposition: form-data; name="Payload"\r\n\r\n'.encode()
    return "".join(parts).encode() + end + payload + f"\r\n--{boundary}--\r\n".encode()


MULTIPART = "multipart/form-data; boundary=b1"


def failure(body: bytes, content_type: str = MULTIPART, status: str = "200 OK") -> PayerError | AccountError:
    with pytest.raises((PayerError, AccountError)) as caught:
        ask_server(body, content_type, inquiry(), status)
    assert caught.value.exchange is not None
    assert caught.value.exchange.response == body
    return caught.value


# What goes over the wire


def test_fields_go_out_in_the_order_of_the_rule(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    got, exchange = ask_server(envelope(payload), MULTIPART, asked)
    names = re.findall(rb'name="(\w+)"', got)
    assert [name.decode() for name in names] == list(FIELDS)
    assert re.findall(rb'name="(\w+)"', exchange.request) == names


def test_each_question_has_a_payload_id_and_a_time_of_its_own(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    ids = set()
    for _ in range(2):
        got, _ = ask_server(envelope(payload), MULTIPART, asked)
        fields = multipart.read(got.partition(b"\r\n\r\n")[2], "")
        assert fields is not None
        ids.add(uuid.UUID(fields.text("PayloadID")))
        sent_at = datetime.strptime(fields.text("TimeStamp"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert abs((datetime.now(UTC) - sent_at).total_seconds()) < 10
    assert len(ids) == 2


def test_a_payer_may_spell_its_fields_otherwise(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    names = {"PayloadID": "PayloadId", "SenderID": "SenderId", "CORERuleVersion": "CoreRuleVersion"}
    got, _ = ask_server(envelope(payload), MULTIPART, asked, options={"field_names": names})
    sent = re.findall(rb'name="(\w+)"', got)
    assert {b"PayloadId", b"SenderId", b"CoreRuleVersion", b"ReceiverID"} <= set(sent)
    assert b"PayloadID" not in sent


def test_the_password_goes_out_and_is_not_kept(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    got, exchange = ask_server(envelope(payload), MULTIPART, asked)
    assert b"only-for-the-simulator" in got
    assert b"only-for-the-simulator" not in exchange.request
    assert exchange.request.count(b"(removed)") == 2
    assert f"TRN*1*{asked.trace}".encode() in exchange.request


def test_a_password_in_the_interchange_header_is_not_kept(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    secrets = {"username": "u", "password": "p", "isa_security": "SESAME"}
    options = {"security_qualifier": "01"}
    got, exchange = ask_server(envelope(payload), MULTIPART, asked, secrets=secrets, options=options)
    assert b"ISA*00*          *01*SESAME    *" in got
    assert b"ISA*00*          *01*XXXXXX    *" in exchange.request


@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_missing_credential_is_the_accounts_fault(missing: str):
    secrets = {"username": "u", "password": "p"} | {missing: ""}
    with pytest.raises(AccountError) as caught:
        CaqhCoreMime(account(secrets=secrets))
    assert caught.value.code == "missing_secret"


@pytest.mark.parametrize(
    "names", ["PayloadId", {"PayloadId": "x"}, {"PayloadID": 5}, {"PayloadID": 'x"\r\n'}, {"PayloadID": ""}]
)
def test_field_names_that_make_no_sense_are_the_accounts_fault(names: object):
    with pytest.raises(AccountError) as caught:
        CaqhCoreMime(account(options={"field_names": names}))
    assert caught.value.code == "bad_option"


def test_office_ally_is_asked_as_its_guide_says(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    options = {"profile": "office_ally"}
    got, exchange = ask_server(
        envelope(payload), MULTIPART, asked, receiver_id="", usage="P", options=options
    )
    names = [name.decode() for name in re.findall(rb'name="(\w+)"', got)]
    assert names == [
        *("PayloadType", "ProcessingMode", "PayloadId", "TimeStamp", "UserName", "Password"),
        *("SenderId", "ReceiverId", "CoreRuleVersion", "Payload"),
    ]
    isa = exchange.request[exchange.request.index(b"ISA") :][:106].decode().split("*")
    assert (isa[5], isa[7], isa[8].strip(), isa[14], isa[15]) == ("ZZ", "01", "OFFALLY", "0", "P")
    assert b"\r\nAction:" not in got


def test_the_chain_of_addresses_goes_out_where_it_is_given(answer: tuple[Inquiry, bytes]):
    asked, payload = answer
    got, _ = ask_server(envelope(payload), MULTIPART, asked, options={"forwarded_for": "203.0.113.7"})
    assert b"\r\nX-Forwarded-For: 203.0.113.7\r\n" in got


# Lenient reading


def as_mixed(body: bytes) -> tuple[bytes, str]:
    return body.replace(b"form-data", b"attachment"), "multipart/mixed; boundary=b1; charset=utf-8"


BENT: dict[str, Callable[[bytes], tuple[bytes, str]]] = {
    "as the rule says": lambda p: (envelope(p), MULTIPART),
    "quoted boundary": lambda p: (envelope(p), 'multipart/form-data; charset=UTF-8; boundary="b1"'),
    "boundary with blanks": lambda p: (envelope(p, "b 1"), 'multipart/form-data; boundary="b 1"'),
    "mixed": lambda p: as_mixed(envelope(p)),
    "no content type": lambda p: (envelope(p), ""),
    "text/plain": lambda p: (envelope(p), "text/plain"),
    "another boundary declared": lambda p: (envelope(p), "multipart/form-data; boundary=other"),
    "lower-case names": lambda p: (
        envelope(p).replace(b"PayloadType", b"payloadtype").replace(b"ErrorCode", b"errorcode"),
        MULTIPART,
    ),
    "bare line feeds": lambda p: (envelope(p).replace(b"\r\n", b"\n"), MULTIPART),
    "unquoted names": lambda p: (re.sub(rb'name="(\w+)"', rb"name=\1", envelope(p)), MULTIPART),
    "a preamble": lambda p: (b"This is a multipart message.\r\n" + envelope(p), MULTIPART),
    "part headers": lambda p: (
        envelope(p).replace(b'name="Payload"', b'name="Payload"; filename="x"\r\nContent-Type: text/plain'),
        MULTIPART,
    ),
    "folded header": lambda p: (envelope(p).replace(b"form-data; name", b"form-data;\r\n name"), MULTIPART),
    "base64": lambda p: (
        envelope(base64.encodebytes(p)).replace(
            b'name="Payload"', b'name="Payload"\r\nContent-Transfer-Encoding: base64'
        ),
        MULTIPART,
    ),
    "no last boundary": lambda p: (envelope(p).removesuffix(b"--b1--\r\n"), MULTIPART),
    "no error code": lambda p: (envelope(p).replace(b"ErrorCode", b"Nothing"), MULTIPART),
    "success shouted": lambda p: (envelope(p, ErrorCode=" SUCCESS "), MULTIPART),
    "byte order mark": lambda p: (envelope(b"\xef\xbb\xbf\r\n" + p), MULTIPART),
    "mislabeled": lambda p: (envelope(p, PayloadType="X12_999_Response_005010X231A1"), MULTIPART),
    "line feeds for tildes": lambda p: (envelope(p.replace(b"~", b"\n")), MULTIPART),
    "line breaks": lambda p: (envelope(p.replace(b"~", b"~\r\n")), MULTIPART),
}


@pytest.mark.parametrize("bent", BENT)
def test_an_answer_is_read_however_it_is_wrapped(answer: tuple[Inquiry, bytes], bent: str):
    asked, payload = answer
    body, content_type = BENT[bent](payload)
    _, exchange = ask_server(body, content_type, asked)
    assert exchange.response == body


def test_other_text_is_no_envelope():
    assert multipart.read(b"", "") is None
    assert multipart.read(b"<html></html>", MULTIPART) is None
    assert multipart.read(b"--b1\r\n\r\nhello\r\n--b1--", MULTIPART) is None


# Told apart


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("UnAuthorized", AccountError, "unauthorized"),
        ("Unauthorized", AccountError, "unauthorized"),
        ("PasswordIllegal", AccountError, "unauthorized"),
        ("UserNameRequired", AccountError, "unauthorized"),
        ("Receiver", Unavailable, "receiver_fault"),
        ("soapenv:Receiver", Unavailable, "receiver_fault"),
        ("PayloadIDIllegal", Rejected, "PayloadIDIllegal"),
        ("payloadtyperequired", Rejected, "PayloadTypeRequired"),
        ("ReceiverIDNotUnderstood", Rejected, "ReceiverIDNotUnderstood"),
        ("VersionMismatch", Rejected, "VersionMismatch"),
        ("Sender", Rejected, "Sender"),
        ("MARQUISE MARKERSON unknown", Rejected, "other"),
        ("E-4711", Rejected, "other"),
    ],
)
@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error", "400 Bad Request"])
def test_envelope_errors_are_told_apart(code: str, kind: type[Exception], said: str, status: str):
    error = failure(envelope(PayloadType="CoreEnvelopeError", ErrorCode=code), status=status)
    assert type(error) is kind
    assert said in (error.code, getattr(error, "detail", ""))
    assert "MARKERSON" not in f"{error!r} {error} {getattr(error, 'detail', '')}"


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (envelope(b"", PayloadType="CoreEnvelopeError"), Rejected, "envelope"),
        (envelope(b""), Unreadable, "no_transaction"),
        (envelope(b"<xml/>"), Unreadable, "not_x12"),
        (envelope(b"<xml/>", PayloadType="X12_277_Response_005010X212"), Unreadable, "unknown_payload_type"),
        (envelope(b"", PayloadType="X12_999_Response_005010X231A1"), Unreadable, "no_transaction"),
        (envelope(b"ISA*00*").removesuffix(b"--b1--\r\n"), Unavailable, "truncated"),
        (b"", Unreadable, "not_multipart"),
        (b"\x00\xff" * 50, Unreadable, "not_multipart"),
        (b"<!doctype html><title>Sign in</title>", Unreadable, "not_multipart"),
    ],
)
def test_what_is_no_answer_is_told_apart(body: bytes, kind: type[Exception], code: str):
    error = failure(body)
    assert (type(error), error.code) == (kind, code)


@given(data=st.data())
def test_whatever_comes_back_is_read_or_is_one_of_our_errors(
    answer: tuple[Inquiry, bytes], data: st.DataObject
):
    asked, payload = answer
    body = bytearray(envelope(payload))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=9)
    ):
        body[place] = byte
    kept = bytes(body[: data.draw(st.integers(0, len(body)))])
    exchange = Exchange(
        account_id="a", trace=asked.trace, control_number=1, request=b"", requested_at=datetime.now(UTC),
        response=kept, response_type=data.draw(st.sampled_from([MULTIPART, ""])), http_status=200,
    )  # fmt: skip
    try:
        envelope_read = multipart.read(exchange.response, exchange.response_type)
        read_answer(Response(exchange), envelope_read, asked, account(), otherwise="not_multipart")
    except (PayerError, AccountError) as error:
        assert error.exchange == exchange


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("401 Unauthorized", AccountError, "unauthorized"),
        ("429 Too Many Requests", Unavailable, "http_429"),
        ("503 Service Unavailable", Unavailable, "http_5xx"),
        ("400 Bad Request", Rejected, "http_4xx"),
    ],
)
def test_an_http_status_decides_where_the_envelope_says_nothing(
    status: str, kind: type[Exception], code: str
):
    error = failure(b"<html>no</html>", "text/html", status)
    assert (type(error), error.code) == (kind, code)
