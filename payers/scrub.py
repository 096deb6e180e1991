"""Takes names, ids and dates out of an exchange.

For bug reports: what is left shows the shape of a message, not whose it is. Nothing stays unless it is known to be
harmless: in X12 an element stays when its place is in KEPT and it looks like what belongs there; every other becomes
a mask (`W100200300` is `X999999999`). In JSON the same is true of known fields, and the name of an unknown one is
masked as well. Text that is neither goes altogether. The idea is Stupidedi's.
"""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from payers.exchange import Exchange

#: A code; a shorter one, where a name could come to stand; several codes with their delimiters; a count or amount.
CODE = re.compile(r"[A-Z0-9]{0,3}")
SHORT = re.compile(r"[A-Z0-9]{0,2}")
CODES = re.compile(r"[A-Z0-9]{1,3}([^A-Z0-9\s][A-Z0-9]{1,3})*")
NUMBER = re.compile(r"-?\d{0,7}(\.\d{1,4})?")
VERSION = re.compile(r"0050\d\d(X\d{3}(A\d)?)?")
SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}")
PROCEDURE = re.compile(r"[A-Z]{2}([^A-Z0-9\s][A-Z]?\d{4}[A-Z0-9])?([^A-Z0-9\s][A-Z0-9]{2}){0,4}")
MARK = re.compile(r"\S")

Kept = dict[int, re.Pattern[str]]


def _codes(*places: int) -> Kept:
    return dict.fromkeys(places, CODE)


#: Segment -> element -> what may stand there. Dates, times, names, references and free text are in none of them.
KEPT: dict[str, Kept] = {
    "ISA": {1: CODE, 3: CODE, 5: CODE, 7: CODE, 12: re.compile(r"005\d\d"), 14: CODE, 15: CODE},
    "IEA": _codes(1),
    "GS": {1: CODE, 7: CODE, 8: VERSION},
    "GE": _codes(1),
    "ST": {1: CODE, 3: VERSION},
    "SE": {1: NUMBER},
    "BHT": {1: re.compile(r"0022"), 2: CODE, 6: CODE},
    "HL": {1: NUMBER, 2: NUMBER, 3: CODE, 4: CODE},
    "TRN": _codes(1),
    "NM1": {1: CODE, 2: re.compile("[12]?"), 8: SHORT},
    "REF": _codes(1),
    "PER": dict.fromkeys((1, 3, 5, 7), SHORT),
    "PRV": _codes(1, 2),
    "DMG": _codes(1),
    "INS": _codes(1, 2, 3, 4),
    "DTP": _codes(1, 2),
    "AAA": _codes(1, 3, 4),
    "AMT": {1: CODE, 2: NUMBER},
    "EQ": {1: CODES, 2: PROCEDURE, 3: CODE, 4: CODE},
    "EB": {
        1: CODE, 2: CODE, 3: CODES, 4: CODE, 6: CODE, 7: NUMBER, 8: NUMBER, 9: CODE, 10: NUMBER, 11: CODE, 12: CODE,
        13: PROCEDURE,
    },
    "HSD": {1: CODE, 2: NUMBER, 3: CODE, 4: NUMBER, 5: CODE, 6: NUMBER, 7: CODE, 8: CODE},
    "III": _codes(1, 2),
    "LS": {1: re.compile(r"2120")},
    "LE": {1: re.compile(r"2120")},
    "AK1": {1: CODE, 3: VERSION},
    "AK2": {1: CODE, 3: VERSION},
    "IK3": {1: SEGMENT_ID, 2: NUMBER, 3: re.compile(r"\d{0,4}[A-F]?"), 4: CODE},
    "IK4": {1: CODES, 2: NUMBER, 3: CODE},
    "IK5": _codes(1, 2, 3, 4, 5, 6),
    "AK9": {1: CODE, 2: NUMBER, 3: NUMBER, 4: NUMBER, **_codes(5, 6, 7, 8, 9)},
    "TA1": _codes(4, 5),
}  # fmt: skip
#: In an interchange header the delimiters stand as elements of their own.
ISA_DELIMITERS = {11, 16}

#: Words of JSON sources that stand for codes, and what they say may be done about a refusal.
WORDS = re.compile(
    "ACTIVE_COVERAGE|INACTIVE|INDIVIDUAL|FAMILY|EMPLOYEE_ONLY|(IN|OUT_OF|IN_AND_OUT_OF)_NETWORK|(NOT_)?REQUIRED"
    "|CALENDAR_YEAR|SERVICE_YEAR|YEAR_TO_DATE|REMAINING|LIFETIME|CONTRACT|EPISODE|ADMISSION|VISITS?|DAYS?|HOURS?"
    "|STC|CPT|HCPCS|CDT|NDC|ENVELOPE|(PRIMARY_|SECONDARY_)?PAYER|PROVIDER|(SUBSCRIBER|DEPENDENT)(_BENEFITS)?|VENDOR"
    "|SPOUSE|CHILD|OTHER_ADULT|ERROR|Loop 2[01][01]0[A-D]"
)
FOLLOW_UPS = re.compile(
    "Please Correct and Resubmit|Resubmission (Not )?Allowed|Please Resubmit Original Transaction"
    "|Please Wait [13]0 Days and Resubmit|Do Not Resubmit; Inquiry Initiated to a Third Party"
    "|Do Not Resubmit; We Will Hold Your Request and Respond Again Shortly"
)
#: Field of a JSON question or answer -> what may stand there.
KEPT_JSON: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(
        [
            "code", "coverageLevelCode", "serviceTypeCodes", "insuranceTypeCode", "timeQualifierCode",
            "quantityQualifierCode", "authOrCertIndicator", "inPlanNetworkIndicatorCode", "traceTypeCode",
            "relationToSubscriberCode", "individualRelationshipCode", "maintenanceTypeCode", "maintenanceReasonCode",
            "entityIdentification", "codeListQualifierCode", "industryCode", "timePeriodQualifierCode",
            "unitForMeasurementQualifierCode", "productOrServiceIDQualifierCode", "productOrServiceIDQualifier",
        ],
        CODE,
    ),
    **dict.fromkeys(["benefitAmount", "benefitPercent", "benefitQuantity", "quantity", "amount", "percent"], NUMBER),
    **dict.fromkeys(
        [
            "status", "coverageLevel", "insuranceType", "indicator", "timePeriod", "qualifier", "priorAuthIndicator",
            "system", "location", "type", "relationToSubscriber",
        ],
        WORDS,
    ),
    "procedureCode": re.compile(r"[A-Z]?\d{4}[A-Z0-9]"),
    "applicationMode": re.compile("production|test|information"),
    "followupAction": FOLLOW_UPS,
}  # fmt: skip
#: Other fields that are known keep their names alone: `{"subscriber": {"lastName": "XXXXXXXXX"}}`.
NAMED = frozenset(
    [
        "subscriber", "dependent", "dependents", "provider", "payer", "encounter", "errors", "aaaErrors", "warnings",
        "fieldList", "meta", "plans", "benefits", "benefitsInformation", "planInformation", "planDateInformation",
        "benefitsDateInformation", "benefitsAdditionalInformation", "benefitsRelatedEntities", "benefitsRelatedEntity",
        "benefitsServiceDelivery", "additionalInformation", "eligibilityAdditionalInformationList",
        "compositeMedicalProcedureIdentifier", "subscriberTraceNumbers", "contactInformation", "contacts", "name",
        "person", "organization", "firstName", "lastName", "middleName", "memberId", "dateOfBirth", "gender", "npi",
        "organizationName", "providerName", "payerId", "tradingPartnerServiceId", "controlNumber", "message",
        "messages", "description", "dateOfService", "services", "service", "value", "dates", "start", "end", "plan",
        "statuses", "coInsurance", "coPayment", "deductible", "outOfPocket", "limitations", "network",
        "serviceLimits", "delivery", "period", "frequency", "relatedEntities", "placesOfService", "identification",
        "submitterTransactionIdentifier", "groupNumber", "planNumber", "planCoverage", "planCoverageDescription",
        "entityName", "entityIdentifier", "entityIdentificationValue", "referenceIdentification", "numOfPeriods",
        "originatingCompanyIdentifier", "possibleResolutions", "field", "id", "traceId", "outboundTraceId", "path",
    ]
)  # fmt: skip
#: A JSON Pointer of known names: what a source says is wrong with a question.
KEPT_JSON["path"] = re.compile(rf"(/({'|'.join(sorted(NAMED | KEPT_JSON.keys()))}|\d{{1,2}})){{1,6}}")

FIELD = (
    "PayloadType|ProcessingMode|PayloadID|TimeStamp|UserName|Password|SenderID|ReceiverID|CORERuleVersion"
    "|ErrorCode|ErrorMessage|Payload"
)
ENDING = "Illegal|Required|NotUnderstood"
#: Lines of an envelope that say nothing of anyone.
HARMLESS = re.compile(
    rf"""Content-Disposition:\ form-data;\ name="({FIELD})"
    |X12_\w{{2,4}}_(Request|Response)_005\w{{5,9}}|CoreEnvelopeError|RealTime|Batch|\d\.\d\.\d
    |Success|UnAuthorized|VersionMismatch|ChecksumMismatched|({FIELD})({ENDING})
    |Sender|Receiver|Client|Server|MustUnderstand|FailedAuthentication|InvalidSecurity(Token)?""",
    re.VERBOSE | re.IGNORECASE,
)
#: Elements of SOAP that say nothing but where we are; prefixes and attributes go.
TAG = re.compile(
    r"<(?P<end>/?)(?:[\w.-]{1,40}:)?(?P<name>Envelope|Header|Body|Security|UsernameToken|Username|Fault|Code|Subcode"
    rf"|Value|Reason|Text|Detail|faultcode|faultstring|COREEnvelopeRealTime(?:Request|Response)|{FIELD})"
    r"(?:\s[^<>]*)?(?P<empty>/?)>"
)
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
REMOVED = b"(removed)"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def scrub(exchange: Exchange) -> Exchange:
    """The exchange without anyone in it. How long the answer took is kept, when it was asked is not."""
    took = exchange.response_at - exchange.requested_at if exchange.response_at else None
    return Exchange(
        account_id="",
        trace=mask(exchange.trace),
        control_number=0,
        request=scrub_bytes(exchange.request),
        requested_at=LONG_AGO,
        request_type=_media_type(exchange.request_type),
        response=scrub_bytes(exchange.response),
        response_at=LONG_AGO + took if took is not None else None,
        response_type=_media_type(exchange.response_type),
        http_status=exchange.http_status,
    )


def scrub_bytes(data: bytes) -> bytes:
    """X12 interchanges inside `data` masked, lines of a known envelope kept, everything else removed."""
    if (masked := _object(data)) is not None:
        return masked
    pieces = []
    at = 0
    while (start := data.find(b"ISA", at)) >= 0:
        end, scrubbed = _interchange(data, start)
        if scrubbed is None:
            pieces.append(_text(data[at:end]))
        else:
            pieces += [_text(data[at:start]), scrubbed]
        at = end
    return b"".join([*pieces, _text(data[at:])])


def _object(data: bytes) -> bytes | None:
    """A JSON object masked; None for what is none, or one too deep to be an answer."""
    try:
        decoded = msgspec.json.decode(data)
        return msgspec.json.encode(_json(decoded, None)) if isinstance(decoded, dict) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def _json(value: Any, kept: re.Pattern[str] | None) -> Any:
    """`{"code": "B", "memberId": "W100200300"}` is `{"code": "B", "memberId": "X999999999"}`."""
    if isinstance(value, dict):
        return dict(_field(name, inner) for name, inner in value.items())
    if isinstance(value, list):
        return [_json(inner, kept) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    said = str(value)
    return said if kept is not None and kept.fullmatch(said) else mask(said)


def _field(name: str, value: Any) -> tuple[str, Any]:
    if name == "x12" and isinstance(value, str):
        return name, scrub_bytes(value.encode()).decode("utf-8", "replace")
    shown = name if name in NAMED or name in KEPT_JSON else mask(name)
    return shown, _json(value, KEPT_JSON.get(name))


def mask(value: str) -> str:
    """Letters as X, digits as 9, all else as X too: `93175-012547` is `99999X999999`."""
    return MARK.sub(lambda found: "9" if found[0] in "0123456789" else "X", value)


def _interchange(data: bytes, start: int) -> tuple[int, bytes | None]:
    """Where the interchange at `start` ends, and what is left of it; None when it is no interchange."""
    header = data[start : start + 106].decode("latin-1")
    if len(header) < 106 or header[3].isalnum() or header[3] in " \r\n" or header[105].isalnum():
        return start + 3, None
    element, terminator = header[3], header[105]
    if header.count(element) != 16:
        return start + 3, None
    lines = []
    at = start
    while at < len(data):
        end = data.find(terminator.encode("latin-1"), at)
        whole = end >= 0
        end = end if whole else len(data)
        segment = data[at:end].decode("latin-1").strip("\r\n")
        lines.append(_segment(segment, element) + (terminator if whole else ""))
        at = end + 1
        if segment.startswith("IEA" + element):
            break
    joint = "" if terminator == "\n" else "\n"
    return min(at, len(data)), joint.join(lines).encode("latin-1")


def _segment(segment: str, delimiter: str) -> str:
    """`NM1*IL*1*MARPLE*JANE****MI*W100200300` is `NM1*IL*1*XXXXXX*XXXX****MI*X999999999`."""
    name, *elements = segment.split(delimiter)
    kept = KEPT.get(name, {})
    shown = name if name in KEPT or SEGMENT_ID.fullmatch(name) else mask(name)
    return delimiter.join([shown, *(_element(name, i, value, kept) for i, value in enumerate(elements, 1))])


def _element(segment: str, place: int, value: str, kept: Kept) -> str:
    if segment == "ISA" and place in ISA_DELIMITERS and len(value) == 1:
        return value
    pattern = kept.get(place)
    return value if pattern is not None and pattern.fullmatch(value) else mask(value)


def _text(text: bytes) -> bytes:
    """Line by line: what is known to be harmless, `(removed)` for the rest."""
    return b"\n".join(_line(line) for line in text.replace(b"\r", b"").split(b"\n")) if text else b""


def _line(line: bytes) -> bytes:
    said = line.decode("latin-1").strip()
    if not said or HARMLESS.fullmatch(said):
        return line
    if TAG.search(said):
        return _elements(said).encode()
    return b"--boundary" if said.startswith("--") else REMOVED


def _elements(said: str) -> str:
    """`<s:Body x="1"><c:ErrorCode>Sender</c:ErrorCode>` is `<Body><ErrorCode>Sender</ErrorCode>`."""
    pieces, at = [], 0
    for tag in TAG.finditer(said):
        pieces += [_between(said[at : tag.start()]), f"<{tag['end']}{tag['name']}{tag['empty']}>"]
        at = tag.end()
    return "".join([*pieces, _between(said[at:])])


def _between(said: str) -> str:
    """A code between two tags, without its prefix; anything else is removed."""
    bare = CDATA.sub("", said).strip().rpartition(":")[2]
    return bare if not bare or HARMLESS.fullmatch(bare) else REMOVED.decode()


def _media_type(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    return (
        kind
        if re.fullmatch(
            r"(multipart|text|application)/(form-data|mixed|related|plain|html|(soap\+)?xml|json)", kind
        )
        else ""
    )
