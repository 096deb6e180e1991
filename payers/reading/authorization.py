"""Whether the plan wants an authorization, as far as the payer says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from payers.benefits import Answer, Benefit
from payers.reading.scope import narrowest

#: EB11
WORDS = {"Y": "required", "N": "not_required", "U": "payer_cannot_say"}
#: EB01 of lines whose EB11 is about getting care, not about money spent or about somebody else.
SPEAKING = frozenset(["1", "2", "3", "4", "5", "A", "B", "CB", "D", "F", "H"])
REQUIRED_BY_TEXT = re.compile(
    r"\b(?:AUTH\w*|PRE-?CERT\w*|CERTIFICATION)(?: IS| MAY BE)? REQUIRED\b|\bREQUIRES? (?:PRIOR |PRE-?)AUTH",
    re.IGNORECASE,
)


def authorization(lines: Sequence[Benefit], asked: Sequence[str], procedures: Sequence[str]) -> Answer:
    """EB11 of the lines about what was asked: "required", "not_required" or "payer_cannot_say".

    Blank says nothing: not "no". A plan-level or office-visit EB11 is a weak hint, so derived. A
    text that says it is required beside a "no", and lines that disagree, are ambiguous (sheet 8.3).
    """
    scope, found = narrowest(lines, asked, procedures, _speaks)
    if not found:
        return Answer(status="not_stated")
    words = {WORDS[line.authorization_required or ""] for line in found}
    if words == {"not_required"} and any(
        REQUIRED_BY_TEXT.search(text) for line in found for text in line.messages
    ):
        words.add("required")
    decided = words - {"payer_cannot_say"} or words
    segments = [line.segments[0] for line in found]
    if len(decided) > 1:
        return Answer(status="ambiguous", value=sorted(decided), segments=segments)
    own = scope in ("procedure", "service")
    return Answer(status="stated" if own else "derived", value=decided.pop(), segments=segments)


def _speaks(line: Benefit) -> bool:
    return line.information_code in SPEAKING and line.authorization_required in WORDS
