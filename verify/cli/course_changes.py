"""What the command line says of a course, made into the outline of its next version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import msgspec

from verify.catalogue import Dose
from verify.cli.ending import Exit, Stop
from verify.courses import CoursePlan, Edits, GivenService, NoSession, Weekday, edited, started_over

_CODE = re.compile(r"([A-Z0-9-]{2,20})(?:\*(\d{1,4}))?(?::([A-Z0-9]{2}(?:,[A-Z0-9]{2})*))?")


class Changes(NamedTuple):
    """The options as typed; empty or None: not said."""

    start: str
    weekdays: str
    sessions: int | None
    later: int | None
    every: int | None
    minutes: int | None
    dose: list[str]
    billed_as: str
    days: list[str]
    move: list[str]
    drop: list[int]
    add: list[str]
    codes: list[str]
    start_over: bool


def outline_of(present: dict[str, Any], changes: Changes) -> object:
    """The course's outline with the changes, as the API takes it. Stops for what cannot be read."""
    if changes.start_over and (changes.move or changes.drop or changes.add or changes.codes):
        raise Stop("--start-over forgets changes of single sessions: make them afterwards.", Exit.USAGE)
    plan = msgspec.convert(
        {name: present[name] for name in ("service_line", "outline", "sessions")}, CoursePlan
    )
    try:
        outline = edited(plan, _edits(changes))
    except NoSession as error:
        raise Stop(f"{error}.".capitalize(), Exit.USAGE) from None
    if changes.start_over or changes.days:
        outline = started_over(outline)
    return msgspec.to_builtins(msgspec.structs.replace(outline, **_said(changes)))


def _edits(changes: Changes) -> Edits:
    return Edits(
        moved={number: _day(said) for number, said in _numbered(changes.move)},
        dropped=changes.drop,
        added=[_day(said) for said in changes.add],
        codes={number: _services(said) for number, said in _numbered(changes.codes)},
    )


def _said(changes: Changes) -> dict[str, Any]:
    """The fields of the outline that were named."""
    named: dict[str, Any] = {
        "starts_on": _day(changes.start) if changes.start else None,
        "weekdays": _weekdays(changes.weekdays) if changes.weekdays else None,
        "sessions": changes.sessions,
        "later_sessions": changes.later,
        "later_every_weeks": changes.every,
        "minutes": changes.minutes,
        "doses": tuple(Dose(from_session=number, mg=_number(mg)) for number, mg in _numbered(changes.dose)),
        "billed_as": changes.billed_as,
        "days": tuple(_day(said) for said in changes.days),
    }
    found = {name: value for name, value in named.items() if value not in (None, (), "")}
    # A schedule by hand says itself how many there are, and a number undoes one.
    if "days" in found:
        found["sessions"] = None
    elif "sessions" in found:
        found["days"] = ()
    return found


def _numbered(said: Iterable[str]) -> Iterable[tuple[int, str]]:
    """ "8=2027-01-16" as its two parts."""
    for each in said:
        number, _, value = each.partition("=")
        if not value:
            raise Stop(f"{each!r}: write the session's number, =, and what is said of it.", Exit.USAGE)
        yield _number(number), value


def _number(said: str) -> int:
    if not re.fullmatch(r"\d{1,4}", said):
        raise Stop(f"{said!r} is no number of up to four digits.", Exit.USAGE)
    return int(said)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Stop(f"{said!r} is no date; write it as 2027-01-16.", Exit.USAGE) from None


def _weekdays(said: str) -> tuple[Weekday, ...]:
    try:
        return tuple(Weekday(word.strip().lower()[:3]) for word in said.split(","))
    except ValueError:
        raise Stop(f"{said!r}: weekdays are {', '.join(Weekday)}.", Exit.USAGE) from None


def _services(said: str) -> tuple[GivenService, ...]:
    """ "J0013*84+99214:25": codes, each with units and modifiers where there are any."""
    found = [_CODE.fullmatch(part) for part in said.upper().split("+")]
    if not all(found):
        raise Stop(f"{said!r}: write codes as 99214, J0013*84 or 99214:25, with + between.", Exit.USAGE)
    return tuple(
        GivenService(
            code=part[1],
            units=int(part[2] or 1),
            modifiers=tuple((part[3] or "").split(",")) if part[3] else (),
        )
        for part in found
        if part is not None
    )
