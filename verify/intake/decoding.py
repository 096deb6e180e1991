"""Bytes of a file as text: UTF-8, UTF-16 with its mark, or Windows-1252 with a word of warning."""

import codecs
from typing import NamedTuple

from verify.intake.rows import UnreadableFile

#: How files begin that are no text, and what to do about each.
_NO_TEXT = {
    b"PK\x03\x04": "This is an Excel workbook or another packed file. Save it as “CSV UTF-8” and send that.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save it as “CSV UTF-8” and send that.",
    b"%PDF": "This is a PDF. Export the list as CSV and send that.",
    b"{\\rtf": "This is a text document. Export the list as CSV and send that.",
}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OLD_ENCODING = "The file is not UTF-8; it was read as Windows-1252. Look at names with accents."


class Decoded(NamedTuple):
    text: str
    notes: tuple[str, ...] = ()


def decode(content: bytes) -> Decoded:
    """Raises UnreadableFile."""
    if not content.strip():
        raise UnreadableFile("The file is empty.")
    for beginning, words in _NO_TEXT.items():
        if content.startswith(beginning):
            raise UnreadableFile(words)
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        decoded = Decoded(content.decode(encoding))
    except UnicodeDecodeError:
        decoded = _decode_old(content)
    if "\0" in decoded.text:
        raise UnreadableFile("This is not a text file. Save the list as “CSV UTF-8” and send that.")
    return decoded


def _decode_old(content: bytes) -> Decoded:
    try:
        return Decoded(content.decode("cp1252"), (OLD_ENCODING,))
    except UnicodeDecodeError:
        raise UnreadableFile("The letters of this file cannot be read. Save it as “CSV UTF-8”.") from None
