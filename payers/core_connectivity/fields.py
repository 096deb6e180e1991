"""The fields of an envelope: their order, what goes out in them, and the error codes that name them."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

from payers.account import Account

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
#: What an answer has besides.
ANSWERED = ("ErrorCode", "ErrorMessage")
REMOVED = "(removed)"
#: Every error code the rule knows, and SOAP's own; a payer's own words are never repeated.
KNOWN_CODES = {
    code.lower(): code
    for code in [
        "VersionMismatch",
        "MustUnderstand",
        "UnAuthorized",
        "ChecksumMismatched",
        "Sender",
        "Receiver",
        *(
            field + ending
            for field in (*FIELDS, "PayloadLength", "CheckSum")
            for ending in ("Illegal", "Required", "NotUnderstood")
        ),
    ]
}
#: The fault is the payer's own, whatever it calls it: worth asking again.
RECEIVER_FAULTS = {"receiver", "receiverfault", "server", "serverfault"}
PAYLOAD_TYPE = re.compile(r"X12_(271|999|TA1)_Response_\w+|CoreEnvelopeError", re.IGNORECASE)


def question(payload: str, account: Account, now: datetime, *, credentials: bool) -> dict[str, str]:
    """The fields of one question, in their order; without UserName and Password where a certificate does."""
    values = (
        REQUEST_TYPE,
        "RealTime",
        str(uuid.uuid4()),
        now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        account.secrets.get("username", ""),
        account.secrets.get("password", ""),
        account.sender_id,
        account.receiver_id,
        RULE_VERSION,
        payload,
    )
    fields = dict(zip(FIELDS, values, strict=True))
    return fields if credentials else {name: fields[name] for name in fields if name not in CREDENTIALS}


def evident(fields: dict[str, str], account: Account) -> dict[str, str]:
    """The same fields as they are kept: without credentials, and without the password ISA04 may carry."""
    kept = {name: REMOVED if name in CREDENTIALS else value for name, value in fields.items()}
    secret = account.secrets.get("isa_security", "").strip()
    if secret:
        # Widths stay as they were.
        payload = kept["Payload"]
        kept["Payload"] = payload[:106].replace(secret, "X" * len(secret)) + payload[106:]
    return kept
