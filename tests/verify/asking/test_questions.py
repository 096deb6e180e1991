"""Which service types are asked of one payer, and when no more are."""

from datetime import UTC, date, datetime

import pytest

from payers.directory import Quirks
from verify.asking import MOST_QUESTIONS, further, is_silent, lines_held, opening
from verify.catalogue import load
from verify.facts import About, Fact, FactName, Source, SourceKind, Standing, Status

LINES = load().service_lines
TMS, KETAMINE = LINES["tms"], LINES["ketamine_iv"]
USUAL = Quirks()


def quirks(**given):
    return Quirks(source="a portal", read_on=date(2026, 11, 1), **given)


def said(service_type, standing=Standing.YES):
    source = Source(
        kind=SourceKind.X12_271,
        reference="exch_1",
        by="system",
        obtained_at=datetime(2026, 11, 28, tzinfo=UTC),
    )
    status = Status.NOT_STATED if standing is Standing.NOT_STATED else Status.STATED
    return Fact(
        name=FactName.ACTIVE,
        about=About(service_type=service_type),
        standing=standing,
        status=status,
        source=source,
    )


def test_the_plan_and_mental_health_are_asked_first():
    assert opening([TMS], USUAL) == ["30", "MH"]


def test_a_type_the_payer_is_known_to_pass_over_is_not_bought():
    assert opening([TMS], quirks(service_types=("98",))) == ["30"]


@pytest.mark.parametrize(("domain", "first"), [("behavioral", "MH"), ("pharmacy", "88")])
def test_a_holder_of_part_of_the_benefits_is_asked_about_that_part(domain, first):
    assert opening([TMS], USUAL, domain=domain) == [first]


def test_nothing_more_is_asked_of_a_line_that_was_answered():
    assert further([TMS], [said("MH")], {"30", "MH"}, USUAL) == []


def test_the_plans_own_status_is_no_answer_about_the_line():
    assert is_silent(TMS, [said("30")])
    assert further([TMS], [said("30")], {"30", "MH"}, USUAL) == ["A8"]


def test_what_is_not_stated_leaves_the_line_silent():
    assert further([TMS], [said("MH", Standing.NOT_STATED)], {"30", "MH"}, USUAL) == ["A8"]


def test_types_the_payer_passes_over_are_skipped_on_the_way():
    wants = quirks(service_types=("MH", "CF"))
    assert further([TMS], [], {"30", "MH"}, wants) == ["CF"]


def test_enough_is_enough():
    asked = {"30", "MH", "A8", "CF"}
    assert len(asked) == MOST_QUESTIONS
    assert further([TMS], [], asked, USUAL) == []


def test_two_lines_that_want_the_same_type_ask_it_once():
    lines = [TMS, LINES["psychotherapy"]]
    wanted = further(lines, [], {"30", "MH"}, USUAL)
    assert len(wanted) == len(set(wanted))


def test_a_behavioral_administrator_is_asked_about_behavioral_lines_alone():
    assert lines_held([TMS, KETAMINE], "behavioral") == [TMS]


def test_whoever_holds_the_whole_plan_is_asked_about_everything():
    assert lines_held([TMS, KETAMINE], "plan") == [TMS, KETAMINE]
