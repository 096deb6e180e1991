"""Course model: how a course of a treatment usually runs; each patient's plan overrides it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from verify.catalogue.source import Tags, Words

Count = Annotated[int, msgspec.Meta(ge=1)]
#: Days of one week with a visit.
PerWeek = Annotated[int, msgspec.Meta(ge=0, le=7)]


class Phase(StrEnum):
    MAPPING = "mapping"
    ACUTE = "acute"
    TAPER = "taper"
    CONTINUATION = "continuation"
    EXTENSION = "extension"
    MAINTENANCE = "maintenance"
    BOOSTER = "booster"


class Stands(StrEnum):
    """How far a phase belongs to the course."""

    ALWAYS = "always"
    USUALLY = "usually"
    #: Only when somebody plans it; an estimate counts it as the most there may be.
    OPTIONALLY = "optionally"


class Stretch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phase of a course: visits in its first week, the second …, or one every so many weeks."""

    phase: Phase
    per_week: tuple[PerWeek, ...] = ()
    every_weeks: Count | None = None
    visits: Count | None = None
    #: Sessions on each of its days.
    per_day: Count = 1
    stands: Stands = Stands.ALWAYS

    @property
    def weeks(self) -> tuple[int, ...]:
        """Visits week by week."""
        if self.every_weeks is None or self.visits is None:
            return self.per_week
        return (1, *(0,) * (self.every_weeks - 1)) * self.visits

    @property
    def sessions(self) -> int:
        return sum(self.weeks) * self.per_day


class Later(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may follow the course, planned apart: boosters or maintenance."""

    phase: Phase
    #: The usual interval, and how short and long it may be.
    every_weeks: Count
    at_least_weeks: Count
    at_most_weeks: Count
    #: How far ahead it is planned at most.
    months: Count
    sources: Tags


class Dose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The dose in milligrams from a session on, counted from 1."""

    from_session: Count
    mg: Count


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code of a course, and the sessions it stands in, counted from 1; none named: all of them."""

    code: str
    sessions: tuple[Count, ...] = ()
    but_sessions: tuple[Count, ...] = ()
    #: Which way of billing it belongs to, where payers differ; the first is the usual one.
    billed_as: str = ""

    def stands_in(self, session: int) -> bool:
        return session not in self.but_sessions and (not self.sessions or session in self.sessions)


class CourseModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The usual course. A session's units follow from its dose and minutes and each code's unit."""

    stretches: Annotated[tuple[Stretch, ...], msgspec.Meta(min_length=1)]
    services: tuple[Service, ...] = ()
    note: Words
    sources: Tags
    doses: tuple[Dose, ...] = ()
    #: A dose is so many milligrams or a multiple of them, where the drug comes so.
    dose_step_mg: Count | None = None
    #: How long a session takes, where its codes go by time.
    minutes: Count | None = None
    later: Later | None = None

    @property
    def fewest(self) -> int:
        return self._sessions(Stands.ALWAYS)

    @property
    def sessions(self) -> int:
        """The usual number."""
        return self._sessions(Stands.ALWAYS, Stands.USUALLY)

    @property
    def most(self) -> int:
        return self._sessions(*Stands)

    @property
    def weeks(self) -> int:
        """From the first session to the last of the usual course, both included."""
        usual = [week for one in self.stretches if one.stands is not Stands.OPTIONALLY for week in one.weeks]
        return max(at for at, count in enumerate(usual, start=1) if count)

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways of billing, the usual one first."""
        return tuple(dict.fromkeys(service.billed_as for service in self.services)) or ("",)

    def _sessions(self, *stands: Stands) -> int:
        return sum(one.sessions for one in self.stretches if one.stands in stands)
