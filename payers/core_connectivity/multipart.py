"""Multipart bodies: written as the rule says, read leniently."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from typing import NamedTuple

from payers.core_connectivity.envelope import Envelope

BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;,\s]+))', re.IGNORECASE)
FIRST_LINE = re.compile(rb'\s*--([^\s"]{1,70})[ \t]*\r?\n')
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
PART_NAME = re.compile(rb'content-disposition:[^\n]*?;\s*name=(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)
PART_ENCODING = re.compile(rb"content-transfer-encoding:\s*(base64|quoted-printable)", re.IGNORECASE)
#: One of these makes a multipart body an envelope.
TELLING = {"payloadtype", "errorcode", "payload"}


class Part(NamedTuple):
    """The head lines of one part, and its content with any transfer encoding undone."""

    head: bytes
    content: bytes


def write(fields: Mapping[str, str], boundary: str) -> bytes:
    """`--b CRLF Content-Disposition: form-data; name="PayloadType" CRLF CRLF X12_270_… CRLF --b--`."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


def read(body: bytes, content_type: str) -> Envelope | None:
    """The fields of a multipart answer, or None when it is none.

    Lenient: form-data or mixed, boundary quoted or only visible in the body, bare line feeds, any case
    of names. The standard library's reader costs half a millisecond an answer: it compiles a pattern
    for each boundary.
    """
    found = parts(body, content_type)
    if found is None:
        return None
    fields: dict[str, bytes] = {}
    for part in found[0]:
        if (name := _name(part.head)) is not None:
            fields.setdefault(name, part.content)
    return Envelope(fields, complete=found[1]) if fields.keys() & TELLING else None


def parts(body: bytes, content_type: str) -> tuple[list[Part], bool] | None:
    """The parts, and whether the last boundary came; None for a body that is not multipart."""
    boundary = _boundary(body, content_type)
    if boundary is None:
        return None
    _, *pieces = (b"\n" + body).split(b"\n--" + boundary)
    whole = [_part(piece) for piece in pieces if not piece.startswith(b"--")]
    return whole, len(whole) < len(pieces)


def _boundary(body: bytes, content_type: str) -> bytes | None:
    """The declared boundary when the body uses it, else the line the body begins with."""
    declared = BOUNDARY.search(content_type)
    if declared:
        boundary = (declared[1] or declared[2]).encode("ascii", "ignore")
        if b"--" + boundary in body:
            return boundary
    first = FIRST_LINE.match(body)
    return first[1] if first else None


def _part(piece: bytes) -> Part:
    blank = BLANK_LINE.search(piece)
    head, content = (piece[: blank.start()], piece[blank.end() :]) if blank else (piece, b"")
    return Part(head, _decoded(content.removesuffix(b"\r"), PART_ENCODING.search(head)))


def _name(head: bytes) -> str | None:
    """The name of a part's field in lower case; None for a part without one."""
    named = PART_NAME.search(head)
    return None if named is None else (named[1] or named[2] or b"").decode("ascii", "replace").strip().lower()


def _decoded(content: bytes, encoding: re.Match[bytes] | None) -> bytes:
    if encoding is None:
        return content
    try:
        return binascii.a2b_base64(content) if encoding[1].lower() == b"base64" else binascii.a2b_qp(content)
    except binascii.Error:
        return content
