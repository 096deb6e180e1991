"""999, 997 and TA1: what became of an interchange we sent, joined to its control numbers."""

from __future__ import annotations

from collections.abc import Sequence

from payers.x12.model import Delimiters, Document, Segment, Transaction, element
from payers.x12.writing import Envelope, Writable, compose, isa, line

ACCEPTED = frozenset({"A", "E"})


class Fault:
    """One error and its place: `IK3*NM1*8*2100*8~` with `IK4*9*67*1~`."""

    __slots__ = ("code", "element", "element_code", "loop", "position", "segment")

    def __init__(
        self,
        *,
        segment: str,
        position: str,
        loop: str = "",
        code: str = "",
        element: str = "",
        element_code: str = "",
    ) -> None:
        #: IK301: segment id
        self.segment = segment
        #: IK302: position in the transaction, ST = 1
        self.position = position
        #: IK303
        self.loop = loop
        #: IK304
        self.code = code
        #: IK401: element, and component where one is named
        self.element = element
        #: IK403
        self.element_code = element_code

    @property
    def place(self) -> str:
        """In codes only: "IK304=8 at NM1 2, IK403=1 at NM109"."""
        said = [f"IK304={self.code} at {self.segment} {self.position}"] if self.code else []
        if self.element_code:
            position = self.element.replace(":", "-")
            said.append(f"IK403={self.element_code} at {self.segment}{position.zfill(2)}")
        return ", ".join(said)


class Acknowledgment:
    """What one 999 (or 997) says of one transaction we sent, or of a whole group."""

    __slots__ = ("codes", "control_number", "faults", "group_control_number", "set_id", "status")

    def __init__(
        self,
        *,
        group_control_number: str,
        set_id: str = "",
        control_number: str = "",
        status: str,
        codes: list[str],
        faults: list[Fault],
    ) -> None:
        #: AK102: our GS06
        self.group_control_number = group_control_number
        #: AK201 and AK202: our ST01 and ST02; "" when only the group is judged
        self.set_id = set_id
        self.control_number = control_number
        #: IK501, else AK901: A accepted, E accepted with errors, P partly, R M W X rejected
        self.status = status
        #: IK502 … and, for the group, AK905 …
        self.codes = codes
        self.faults = faults

    @property
    def accepted(self) -> bool:
        return self.status in ACCEPTED


class InterchangeAcknowledgment:
    """TA1: `TA1*000000905*260105*0930*R*006~`."""

    __slots__ = ("control_number", "note", "status")

    def __init__(self, *, control_number: str, status: str, note: str) -> None:
        #: TA101: our ISA13
        self.control_number = control_number
        #: TA104: A accepted, E accepted with errors, R rejected
        self.status = status
        #: TA105, 000 when there is nothing to say
        self.note = note

    @property
    def accepted(self) -> bool:
        return self.status in ACCEPTED


def read_999(transaction: Transaction) -> list[Acknowledgment]:
    """What a 999 or 997 says, one entry per AK2; one for the group when it has none."""
    found: list[Acknowledgment] = []
    faults: list[Fault] = []
    group, current = "", ["AK2", "", ""]
    for segment in transaction.segments:
        match segment[0]:
            case "AK1":
                group = element(segment, 2)
            case "AK2":
                current, faults = segment, []
            case "IK3" | "AK3":
                faults.append(_fault(segment))
            case "IK4" | "AK4":
                faults.append(_element_fault(segment, faults))
            case "IK5" | "AK5":
                found.append(_of_transaction(group, current, segment, faults))
                faults = []
            case "AK9":
                if not found or (element(segment, 1) not in ACCEPTED and all(a.accepted for a in found)):
                    found.append(
                        Acknowledgment(
                            group_control_number=group,
                            status=element(segment, 1),
                            codes=[code for code in segment[5:] if code],
                            faults=faults,
                        )
                    )
    return found


def _fault(segment: Segment) -> Fault:
    return Fault(
        segment=element(segment, 1),
        position=element(segment, 2),
        loop=element(segment, 3),
        code=element(segment, 4),
    )


def _element_fault(segment: Segment, faults: list[Fault]) -> Fault:
    """An IK4 belongs to the IK3 before it; its own element is a place of its own."""
    before = faults[-1] if faults else Fault(segment="", position="")
    return Fault(
        segment=before.segment,
        position=before.position,
        loop=before.loop,
        element=element(segment, 1),
        element_code=element(segment, 3),
    )


def _of_transaction(group: str, ak2: Segment, ik5: Segment, faults: list[Fault]) -> Acknowledgment:
    return Acknowledgment(
        group_control_number=group,
        set_id=element(ak2, 1),
        control_number=element(ak2, 2),
        status=element(ik5, 1),
        codes=[code for code in ik5[2:] if code],
        faults=faults,
    )


def read_ta1s(document: Document) -> list[InterchangeAcknowledgment]:
    """Every TA1 of an input, in order."""
    return [
        InterchangeAcknowledgment(
            control_number=element(ta1, 1), status=element(ta1, 4), note=element(ta1, 5)
        )
        for interchange in document.interchanges
        for ta1 in interchange.ta1s
    ]


def write_999(
    received: Transaction,
    envelope: Envelope,
    *,
    faults: Sequence[Fault] = (),
    status: str = "",
    codes: Sequence[str] = (),
) -> str:
    """A 999 on one transaction received: accepted without `faults`, else rejected (IK501 R, code 5)."""
    status = status or ("R" if faults or codes else "A")
    codes = list(codes) or (["5"] if faults else [])
    gs = received.gs or []
    body: list[list[Writable]] = [
        ["AK1", element(gs, 1) or "HS", element(gs, 6), element(gs, 8)],
        ["AK2", received.set_id, received.control_number, received.version],
    ]
    for fault in faults:
        if fault.code or not fault.element_code:
            body.append(["IK3", fault.segment, fault.position, fault.loop, fault.code or "8"])
        if fault.element_code:
            body.append(["IK4", tuple(fault.element.split(":")), "", fault.element_code])
    body.append(["IK5", status, *codes])
    body.append(["AK9", status, "1", "1", "1" if status in ACCEPTED else "0"])
    return compose([body], envelope, set_id="999")


def write_ta1(received_isa: Segment, envelope: Envelope, *, status: str = "R", note: str = "000") -> str:
    """An interchange that holds a TA1 on the ISA received and nothing else."""
    cut: Delimiters = envelope.delimiters
    ta1 = [
        "TA1",
        element(received_isa, 13),
        element(received_isa, 9),
        element(received_isa, 10),
        status,
        note,
    ]
    iea = ["IEA", "0", f"{envelope.control_number:09d}"]
    return "".join(text + cut.terminator for text in (isa(envelope), line(ta1, cut), line(iea, cut)))
