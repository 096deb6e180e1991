"""Assumptions in the named texts of a form, an address or a command line; every fault names its field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import partial
from typing import TypeVar

from verify.affordability import typed
from verify.affordability.faults import CaseError, Problem
from verify.affordability.other_coverage import Method
from verify.affordability.patient.assumptions import (
    Assumptions,
    CourseAssumption,
    SavingsCard,
    SecondPlan,
)
from verify.courses import Weekday
from verify.courses.plan import MOST_SESSIONS, YEARS

#: Days to compare the beginning with.
MOST_STARTS = 6
LONGEST_SOURCE = 200

#: Of each treatment: `sessions` holds for all of them, `sessions.tms` for one.
OF_A_COURSE = {
    "sessions": f"How many sessions, from 1 to {MOST_SESSIONS}; as planned or usual where left out",
    "start": "First day of the course, as 2026-12-07",
    "weekdays": "Days of the week on which the patient comes, as mon,wed,fri",
    "self_pay": "yes: the patient pays the clinic's price and no claim is filed",
}
OF_ALL = {
    "compare_start": f"Another first day to compare with, as 2027-01-04; up to {MOST_STARTS}",
    "card_patient_pays": "Manufacturer savings: dollars the patient pays of the drug at each treatment",
    "card_left": "Dollars the programme still pays this year; left out: not known",
    "card_counts": "yes or no: whether the plan counts the programme's money; left out: as was said of the plan",
    "card_renews_on": "The day on which the programme's money starts anew",
    "card_maximum": "Dollars the programme pays from that day on",
    "card_source": "Where the programme's terms are from",
    "second_method": "Second coverage: standard, non_duplication, supplement, qmb or unknown",
    "second_copay": "Dollars a day the second plan leaves to the patient when it is alone",
    "second_coinsurance": "Percent the second plan leaves to the patient when it is alone",
    "second_deductible_left": "Dollars left of the second plan's deductible; 0 where there is none",
    "second_maximum_left": "Dollars left of its out-of-pocket maximum",
    "second_pays_deductible": "Percent of the first plan's deductible that a supplement pays",
    "second_pays_coinsurance": "Percent of the first plan's copay and coinsurance that a supplement pays",
    "second_source": "Where the second plan's terms are from",
}
METHODS: dict[str, Method | None] = {**{method.value: method for method in Method}, "unknown": None}
#: Those that pay by rules of their own.
COORDINATED = ("standard", "non_duplication", "unknown")

Read = TypeVar("Read")


def read_assumptions(fields: Iterable[tuple[str, str]], lines: Collection[str]) -> Assumptions:
    """The assumptions for a verification of these service lines; an empty text says nothing.

    Raises CaseError naming every faulty field, one that is not known among them: an assumption that is
    not read would silently not be made.
    """
    form = _Form(fields, lines)
    found = Assumptions(
        courses={key: _course(form, key) for key in lines},
        card=_card(form),
        second=_second(form),
        starts=form.several("compare_start", _course_day, MOST_STARTS),
    )
    if form.problems:
        raise CaseError(form.problems)
    return found


def _course(form: _Form, key: str) -> CourseAssumption:
    def name(field: str) -> str:
        return form.named(field, key)

    return CourseAssumption(
        sessions=form.one(name("sessions"), partial(typed.count, most=MOST_SESSIONS)),
        start=form.one(name("start"), _course_day),
        weekdays=_in_order(form.several(name("weekdays"), _weekdays, len(Weekday))),
        self_pay=form.one(name("self_pay"), _yes) or False,
    )


def _card(form: _Form) -> SavingsCard | None:
    if not form.has("card_"):
        return None
    patient_pays = form.needed("card_patient_pays", typed.cents)
    renews_on = form.one("card_renews_on", _course_day)
    maximum = form.one("card_maximum", typed.cents)
    if (renews_on is None) is not (maximum is None):
        form.need("card_maximum" if maximum is None else "card_renews_on")
    return SavingsCard(
        patient_pays=patient_pays or 0,
        left=form.one("card_left", typed.cents),
        counts=form.one("card_counts", _yes),
        renews_on=renews_on,
        maximum=maximum,
        source=form.needed("card_source", _source) or "",
    )


def _second(form: _Form) -> SecondPlan | None:
    if not form.has("second_"):
        return None
    method = form.needed("second_method", _method) or ""
    copay = form.one("second_copay", typed.cents)
    coinsurance = form.one("second_coinsurance", typed.basis_points)
    deductible = form.one("second_deductible_left", typed.cents)
    of_deductible = form.one("second_pays_deductible", typed.basis_points)
    of_coinsurance = form.one("second_pays_coinsurance", typed.basis_points)
    # Absent is not zero: what the second plan pays must be said.
    if method in COORDINATED and copay is None and coinsurance is None:
        form.need("second_coinsurance", "a coinsurance, a copay or both, as the plan has them")
    if method in COORDINATED and deductible is None:
        form.need("second_deductible_left", "0 where there is none")
    if method == Method.SUPPLEMENT and of_deductible is None and of_coinsurance is None:
        form.need("second_pays_coinsurance", "at least one of the two shares")
    return SecondPlan(
        method=METHODS.get(method),
        copay=copay or 0,
        coinsurance=coinsurance or 0,
        deductible_left=deductible or 0,
        maximum_left=form.one("second_maximum_left", typed.cents),
        of_deductible=of_deductible or 0,
        of_coinsurance=of_coinsurance or 0,
        source=form.needed("second_source", _source) or "",
    )


class _Form:
    """The fields that say something, by name, and what is wrong with them."""

    def __init__(self, fields: Iterable[tuple[str, str]], lines: Collection[str]) -> None:
        self.given: dict[str, list[str]] = {}
        for name, text in fields:
            if text.strip():
                self.given.setdefault(name, []).append(text.strip())
        known = {*OF_ALL, *OF_A_COURSE, *(f"{field}.{line}" for field in OF_A_COURSE for line in lines)}
        self.problems = [Problem(name, "is not known here") for name in self.given if name not in known]

    def named(self, field: str, line: str) -> str:
        """The name under which a field of that line is given: its own, else the one of all."""
        own = f"{field}.{line}"
        return own if own in self.given else field

    def has(self, beginning: str) -> bool:
        return any(name.startswith(beginning) for name in self.given)

    def one(self, name: str, read: Callable[[str], Read]) -> Read | None:
        texts = self.given.get(name, [])
        if len(texts) > 1:
            self._wrong(name, "stands twice")
        return self._read(name, texts[0], read) if len(texts) == 1 else None

    def several(self, name: str, read: Callable[[str], Read], most: int) -> tuple[Read, ...]:
        texts = self.given.get(name, [])
        if len(texts) > most:
            self._wrong(name, f"stands more than {most} times")
            return ()
        found = [self._read(name, text, read) for text in texts]
        return tuple(one for one in found if one is not None)

    def needed(self, name: str, read: Callable[[str], Read]) -> Read | None:
        if name not in self.given:
            self.need(name)
        return self.one(name, read)

    def need(self, name: str, what: str = "") -> None:
        self._wrong(name, f"is missing: {what}" if what else "is missing")

    def _read(self, name: str, text: str, read: Callable[[str], Read]) -> Read | None:
        try:
            return read(text)
        except ValueError as error:
            self._wrong(name, str(error))
            return None

    def _wrong(self, name: str, message: str) -> None:
        """The first fault of a field is the one to mend."""
        if all(problem.field != name for problem in self.problems):
            self.problems.append(Problem(name, message))


def _weekdays(text: str) -> frozenset[Weekday]:
    names = {name.strip().lower() for name in text.split(",")}
    if not names <= set(Weekday):
        raise ValueError(f"must be days as {', '.join(Weekday)}")
    return frozenset(map(Weekday, names))


def _in_order(given: Iterable[frozenset[Weekday]]) -> tuple[Weekday, ...]:
    days = frozenset[Weekday]().union(*given)
    return tuple(day for day in Weekday if day in days)


def _course_day(text: str) -> date:
    found = typed.day(text)
    if found.year not in YEARS:
        raise ValueError(f"must lie between {YEARS[0]} and {YEARS[-1]}")
    return found


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return text == "yes"


def _method(text: str) -> str:
    if text not in METHODS:
        raise ValueError(f"must be one of {', '.join(METHODS)}")
    return text


def _source(text: str) -> str:
    if len(text) > LONGEST_SOURCE:
        raise ValueError(f"has more than {LONGEST_SOURCE} characters")
    return text
