"""Segments -> text: envelopes, counts and delimiters that are safe in the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from payers.x12.characters import Unwritable, plain
from payers.x12.model import Delimiters, Document, Group

TYPE_CHECKING = False  # As typing has it, which takes longer to import than all of this package.
if TYPE_CHECKING:
    from datetime import datetime

#: One element to write: text, a list of repetitions, or a tuple of components.
Writable = str | Sequence["str | tuple[str, ...]"] | tuple[str, ...]

#: ST01 -> GS01 and the version we write.
SETS = {
    "270": ("HS", "005010X279A1"),
    "271": ("HB", "005010X279A1"),
    "999": ("FA", "005010X231A1"),
}


class Envelope:
    """What ISA and GS say: who sends to whom, and under which numbers."""

    __slots__ = (
        "acknowledgment_requested",
        "application_receiver",
        "application_sender",
        "authorization",
        "authorization_qualifier",
        "control_number",
        "delimiters",
        "group_control_number",
        "now",
        "receiver_id",
        "receiver_qualifier",
        "security",
        "security_qualifier",
        "sender_id",
        "sender_qualifier",
        "usage",
    )

    def __init__(
        self,
        *,
        sender_id: str,
        receiver_id: str,
        control_number: int,
        now: datetime,
        usage: str = "T",
        sender_qualifier: str = "ZZ",
        receiver_qualifier: str = "ZZ",
        authorization_qualifier: str = "00",
        authorization: str = "",
        security_qualifier: str = "00",
        security: str = "",
        application_sender: str = "",
        application_receiver: str = "",
        group_control_number: int = 0,
        acknowledgment_requested: str = "0",
        delimiters: Delimiters | None = None,
    ) -> None:
        self.sender_id = sender_id
        self.receiver_id = receiver_id
        #: ISA13, 1 to 999,999,999.
        self.control_number = control_number
        #: ISA09/ISA10 and GS04/GS05; the receiver's clock is not ours, so its zone is not written.
        self.now = now
        self.usage = usage
        self.sender_qualifier = sender_qualifier
        self.receiver_qualifier = receiver_qualifier
        self.authorization_qualifier = authorization_qualifier
        self.authorization = authorization
        self.security_qualifier = security_qualifier
        self.security = security
        #: GS02 and GS03, where they are not the ids of the ISA.
        self.application_sender = application_sender or sender_id
        self.application_receiver = application_receiver or receiver_id
        #: GS06, where it is not the interchange's number.
        self.group_control_number = group_control_number or control_number
        #: ISA14: "1" asks for a TA1.
        self.acknowledgment_requested = acknowledgment_requested
        self.delimiters = delimiters or Delimiters()


def compose(
    bodies: Sequence[Sequence[Sequence[Writable]]],
    envelope: Envelope,
    *,
    set_id: str,
    version: str = "",
    first_control_number: int = 1,
) -> str:
    """One interchange with one group holding a transaction for each of `bodies`.

    A body is what stands between ST and SE, one list of elements per segment:
    `[["BHT", "0022", "13", …], ["EQ", ["30", "MH"]], ["EQ", "", ("HC", "90867")]]`. A list inside
    is repetitions, a tuple is components; text is data, and a delimiter in it becomes a space.
    Raises Unwritable for characters X12 does not allow and for envelope fields that do not fit.
    """
    functional_id, usual = SETS[set_id]
    version = version or usual
    lines = [isa(envelope), gs(envelope, functional_id, version)]
    for index, body in enumerate(bodies):
        number = f"{first_control_number + index:04d}"
        lines.append(line(["ST", set_id, number, version], envelope.delimiters))
        lines.extend(line(segment, envelope.delimiters) for segment in body)
        lines.append(line(["SE", str(len(body) + 2), number], envelope.delimiters))
    lines.append(line(["GE", str(len(bodies)), str(envelope.group_control_number)], envelope.delimiters))
    lines.append(line(["IEA", "1", f"{envelope.control_number:09d}"], envelope.delimiters))
    return "".join(text + envelope.delimiters.terminator for text in lines)


def isa(envelope: Envelope) -> str:
    """The 106 characters every reader takes its delimiters from, without the last."""
    if not 1 <= envelope.control_number <= 999_999_999:
        raise Unwritable("control_number", "must be 1 to 999,999,999")
    fields = [
        ("authorization_qualifier", envelope.authorization_qualifier, 2),
        ("authorization", envelope.authorization, 10),
        ("security_qualifier", envelope.security_qualifier, 2),
        ("security", envelope.security, 10),
        ("sender_qualifier", envelope.sender_qualifier, 2),
        ("sender_id", envelope.sender_id, 15),
        ("receiver_qualifier", envelope.receiver_qualifier, 2),
        ("receiver_id", envelope.receiver_id, 15),
    ]
    cut = envelope.delimiters
    written = ["ISA", *(padded(name, value, width, cut) for name, value, width in fields)]
    written += [f"{envelope.now:%y%m%d}", f"{envelope.now:%H%M}", cut.repetition, "00501"]
    written += [
        f"{envelope.control_number:09d}",
        envelope.acknowledgment_requested,
        envelope.usage,
        cut.component,
    ]
    return cut.element.join(written)


def padded(name: str, value: str, width: int, delimiters: Delimiters) -> str:
    written = data(value, delimiters, name)
    if len(written) > width:
        raise Unwritable(name, f"{len(written)} characters, {width} allowed")
    return written.ljust(width)


def gs(envelope: Envelope, functional_id: str, version: str) -> str:
    sender, receiver = envelope.application_sender, envelope.application_receiver
    day, clock = f"{envelope.now:%Y%m%d}", f"{envelope.now:%H%M}"
    number = str(envelope.group_control_number)
    return line(
        ["GS", functional_id, sender, receiver, day, clock, number, "X", version], envelope.delimiters
    )


def line(elements: Sequence[Writable], delimiters: Delimiters) -> str:
    """One segment without its terminator; empty elements at its end are dropped."""
    name = str(elements[0])
    written = [
        name,
        *(_element(value, delimiters, f"{name}{i:02d}") for i, value in enumerate(elements[1:], 1)),
    ]
    while len(written) > 1 and not written[-1]:
        written.pop()
    return delimiters.element.join(written)


def _element(value: Writable, delimiters: Delimiters, field: str) -> str:
    if isinstance(value, str):
        return data(value, delimiters, field)
    if isinstance(value, tuple):
        return _trimmed([data(str(part), delimiters, field) for part in value], delimiters.component)
    return _trimmed([_element(part, delimiters, field) for part in value], delimiters.repetition)


def _trimmed(parts: list[str], joint: str) -> str:
    while parts and not parts[-1]:
        parts.pop()
    return joint.join(parts)


def data(value: str, delimiters: Delimiters, field: str) -> str:
    """`value` as it may stand between delimiters: X12 characters, and none of the four."""
    written = plain(value, field)
    for mark in (delimiters.element, delimiters.repetition, delimiters.component, delimiters.terminator):
        if mark and mark in written:
            written = written.replace(mark, " ")
    return written


def write(document: Document) -> str:
    """The same segments again, byte for byte as they were read (line breaks aside)."""
    return "".join(_written(document))


def _written(document: Document) -> Iterator[str]:
    for interchange in document.interchanges:
        separator, terminator = interchange.delimiters.element, interchange.delimiters.terminator
        lines = [separator.join(segment) for segment in [interchange.isa, *interchange.ta1s] if segment]
        for group in interchange.groups:
            lines += _of_group(group, separator)
        if interchange.iea:
            lines.append(separator.join(interchange.iea))
        yield from (text + terminator for text in lines)


def _of_group(group: Group, separator: str) -> Iterator[str]:
    if group.gs:
        yield separator.join(group.gs)
    for transaction in group.transactions:
        yield from (separator.join(segment) for segment in transaction.segments)
    if group.ge:
        yield separator.join(group.ge)
