"""X12 without an ISA that could be cut by: bare GS or ST, and an ISA that is not built like one."""

from __future__ import annotations

import re

from payers.x12.characters import BLANK
from payers.x12.model import Delimiters

START = re.compile(
    r"(?<!\w)(?:ST([^\w \t\r\n])\d{3}\1|GS([^\w \t\r\n])[A-Z]{2}\2|TA1([^\w \t\r\n])\d{1,9}\3)", re.IGNORECASE
)
#: What follows the segment a text begins with, by the first two letters of that.
FOLLOWING = {"IS": "GS|TA1|ST"}
USUALLY_FOLLOWING = "ST|BHT|AK1|HL|SE|GE"


def find(text: str, start: int) -> int:
    """Where the first bare GS, ST or TA1 begins, -1 when there is none."""
    found = START.search(text, start)
    return found.start() if found else -1


def delimiters(text: str) -> Delimiters:
    """The terminator is what stands before the next segment; the other two are the usual ones."""
    separator = text[3] if text[:3].upper() in ("ISA", "TA1") else text[2]
    names = FOLLOWING.get(text[:2].upper(), USUALLY_FOLLOWING)
    found = re.search(rf"(\W)\s*(?:{names}){re.escape(separator)}", text[3:], re.IGNORECASE)
    before = found.group(1) if found else "~"
    terminator = "~" if before == separator else "\n" if before in BLANK else before
    return Delimiters(separator, "^" if "^" not in (separator, terminator) else "", ":", terminator)
