"""The SOAP 1.2 envelope of a question, with its credentials in a WS-Security header."""

from __future__ import annotations

import re
from collections.abc import Mapping

from payers.core_connectivity.options import EnvelopeOptions

OPERATION = "RealTimeTransaction"
CONTENT_TYPE = f'application/soap+xml; charset=utf-8; action="{OPERATION}"'
#: Namespaces. Sources: SOAP 1.2 part 1; the WSDL of vC2.2.0; OASIS WSS UsernameToken Profile 1.0.
SOAP = "http://www.w3.org/2003/05/soap-envelope"
CORE = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105 - a name
)
#: What XML 1.0 cannot carry in any form.
UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(
    fields: Mapping[str, str], credentials: tuple[str, str] | None, options: EnvelopeOptions, payload: str
) -> bytes:
    """The fields in their order, `payload` naming the one that holds X12; a line for each.

    `<ns1:COREEnvelopeRealTimeRequest …><PayloadType>X12_270_Request_005010X279A1</PayloadType>…`
    """
    prefix = "ns1:" if options.children == "prefixed" else ""
    cdata = payload if options.payload == "cdata" else None
    lines = [
        f"<{prefix}{name}>{_cdata(value) if name == cdata else escape(value)}</{prefix}{name}>"
        for name, value in fields.items()
    ]
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<soapenv:Envelope xmlns:soapenv="{SOAP}">',
        *_header(credentials, must_understand=options.must_understand),
        "<soapenv:Body>",
        f'<ns1:COREEnvelopeRealTimeRequest xmlns:ns1="{CORE}">',
        *lines,
        "</ns1:COREEnvelopeRealTimeRequest>",
        "</soapenv:Body>",
        "</soapenv:Envelope>",
    ]
    return "\n".join(parts).encode()


def escape(text: str) -> str:
    """Text as it stands between tags; a carriage return would come out as a line feed otherwise."""
    for mark, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        text = text.replace(mark, written)
    return text


def _cdata(text: str) -> str:
    """`A]]>B` is `<![CDATA[A]]]]><![CDATA[>B]]>`: the end mark is cut in two."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _header(credentials: tuple[str, str] | None, *, must_understand: bool) -> list[str]:
    if credentials is None:
        return ["<soapenv:Header/>"]
    name, password = map(escape, credentials)
    understood = ' soapenv:mustUnderstand="true"' if must_understand else ""
    return [
        "<soapenv:Header>",
        f'<wsse:Security xmlns:wsse="{SECURITY}"{understood}>',
        "<wsse:UsernameToken>",
        f"<wsse:Username>{name}</wsse:Username>",
        f'<wsse:Password Type="{PASSWORD_TEXT}">{password}</wsse:Password>',
        "</wsse:UsernameToken>",
        "</wsse:Security>",
        "</soapenv:Header>",
    ]
