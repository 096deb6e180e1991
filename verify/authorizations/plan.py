"""The planned course as authorizations are held against it: dated sessions, and who gives them where."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import msgspec

from verify.catalogue import ServiceLine
from verify.courses import CoursePlan, Outline, plan_course


class Planned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service of a session."""

    code: str
    units: int = 1


class Session(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    on: date
    services: tuple[Planned, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions in the order of their days. What is empty is not known, and is not held against anything."""

    service_line: str
    sessions: tuple[Session, ...]
    #: The payer's code, name and aliases.
    payer: tuple[str, ...] = ()
    rendering_npi: str = ""
    tax_id: str = ""
    site: str = ""
    diagnoses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        days = [session.on for session in self.sessions]
        if days != sorted(days):
            raise ValueError("sessions are in the order of their days")

    def __repr__(self) -> str:
        return f"Plan({self.service_line}, {len(self.sessions)} sessions)"

    @property
    def codes(self) -> list[str]:
        """Every code once, in the order of the sessions."""
        return list(dict.fromkeys(one.code for session in self.sessions for one in session.services))


def sessions_of(course: CoursePlan) -> tuple[Session, ...]:
    """The sessions of a planned course, in the order of their days."""
    return tuple(
        Session(
            on=session.on,
            services=tuple(Planned(code=one.code, units=one.units) for one in session.services),
        )
        for session in sorted(course.sessions, key=lambda session: session.on)
    )


def usual_sessions(line: ServiceLine, first: date, closed: Collection[date] = ()) -> tuple[Session, ...]:
    """The usual course of the catalogue from the first visit, billed in the usual way."""
    return sessions_of(plan_course(line, Outline(starts_on=first), closed))


def units_of(session: Session, codes: Iterable[str]) -> int:
    wanted = set(codes)
    return sum(one.units for one in session.services if one.code in wanted)
