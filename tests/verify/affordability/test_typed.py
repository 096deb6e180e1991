"""Dollars, percents, days and counts as people type them."""

from datetime import date

import pytest

from verify.affordability import typed


@pytest.mark.parametrize(
    ("text", "points"), [("20", 2000), ("20 %", 2000), ("12.5%", 1250), ("0", 0), ("100.00 %", 10_000)]
)
def test_percents_are_read_exactly(text, points):
    assert typed.basis_points(text) == points


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2O", "must be a percentage"),
        ("-5", "must be"),
        ("20%%", "must be"),
        ("٢٠", "must be"),
        ("", "must be"),
    ],
)
def test_what_is_no_percentage_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        typed.basis_points(text)


@pytest.mark.parametrize("text", ["100.01", "101 %", "999"])
def test_more_than_the_whole_is_refused(text):
    with pytest.raises(ValueError, match="must not be above 100 %"):
        typed.basis_points(text)


@pytest.mark.parametrize("text", ["$1,2O0", "-1", "1e3", "1,00", "12.345", " 5", ""])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="must be dollars"):
        typed.cents(text)


def test_amounts_and_days_are_read_exactly():
    assert (typed.cents("$1,200.05"), typed.cents("0")) == (1200_05, 0)
    assert typed.day("2026-12-07") == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("text", "words"),
    [("2026-02-30", "no day of the calendar"), ("12/07/2026", "YYYY-MM-DD"), ("2026-1-5", "YYYY")],
)
def test_what_is_no_day_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        typed.day(text)


@pytest.mark.parametrize("text", ["0", "31", "1.5", "-1", "x", "", "00000"])
def test_a_count_lies_between_one_and_the_most(text):
    with pytest.raises(ValueError, match="a whole number from 1 to 30"):
        typed.count(text, 30)


@pytest.mark.parametrize(
    ("read", "text", "words"),
    [
        (typed.cents, "x", "must be dollars, as 1200 or $1,200.00"),
        (typed.basis_points, "x", "must be a percentage, as 20 or 12.5 %"),
        (typed.basis_points, "101", "must not be above 100 %"),
        (typed.day, "x", "must be a date as YYYY-MM-DD"),
        (typed.day, "2026-02-30", "is no day of the calendar"),
    ],
)
def test_a_refusal_says_what_is_wanted(read, text, words):
    with pytest.raises(ValueError) as caught:
        read(text)
    assert str(caught.value) == words


def test_a_count_may_be_the_least_and_the_most():
    assert [typed.count(text, 30) for text in ("1", "30", "07")] == [1, 30, 7]
