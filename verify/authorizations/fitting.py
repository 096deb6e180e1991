"""Fitting: one authorization and one planned course, as every rule looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from verify.authorizations.alerts import Alert
from verify.authorizations.plan import Plan, Session
from verify.authorizations.record import HOLDING, Authorization, Frequency
from verify.authorizations.units import Reach, reach
from verify.catalogue.policy_card import Cap
from verify.followup.working_time import business_day_after


@dataclass(frozen=True)
class Fitting:
    """An authorization and a plan, as of a day."""

    held: Authorization
    plan: Plan
    today: date
    #: Code -> the code that follows it, and the last day of the first.
    successors: Mapping[str, tuple[str, date]]
    frequencies: Sequence[Frequency | Cap] = ()
    #: The day by which the payer must decide, where a rule says so.
    decide_by: date | None = None

    @cached_property
    def coming(self) -> tuple[Session, ...]:
        return tuple(session for session in self.plan.sessions if session.on >= self.today)

    @cached_property
    def reaches(self) -> list[Reach]:
        follow = {code: successor for code, (successor, _) in self.successors.items()}
        found = (reach(one, self.plan.sessions, self.today, follow) for one in self.held.granted)
        return [one for one in found if one is not None]

    @property
    def holds(self) -> bool:
        return self.held.status in HOLDING

    @property
    def soon(self) -> date:
        return business_day_after(self.today)


Rule = Callable[[Fitting], Iterator[Alert]]
