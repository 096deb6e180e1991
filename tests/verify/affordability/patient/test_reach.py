"""More questions than can be reckoned with: those that move the total least are settled, and no more than need be."""

from tests.verify.affordability.courses import case, line
from verify.affordability.case import CaseUnknown
from verify.affordability.patient.reach import MOST_COMBINATIONS, expected_answer, within_reach
from verify.affordability.reader import read_case

#: A day of its own for each question, so that none moves what another is about.
CODES = [f"S{number:04}" for number in range(12)]


def course_of(*dollars):
    return read_case(
        case(*(line(at, cents * 100, CODES[at], coinsurance_bp=10_000) for at, cents in enumerate(dollars)))
    )


def question(at, *answers, expected=None, **more):
    """Whether the plan pays for the line on that day."""
    made = answers or ({"answer": "yes", "rule": {"coinsurance_bp": 0}}, {"answer": "no"})
    return CaseUnknown.model_validate(
        {"fact": f"fact {at}", "codes": [CODES[at]], "answers": list(made), "expected": expected, **more}
    )


def settled(found):
    return [one.fact for one in found[1]]


def test_as_many_combinations_as_are_reckoned_stay_open():
    eleven = [question(at) for at in range(11)]
    assert MOST_COMBINATIONS == 2**11
    kept, none = within_reach(course_of(*[100] * 11), eleven)
    assert (kept.unknowns, none) == (eleven, [])


def test_of_one_question_too_many_the_one_that_moves_the_total_least_keeps_its_expected_answer():
    twelve = [question(at, expected="no") for at in range(12)]
    found = within_reach(course_of(900, 800, 700, 600, 500, 400, 10, 300, 200, 150, 120, 110), twelve)
    assert settled(found) == ["fact 6"]
    assert [len(one.answers) for one in found[0].unknowns] == [2] * 6 + [1] + [2] * 5
    (answer,) = found[0].unknowns[6].answers
    assert (answer.answer, expected_answer(found[0].unknowns[6])) == ("no", "no")


def test_what_a_question_moves_is_told_while_the_others_have_their_expected_answers():
    """The dearest line is given only if the next question is not answered as it is expected to be."""
    dear = question(4)
    given = question(5, {"answer": "not given", "sessions": 0}, {"answer": "given"}, codes=[CODES[4]])
    others = [question(at) for at in (0, 1, 2, 3, 6, 7, 8, 9, 10, 11)]
    found = within_reach(course_of(*[100] * 4, 5000, *[100] * 7), [*others[:4], dear, given, *others[4:]])
    assert settled(found) == ["fact 4"]
