"""What we write is X12 whatever was in the data, and survives being read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers import x12
from tests.payers.x12.messages import ENVELOPE, answer, envelope, message, segments, subscriber

TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), max_size=40)
NAMES = st.sampled_from(["EB", "MSG", "REF", "DTP", "NM1", "HSD"])


def test_the_isa_is_106_characters_and_the_counts_are_right() -> None:
    text = message(answer(subscriber())).decode()
    assert text[105] == "~"
    assert text.startswith(
        "ISA*00*          *00*          *ZZ*MERIDIAN       *ZZ*LAKESIDE       *260105*0930*^*00501*000000905*0*T*:~GS*HB*"
    )
    assert not x12.parse(text).problems


def test_a_delimiter_in_the_data_becomes_a_space() -> None:
    [found] = [s for s in segments(message(answer(subscriber(["MSG", "A*B~C:D^E"])))) if s[0] == "MSG"]
    assert found == ["MSG", "A B C D E"]


def test_repetitions_and_components_are_lists_and_tuples() -> None:
    written = message(answer(subscriber(["EB", "1", "", ["30", "MH"], *[""] * 9, ("HC", "90867", "")])))
    [eb] = [s for s in segments(written) if s[0] == "EB"]
    assert (eb[3], eb[13]) == ("30^MH", "HC:90867")


def test_accents_are_written_plain_and_other_scripts_are_refused() -> None:
    assert x12.basic("José Łęcki-Müller", "last") == "JOSE LECKI-MULLER"
    with pytest.raises(x12.Unwritable, match="last") as refused:
        x12.basic("Иванов", "last")
    assert "Иванов" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sender_id": "X" * 16}, "sender_id"),
        ({"control_number": 0}, "control_number"),
        ({"authorization": "A" * 11}, "authorization"),
    ],
)
def test_an_envelope_field_that_does_not_fit_is_named(change: dict, field: str) -> None:
    with pytest.raises(x12.Unwritable, match=field):
        message(answer(), envelope=envelope(**change))


@given(st.lists(st.tuples(NAMES, st.lists(TEXT, min_size=1, max_size=14)), max_size=20))
def test_what_is_written_is_read_back(lines: list[tuple[str, list[str]]]) -> None:
    body = [[name, *elements] for name, elements in lines]
    try:
        written = x12.compose([body], ENVELOPE, set_id="271")
    except x12.Unwritable:
        return
    [transaction] = x12.parse(written).transactions
    read = transaction.segments[1:-1]
    assert len(read) == len(body)
    assert not transaction.problems
    for segment, given_line in zip(read, body, strict=True):
        clean = [x12.plain(e, "e").translate(str.maketrans("*^:~", "    ")) for e in given_line]
        while len(clean) > 1 and not clean[-1]:
            clean.pop()
        assert segment == clean
    assert x12.write(x12.parse(written)) == written


@given(
    st.lists(st.sampled_from(["B", "30", "MH^98", "", "27", "1500.00", "Y", ".2", "HC:90867"]), max_size=14)
)
def test_any_line_comes_back_segment_by_segment(elements: list[str]) -> None:
    text = message(answer(subscriber())).decode()
    eb = "*".join(["EB", *elements])
    changed = text.replace("SE*", eb + "~SE*")
    assert x12.write(x12.parse(changed)) == changed
