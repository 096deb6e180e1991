"""How far an authorization goes: the rules that count its codes, units, days and frequencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from verify.authorizations.alerts import DAYS_LEFT, SESSIONS_LEFT, Alert, AlertKind, due_before
from verify.authorizations.fitting import Fitting, Rule
from verify.authorizations.plan import units_of
from verify.authorizations.record import Frequency
from verify.catalogue.policy_card import Cap, Per
from verify.findings.finding import day_words
from verify.policies.judged import counted, listed
from verify.policies.wording import PERS

WINDOWS = {Per.DAY: timedelta(days=1), Per.WEEK: timedelta(weeks=1), Per.SIX_WEEKS: timedelta(weeks=6)}


def _codes(it: Fitting) -> Iterator[Alert]:
    """Codes of sessions to come that it does not name."""
    if not it.holds or not it.held.granted:
        return
    before = {after: (code, last) for code, (after, last) in it.successors.items()}
    for code in dict.fromkeys(one.code for session in it.coming for one in session.services):
        first = next(session.on for session in it.coming if units_of(session, [code]))
        if code in it.held.codes:
            if code in it.successors and first > it.successors[code][1]:
                yield _superseded(it, code, it.successors[code][0], first)
        elif code in before and before[code][0] in it.held.codes:
            yield _superseded(it, before[code][0], code, first)
        else:
            yield Alert(
                kind=AlertKind.CODE_MISSING,
                sentence=f"{code} is planned from {day_words(first)} and is not on it.",
                next_step=f"Ask the payer to add {code}.",
                due_on=due_before(first, it.today),
                code=code,
            )


def _superseded(it: Fitting, code: str, successor: str, first: date) -> Alert:
    """Whether it carries over to the code that follows is the payer's to say."""
    return Alert(
        kind=AlertKind.CODE_SUPERSEDED,
        sentence=(
            f"It names {code}, which {successor} has followed by {day_words(first)}; "
            "whether it carries over needs confirmation."
        ),
        next_step=f"Ask the payer to confirm it for {successor}, or to issue it anew.",
        due_on=due_before(first, it.today),
        code=successor,
    )


def _units(it: Fitting) -> Iterator[Alert]:
    """The classic: 30 granted, 36 planned, and the taper is left without."""
    for one in it.reaches if it.holds else ():
        if not one.short or one.first_without is None:
            continue
        codes, without = listed(one.codes, "or"), len(one.sessions) - one.enough_for
        low = one.enough_for <= SESSIONS_LEFT
        ahead = f"{one.left} of {one.granted} units of {codes} are left and {one.planned} are planned"
        yield Alert(
            kind=AlertKind.UNITS_LOW if low else AlertKind.UNITS_SHORT,
            sentence=(
                f"{ahead}: {one.short} short. From {day_words(one.first_without)} on "
                f"{counted(without, 'session has', 'sessions have')} none, which is where a taper lies."
            ),
            next_step=f"Ask for {counted(one.short, 'more unit')} of {codes}, the taper among them.",
            due_on=it.soon if low else due_before(one.first_without, it.today),
            code=one.codes[0],
        )


def _dates(it: Fitting) -> Iterator[Alert]:
    held = it.held
    if not it.holds:
        return
    early = [session.on for session in it.coming if held.starts_on and session.on < held.starts_on]
    if early and held.starts_on:
        yield Alert(
            kind=AlertKind.STARTS_LATE,
            sentence=(
                f"It begins on {day_words(held.starts_on)}; "
                f"{counted(len(early), 'session lies', 'sessions lie')} before it, from {day_words(early[0])} on."
            ),
            next_step="Ask for an earlier first day, or move the sessions.",
            due_on=due_before(early[0], it.today),
        )
    late = [session.on for session in it.coming if held.ends_on and session.on > held.ends_on]
    if late and held.ends_on:
        soon = held.ends_on - it.today <= timedelta(days=DAYS_LEFT)
        yield Alert(
            kind=AlertKind.ENDS_SOON if soon else AlertKind.DATES_SHORT,
            sentence=(
                f"It ends on {day_words(held.ends_on)}; "
                f"{counted(len(late), 'session lies', 'sessions lie')} after it, from {day_words(late[0])} on."
            ),
            next_step="Ask for an extension to the last session.",
            due_on=it.soon if soon else due_before(late[0], it.today),
        )


def _too_often(it: Fitting) -> Iterator[Alert]:
    for cap in it.frequencies:
        day = _broken_on(cap, it)
        if day is not None:
            codes = listed(list(cap.codes), "or")
            yield Alert(
                kind=AlertKind.TOO_OFTEN,
                sentence=f"No more than {cap.most} of {codes} {PERS[cap.per]}; by {day_words(day)} more are planned.",
                next_step="Move the sessions, or ask the payer for an exception.",
                due_on=due_before(day, it.today),
                code=cap.codes[0],
            )


def _broken_on(cap: Frequency | Cap, it: Fitting) -> date | None:
    """The first session to come with which there are too many in the stretch that ends on its day."""
    for session in it.coming:
        if not units_of(session, cap.codes):
            continue
        window = WINDOWS.get(cap.per)
        since = date.min if window is None else session.on - window
        planned = sum(
            units_of(other, cap.codes) for other in it.plan.sessions if since < other.on <= session.on
        )
        if planned > cap.most:
            return session.on
    return None


RULES: Sequence[Rule] = (_codes, _units, _dates, _too_often)
