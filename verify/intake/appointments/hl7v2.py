"""HL7 v2 messages: delimiters read from MSH, escapes undone, fields by number; and the acknowledgment."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from verify.intake.appointments.foreign import in_range
from verify.intake.appointments.notice import Malformed

MOST_SEGMENTS = 2000
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(?:(\d\d)(?:\.\d+)?)?)?([+-])?(\d\d)?(\d\d)?")


class Delimiters(NamedTuple):
    """As MSH-1 and MSH-2 say: usually `|^~\\&`."""

    field: str
    component: str
    repetition: str
    escape: str
    sub: str


class Segment(NamedTuple):
    """One segment; `fields[0]` is its name, and MSH counts its separator as MSH-1."""

    fields: list[str]
    delimiters: Delimiters

    @property
    def name(self) -> str:
        return self.fields[0]

    def raw(self, number: int) -> str:
        return self.fields[number] if number < len(self.fields) else ""

    def text(self, number: int, component: int = 1, sub: int = 1) -> str:
        """A component's part of the field's first repetition; `""`, HL7's word for "deleted", reads as nothing."""
        said = self.raw(number).split(self.delimiters.repetition)[0]
        parts = said.split(self.delimiters.component)
        found = parts[component - 1] if component <= len(parts) else ""
        subs = found.split(self.delimiters.sub)
        value = subs[sub - 1] if sub <= len(subs) else ""
        return "" if value == '""' else self._plain(value).strip()

    def _plain(self, value: str) -> str:
        mark = self.delimiters.escape
        if not mark or mark not in value:
            return value
        known = {
            "F": self.delimiters.field,
            "S": self.delimiters.component,
            "T": self.delimiters.sub,
            "R": self.delimiters.repetition,
            "E": mark,
            ".br": " ",
        }
        pieces = value.split(mark)
        # Odd places stand between two marks; one that nothing closes is text.
        for place in range(1, len(pieces) - 1, 2):
            pieces[place] = known.get(pieces[place], " ")
        return "".join(pieces)


class Message(NamedTuple):
    """A parsed message; the first segment is its MSH."""

    segments: list[Segment]

    @property
    def header(self) -> Segment:
        return self.segments[0]

    def first(self, name: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.name == name), None)

    def all(self, name: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.name == name]


def parse(body: bytes) -> Message:
    """Example: MSH|^~\\&|SCHED|CLINIC|VERIFY|CLINIC|20261123||SIU^S12|M1|P|2.5.1. Raises Malformed."""
    text = _decoded(body).lstrip("\x0b\ufeff \r\n")
    if not text.startswith("MSH") or len(text) < len("MSH|^~\\&|"):
        raise Malformed("The message does not begin with MSH.")
    separator = text[3]
    marks = text[4:].partition(separator)[0]
    if separator.isalnum() or separator.isspace() or not 2 <= len(marks) <= 5:
        raise Malformed("MSH-1 and MSH-2 name no delimiters.")
    component, repetition, escape, sub = list(marks.ljust(4, "\0"))[:4]
    delimiters = Delimiters(separator, component, repetition, escape.replace("\0", ""), sub)
    lines = [line for line in re.split(r"[\r\n]+", text.rstrip("\x1c\r\n")) if line.strip()]
    if len(lines) > MOST_SEGMENTS:
        raise Malformed(f"A message holds {MOST_SEGMENTS} segments at most.")
    return Message([_segment(line, delimiters) for line in lines])


def moment(value: str, zone: tzinfo) -> datetime | None:
    """20261201093000-0600; without an offset it is the clock on the wall of `zone`; a day alone is its first minute."""
    found = _TIME.fullmatch(value.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        there = _offset(found[7], found[8], found[9]) or zone
        return in_range(datetime(year, month, day, hour, minute, second, tzinfo=there))
    except ValueError:
        return None


def acknowledgment(message: Message, code: str, now: datetime, *, error: str = "") -> bytes:
    """AA, AE or AR to the sender; CA, CE or CR where MSH-15 or 16 ask for the enhanced mode.

    Example: MSA|AA|M1. `error` is a code of table 0357 (207 internal, 200 message type).
    """
    header = message.header
    mark, component = header.delimiters.field, header.delimiters.component
    enhanced = bool(header.raw(15) or header.raw(16))
    answer = ("C" if enhanced else "A") + code[-1]
    trigger = header.text(9, 2) or "ACK"
    stamp = now.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")
    fields = [
        "MSH" + mark + header.raw(2),
        *(header.raw(number) for number in (5, 6, 3, 4)),
        stamp,
        "",
        component.join(["ACK", trigger, "ACK"]),
        f"A{header.raw(10)}"[:199],
        header.raw(11) or "P",
        header.raw(12) or "2.5.1",
    ]
    lines = [mark.join(fields), mark.join(["MSA", answer, header.raw(10)])]
    if error:
        lines.append(mark.join(["ERR", "", "", error, "E"]))
    return ("\r".join(lines) + "\r").encode("utf-8", "replace")


def _segment(line: str, delimiters: Delimiters) -> Segment:
    fields = line.split(delimiters.field)
    if fields[0] == "MSH":
        fields.insert(1, delimiters.field)
    return Segment(fields, delimiters)


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> tzinfo | None:
    """Raises ValueError for an offset of a day or more."""
    if sign is None or hours is None:
        return None
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(ahead if sign == "+" else -ahead)


def _decoded(body: bytes) -> str:
    """UTF-8, else Latin-1, which takes any bytes: older senders name neither rightly in MSH-18."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
