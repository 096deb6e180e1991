"""An authorization held against the planned course: every way in which the two do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from verify.authorizations.alerts import (
    DAYS_LEFT,
    SESSIONS_LEFT,
    Alert,
    AlertKind,
    due_before,
)
from verify.authorizations.plan import Plan, Session, units_of
from verify.authorizations.record import HOLDING, WAITING, Authorization, Frequency, Status
from verify.authorizations.units import Reach, reach
from verify.catalogue import ServiceLine
from verify.catalogue.policy_card import Cap, Per, plain
from verify.findings.finding import day_words
from verify.followup.working_time import business_day_after, is_business_day
from verify.policies.judged import counted, listed

WINDOWS = {Per.DAY: timedelta(days=1), Per.WEEK: timedelta(weeks=1), Per.SIX_WEEKS: timedelta(weeks=6)}
PER_WORDS = {Per.DAY: "a day", Per.WEEK: "a week", Per.SIX_WEEKS: "in six weeks", Per.COURSE: "in a course"}
CHASE_DAYS = (3, 5)
NEXT = {
    Status.NEEDED: "Gather the papers the policy asks for and send the request.",
    Status.DRAFTING: "Finish the request and send it.",
    Status.SUBMITTED: "Ask the payer where it stands.",
    Status.PENDED: "Ask the payer what it waits for, and send it.",
    Status.PEER_TO_PEER: "Set a time for the psychiatrist to speak with the payer's reviewer.",
    Status.APPEAL: "Ask the payer where the appeal stands.",
    Status.EXPIRED: "Ask for a new one.",
    Status.EXHAUSTED: "Ask for more units, with the progress so far.",
}


@dataclass(frozen=True)
class Case:
    """One authorization and one plan, as of a day."""

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


Rule = Callable[[Case], Iterator[Alert]]


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
    case = Case(held, plan, today, follow, (*held.frequencies, *caps), decide_by)
    if not case.coming:
        return ()
    found = [alert for rule in RULES for alert in rule(case)]
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


# --- where it stands ------------------------------------------------------------------------------------


def _not_yet(case: Case) -> Iterator[Alert]:
    """Not there, while sessions are planned."""
    status, first = case.held.status, case.coming[0].on
    if status is Status.DENIED:
        yield Alert(
            kind=AlertKind.DENIED,
            sentence=f"The payer denied it; {counted(len(case.coming), 'session')} are planned from {day_words(first)}.",
            next_step="Get the reason in writing; ask for a peer-to-peer review or appeal within the payer's time limit.",
            due_on=case.soon,
        )
    elif status in NEXT:
        due = _chase_on(case) if status in WAITING else due_before(first, case.today)
        yield Alert(
            kind=AlertKind.NOT_YET,
            sentence=f"There is none yet ({status.replace('_', ' ')}); the next session is on {day_words(first)}.",
            next_step=NEXT[status],
            due_on=due,
        )


def _chase_on(case: Case) -> date:
    """Three days after the request, then five, then every business day. Source: clinic practice."""
    asked = case.held.requested_at
    days = [asked.date() + timedelta(days=days) for days in CHASE_DAYS] if asked else []
    ahead = next((day for day in days if day > case.today), case.soon)
    return ahead if is_business_day(ahead) else business_day_after(ahead)


def _overdue(case: Case) -> Iterator[Alert]:
    """The payer's own time to decide has run out."""
    by = case.decide_by
    if case.held.asked_at() is not None and by is not None and by < case.today:
        yield Alert(
            kind=AlertKind.OVERDUE,
            sentence=f"The payer had to decide by {day_words(by)} and has not.",
            next_step="Ask for the decision, naming the rule and the day the request was received.",
            due_on=case.soon,
        )


def _no_number(case: Case) -> Iterator[Alert]:
    if case.holds and not case.held.number:
        yield Alert(
            kind=AlertKind.NO_NUMBER,
            sentence="The payer granted it, and its number is not on record.",
            next_step="Get the number: without it the claim is denied.",
            due_on=case.soon,
        )


def _renewal(case: Case) -> Iterator[Alert]:
    due = case.held.renewal_due_on
    if case.holds and due is not None and due - timedelta(days=DAYS_LEFT) <= case.today:
        yield Alert(
            kind=AlertKind.RENEWAL_DUE,
            sentence=f"The renewal is due on {day_words(due)}.",
            next_step="Send the renewal, with the scores so far.",
            due_on=max(case.soon, min(due, due_before(due, case.today))),
        )


# --- whose it is ----------------------------------------------------------------------------------------


def _payer(case: Case) -> Iterator[Alert]:
    """An authorization does not follow the member to another payer."""
    names = {plain(name) for name in case.plan.payer}
    if (
        names
        and plain(case.held.payer) not in names
        and case.held.status not in (Status.EXPIRED, Status.EXHAUSTED)
    ):
        yield Alert(
            kind=AlertKind.PAYER_CHANGED,
            sentence="It is of another payer than the present coverage, and does not go along with the patient.",
            next_step="Ask the present payer whether one is needed, and for continuity of care.",
            due_on=case.soon,
        )


def _people_and_places(case: Case) -> Iterator[Alert]:
    """Who treats, under which tax id, where: what is not known on either side is not held against it."""
    if not case.holds:
        return
    pairs = (
        (AlertKind.PROVIDER_DIFFERS, "rendering provider", case.held.rendering_npi, case.plan.rendering_npi),
        (
            AlertKind.TAX_ID_DIFFERS,
            "tax id",
            case.held.tax_id.replace("-", ""),
            case.plan.tax_id.replace("-", ""),
        ),
        (AlertKind.SITE_DIFFERS, "site", plain(case.held.site), plain(case.plan.site)),
    )
    for kind, words, on_record, planned in pairs:
        if on_record and planned and on_record != planned:
            yield Alert(
                kind=kind,
                sentence=f"It names another {words} than the course.",
                next_step=f"Have the payer change the {words}, or plan with the one it names.",
                due_on=due_before(case.coming[0].on, case.today),
            )


def _diagnosis(case: Case) -> Iterator[Alert]:
    known = case.plan.diagnoses
    if case.holds and case.held.diagnosis and known and case.held.diagnosis not in known:
        yield Alert(
            kind=AlertKind.DIAGNOSIS_DIFFERS,
            sentence="Its diagnosis is none of the patient's present ones.",
            next_step="Ask the psychiatrist which is right; a code is never changed here.",
            due_on=due_before(case.coming[0].on, case.today),
        )


# --- how far it goes ------------------------------------------------------------------------------------


def _codes(case: Case) -> Iterator[Alert]:
    """Codes of sessions to come that it does not name."""
    if not case.holds or not case.held.granted:
        return
    before = {after: (code, last) for code, (after, last) in case.successors.items()}
    for code in dict.fromkeys(one.code for session in case.coming for one in session.services):
        first = next(session.on for session in case.coming if units_of(session, [code]))
        if code in case.held.codes:
            if code in case.successors and first > case.successors[code][1]:
                yield _superseded(case, code, case.successors[code][0], first)
        elif code in before and before[code][0] in case.held.codes:
            yield _superseded(case, before[code][0], code, first)
        else:
            yield Alert(
                kind=AlertKind.CODE_MISSING,
                sentence=f"{code} is planned from {day_words(first)} and is not on it.",
                next_step=f"Ask the payer to add {code}.",
                due_on=due_before(first, case.today),
                code=code,
            )


def _superseded(case: Case, code: str, successor: str, first: date) -> Alert:
    """Whether it carries over to the code that follows is the payer's to say."""
    return Alert(
        kind=AlertKind.CODE_SUPERSEDED,
        sentence=(
            f"It names {code}, which {successor} has followed by {day_words(first)}; "
            "whether it carries over needs confirmation."
        ),
        next_step=f"Ask the payer to confirm it for {successor}, or to issue it anew.",
        due_on=due_before(first, case.today),
        code=successor,
    )


def _units(case: Case) -> Iterator[Alert]:
    """The classic: 30 granted, 36 planned, and the taper is left without."""
    for one in case.reaches if case.holds else ():
        if not one.short or one.first_without is None:
            continue
        codes, without = listed(one.codes, "or"), len(one.sessions) - one.enough_for
        low = one.enough_for <= SESSIONS_LEFT
        ahead = f"{one.left} of {one.granted} units of {codes} are left and {one.planned} are planned"
        yield Alert(
            kind=AlertKind.UNITS_LOW if low else AlertKind.UNITS_SHORT,
            sentence=(
                f"{ahead}: {one.short} short. The last {counted(without, 'session')} from "
                f"{day_words(one.first_without)} on have none, which is where a taper lies."
            ),
            next_step=f"Ask for {one.short} more units of {codes}, the taper among them.",
            due_on=case.soon if low else due_before(one.first_without, case.today),
            code=one.codes[0],
        )


def _dates(case: Case) -> Iterator[Alert]:
    held = case.held
    if not case.holds:
        return
    early = [session.on for session in case.coming if held.starts_on and session.on < held.starts_on]
    if early and held.starts_on:
        yield Alert(
            kind=AlertKind.STARTS_LATE,
            sentence=(
                f"It begins on {day_words(held.starts_on)}; {counted(len(early), 'session')} "
                f"from {day_words(early[0])} on lie before it."
            ),
            next_step="Ask for an earlier first day, or move the sessions.",
            due_on=due_before(early[0], case.today),
        )
    late = [session.on for session in case.coming if held.ends_on and session.on > held.ends_on]
    if late and held.ends_on:
        soon = held.ends_on - case.today <= timedelta(days=DAYS_LEFT)
        yield Alert(
            kind=AlertKind.ENDS_SOON if soon else AlertKind.DATES_SHORT,
            sentence=(
                f"It ends on {day_words(held.ends_on)}; {counted(len(late), 'session')} "
                f"from {day_words(late[0])} on lie after it."
            ),
            next_step="Ask for an extension to the last session.",
            due_on=case.soon if soon else due_before(late[0], case.today),
        )


def _too_often(case: Case) -> Iterator[Alert]:
    for cap in case.frequencies:
        day = _broken_on(cap, case)
        if day is not None:
            codes = listed(list(cap.codes), "or")
            yield Alert(
                kind=AlertKind.TOO_OFTEN,
                sentence=f"No more than {cap.most} of {codes} {PER_WORDS[cap.per]}; by {day_words(day)} more are planned.",
                next_step="Move the sessions, or ask the payer for an exception.",
                due_on=due_before(day, case.today),
                code=cap.codes[0],
            )


def _broken_on(cap: Frequency | Cap, case: Case) -> date | None:
    """The first session to come with which there are too many in the stretch that ends on its day."""
    for session in case.coming:
        if not units_of(session, cap.codes):
            continue
        window = WINDOWS.get(cap.per)
        since = date.min if window is None else session.on - window
        planned = sum(
            units_of(other, cap.codes) for other in case.plan.sessions if since < other.on <= session.on
        )
        if planned > cap.most:
            return session.on
    return None


RULES: Sequence[Rule] = (
    _payer,
    _not_yet,
    _overdue,
    _codes,
    _units,
    _dates,
    _too_often,
    _people_and_places,
    _diagnosis,
    _no_number,
    _renewal,
)
