"""Until when a signature holds: the first end among the facts that decide a needed field."""

from datetime import datetime, timedelta

import msgspec

from tests.verify.findings.known import LINES, NO, NOW, ON, VALUE, YES, fact, plan
from verify.facts import Fact, Level, Source, SourceKind
from verify.findings import cases_of, first_end

#: Where `fact` ends.
USUAL = NOW + timedelta(days=7)


def end_of(*facts: Fact, lines: tuple[str, ...] = ("tms",)) -> datetime | None:
    return first_end(cases_of(facts, [LINES[key] for key in lines], ON, now=NOW))


def until(days: int, said: Fact) -> Fact:
    return msgspec.structs.replace(said, expires_at=NOW + timedelta(days=days))


def of_day(days_ago: int, said: Fact) -> Fact:
    """Obtained so many days ago, and as old as that."""
    obtained = NOW - timedelta(days=days_ago)
    source = Source(kind=said.source.kind, reference=f"ref-{days_ago}", by="x", obtained_at=obtained)
    return msgspec.structs.replace(said, source=source, expires_at=obtained + timedelta(days=7))


def test_the_first_end_of_what_decides_counts():
    assert (
        end_of(until(90, fact("covered")), until(30, fact("active")), fact("copay", VALUE, {"cents": 1}))
        == USUAL
    )
    assert end_of(until(90, fact("covered")), until(30, fact("active"))) == NOW + timedelta(days=30)


def test_a_figure_that_a_newer_one_replaced_ends_nothing():
    newer = fact("deductible_remaining", VALUE, 80_00, kind=SourceKind.X12_271)
    older = of_day(5, fact("deductible_remaining", VALUE, 100_00, kind=SourceKind.PORTAL))
    assert older.expires_at is not None and older.expires_at < USUAL
    assert end_of(older, newer) == USUAL


def test_a_better_source_decides_and_not_one_that_ends_earlier():
    letter, answer = fact("covered", kind=SourceKind.LETTER), fact("covered", kind=SourceKind.X12_271)
    assert end_of(until(40, letter), until(3, answer)) == NOW + timedelta(days=40)


def test_what_has_run_out_already_is_a_gap_and_no_end():
    ran_out = of_day(9, fact("deductible_remaining", VALUE, 100_00, kind=SourceKind.PORTAL))
    assert end_of(ran_out, until(30, fact("active"))) == NOW + timedelta(days=30)
    assert end_of(ran_out) is None


def test_what_sources_dispute_is_a_gap_and_no_end():
    disputed = [until(2, fact("covered", NO)), until(2, fact("covered", YES, kind=SourceKind.LETTER))]
    assert end_of(*disputed, until(30, fact("active"))) == NOW + timedelta(days=30)


def test_a_field_nobody_is_sent_after_ends_nothing():
    optional = until(1, fact("deductible_remaining", VALUE, 300_00, level=Level.FAMILY))
    assert end_of(optional, until(30, fact("active"))) == NOW + timedelta(days=30)


def test_a_field_that_is_not_needed_ends_nothing():
    left = until(1, fact("deductible_remaining", VALUE, 0))
    assert end_of(left, until(30, fact("deductible_applies", YES))) == NOW + timedelta(days=1)
    assert end_of(left, until(30, fact("deductible_applies", NO))) == NOW + timedelta(days=30)


def test_a_withdrawn_fact_ends_nothing():
    wrong = until(1, fact("covered", kind=SourceKind.PORTAL))
    back = msgspec.structs.replace(fact("covered", kind=SourceKind.LETTER), withdraws=wrong.key)
    assert end_of(wrong, back) == USUAL


def test_the_plan_and_every_treatment_count():
    of_plan = until(5, plan("plan_name", VALUE, "CHOICE"))
    of_other = until(3, fact("covered", line="spravato_medical"))
    assert end_of(until(9, fact("covered")), of_plan) == NOW + timedelta(days=5)
    both = (until(9, fact("covered")), of_plan, of_other)
    assert end_of(*both, lines=("tms", "spravato_medical")) == NOW + timedelta(days=3)
    assert end_of(*both) == NOW + timedelta(days=5), "a treatment that is not verified"


def test_what_holds_for_ever_and_nothing_at_all_have_no_end():
    assert end_of() is None
    assert end_of(msgspec.structs.replace(fact("covered"), expires_at=None)) is None
