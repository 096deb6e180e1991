"""Segments -> interchanges, groups and transactions; what is wrong with the wrapping becomes problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from payers.x12.grammar import OUTLINE, WRAPPING
from payers.x12.model import Document, Group, Interchange, Problem, Segment, Transaction, element
from payers.x12.tokens import Batch, Stray, batches, decode

CHUNK_BYTES = 1 << 16


def parse(data: bytes | str) -> Document:
    """Everything in `data`: any number of interchanges, groups and transactions, or bare ST…SE.

    Never raises on what it reads; `problems` of the document and of each transaction say what was
    odd. A document without interchanges is not X12.
    """
    assembler = Assembler(keep=True)
    for found in batches([decode(data)]):
        assembler.take(found)
    assembler.finish()
    return Document(assembler.interchanges, assembler.problems)


def stream(source: Iterable[bytes], problems: list[Problem] | None = None) -> Iterator[Transaction]:
    """Transactions one by one, with no more than one of them in memory.

    `source` is a binary file or any other iterable of bytes. Problems outside transactions are added to
    `problems` where it is given.
    """
    assembler = Assembler(keep=False, problems=problems)
    for found in batches(_texts(source)):
        yield from assembler.take(found)
    yield from assembler.finish()


def _texts(source: Iterable[bytes]) -> Iterator[str]:
    read = getattr(source, "read", None)
    chunks = iter(lambda: read(CHUNK_BYTES), b"") if read else iter(source)
    # A character of several bytes may be cut by a chunk's end; only its bytes matter, so Latin-1 is
    # used unless the text says otherwise by its byte order mark. Names are decoded again below.
    carried = b""
    for chunk in chunks:
        chunk, carried = _whole_characters(carried + chunk)
        yield decode(chunk)
    if carried:
        yield decode(carried)


def _whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """The bytes up to the last whole UTF-8 character, and the rest (three bytes at most)."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return (data[:-back], data[-back:]) if needed > back else (data, b"")
    return data, b""


class Assembler:
    """Takes batches in order; returns the transactions that each of them completed."""

    def __init__(self, *, keep: bool, problems: list[Problem] | None = None) -> None:
        self.interchanges: list[Interchange] = []
        self.problems = [] if problems is None else problems
        self._keep = keep
        self._count = 0
        self._interchange_count = 0
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._open: Transaction | None = None
        self._group_size = self._interchange_size = 0
        self._done: list[Transaction] = []
        self._batch: Batch | None = None
        self._unterminated = False

    def take(self, found: Batch | Stray) -> list[Transaction]:
        if isinstance(found, Stray):
            self._problem("minor", f"{found.length} characters that are not X12 were passed over")
            return []
        if found.opens:
            self._end_interchange()
        self._batch = found
        base, before = self._count, len(self.problems)
        self._walk(found)
        self._unterminated = found.unterminated
        for index, name, message in found.oddities:
            self._problem("minor", message, base + index + 1, name, at=before)
        return self._completed()

    def finish(self) -> list[Transaction]:
        self._end_interchange()
        return self._completed()

    def _completed(self) -> list[Transaction]:
        done, self._done = self._done, []
        return done

    def _walk(self, found: Batch) -> None:
        segments, at = found.segments, 0
        for inside in found.outline.split(WRAPPING):
            if inside:
                end = at + len(inside)
                self._inside(segments[at:end], inside)
                at = end
            if at < len(segments):
                self._count += 1
                HANDLERS[segments[at][0]](self, segments[at])
                at += 1

    def _inside(self, segments: list[Segment], outline: str) -> None:
        if self._open is not None:
            self._open.segments += segments
            self._open.outline += outline
            self._count += len(segments)
        elif self._interchange is not None and self._interchange.iea is None:
            self._problem("structure", f"{len(segments)} segments outside a transaction", self._count + 1)
            self._count += len(segments)
        else:
            self._problem("minor", "text after the end of the interchange was passed over")

    def on_isa(self, segment: Segment) -> None:
        self._end_interchange()
        self._begin(segment)

    def _begin(self, isa: Segment | None) -> Interchange:
        assert self._batch is not None
        self._interchange_count += 1
        first = self._count
        begun = Interchange(
            number=self._interchange_count, first=first, delimiters=self._batch.delimiters, isa=isa
        )
        self._interchange, self._interchange_size = begun, 0
        if self._keep or not self.interchanges:
            self.interchanges.append(begun)
        return begun

    def _current(self) -> Interchange:
        """The interchange that is open; a new one without ISA around bare fragments."""
        if self._interchange is None or self._interchange.iea is not None:
            self._end_interchange()
            return self._begin(None)
        return self._interchange

    def on_ta1(self, segment: Segment) -> None:
        self._current().ta1s.append(segment)

    def on_gs(self, segment: Segment) -> None:
        self._end_group()
        self._begin_group(segment)

    def _begin_group(self, segment: Segment | None) -> Group:
        group = Group(segment)
        interchange = self._current()
        if self._keep:
            interchange.groups.append(group)
        self._group, self._group_size = group, 0
        self._interchange_size += 1
        return group

    def on_st(self, segment: Segment) -> None:
        self._end_transaction()
        interchange = self._current()
        group = self._group or self._begin_group(None)
        self._open = Transaction(
            segment,
            first=self._count,
            interchange=interchange.number,
            delimiters=interchange.delimiters,
            gs=group.gs,
        )

    def on_se(self, segment: Segment) -> None:
        transaction = self._open
        if transaction is None:
            self._problem("envelope", "SE without an ST before it", self._count, "SE")
            return
        transaction.segments.append(segment)
        transaction.outline += WRAPPING
        transaction.complete = True
        if element(segment, 1).strip().lstrip("0") != str(len(transaction.segments)):
            message = f"SE01 is not the number of segments, which is {len(transaction.segments)}"
            self._problem("envelope", message, self._count, "SE01")
        if element(segment, 2).strip() != transaction.control_number.strip():
            self._problem("envelope", "SE02 is not the control number of its ST02", self._count, "SE02")
        self._end_transaction()

    def _end_transaction(self) -> None:
        transaction, self._open = self._open, None
        if transaction is None:
            return
        if not transaction.complete:
            message = "the transaction has no SE; what came before is read, more may be lost"
            transaction.problems.append(self._made("structure", message, self._count, "SE"))
        self._group_size += 1
        if self._keep and self._group is not None:
            self._group.transactions.append(transaction)
        self._done.append(transaction)

    def on_ge(self, segment: Segment) -> None:
        self._end_transaction()
        group, self._group = self._group, None
        if group is None or group.gs is None:
            self._problem("envelope", "GE without a GS before it", self._count, "GE")
            return
        group.ge = segment
        if element(segment, 1).strip().lstrip("0") != str(self._group_size):
            message = f"GE01 is not the number of transactions, which is {self._group_size}"
            self._problem("envelope", message, self._count, "GE01")
        if element(segment, 2).strip() != group.control_number.strip():
            self._problem("envelope", "GE02 is not the control number of its GS06", self._count, "GE02")

    def _end_group(self) -> None:
        self._end_transaction()
        group, self._group = self._group, None
        if group is not None and group.gs is not None:
            self._problem("envelope", "the group has no GE", self._count, "GE")

    def on_iea(self, segment: Segment) -> None:
        self._end_group()
        interchange = self._interchange
        if interchange is None or interchange.isa is None or interchange.iea is not None:
            self._problem("envelope", "IEA without an ISA before it", self._count, "IEA")
            return
        interchange.iea = segment
        if (element(segment, 1).strip().lstrip("0") or "0") != str(self._interchange_size):
            message = f"IEA01 is not the number of groups, which is {self._interchange_size}"
            self._problem("envelope", message, self._count, "IEA01")
        if element(segment, 2).strip() != interchange.control_number:
            self._problem("envelope", "IEA02 is not the control number of its ISA13", self._count, "IEA02")

    def _end_interchange(self) -> None:
        if self._unterminated and self._open is not None and len(self._open.segments) > 1:
            # The last segment may be cut: `EB*C*IND*30***23*15` may have been 1500. It is not read.
            name = self._open.segments.pop()[0]
            self._open.outline = self._open.outline[:-1]
            message = "the text ends inside this segment; it was not read"
            self._problem("structure", message, self._count, name if name in OUTLINE else "")
        self._unterminated = False
        self._end_group()
        interchange, self._interchange = self._interchange, None
        if interchange is not None and interchange.isa is not None and interchange.iea is None:
            self._problem("envelope", "the interchange has no IEA", self._count, "IEA")

    def _made(self, severity: str, message: str, segment: int | None, name: str) -> Problem:
        number = self._interchange_count
        return Problem(severity=severity, message=message, interchange=number, segment=segment, element=name)

    def _problem(
        self, severity: str, message: str, segment: int | None = None, name: str = "", at: int | None = None
    ) -> None:
        """Adds a problem to the open transaction, else to the file, at its place in order."""
        made = self._made(severity, message, segment, name)
        if self._open is not None and at is None:
            self._open.problems.append(made)
        else:
            self.problems.insert(len(self.problems) if at is None else at, made)


#: Kept outside the instances: bound methods on one would keep every message alive until the garbage collector.
HANDLERS = {
    "ISA": Assembler.on_isa,
    "TA1": Assembler.on_ta1,
    "GS": Assembler.on_gs,
    "ST": Assembler.on_st,
    "SE": Assembler.on_se,
    "GE": Assembler.on_ge,
    "IEA": Assembler.on_iea,
}
