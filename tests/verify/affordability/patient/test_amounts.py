"""What is stated of a deductible or a maximum: each amount once, whoever it is stated for."""

from tests.verify.affordability.patient.test_course_cost import LINES, MONDAY, NOW, UNKNOWN, VALUE, YES, fact
from verify.affordability.case import MOST_CENTS
from verify.affordability.patient.amounts import are_certain, stated_amounts
from verify.affordability.patient.subject import Subject
from verify.facts import FactName, Level, merge

TOTAL = FactName.DEDUCTIBLE_TOTAL


def subjects(*facts, lines=("tms", "psychotherapy")):
    merged = merge(facts, now=NOW)
    return [
        Subject(merged=merged, line=LINES[key], on=MONDAY, codes=("90868",), several_a_day=False, alone=False)
        for key in lines
    ]


def test_an_amount_that_holds_for_two_treatments_is_one_amount():
    assert stated_amounts(subjects(fact(TOTAL, VALUE, 1500_00)), TOTAL) == [1500_00]


def test_each_amount_is_told_and_what_is_none_is_left_alone():
    found = subjects(
        fact(TOTAL, VALUE, 1500_00),
        fact(TOTAL, VALUE, 500_00, line="tms"),
        fact(TOTAL, VALUE, 3000_00, level=Level.FAMILY),
    )
    assert stated_amounts(found, TOTAL) == [500_00, 1500_00]
    assert stated_amounts(found, TOTAL, Level.FAMILY) == [3000_00]
    assert stated_amounts(subjects(fact(TOTAL, UNKNOWN, ["1500", "500"])), TOTAL) == []
    assert stated_amounts(subjects(fact(TOTAL, VALUE, MOST_CENTS + 1)), TOTAL) == [MOST_CENTS]


def test_amounts_are_certain_unless_what_is_said_of_one_is_not():
    certain, open_ = fact(TOTAL, VALUE, 1500_00), fact(TOTAL, UNKNOWN, [1500_00, 500_00], line="tms")
    assert are_certain(subjects(certain), TOTAL)
    assert are_certain(subjects(fact("active", YES)), TOTAL)
    assert not are_certain(subjects(certain, open_), TOTAL)
