"""Asks over CAQH CORE Connectivity vC2.2.0, real time, HTTP MIME multipart.

`account.options`: `field_names` where a payer spells fields its own way, such as {"PayloadID": "PayloadId"};
`ca_file` (payers.http); the rest belongs to the 270 (payers.x12_mapping).
`account.secrets`: `username`, `password`.
"""

import binascii
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from payers.account import Account
from payers.adapter import Reply
from payers.benefits import Benefits
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.http import HTTPSource, Response, raise_for_status
from payers.inquiry import Inquiry
from payers.x12_mapping import inquiry_to_270, receive

REQUEST_TYPE = "X12_270_Request_005010X279A1"
RULE_VERSION = "2.2.0"
#: In the order of the rule.
FIELDS = (
    "PayloadType",
    "ProcessingMode",
    "PayloadID",
    "TimeStamp",
    "UserName",
    "Password",
    "SenderID",
    "ReceiverID",
    "CORERuleVersion",
    "Payload",
)
CREDENTIALS = ("UserName", "Password")
REMOVED = "(removed)"
#: Every error code the rule knows; a payer's own words are never repeated.
KNOWN_CODES = {
    code.lower(): code
    for code in [
        "VersionMismatch",
        "UnAuthorized",
        "ChecksumMismatched",
        "Sender",
        *(
            field + ending
            for field in (*FIELDS, "PayloadLength", "CheckSum")
            for ending in ("Illegal", "Required", "NotUnderstood")
        ),
    ]
}
PAYLOAD_TYPE = re.compile(r"X12_(271|999|TA1)_Response_\w+|CoreEnvelopeError", re.IGNORECASE)
#: The fault is the payer's own, whatever it calls it: worth asking again.
RECEIVER_FAULTS = {"receiver", "receiverfault", "server", "serverfault"}

BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;,\s]+))', re.IGNORECASE)
FIRST_LINE = re.compile(rb'\s*--([^\s"]{1,70})[ \t]*\r?\n')
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
PART_NAME = re.compile(rb'content-disposition:[^\n]*?;\s*name=(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)
PART_ENCODING = re.compile(rb"content-transfer-encoding:\s*(base64|quoted-printable)", re.IGNORECASE)


def _now() -> datetime:
    return datetime.now(UTC)


class CaqhCoreMime:
    """One account at a payer or clearinghouse that speaks CAQH CORE over MIME.

    Raises AccountError at once when a credential is missing, an option makes no sense or the address cannot be used.
    """

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        for secret in ("username", "password"):
            if not account.secrets.get(secret):
                raise AccountError("missing_secret", account.name)
        self._account = account
        self._now = now
        self._field_names = _field_names(account)
        self._source = HTTPSource(account)

    def close(self) -> None:
        self._source.close()

    def ask(self, inquiry: Inquiry) -> Reply:
        """One question, one answer; see `payers.adapter.Adapter` and `read_answer` for what it raises."""
        now = self._now()
        fields = self._fields(inquiry_to_270(inquiry, self._account, now=now), now)
        boundary = uuid.uuid4().hex
        without = fields | dict.fromkeys(CREDENTIALS, REMOVED) | {"Payload": self._evident(fields["Payload"])}
        evidence = Exchange(
            account_id=self._account.id,
            trace=inquiry.trace,
            control_number=inquiry.control_number,
            request=self._write(without, boundary),
            requested_at=now,
            request_type=f"multipart/form-data; boundary={boundary}",
        )
        response = self._source.post(self._write(fields, boundary), evidence)
        return read_answer(response, inquiry, self._account)

    def read(self, exchange: Exchange, inquiry: Inquiry) -> Reply:
        """See `payers.adapter.Adapter`."""
        return read_answer(Response(exchange), inquiry, self._account)

    def _fields(self, payload: str, now: datetime) -> dict[str, str]:
        account = self._account
        values = (
            REQUEST_TYPE,
            "RealTime",
            str(uuid.uuid4()),
            now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            account.secrets["username"],
            account.secrets["password"],
            account.sender_id,
            account.receiver_id,
            RULE_VERSION,
            payload,
        )
        return dict(zip(FIELDS, values, strict=True))

    def _evident(self, payload: str) -> str:
        """The payload without the password that ISA04 may carry; widths stay as they were."""
        secret = self._account.secrets.get("isa_security", "").strip()
        return payload[:106].replace(secret, "X" * len(secret)) + payload[106:] if secret else payload

    def _write(self, fields: dict[str, str], boundary: str) -> bytes:
        """`--b CRLF Content-Disposition: form-data; name="PayloadType" CRLF CRLF X12_270_… CRLF --b--`."""
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{self._field_names.get(name, name)}"'
            f"\r\n\r\n{value}\r\n"
            for name, value in fields.items()
        ]
        return ("".join(parts) + f"--{boundary}--\r\n").encode()


def _field_names(account: Account) -> dict[str, str]:
    """Our names of fields to the payer's. Raises AccountError for names that are not ours or not plain words."""
    try:
        names = msgspec.convert(account.options.get("field_names", {}), dict[str, str])
    except msgspec.ValidationError as error:
        raise AccountError("bad_option", account.name) from error
    if not names.keys() <= set(FIELDS) or not all(re.fullmatch(r"\w+", name) for name in names.values()):
        raise AccountError("bad_option", account.name)
    return names


class Envelope(msgspec.Struct, frozen=True):
    """The fields of an answer, by lower-case name, and whether its last boundary came."""

    fields: dict[str, bytes]
    complete: bool

    def text(self, name: str) -> str:
        return self.fields.get(name.lower(), b"").decode("ascii", "replace").strip()

    @property
    def payload(self) -> bytes:
        return self.fields.get("payload", b"")

    @property
    def error_code(self) -> str:
        """Empty for success. A prefix such as `soapenv:` is dropped."""
        code = self.text("ErrorCode").rpartition(":")[2]
        return "" if code.lower() == "success" else code


def read_answer(response: Response, inquiry: Inquiry, account: Account) -> Reply:
    """What an answer says. HTTP 200 is not success: ErrorCode comes first, then the payload, then its AAA.

    Raises AccountError (unauthorized), Unavailable (receiver_fault, truncated, http_…), Rejected
    (envelope, x999, ta1, aaa, http_4xx), Unreadable; each with the exchange.
    """
    exchange = response.exchange
    envelope = read_envelope(exchange.response, exchange.response_type)
    if exchange.http_status in {401, 403, 429} or envelope is None or not envelope.error_code:
        raise_for_status(response, account)
    if envelope is None:
        raise Unreadable("not_multipart", exchange=exchange)
    if envelope.error_code:
        raise _envelope_error(envelope.error_code, account, exchange)
    return Reply(benefits=_payload(envelope, inquiry, exchange), exchange=exchange)


def _payload(envelope: Envelope, inquiry: Inquiry, exchange: Exchange) -> Benefits:
    """The benefits in the payload; what it is decides, since payers mislabel it."""
    payload = envelope.payload.strip(b" \t\r\n\x00\xef\xbb\xbf")
    if not envelope.complete and b"IEA" not in payload[-64:]:
        raise Unavailable("truncated", exchange=exchange)
    if not payload.startswith(b"ISA"):
        raise _no_x12(envelope, bool(payload), exchange)
    try:
        return receive(payload, inquiry)
    except PayerError as error:
        error.exchange = exchange
        raise


def _no_x12(envelope: Envelope, has_payload: bool, exchange: Exchange) -> PayerError:
    kind = envelope.text("PayloadType")
    if kind.lower() == "coreenvelopeerror":
        return Rejected("envelope", exchange=exchange, detail="other")
    if not PAYLOAD_TYPE.fullmatch(kind):
        return Unreadable("unknown_payload_type", exchange=exchange)
    return Unreadable("not_x12" if has_payload else "no_transaction", exchange=exchange)


def _envelope_error(code: str, account: Account, exchange: Exchange) -> PayerError | AccountError:
    known = KNOWN_CODES.get(code.lower(), "other")
    if known == "UnAuthorized" or known.startswith(CREDENTIALS):
        return AccountError("unauthorized", account.name, exchange=exchange)
    if code.lower() in RECEIVER_FAULTS:
        return Unavailable("receiver_fault", exchange=exchange)
    return Rejected("envelope", exchange=exchange, detail=known)


def read_envelope(body: bytes, content_type: str) -> Envelope | None:
    """The fields of a multipart answer, or None when it is none.

    Lenient: form-data or mixed, boundary quoted or only visible in the body, bare line feeds, any case
    of names. The standard library's reader costs half a millisecond an answer: it compiles a pattern
    for each boundary.
    """
    boundary = _boundary(body, content_type)
    if boundary is None:
        return None
    _, *parts = (b"\n" + body).split(b"\n--" + boundary)
    fields: dict[str, bytes] = {}
    for part in parts:
        if not part.startswith(b"--") and (read := _part(part)):
            fields.setdefault(*read)
    if not fields.keys() & {"payloadtype", "errorcode", "payload"}:
        return None
    return Envelope(fields, complete=any(part.startswith(b"--") for part in parts))


def _boundary(body: bytes, content_type: str) -> bytes | None:
    """The declared boundary when the body uses it, else the line the body begins with."""
    declared = BOUNDARY.search(content_type)
    if declared:
        boundary = (declared[1] or declared[2]).encode("ascii", "ignore")
        if b"--" + boundary in body:
            return boundary
    first = FIRST_LINE.match(body)
    return first[1] if first else None


def _part(part: bytes) -> tuple[str, bytes] | None:
    """Name in lower case and content of one part; None for a part without a name."""
    blank = BLANK_LINE.search(part)
    head, content = (part[: blank.start()], part[blank.end() :]) if blank else (part, b"")
    named = PART_NAME.search(head)
    if named is None:
        return None
    name = (named[1] or named[2] or b"").decode("ascii", "replace").strip().lower()
    return name, _decoded(content.removesuffix(b"\r"), PART_ENCODING.search(head))


def _decoded(content: bytes, encoding: re.Match[bytes] | None) -> bytes:
    if encoding is None:
        return content
    try:
        return binascii.a2b_base64(content) if encoding[1].lower() == b"base64" else binascii.a2b_qp(content)
    except binascii.Error:
        return content
