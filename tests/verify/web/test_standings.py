"""Yes, no, a value, unknown, not stated and not asked are different things to the API, the page and the terminal."""

from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.typed_answers import BY_KIND
from verify.catalogue import load
from verify.cli import findings_wording, wording
from verify.facts import (
    About,
    Fact,
    FactName,
    FieldKind,
    FormField,
    Source,
    SourceKind,
    Standing,
    Status,
    UnreadableAnswers,
    facts_from_form,
    merge,
)
from verify.findings import Case
from verify.findings.completeness import completeness
from verify.web import words
from verify.web.completeness import standing_words
from verify.web.findings import completeness_shown

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SOURCE = Source(kind=SourceKind.CALL, reference="exch_1", by="user_1", obtained_at=NOW, call_reference="7")
ABOUT = About(service_line="tms")
#: Words that are never a value.
SILENCES = {"not stated", "not asked", "they could not say", "unknown", ""}


def fact(name: FactName, standing: Standing, value: object = None) -> Fact:
    silent = standing is Standing.NOT_STATED
    return Fact(
        name=name,
        about=ABOUT,
        standing=standing,
        status=Status.NOT_STATED if silent else Status.STATED,
        value=value,
        source=SOURCE,
    )


def page(said: Fact) -> str:
    return words.fact_value(msgspec.to_builtins(said))


def terminal(said: Fact) -> str:
    return wording.value(msgspec.to_builtins(said))


def spoken(name: FactName) -> list[Fact]:
    """The fact as it may stand: typed, and silent."""
    field = FormField(
        name="a", label="a", kind=name.kind, fact=name, choices=name.choices, service_line="tms"
    )
    answers = [name.choices[0] if name.choices else BY_KIND[name.kind], "unknown"]
    if name.kind in (FieldKind.YES_NO, FieldKind.YES_NOTE, FieldKind.COMPANY, FieldKind.COMPANIES):
        answers += ["no"] if answers[0] != "no" else ["Example Company"]
    found = [facts_from_form({"a": answer}, [field], source=SOURCE)[0] for answer in answers]
    return [*found, fact(name, Standing.NOT_STATED)]


@pytest.mark.parametrize("name", FactName)
@pytest.mark.parametrize("shown", [page, terminal], ids=["page", "terminal"])
def test_however_a_fact_stands_its_words_are_its_own(name: FactName, shown: Any):
    said = {one.standing: shown(one) for one in spoken(name)}
    assert all(said.values())
    for one, other in combinations(said.values(), 2):
        assert one != other
    assert said[Standing.NOT_STATED] == "not stated"


@pytest.mark.parametrize("name", FactName)
def test_the_api_gives_the_standing_as_it_is(name: FactName):
    for one in spoken(name):
        given_out = msgspec.json.decode(msgspec.json.encode(one))
        assert given_out["standing"] == one.standing.value
        assert ("value" in given_out) == (one.value is not None)


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(FactName), data=st.data())
def test_nothing_that_can_be_typed_reads_like_a_silence(name: FactName, data: st.DataObject):
    """Whatever the form takes, page and terminal never say it as if nobody had said anything."""
    hints = [*name.choices, *BY_KIND.values(), "no", "yes", "unknown", "not stated", "0", "$0.00", "none"]
    answer = data.draw(st.sampled_from(hints) | st.text(max_size=20))
    field = FormField(
        name="a", label="a", kind=name.kind, fact=name, choices=name.choices, service_line="tms"
    )
    try:
        found = facts_from_form({"a": answer}, [field], source=SOURCE)
    except UnreadableAnswers:
        return
    if not found:
        assert not answer.strip()
        return
    (one,) = found
    for shown in (page(one), terminal(one)):
        if one.standing is Standing.UNKNOWN:
            assert shown in SILENCES
        elif one.standing is Standing.NO:
            assert shown == "no"
        elif one.standing is Standing.YES:
            assert shown.startswith("yes")
        elif shown.strip():
            assert shown not in SILENCES


def items(*known: Fact) -> dict[str, Any]:
    case = Case(merge(known, now=NOW), load().service_lines["tms"], NOW.date())
    return {item.name: item for item in completeness(case).items}


STANDINGS = {
    Standing.YES: fact(FactName.REFERRAL, Standing.YES),
    Standing.NO: fact(FactName.REFERRAL, Standing.NO),
    Standing.UNKNOWN: fact(FactName.REFERRAL, Standing.UNKNOWN),
    Standing.NOT_STATED: fact(FactName.REFERRAL, Standing.NOT_STATED),
    Standing.NOT_ASKED: None,
    Standing.VALUE: fact(FactName.PROCESSED_AS, Standing.VALUE, "procedure"),
}


def item_of(standing: Standing) -> Any:
    said = STANDINGS[standing]
    name = "tms.processed_as" if standing is Standing.VALUE else "tms.referral"
    return items(*([said] if said else []))[name]


def test_a_field_of_the_worksheet_stands_in_six_ways_everywhere():
    found = {standing: item_of(standing) for standing in Standing}
    assert {standing: item.standing for standing, item in found.items()} == {each: each for each in Standing}
    on_page = [standing_words(item) for item in found.values()]
    assert len(set(on_page)) == len(Standing)
    case = Case(merge([], now=NOW), load().service_lines["tms"], NOW.date())
    by_api = completeness_shown(completeness(case)).model_dump()
    assert {one["standing"] for one in by_api["items"]} == {"not_asked"}
    shown = [
        findings_wording.standing(
            msgspec.to_builtins(item) | {"covered_by": "", "disputed": False, "stale": False}
        )
        for item in found.values()
    ]
    assert len(set(shown)) == len(Standing)


def test_a_field_that_is_old_or_disputed_says_so_on_the_page_and_at_the_terminal():
    old = msgspec.structs.replace(STANDINGS[Standing.YES], expires_at=NOW)  # type: ignore[type-var]
    (stale,) = [items(old)["tms.referral"]]
    letter = msgspec.structs.replace(
        STANDINGS[Standing.NO],  # type: ignore[type-var]
        source=msgspec.structs.replace(SOURCE, kind=SourceKind.LETTER, reference="exch_2"),
    )
    disputed = items(STANDINGS[Standing.YES], letter)["tms.referral"]  # type: ignore[arg-type]
    for item, told in ((stale, "out of date"), (disputed, "sources disagree")):
        assert told in standing_words(item)
        assert told in findings_wording.standing(completeness_dict(item))


def completeness_dict(item: Any) -> dict[str, Any]:
    return msgspec.structs.asdict(item) | {"standing": item.standing.value}


@pytest.mark.parametrize("name", FactName)
def test_every_fact_has_its_word_and_its_group_on_the_page(name: FactName):
    assert words.FACT_WORDS[name.value]
    groups = [group for group, names in words.FACT_GROUPS.items() if name.value in names]
    assert len(groups) == 1


@pytest.mark.parametrize("kind", SourceKind)
def test_every_source_has_its_word(kind: SourceKind):
    assert words.SOURCE_WORDS[kind.value]


@pytest.mark.parametrize("kind", FieldKind)
def test_every_kind_of_field_says_how_it_is_typed(kind: FieldKind):
    choices = ("one", "two") if kind is FieldKind.WORD else ()
    assert words.hint(kind.value, choices) or kind is FieldKind.TEXT
