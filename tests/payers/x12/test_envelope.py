"""Interchanges as payers really send them: other delimiters, line breaks, cut, wrapped, mixed."""

import io
import tracemalloc

import pytest

from payers import x12
from tests.payers.x12.messages import answer, envelope, message, subscriber

ACTIVE = ["EB", "1", "", "30"]
GOOD = message(answer(subscriber(ACTIVE, ["MSG", "PLAN A"])))
COUNT = 13


def read(data: bytes | str) -> tuple[list[x12.Transaction], list[x12.Problem]]:
    document = x12.parse(data)
    found = list(document.transactions)
    return found, [*document.problems, *(problem for t in found for problem in t.problems)]


def wanted() -> list[list[str]]:
    [transaction], problems = read(GOOD)
    assert not problems
    assert len(transaction.segments) == COUNT
    return transaction.segments


@pytest.mark.parametrize(
    "delimiters",
    [
        x12.Delimiters("|", "!", ">", "~"),
        x12.Delimiters("*", "^", "`", "\n"),
        x12.Delimiters("\x1d", "\x1f", ":", "\x1c"),
    ],
    ids=["bars", "newline ends segments", "control characters"],
)
def test_delimiters_are_read_from_the_isa(delimiters: x12.Delimiters) -> None:
    data = message(
        answer(subscriber(ACTIVE, ["MSG", "PLAN A"])),
        envelope=envelope(delimiters=delimiters),
    )
    [transaction], problems = read(data)
    assert (transaction.segments, problems) == (wanted(), [])
    found = transaction.delimiters
    assert [getattr(found, name) for name in found.__slots__] == [
        getattr(delimiters, name) for name in delimiters.__slots__
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("~", "~\n"),
        lambda text: text.replace("~", "~\r\n"),
        lambda text: text.replace("~", "~\n   "),
        lambda text: "\ufeff" + text,
        lambda text: "\n\n  " + text,
        lambda text: text + "\n\x00\x00\x1a",
        lambda text: text.replace("~", "~\n\n"),
    ],
    ids=["LF", "CRLF", "indented", "BOM", "leading space", "padding and ^Z", "blank lines"],
)
def test_how_a_file_is_laid_out_changes_nothing(change) -> None:
    [transaction], problems = read(change(GOOD.decode()).encode())
    assert (transaction.segments, problems) == (wanted(), [])
    assert transaction.first == 3


def test_a_text_wrapped_at_80_columns_is_read() -> None:
    text = GOOD.decode()
    [transaction], problems = read("\n".join(text[i : i + 80] for i in range(0, len(text), 80)))
    assert transaction.segments == wanted()
    assert [p.element for p in problems] == ["ISA"]


def test_utf_16_and_latin_1_are_read() -> None:
    named = GOOD.decode().replace("PLAN A", "PLAN Å")
    for encoding in ("utf-16", "latin-1", "utf-8"):
        [transaction], _ = read(named.encode(encoding))
        assert ["MSG", "PLAN Å"] in transaction.segments


def test_an_isa_that_is_not_padded_is_read_and_said_so() -> None:
    text = GOOD.decode()
    tight = "*".join(part.strip() for part in text[:105].split("*")) + text[105:]
    [transaction], problems = read(tight)
    assert transaction.segments == wanted()
    assert [(p.severity, p.place) for p in problems] == [("minor", "interchange 1, segment 1, ISA")]


def test_a_letter_for_the_repetition_separator_is_a_4010_habit() -> None:
    [transaction], _ = read(GOOD.decode().replace("*^*00501", "*U*00401"))
    assert transaction.delimiters.repetition == "^"


def test_many_interchanges_with_their_own_delimiters_and_text_between_them() -> None:
    other = message(
        answer(subscriber(ACTIVE)),
        envelope=envelope(delimiters=x12.Delimiters("|", "^", ":", "!")),
    )
    document = x12.parse(b"--begin--\n" + GOOD + b"\nreceived 10:30, next:\n" + other + b"\nEOF")
    found = list(document.transactions)
    assert [(t.interchange, t.first, t.delimiters.element) for t in found] == [
        (1, 3, "*"),
        (2, 3 + COUNT + 4, "|"),
    ]
    assert [p.severity for p in document.problems] == ["minor"] * 3


def test_a_plan_called_visa_starts_no_interchange() -> None:
    data = message(answer(subscriber(["EB", "1", "", "30", "", "VISA"], ["MSG", "ISA PLAN"])))
    assert len(x12.parse(data).interchanges) == 1


def test_bare_fragments_count_as_x12() -> None:
    text = GOOD.decode()
    fragment = text[text.index("ST*") : text.index("GE*")]
    for data in (
        fragment,
        fragment.replace("~", "\n"),
        f"noise\n{fragment}\n{fragment}",
        text[text.index("GS*") :],
    ):
        found, _ = read(data)
        assert all(t.segments == wanted() for t in found)
        assert found[0].first == (2 if data.startswith("GS") else 1)


def test_lower_case_ids_are_read_and_said_once() -> None:
    [transaction], problems = read(GOOD.lower())
    assert [s[0] for s in transaction.segments] == [s[0] for s in wanted()]
    assert [p.severity for p in problems] == ["minor"]


def test_a_cut_text_keeps_what_came_before_and_never_a_cut_figure() -> None:
    text = message(answer(subscriber(ACTIVE, ["EB", "C", "IND", "30", "", "", "23", "1500"]))).decode()
    [transaction], problems = read(text[: text.index("1500") + 2])
    assert transaction.segments[-1] == ACTIVE
    assert not transaction.complete
    assert [p.severity for p in problems].count("structure") == 2


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (lambda text: text.replace("SE*13", "SE*99"), ["SE01"]),
        (lambda text: text.replace("SE*13*0001", "SE*13*0002"), ["SE02"]),
        (lambda text: text.replace("GE*1*", "GE*7*"), ["GE01"]),
        (lambda text: text.replace("GE*1*905", "GE*1*9"), ["GE02"]),
        (lambda text: text.replace("IEA*1*", "IEA*3*"), ["IEA01"]),
        (lambda text: text.replace("IEA*1*000000905", "IEA*1*000000001"), ["IEA02"]),
        (lambda text: text[: text.index("GE*")], ["GE", "IEA"]),
        (lambda text: text[: text.index("IEA*")], ["IEA"]),
    ],
    ids=[
        "count",
        "number",
        "group count",
        "group number",
        "interchange count",
        "interchange number",
        "no GE",
        "no IEA",
    ],
)
def test_wrong_counts_and_missing_trailers_are_problems_of_the_envelope(change, places) -> None:
    [transaction], problems = read(change(GOOD.decode()))
    assert transaction.segments[:-1] == wanted()[:-1]
    assert [(p.severity, p.element) for p in problems] == [("envelope", place) for place in places]


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"<html>503</html>", b"ISA", b"STUDY 271", b"\x00" * 500, b"ISA*" * 50]
)
def test_what_is_not_x12_has_no_transactions(data: bytes) -> None:
    assert not list(x12.parse(data).transactions)


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_a_stream_in_pieces_gives_the_same(size: int) -> None:
    data = (
        GOOD + b"\nstray\n" + message(answer(subscriber(ACTIVE)), answer(subscriber(["EB", "6", "", "30"])))
    )
    whole = list(x12.parse(data).transactions)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert [(t.first, t.segments) for t in x12.stream(pieces)] == [(t.first, t.segments) for t in whole]


class Endless(io.RawIOBase):
    """A file of `count` transactions that is made as it is read."""

    def __init__(self, count: int) -> None:
        text = GOOD.decode()
        self.head, self.one = (
            text[: text.index("ST*")].encode(),
            text[text.index("ST*") : text.index("GE*")].encode(),
        )
        self.left, self.buffer = count, self.head

    def read(self, size: int = -1) -> bytes:
        while self.left and len(self.buffer) < size:
            many = min(self.left, 100)
            self.buffer += self.one * many
            self.left -= many
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken


def test_memory_stays_flat_over_a_long_file() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in x12.stream(Endless(count))) == count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(4000) < peak(400) * 1.5
