"""An authorization held against the planned course: every way in which the two do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from verify.authorizations import extent, standing
from verify.authorizations.alerts import DAYS_LEFT, SESSIONS_LEFT, Alert, AlertKind
from verify.authorizations.fitting import Fitting
from verify.authorizations.plan import Plan
from verify.authorizations.record import HOLDING, Authorization
from verify.authorizations.units import reach
from verify.catalogue import ServiceLine
from verify.catalogue.policy_card import Cap

#: To add a rule: a function in one of these files, and its name in the file's own RULES.
RULES = (*standing.RULES, *extent.RULES)


def match(
    held: Authorization,
    plan: Plan,
    *,
    today: date,
    line: ServiceLine | None = None,
    caps: Iterable[Cap] = (),
    decide_by: date | None = None,
) -> tuple[Alert, ...]:
    """Everything that does not fit, the soonest due first. `line` tells which code follows which.

    A plan of another service line is not its business; a course that is over needs nothing.
    """
    if held.service_line != plan.service_line:
        return ()
    follow = {
        code.code: (code.successor, code.valid_until)
        for code in (line.codes if line else ())
        if code.successor and code.valid_until
    }
    fitting = Fitting(held, plan, today, follow, (*held.frequencies, *caps), decide_by)
    if not fitting.coming:
        return ()
    found = [alert for rule in RULES for alert in rule(fitting)]
    order = list(AlertKind)
    return tuple(sorted(found, key=lambda alert: (alert.due_on, order.index(alert.kind), alert.code)))


def near_end_on(held: Authorization, plan: Plan, *, line: ServiceLine | None = None) -> date | None:
    """The first day on which two weeks or three sessions are left of it and more are planned; None: never."""
    if held.status not in HOLDING or not plan.sessions or held.service_line != plan.service_line:
        return None
    follow = {code.code: code.successor for code in (line.codes if line else ()) if code.successor}
    days = []
    if held.ends_on is not None and plan.sessions[-1].on > held.ends_on:
        days.append(held.ends_on - timedelta(days=DAYS_LEFT))
    for grant in held.granted:
        # As of the day after the payer counted, or of the first session: the whole course lies ahead.
        begin = grant.used_as_of + timedelta(days=1) if grant.used_as_of else plan.sessions[0].on
        whole = reach(grant, plan.sessions, begin, follow)
        if whole is not None and whole.short:
            days.append(whole.sessions[max(0, whole.enough_for - SESSIONS_LEFT)].on)
    return min(days, default=None)
