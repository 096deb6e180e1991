"""The CAQH CORE SOAP envelope, read strictly and written (vC2.2.0, real time).

Written apart from `payers.core_connectivity` on purpose: a mistake in one is caught by the other.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import msgspec

from payers.simulator.envelope import Part, Written

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
RULE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PLAIN_PASSWORD = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105 - a name
)
XOP = "http://www.w3.org/2004/08/xop/include"
OPERATION = "RealTimeTransaction"
SECURITY = f"{{{WSSE}}}Security"
#: The order of the schema.
SEQUENCE = (
    "PayloadType",
    "ProcessingMode",
    "PayloadID",
    "TimeStamp",
    "SenderID",
    "ReceiverID",
    "CORERuleVersion",
    "Payload",
)
ANSWER_SEQUENCE = (*SEQUENCE, "ErrorCode", "ErrorMessage")
MEDIA_TYPE = re.compile(r"application/soap\+xml\s*(;|\Z)", re.IGNORECASE)
CHARSET = re.compile(r';\s*charset="?utf-8"?\s*(;|\Z)', re.IGNORECASE)
ACTION = re.compile(r';\s*action="?([^";\s]*)"?', re.IGNORECASE)


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer is dressed; payers differ."""

    prefixed: bool = False
    cdata: bool = True
    #: MTOM: multipart/related, the payload in a part of its own.
    multipart: bool = False


class Fault(Exception):
    """The message is no SOAP for us. `code` is SOAP 1.2's, `subcode` another name that says more."""

    def __init__(self, code: str, reason: str, *, subcode: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason
        self.subcode = subcode


def read(headers: Mapping[str, str], body: bytes) -> list[Part]:
    """The fields as they were sent, the credentials of the header among them. Raises Fault."""
    content_type = headers.get("Content-Type", "")
    if not (MEDIA_TYPE.match(content_type) and CHARSET.search(content_type)):
        raise Fault("Sender", "application/soap+xml; charset=utf-8 expected")
    named = ACTION.search(content_type)
    if (named[1] if named else headers.get("Action", "")) != OPERATION:
        raise Fault("Sender", "no such action")
    envelope = _parsed(body)
    header, request = _header_and_request(envelope)
    return [*_credentials(header), *_fields(request)]


def _parsed(body: bytes) -> ElementTree.Element:
    try:
        text = body.decode("utf-8")
        if "<!DOCTYPE" in text:
            raise Fault("Sender", "no document type is taken")
        envelope = ElementTree.fromstring(text)  # noqa: S314 - without a document type there is nothing to fear
    except (UnicodeDecodeError, ElementTree.ParseError):
        raise Fault("Sender", "not well-formed") from None
    if envelope.tag != f"{{{ENVELOPE}}}Envelope":
        raise Fault("VersionMismatch", "SOAP 1.2 expected")
    return envelope


def _header_and_request(
    envelope: ElementTree.Element,
) -> tuple[list[ElementTree.Element], ElementTree.Element]:
    header = _children(envelope, "Header")
    for block in header:
        must = block.get(f"{{{ENVELOPE}}}mustUnderstand", "false") in {"true", "1"}
        if must and block.tag != SECURITY:
            raise Fault("MustUnderstand", "one header is not understood")
    inside = _children(envelope, "Body")
    if [one.tag for one in inside] != [f"{{{RULE}}}COREEnvelopeRealTimeRequest"]:
        raise Fault("Sender", "no such operation")
    return header, inside[0]


def _children(envelope: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    found = envelope.find(f"{{{ENVELOPE}}}{name}")
    return [] if found is None else list(found)


def _credentials(header: list[ElementTree.Element]) -> Iterator[Part]:
    for block in header:
        token = block.find(f"{{{WSSE}}}UsernameToken") if block.tag == SECURITY else None
        if token is None:
            continue
        name, password = token.find(f"{{{WSSE}}}Username"), token.find(f"{{{WSSE}}}Password")
        if name is not None:
            yield Part("UserName", name.text or "")
        if password is not None:
            if password.get("Type", PLAIN_PASSWORD) != PLAIN_PASSWORD:
                raise Fault("Sender", "plain password expected", subcode="UnsupportedSecurityToken")
            yield Part("Password", password.text or "")


def _fields(request: ElementTree.Element) -> Iterator[Part]:
    """Names with the rule's namespace or with none. What is there stands in the order of the schema."""
    names = [one.tag.removeprefix(f"{{{RULE}}}") for one in request]
    known = [SEQUENCE.index(name) for name in names if name in SEQUENCE]
    if known != sorted(known):
        raise Fault("Sender", "elements out of order")
    for name, one in zip(names, request, strict=True):
        yield Part(name, (one.text or "").strip())


def write(fields: Mapping[str, str], style: Style) -> Written:
    """The fields of an answer in the order of the schema."""
    prefix = "cor:" if style.prefixed else ""
    content_id = f"payload-{uuid.uuid4().hex}@simulator.example"
    lines = []
    for name in ANSWER_SEQUENCE:
        text = (
            _dressed(fields.get(name, ""), style, content_id) if name == "Payload" else escape(fields[name])
        )
        lines.append(f"<{prefix}{name}>{text}</{prefix}{name}>")
    answer = f'<cor:COREEnvelopeRealTimeResponse xmlns:cor="{RULE}">{"".join(lines)}</cor:COREEnvelopeRealTimeResponse>'
    xml = _enveloped(answer)
    if style.multipart:
        return _packed(xml, fields.get("Payload", ""), content_id)
    return Written("application/soap+xml; charset=utf-8", xml.encode())


def write_fault(fault: Fault) -> Written:
    """SOAP 1.2: `<env:Fault><env:Code><env:Value>env:Sender</env:Value>…`."""
    within = (
        f"<env:Subcode><env:Value>wsse:{fault.subcode}</env:Value></env:Subcode>" if fault.subcode else ""
    )
    xml = _enveloped(
        f"<env:Fault><env:Code><env:Value>env:{fault.code}</env:Value>{within}</env:Code>"
        f'<env:Reason><env:Text xml:lang="en">{escape(fault.reason)}</env:Text></env:Reason></env:Fault>'
    )
    return Written("application/soap+xml; charset=utf-8", xml.encode())


def _enveloped(inside: str) -> str:
    return f'<env:Envelope xmlns:env="{ENVELOPE}" xmlns:wsse="{WSSE}"><env:Body>{inside}</env:Body></env:Envelope>'


def _dressed(payload: str, style: Style, content_id: str) -> str:
    if style.multipart:
        return f'<xop:Include xmlns:xop="{XOP}" href="cid:{content_id}"/>'
    if style.cdata:
        return "<![CDATA[" + payload.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return escape(payload)


def _packed(xml: str, payload: str, content_id: str) -> Written:
    boundary = f"simulator-{uuid.uuid4().hex}"
    parts = [
        ('application/xop+xml; charset=UTF-8; type="application/soap+xml"', "root@simulator.example", xml),
        ("application/octet-stream", content_id, payload),
    ]
    body = "".join(
        f"--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{own_id}>"
        f"\r\n\r\n{content}\r\n"
        for kind, own_id, content in parts
    )
    content_type = f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="<root@simulator.example>"'
    return Written(content_type, (body + f"--{boundary}--\r\n").encode())
