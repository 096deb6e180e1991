"""Dates as clinics write them: ISO, or month first; what could be day first is never guessed."""

import re
from collections.abc import Iterable
from datetime import date

#: So many dates with the month first make one with the day first a slip of the hand.
SLIP = 50

_TIME = r"(?:[T ]+\d{1,2}:\d{2}.*)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})" + _TIME)
_NAMED_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2}),? +(\d{4})")
_NAMED_DAY_FIRST = re.compile(r"(\d{1,2})[- ]+([A-Za-z]{3,9})\.?[- ,]+(\d{4}|\d{2})")
_SERIAL = re.compile(r"\d{4,6}(\.\d+)?")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]


class NoDate(ValueError):
    """The text is not a date; the message says what to do, and never repeats the text."""


def read_date(text: str, *, doubtful: bool, short_year: bool) -> date:
    """The date, month first where it is written with numbers alone. Raises NoDate.

    `doubtful`: the column has dates that only make sense day first, so one that could be either is
    refused. `short_year`: two digits are this century; a birth date needs all four.
    """
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _made(found[1], found[2], found[3], short_year)
    if found := _MONTH_FIRST.fullmatch(text):
        _check_order(text, doubtful)
        return _made(found[3], found[1], found[2], short_year)
    if found := _NAMED_MONTH_FIRST.fullmatch(text):
        return _made(found[3], _month(found[1]), found[2], short_year)
    if found := _NAMED_DAY_FIRST.fullmatch(text):
        return _made(found[3], _month(found[2]), found[1], short_year)
    if _SERIAL.fullmatch(text):
        raise NoDate("is a number, not a date: format the column as a date in the spreadsheet, save again")
    raise NoDate("is not a date we can read: write 1984-03-12 or 3/12/1984")


def only_day_first(text: str) -> bool:
    """Whether the numbers make a date in no other order than day, month, year: "25/12/1984"."""
    found = _MONTH_FIRST.fullmatch(text)
    return found is not None and int(found[1]) > 12 >= int(found[2])


def only_month_first(text: str) -> bool:
    """Whether the numbers make a date in no other order than month, day, year: "12/25/1984"."""
    found = _MONTH_FIRST.fullmatch(text)
    return found is not None and int(found[1]) <= 12 < int(found[2])


def is_doubtful(texts: Iterable[str]) -> bool:
    """Whether a column of these dates may have the day first.

    One that only makes sense so casts doubt on all that could be either, unless it is a slip among
    many that only make sense month first.
    """
    texts = list(texts)
    day_first = sum(map(only_day_first, texts))
    return day_first > 0 and sum(map(only_month_first, texts)) < SLIP * day_first


def either_way(text: str) -> bool:
    """Whether the numbers make two different dates, month first and day first: "3/4/1984"."""
    found = _MONTH_FIRST.fullmatch(text)
    return (
        found is not None and int(found[1]) <= 12 and int(found[2]) <= 12 and int(found[1]) != int(found[2])
    )


def _check_order(text: str, doubtful: bool) -> None:
    if only_day_first(text):
        raise NoDate("has the day before the month: write it as 12/25/1984 or 1984-12-25")
    if doubtful and either_way(text):
        raise NoDate("could be read two ways, and others in this column have the day first: write 1984-03-12")


def _month(name: str) -> str:
    for number, month in enumerate(_MONTHS, 1):
        if month.startswith(name.casefold()) or (name.casefold() == "sept" and number == 9):
            return str(number)
    raise NoDate("names no month we know: write 1984-03-12 or 3/12/1984")


def _made(year: str, month: str, day: str, short_year: bool) -> date:
    if len(year) == 2 and not short_year:
        raise NoDate("needs the year with four digits")
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        raise NoDate("is not in the calendar") from None
