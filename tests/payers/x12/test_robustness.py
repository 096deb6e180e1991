"""Whatever a payer sends, reading it ends, raises nothing, and says nothing that is not there."""

import time
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payers import reading, x12
from payers.errors import PayerError
from payers.x12_mapping import benefits_of, exit_code, read_file, receive, show, to_json
from tests.payers.x12.messages import answer, inquiry, message, subscriber

LINES = [
    ["EB", "1", "", ["30", "MH"]],
    ["DTP", "291", "RD8", "20260101-20261231"],
    ["EB", "C", "IND", "30", "", "", "23", "1500", "", "", "", "", "Y"],
    ["EB", "C", "IND", "30", "", "", "29", "900", "", "", "", "", "Y"],
    ["EB", "F", "", "MH"],
    ["HSD", "VS", "20", "", "", "23", "1"],
    ["EB", "U", "", "MH"],
    ["LS", "2120"],
    ["NM1", "VN", "2", "NORTHWAY", "", "", "", "", "PI", "NWB01"],
    ["PER", "IC", "", "TE", "8005550100"],
    ["LE", "2120"],
    ["AAA", "N", "", "54", "C"],
]
GOOD = message(answer(subscriber(*LINES)))


@given(st.binary(max_size=400))
@example(b"ISA*00*\xff")
@example(b"ST*271*1~")
@example(b"ISA" + b"*" * 200)
def test_any_bytes_are_read_or_reported(data: bytes) -> None:
    check(data)


@settings(max_examples=300)
@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.binary(max_size=12))
def test_a_message_damaged_anywhere_is_read_or_reported(place: int, removed: int, put_in: bytes) -> None:
    check(GOOD[:place] + put_in + GOOD[place + removed :])


def check(data: bytes) -> None:
    transactions, problems = read_file(data)
    assert exit_code(transactions, problems) in (0, 1, 4)
    to_json("file", transactions, problems, service_types=["MH"], on=date(2026, 3, 2))
    assert all(p.severity in {"envelope", "structure", "minor"} for t in transactions for p in t.problems)
    for found in transactions:
        reading.patient(found, "T-000905")
    try:
        receive(data, inquiry())
    except PayerError as failure:
        assert str(failure) == failure.code


ELEMENTS = st.sampled_from(
    [
        "",
        "1",
        "B",
        "C",
        "F",
        "U",
        "30",
        "MH^98",
        "IND",
        "23",
        "29",
        "1500",
        "-5",
        "NaN",
        "1E999",
        "Y",
        ".2",
        "VS",
    ]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["EB", "HSD", "DTP", "REF", "III", "NM1", "AAA", "MSG", "PER"]),
            st.lists(ELEMENTS, max_size=15),
        ),
        max_size=12,
    )
)
def test_lines_of_any_shape_keep_their_figures_and_their_numbers(lines: list[tuple[str, list[str]]]) -> None:
    body = answer(
        subscriber(
            *([name, *(e.split("^") if "^" in e else e for e in elements)] for name, elements in lines)
        )
    )
    [transaction] = x12.parse(message(body)).transactions
    [found] = benefits_of(transaction)
    [member] = found.members
    sent = [s for s in transaction.segments if s[0] == "EB"]
    assert [line.amount or "" for line in member.benefits] == [x12.element(s, 7) for s in sent]
    for line, segment in zip(member.benefits, sent, strict=True):
        assert transaction.segments[line.segments[0] - transaction.first] == segment
    for said in reading.answers(member, ["MH"], date(2026, 3, 2)).values():
        assert set(said.segments) <= {line.segments[0] for line in member.benefits}


def test_the_segments_behind_a_figure_can_be_shown() -> None:
    [transaction], _ = read_file(GOOD)
    carve_out = transaction.members[0].carve_outs[0]
    shown = show(GOOD, carve_out.segments[0])
    assert [raw for _, raw in shown][:3] == ["EB*U**MH", "LS*2120", "NM1*VN*2*NORTHWAY*****PI*NWB01"]
    assert tuple(number for number, _ in shown) == transaction.members[0].benefits[-1].segments
    assert show(GOOD, 1)[0][1].startswith("ISA*")
    assert show(GOOD, 2)[0][1].startswith("GS*")
    last = max(n for n in range(1, 60) if show(GOOD, n))
    assert show(GOOD, last)[0][1].startswith("IEA*")
    assert show(GOOD, 9_999) == []


def seconds(data: bytes) -> float:
    start = time.process_time()
    read_file(data)
    return time.process_time() - start


@pytest.mark.parametrize(
    "long",
    [
        lambda count: message(answer(subscriber(*LINES * count))),
        lambda count: message(
            answer(subscriber(["EB", "1"], *[["MSG", "A"], ["REF", "18", "B"]] * 6 * count))
        ),
        lambda count: GOOD * (count // 4),
    ],
    ids=["lines", "texts under one line", "interchanges"],
)
def test_the_cost_grows_no_faster_than_the_message(long) -> None:
    small, large = long(80), long(800)
    seconds(small)
    assert min(seconds(large) for _ in range(3)) < 40 * min(seconds(small) for _ in range(5))
