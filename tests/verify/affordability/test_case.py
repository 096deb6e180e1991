"""Bad input: an error that names the field, and never repeats what was handed in."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.affordability.courses import case, line
from verify.affordability import CaseError, estimate_case, parse
from verify.affordability.reader import path_of

GOOD = case(
    line(0, copay_cents=10, coinsurance_bp=2000),
    line(1, billed_cents=150_00, out_of_network=True, balance_bill=True),
    deductible_individual_cents=5,
    oop_individual_cents=100,
    visits_left=3,
    as_of="2026-02-01",
    accumulators_as_of="2026-01-31",
    reset={"on": "2027-01-01", "limits": {}},
    secondary={"method": "standard", "rules": [{"rule": {}}]},
    savings=[{"name": "card", "codes": ["90868"]}],
    unknowns=[{"fact": "f", "answers": [{"answer": "a"}, {"answer": "b"}]}],
)


def problems(document):
    with pytest.raises(CaseError) as caught:
        estimate_case(document)
    return {problem.field: problem.message for problem in caught.value.problems}


def changed(path, value):
    """The good case with one place changed; `...` takes it away."""
    document = deepcopy(GOOD)
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def test_the_good_case_is_good():
    assert estimate_case(GOOD)["low_cents"] >= 0


CENTS = [
    ("lines", 0, "allowed_cents"),
    ("lines", 1, "billed_cents"),
    ("lines", 0, "self_pay_cents"),
    ("lines", 0, "rule", "copay_cents"),
    ("limits", "deductible_individual_cents"),
    ("limits", "deductible_family_cents"),
    ("limits", "oop_individual_cents"),
    ("limits", "oop_family_cents"),
    ("limits", "visits_left"),
    ("reset", "limits", "oop_individual_cents"),
    ("spent_since_at_most_cents",),
    ("savings", 0, "patient_pays_cents"),
    ("savings", 0, "maximum_cents"),
    ("secondary", "rules", 0, "allowed_cents"),
    ("secondary", "pays_of_deductible_bp"),
]


@pytest.mark.parametrize("path", CENTS, ids=path_of)
@pytest.mark.parametrize("wrong", ["$1,2O0", "1200", 12.5, -1, True, [], {}, 10**15])
def test_what_is_no_amount_is_an_error_that_names_the_field(path, wrong):
    if path == ("limits", "visits_left") and wrong == 10**15:
        wrong = -(10**15)
    found = problems(changed(path, wrong))
    assert list(found) == [path_of(path)]
    assert "1,2O0" not in found[path_of(path)]


@pytest.mark.parametrize(
    ("path", "value", "field", "words"),
    [
        (("lines", 0, "allowed_cents"), ..., "lines[0].allowed_cents", "is missing"),
        (("lines", 0, "allowed_cents"), None, "lines[0].allowed_cents", "is missing"),
        (("lines", 0, "rule"), ..., "lines[0].rule", "is missing"),
        (("lines", 1, "billed_cents"), ..., "lines[1].billed_cents", "balance bill"),
        (("lines", 0, "code"), ..., "lines[0].code", "is missing"),
        (("lines", 0, "code"), "", "lines[0].code", "at least 1"),
        (("lines", 0, "code"), 90868, "lines[0].code", "must be text"),
        (("lines",), ..., "lines", "is missing"),
        (("lines",), [], "lines", "at least 1"),
        (("lines",), {}, "lines", "must be a list"),
        (("lines", 0), 7, "lines[0]", "must be an object"),
        (("limits",), ..., "limits", "is missing"),
        (("lines", 0, "date"), "2026-02-30", "lines[0].date", "no day of the calendar"),
        (("lines", 0, "date"), "02/03/2026", "lines[0].date", "YYYY-MM-DD"),
        (("lines", 0, "date"), "2026-2-3", "lines[0].date", "YYYY-MM-DD"),
        (("lines", 0, "date"), 1770000000, "lines[0].date", "YYYY-MM-DD"),
        (("lines", 0, "date"), "1926-02-03", "lines[0].date", "between 2000 and 2100"),
        (("lines", 0, "date"), "2101-01-01", "lines[0].date", "between 2000 and 2100"),
        (("reset", "on"), "2027-13-01", "reset.on", "no day of the calendar"),
        (("lines", 0, "rule", "coinsurance_bp"), 10_001, "lines[0].rule.coinsurance_bp", "above 10000"),
        (("lines", 0, "rule", "covered"), "yes", "lines[0].rule.covered", "true or false"),
        (("lines", 0, "rule", "order"), "random", "lines[0].rule.order", "deductible_first"),
        (("lines", 0, "rule", "copay_cent"), 5, "lines[0].rule.copay_cent", "not a key"),
        (("limits", "oop_cents"), 5, "limits.oop_cents", "not a key"),
        (("rest",), {}, "rest", "did you mean reset"),
        (("saving",), [], "saving", "did you mean savings"),
        (("as_of",), ..., "as_of", "how old"),
        (("as_of",), "2026-01-30", "accumulators_as_of", "lies after as_of"),
        (("savings",), [{"name": "c", "codes": []}], "savings[0].codes", "at least 1"),
        (("savings",), [{"name": "c", "codes": ["a"]}] * 2, "savings", "same name"),
        (("unknowns", 0, "answers"), [{"answer": "a"}], "unknowns[0].answers", "at least 2"),
        (("unknowns", 0, "answers", 1, "answer"), "a", "unknowns[0]", "same answer twice"),
        (("unknowns", 0, "expected"), "c", "unknowns[0]", "none of the answers"),
        (("unknowns", 0, "codes"), ["xyz"], "unknowns[0].codes", "no line"),
        (
            ("unknowns", 0, "answers", 0, "savings"),
            {"x": {}},
            "unknowns[0].answers[0].savings",
            "does not have",
        ),
        (("unknowns", 0, "answers", 0, "every"), 0, "unknowns[0].answers[0].every", "below 1"),
        (("secondary", "method"), "birthday", "secondary.method", "standard"),
        (("starts",), ["2026-03-02", "2026-03-03"], "starts[1]", "same day of the week"),
        (
            ("pending",),
            [{"date": "2026-01-30", "code": "a", "rule": {}}],
            "pending[0].allowed_cents",
            "is missing",
        ),
    ],
)
def test_a_fault_names_its_field_and_what_is_wrong(path, value, field, words):
    found = problems(changed(path, value))
    assert list(found) == [field]
    assert words in found[field]


@pytest.mark.parametrize("part", ["reset", "secondary"])
def test_an_answer_cannot_change_what_the_case_does_not_have(part):
    change = {"reset": {"reset_limits": {}}, "secondary": {"secondary": {}}}[part]
    document = changed(("unknowns", 0, "answers", 1), {"answer": "b", **change})
    del document[part]
    assert list(problems(document)) == [f"unknowns[0].answers[1].{next(iter(change))}"]


def test_a_bound_on_spending_needs_a_day_to_count_from():
    document = {**deepcopy(GOOD), "spent_since_at_most_cents": 5}
    del document["accumulators_as_of"]
    words = "is missing: spent_since_at_most_cents counts from it"
    assert problems(document) == {"accumulators_as_of": words}


def test_a_card_that_ends_before_it_starts_is_an_error():
    card = {"name": "c", "codes": ["a"], "starts_on": "2026-03-02", "ends_on": "2026-03-01"}
    assert list(problems(changed(("savings",), [card]))) == ["savings[0].ends_on"]
    assert estimate_case(changed(("savings",), [{**card, "ends_on": "2026-03-02"}]))


def test_every_fault_is_named_at_once():
    document = changed(("lines", 0, "allowed_cents"), -1)
    document["limits"]["visits_left"] = "many"
    assert list(problems(document)) == ["lines[0].allowed_cents", "limits.visits_left"]


def test_the_first_day_of_the_calendar_and_the_last_are_days():
    for day in ("2000-01-01", "2100-12-31"):
        assert estimate_case(case(line(day)))["by_year"] == {day[:4]: 0}


@pytest.mark.parametrize("document", [None, [], "case", 5])
def test_what_is_no_object_is_no_case(document):
    assert problems(document) == {"": "a case is a JSON object"}


def test_keys_a_test_or_a_person_adds_do_no_harm():
    assert estimate_case({**GOOD, "expect": {"patient_cents": 1}, "payer": "x"})["expected_cents"] >= 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON: "),
        ("", "in line 1, column 1"),
        ('{"limits": 1, "limits": 2}', "limits: stands twice in one object"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5000, "a number is too long"),
    ],
)
def test_text_that_is_no_json_is_an_error(text, words):
    with pytest.raises(CaseError, match=words):
        parse(text)


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("{", "", "is no JSON: Expecting property name enclosed in double quotes in line 1, column 2"),
        ('{"a": 1, "limits": 1, "limits": 2}', "limits", "stands twice in one object"),
        ("[" * 100_000, "", "is nested too deeply"),
        ("1" * 5000, "", "is no JSON this program reads: a number is too long"),
    ],
)
def test_a_text_that_is_no_json_is_told_why(text, field, words):
    with pytest.raises(CaseError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert (problem.field, problem.message) == (field, words)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("lines", 0, "date"), "x", "must be a date as YYYY-MM-DD"),
        (("lines", 0, "date"), "2026-02-30", "is no day of the calendar"),
        (("lines", 0, "date"), "1999-12-31", "must lie between 2000 and 2100"),
        (("as_of",), ..., "is missing: without it nobody can tell how old the accumulators are"),
        (("as_of",), "2026-01-30", "lies after as_of"),
        (("savings",), [{"name": "c", "codes": ["a"]}] * 2, "has two programmes of the same name"),
        (("unknowns", 0, "answers", 1, "answer"), "a", "has the same answer twice"),
        (("unknowns", 0, "expected"), "c", "expected is none of the answers"),
        (("unknowns", 0, "codes"), ["xyz"], "no line has any of these codes"),
        (("unknowns", 0, "answers", 0, "savings"), {"x": {}}, "names a programme the case does not have"),
        (("starts",), ["2026-03-03"], "must be the same day of the week as the first line"),
        (("lines", 0, "allowed_cents"), ..., "is missing"),
        (("lines", 1, "billed_cents"), ..., "is missing: a balance bill is reckoned from it"),
        (("lines", 0, "rule", "x"), 5, "is not a key of this format"),
        (("lines", 0, "rule", "coinsurance_bp"), 10_001, "must not be above 10000"),
        (("rest",), {}, "is not a key of a case; did you mean reset?"),
        (
            ("savings",),
            [{"name": "c", "codes": ["a"], "starts_on": "2026-03-02", "ends_on": "2026-03-01"}],
            "lies before starts_on",
        ),
    ],
)
def test_a_fault_says_what_is_wanted_and_no_more(path, value, words):
    assert list(problems(changed(path, value)).values()) == [words]


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("reset", {"reset_limits": {}}, "the case has no reset"),
        ("reset", {"no_reset": True}, "the case has no reset"),
        ("secondary", {"secondary": {}}, "the case has no secondary"),
    ],
)
def test_an_answer_that_changes_what_is_not_there_is_told_so(part, change, words):
    document = changed(("unknowns", 0, "answers", 1), {"answer": "b", **change})
    del document[part]
    assert problems(document) == {f"unknowns[0].answers[1].{next(iter(change))}": words}


def test_a_day_of_the_estimate_needs_no_day_of_the_amounts():
    found = estimate_case(changed(("accumulators_as_of",), ...))
    assert "the age of the accumulators is not stated" in found["confidence_reasons"]


def test_amounts_told_on_the_very_day_are_not_old():
    assert estimate_case(changed(("accumulators_as_of",), GOOD["as_of"]))["notes"] == []


def test_every_fault_stands_in_the_error_field_by_field():
    with pytest.raises(CaseError) as caught:
        estimate_case({"lines": []})
    assert str(caught.value) == "lines: needs at least 1; limits: is missing"


def test_numbers_that_are_none_are_no_amounts():
    found = problems({**GOOD, "limits": parse('{"oop_individual_cents": NaN, "visits_left": 1e3}')})
    assert list(found) == ["limits.oop_individual_cents", "limits.visits_left"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(GOOD)) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.sampled_from(
        [*CENTS, ("lines",), ("limits",), ("unknowns",), ("savings", 0), ("reset",), ("starts",)]
    ),
    json_values,
)
def test_any_value_anywhere_is_read_or_refused(path, value):
    try:
        found = estimate_case(changed(path, value))
    except CaseError as error:
        assert error.problems
    else:
        assert 0 <= found["low_cents"] <= found["expected_cents"] <= found["high_cents"]
