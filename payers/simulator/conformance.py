"""A payload -> the question in it, or the 999 or TA1 that refuses it."""

from datetime import datetime

import msgspec

from payers.x12.acknowledgments import Fault, write_999, write_ta1
from payers.x12.envelope import parse
from payers.x12.inquiries import Question, read_270
from payers.x12.model import Document, Interchange, Transaction, element
from payers.x12.writing import Envelope

VERSION = "005010X279A1"
#: IK304: a required segment is missing; a segment has errors in its elements.
MISSING, HAS_ERRORS = "3", "8"
#: IK403: a required element is missing; an invalid code; an invalid date.
ELEMENT_MISSING, INVALID_CODE, INVALID_DATE = "1", "7", "8"


class Refused(Exception):
    """The payload is no correct 270. `set_id` is 999 or TA1, `text` the interchange that says so."""

    def __init__(self, set_id: str, text: str) -> None:
        super().__init__(set_id)
        self.set_id = set_id
        self.text = text


class Received(msgspec.Struct, frozen=True):
    """One correct 270 with the envelope its answer goes out in."""

    question: Question
    transaction: Transaction
    isa: list[str]
    reply: Envelope


def read(payload: str, control_number: int, now: datetime) -> Received:
    """The one question of a payload. Raises Refused with a TA1 for the interchange, a 999 for what is in it."""
    document = parse(payload)
    interchange = document.interchanges[0]
    isa = interchange.isa or []
    reply = Envelope(
        sender_id=interchange.receiver_id or "SIMULATOR",
        receiver_id=interchange.sender_id or "UNKNOWN",
        control_number=control_number,
        now=now,
        usage=interchange.usage or "T",
    )
    if note := interchange_note(document, interchange):
        raise Refused("TA1", write_ta1(isa, reply, note=note))
    transaction = next(document.transactions)
    found = faults(transaction)
    if found or _counts_wrong(transaction):
        raise Refused("999", write_999(transaction, reply, faults=found, codes=[] if found else ["4"]))
    return Received(read_270(transaction)[0], transaction, isa, reply)


def interchange_note(document: Document, interchange: Interchange) -> str:
    """TA105 of what is wrong with the wrapping, "" when nothing is."""
    iea = interchange.iea
    if len(document.interchanges) != 1 or interchange.isa is None:
        return "022"
    if iea is None:
        return "023"
    if element(iea, 2) != interchange.control_number:
        return "001"
    if element(iea, 1) != str(len(interchange.groups)):
        return "021"
    if len(list(document.transactions)) != 1 or any(p.severity == "envelope" for p in document.problems):
        return "022"
    return ""


def faults(transaction: Transaction) -> list[Fault]:
    """Where a 270 breaks the guide, as far as a real payer's front door looks."""
    segments = transaction.segments
    ids = [segment[0] for segment in segments]
    found = []
    if transaction.set_id != "270" or transaction.version != VERSION:
        found.append(
            Fault(segment="ST", position="1", code=HAS_ERRORS, element="3", element_code=INVALID_CODE)
        )
    levels = {element(segment, 3) for segment in segments if segment[0] == "HL"}
    needed = [("BHT", "BHT" in ids), ("HL", {"20", "21", "22"} <= levels), ("NM1", ids.count("NM1") >= 3)]
    needed.append(("EQ", "EQ" in ids))
    found += [
        Fault(segment=name, position=str(len(segments)), code=MISSING) for name, there in needed if not there
    ]
    for position, segment in enumerate(segments, 1):
        found += _element_faults(segment, position)
    return found


def _element_faults(segment: list[str], position: int) -> list[Fault]:
    match segment[0]:
        case "BHT" if element(segment, 2) != "13":
            wrong = [("2", INVALID_CODE)]
        case "DMG" if element(segment, 2) and not _is_date(element(segment, 2)):
            wrong = [("2", INVALID_DATE)]
        case "DTP" if not all(_is_date(part) for part in element(segment, 3).split("-")):
            wrong = [("3", INVALID_DATE)]
        case "TRN" if not element(segment, 2):
            wrong = [("2", ELEMENT_MISSING)]
        case "EQ" if not element(segment, 1) and not element(segment, 2):
            wrong = [("1", ELEMENT_MISSING)]
        case _:
            wrong = []
    return [
        Fault(segment=segment[0], position=str(position), code=HAS_ERRORS, element=at, element_code=code)
        for at, code in wrong
    ]


def _is_date(text: str) -> bool:
    try:
        return len(text) == 8 and bool(datetime.strptime(text, "%Y%m%d"))  # noqa: DTZ007 - only its form is asked
    except ValueError:
        return False


def _counts_wrong(transaction: Transaction) -> bool:
    se = transaction.segments[-1]
    right = ["SE", str(len(transaction.segments)), transaction.control_number]
    return not transaction.complete or [se[0], element(se, 1), element(se, 2)] != right
