"""The CAQH CORE MIME envelope, read strictly and written (vC2.2.0, real time).

Written apart from `payers.core_connectivity` on purpose: a mistake in one is caught by the other.
"""

import hmac
import re
import uuid
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

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
ANSWER_FIELDS = (
    "PayloadType",
    "ProcessingMode",
    "PayloadID",
    "TimeStamp",
    "SenderID",
    "ReceiverID",
    "CORERuleVersion",
    "ErrorCode",
    "ErrorMessage",
    "Payload",
)
REQUEST_TYPE = "X12_270_Request_005010X279A1"
ANSWER_TYPES = {
    "271": "X12_271_Response_005010X279A1",
    "999": "X12_999_Response_005010X231A1",
    "TA1": "X12_TA1_Response_00501X231A1",
}
ERROR_TYPE = "CoreEnvelopeError"
RULE_VERSION = "2.2.0"
ID_LENGTH = 50
DISPOSITION = re.compile(r'form-data;\s*name="([^"]+)"', re.IGNORECASE)


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a question must carry to be let in."""

    sender_id: str = "EXAMPLECLINIC"
    receiver_id: str = "SIMULATOR"
    username: str = "clinic"
    password: str = "only-for-the-simulator"  # noqa: S105 - published: it opens nothing but this server
    api_key: str = "only-for-the-simulator-key"
    client_id: str = "clinic-of-the-simulator"
    client_secret: str = "only-for-the-simulator-secret"  # noqa: S105 - as above
    #: UserName and Password may be left out: who asks has shown a certificate. Where they are sent, they must be right.
    certificate_suffices: bool = False

    def __repr__(self) -> str:
        return f"Credentials(sender_id={self.sender_id!r})"


class NotMultipart(Exception):
    """The body is no multipart/form-data at all: HTTP 400."""


class EnvelopeError(Exception):
    """`code` is the rule's error code; `fields` is what could be read."""

    def __init__(self, code: str, fields: dict[str, str]) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class Part(NamedTuple):
    name: str
    value: str


def read(content_type: str, body: bytes, credentials: Credentials) -> dict[str, str]:
    """The ten fields of a correct question. Raises NotMultipart, or EnvelopeError for the first wrong field."""
    fields: dict[str, str] = {}
    for name, value in _parts(content_type, body):
        if name in fields:
            raise EnvelopeError(f"{name}Illegal" if name in FIELDS else "Sender", fields)
        fields[name] = value
    for name in _needed(fields, credentials):
        if not fields.get(name, "").strip():
            raise EnvelopeError(f"{name}Required", fields)
    if unknown := fields.keys() - set(FIELDS):
        raise EnvelopeError("Sender", {name: fields[name] for name in fields.keys() - unknown})
    if wrong := _first_wrong(fields, credentials):
        raise EnvelopeError(wrong, fields)
    return fields


def _needed(fields: dict[str, str], credentials: Credentials) -> list[str]:
    password = {"UserName", "Password"}
    excused = credentials.certificate_suffices and not fields.keys() & password
    return [name for name in FIELDS if not (excused and name in password)]


def _first_wrong(fields: dict[str, str], credentials: Credentials) -> str:
    """The error code of the first field with a wrong value, or ""."""
    version = fields["CORERuleVersion"]
    checks = [
        (bool(re.fullmatch(r"\d+\.\d+\.\d+", version)), "CORERuleVersionIllegal"),
        (version == RULE_VERSION, "VersionMismatch"),
        (fields["PayloadType"] == REQUEST_TYPE, "PayloadTypeIllegal"),
        (fields["ProcessingMode"] == "RealTime", "ProcessingModeIllegal"),
        (_is_uuid(fields["PayloadID"]), "PayloadIDIllegal"),
        (_is_time(fields["TimeStamp"]), "TimeStampIllegal"),
        (_same(fields.get("UserName", credentials.username), credentials.username), "UnAuthorized"),
        (_same(fields.get("Password", credentials.password), credentials.password), "UnAuthorized"),
        (len(fields["SenderID"]) <= ID_LENGTH, "SenderIDIllegal"),
        (fields["SenderID"] == credentials.sender_id, "SenderIDNotUnderstood"),
        (len(fields["ReceiverID"]) <= ID_LENGTH, "ReceiverIDIllegal"),
        (fields["ReceiverID"] == credentials.receiver_id, "ReceiverIDNotUnderstood"),
        (fields["Payload"].startswith("ISA"), "PayloadIllegal"),
    ]
    return next((code for right, code in checks if not right), "")


def _parts(content_type: str, body: bytes) -> list[Part]:
    """Strictly RFC 7578: CRLF, every part with its name, the closing boundary."""
    declared = re.fullmatch(
        r'multipart/form-data;\s*boundary="?([^";\s]{1,70})"?', content_type.strip(), re.IGNORECASE
    )
    if not declared:
        raise NotMultipart
    boundary = b"--" + declared[1].encode()
    first, *rest = (b"\r\n" + body).split(b"\r\n" + boundary)
    if first.strip() or not rest or not rest[-1].startswith(b"--"):
        raise NotMultipart
    return [_part(raw) for raw in rest[:-1]]


def _part(raw: bytes) -> Part:
    head, separator, content = raw.partition(b"\r\n\r\n")
    for line in head.decode("ascii", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if separator and name.strip().lower() == "content-disposition":
            found = DISPOSITION.fullmatch(value.strip())
            if found:
                return Part(found[1], content.decode("utf-8", "replace"))
    raise NotMultipart


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


class Written(NamedTuple):
    content_type: str
    body: bytes


def write(
    question: dict[str, str], payload_type: str, payload: str, now: datetime, *, error_code: str = "Success"
) -> Written:
    """The answer's envelope: sender and receiver change places, the payload id comes back."""
    boundary = f"simulator-{uuid.uuid4().hex}"
    values = (
        payload_type,
        "RealTime",
        question.get("PayloadID") or str(uuid.uuid4()),
        now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        question.get("ReceiverID", ""),
        question.get("SenderID", ""),
        RULE_VERSION,
        error_code,
        "" if error_code == "Success" else f"The request was refused: {error_code}",
        payload,
    )
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in zip(ANSWER_FIELDS, values, strict=True)
    ]
    body = ("".join(parts) + f"--{boundary}--\r\n").encode()
    return Written(f'multipart/form-data; boundary="{boundary}"', body)
