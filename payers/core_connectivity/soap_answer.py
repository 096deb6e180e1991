"""A SOAP answer read leniently: its fields by local name, or the code of its fault."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from urllib.parse import unquote

from payers.core_connectivity import multipart, xml_reading
from payers.core_connectivity.envelope import Envelope
from payers.core_connectivity.fields import ANSWERED, FIELDS, KNOWN_CODES, RECEIVER_FAULTS
from payers.core_connectivity.xml_reading import Element

FIELD_NAMES = frozenset(name.lower() for name in (*FIELDS, *ANSWERED))
#: Where a fault says what it is: SOAP 1.2, SOAP 1.1, and the rule's own field inside its detail.
TEXT_NAMES = frozenset({"text", "faultstring"})
FAULT_NAMES = TEXT_NAMES | {"value", "faultcode", "errorcode"}
INCLUDE = "include"
WANTED = FIELD_NAMES | FAULT_NAMES | {INCLUDE}
#: Faults of WS-Security that say our credentials were not taken. Source: OASIS WSS SOAP Message Security 1.1, section 12.
SECURITY_FAULTS = frozenset(
    {
        "unsupportedsecuritytoken", "unsupportedalgorithm", "invalidsecurity", "invalidsecuritytoken",
        "failedauthentication", "failedcheck", "securitytokenunavailable", "unauthorized",
    }
)  # fmt: skip
#: They say whose fault it is and no more.
GENERAL_FAULTS = RECEIVER_FAULTS | {"sender", "client"}
PART_ID = re.compile(rb"content-id:\s*<?([^>\s]+)", re.IGNORECASE)
#: How an interchange begins in base64.
BASE64_OF_ISA = b"SVNB"


def read(body: bytes, content_type: str) -> Envelope | None:
    """The fields of an answer, or None when it is no SOAP with such fields.

    Lenient: any prefixes and case, CDATA or escaped, base64, a false encoding, a multipart body around it (MTOM).
    A fault is an envelope whose ErrorCode is the fault's.
    """
    text, attached = _unpacked(body, content_type)
    found = xml_reading.read(text, WANTED)
    if found is None:
        return None
    # Half a code is none; half a payload may be a whole interchange.
    elements = [one for one in found.elements if one.closed or one.name == "payload"]
    if fault := [one for one in elements if "fault" in one.inside and one.name in FAULT_NAMES]:
        return Envelope({"errorcode": _fault_code(fault).encode()}, complete=True)
    fields = _fields(elements, attached)
    if not fields.keys() & multipart.TELLING:
        return Envelope({}, complete=False) if found.end == "cut" and found.root == "envelope" else None
    envelope = Envelope(fields, complete=found.end == "whole")
    if found.end == "broken" and not (envelope.payload or envelope.error_code):
        return None
    return envelope


def _unpacked(body: bytes, content_type: str) -> tuple[bytes, Mapping[bytes, bytes]]:
    """The XML of an answer, and by their ids the parts that came beside it."""
    packed = None if body.lstrip(b" \t\r\n").startswith(b"<") else multipart.parts(body, content_type)
    if packed is None or not packed[0]:
        return body, {}
    parts = packed[0]
    root = next((part for part in parts if b"xml" in part.head.lower()), parts[0])
    named = ((PART_ID.search(part.head), part.content) for part in parts if part is not root)
    return root.content, {found[1]: content for found, content in named if found}


def _fields(elements: list[Element], attached: Mapping[bytes, bytes]) -> dict[str, bytes]:
    """The fields that stand beside the first one: what an answer quotes elsewhere is not its own."""
    own = [one for one in elements if one.name in FIELD_NAMES and "fault" not in one.inside]
    beside = [one for one in own if one.parent == own[0].parent]
    fields: dict[str, bytes] = {}
    for one in beside:
        fields.setdefault(one.name, one.text.encode())
    if "payload" in fields:
        fields["payload"] = _payload(fields["payload"], elements, attached)
    return fields


def _payload(text: bytes, elements: list[Element], attached: Mapping[bytes, bytes]) -> bytes:
    """The payload itself, which may be in a part of its own, or in base64."""
    for one in elements:
        if one.name == INCLUDE and one.inside[-1:] == ("payload",):
            return attached.get(unquote(one.href.removeprefix("cid:")).encode(), b"")
    if text.lstrip().startswith(BASE64_OF_ISA):
        try:
            return binascii.a2b_base64(text)
        except binascii.Error:
            return text
    return text


def _fault_code(fault: list[Element]) -> str:
    """The most telling word of a fault. A text that is no code says nothing: it is for people."""
    words = [_word(one).lower() for one in fault]
    if SECURITY_FAULTS & set(words):
        return "UnAuthorized"
    known = [KNOWN_CODES[word] for word in words if word in KNOWN_CODES and word not in GENERAL_FAULTS]
    if known:
        return known[0]
    return "Receiver" if RECEIVER_FAULTS & set(words) else "Sender"


def _word(one: Element) -> str:
    """`soapenv:Server.Busy` is `Server`: a code without its prefix, and in SOAP 1.1 without what is more special."""
    text = one.text.strip()
    if one.name in TEXT_NAMES:
        return text
    return text.rpartition(":")[2].partition(".")[0]
