"""Letters X12 allows, and what becomes of the others."""

from __future__ import annotations

import unicodedata

#: Blank to a reader; the control characters 1C to 1F are not, they serve as delimiters.
BLANK = " \t\r\n"
#: What may follow the last terminator: padding of fixed-length records, and the end mark of old systems.
PADDING = BLANK + "\x00\x1a"

#: X12 basic and extended character sets, as far as they are printable ASCII.
EXTENDED = frozenset(chr(code) for code in range(0x20, 0x7F)) - {"`"}
#: The basic set: capitals, digits and these. What every payer accepts (CMS HETS companion guide).
BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()*+,-./:;?=")

#: Letters and marks that do not decompose into a base letter and an accent.
PLAIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L",
        "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ð": "d", "Ð": "D", "ı": "i",
        "‘": "'", "’": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "\u00a0": " ",
        "\t": " ", "\r": " ", "\n": " ",
    }
)  # fmt: skip


class Unwritable(ValueError):
    """A value cannot be sent. `field` names it; the value itself is never part of the message."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def plain(value: str, field: str) -> str:
    """`value` in X12 characters, accents dropped: "José" is "Jose". Raises Unwritable for other scripts."""
    if value.isascii() and value.isprintable() and "`" not in value:
        return value
    letters = unicodedata.normalize("NFKD", value.translate(PLAIN)).translate(PLAIN)
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if not EXTENDED.issuperset(kept):
        raise Unwritable(field, "has characters that X12 does not allow")
    return kept


def basic(value: str, field: str) -> str:
    """`value` in the basic set: capitals, one space between words, other marks as spaces."""
    upper = plain(value, field).upper()
    return " ".join("".join(letter if letter in BASIC else " " for letter in upper).split())
