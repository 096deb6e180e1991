"""Nightly: the slot is taken, everybody is looked at page by page, and whoever is due is asked again."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from verify.catalogue import load
from verify.recheck import (
    Checked,
    Rule,
    last_visit_on,
    longest_course,
    rules_due,
    slots_due,
    visit_to_ask_about,
)
from verify.security.logging import get_logger
from verify.steps.authorizations import near_ends
from verify.steps.work import Work
from verify.store import clinic, jobs, nights
from verify.store.jobs import Claim
from verify.store.nights import AnyRow, Wanted
from verify.store.verifications import SYSTEM
from verify.verification import Lane

log = get_logger(__name__)

#: Verifications looked at in one transaction.
PAGE = 2_000
#: A page takes well under this; a planner that died holds up its night no longer.
LEASE_SECONDS = 60.0


class NightStarted(NamedTuple):
    """The night of a day at a practice; `created` is False when the day had one."""

    day: date
    created: bool


class Lookout(NamedTuple):
    """Who would be asked again tonight, why and about which visit; `next_` is where to go on, if anywhere."""

    day: date
    wanted: list[Wanted]
    looked_at: int
    next_: str | None


def night(work: Work) -> int:
    """Begins the nights that are due and ends those in which nothing is left; how many it began.

    Poked by the clock, by as many clocks as there are: the slot's row decides.
    """
    with work.engine.begin() as connection:
        nights.finish_idle(connection)
        known = nights.practices_with_nights(connection)
    return sum(_begin_if_due(work, practice) for practice in known)


def start_night(work: Work, practice_id: str, actor: str) -> NightStarted:
    """Begins today's night of a practice now, for a person; at its hour it has then been."""
    with work.engine.begin() as connection:
        day = clinic.day(connection, practice_id, nights.database_now(connection))
        return NightStarted(day, _begin(connection, practice_id, day, actor))


def plan_night(work: Work, claim: Claim) -> None:
    """Looks at every verification of the practice and asks those again that are due.

    Each page is a transaction with the place to go on from in it, so that a death costs one page at most.
    """
    while _plan_page(work, claim):
        pass


def look_ahead(work: Work, practice_id: str, *, after: str = "", limit: int = PAGE) -> Lookout:
    """What `plan_night` would do from there on, without doing it."""
    with work.engine.connect() as connection:
        day = clinic.day(connection, practice_id, nights.database_now(connection))
        zone = clinic.zone(connection, practice_id)
        found = _candidates(connection, practice_id, day, after, limit)
        ends = near_ends(connection, work, practice_id, found)
    wanted = _due(found, day, zone, ends)
    return Lookout(day, wanted, len(found), found[-1].id if len(found) == limit else None)


def _begin_if_due(work: Work, practice: AnyRow) -> bool:
    zone = ZoneInfo(practice.time_zone)
    with work.engine.begin() as connection:
        slots = slots_due(
            nights.database_now(connection),
            zone=zone,
            hour=practice.night_hour,
            since=practice.created_at,
            last=practice.last,
        )
        if slots.due is None:
            return False
        nights.note_missed(connection, practice.id, slots.missed)
        return _begin(connection, practice.id, slots.due, SYSTEM)


def _begin(connection: Connection, practice_id: str, day: date, actor: str) -> bool:
    """The slot and the job that plans it stand in one transaction."""
    night_id = nights.claim_slot(connection, practice_id, day, by=actor)
    if night_id is None:
        return False
    jobs.accept(
        connection, step="plan_night", subject_id=night_id, practice_id=practice_id, lane=Lane.NIGHTLY
    )
    log.info("night_begun", practice_id=practice_id)
    return True


def _plan_page(work: Work, claim: Claim) -> bool:
    """Whether there is more to look at, by this worker."""
    with work.engine.begin() as connection:
        if not jobs.extend(connection, claim, lease_seconds=LEASE_SECONDS):
            return False
        it = nights.lock(connection, claim.subject_id)
        zone = clinic.zone(connection, it.practice_id)
        found = _candidates(connection, it.practice_id, it.local_date, it.looked_up_to, PAGE)
        ends = near_ends(connection, work, it.practice_id, found)
        nights.ask_again(connection, it, _due(found, it.local_date, zone, ends))
        if found:
            nights.advance(connection, it, to=found[-1].id, looked_at=len(found))
        if len(found) == PAGE:
            return True
        nights.planned(connection, it)
        jobs.finish(connection, claim)
        return False


def _candidates(connection: Connection, practice_id: str, day: date, after: str, limit: int) -> list[AnyRow]:
    since = day - longest_course(load().service_lines.values())
    return list(nights.candidates(connection, practice_id, after=after, first_visit_since=since, limit=limit))


def _due(found: list[AnyRow], day: date, zone: ZoneInfo, ends: Mapping[str, date]) -> list[Wanted]:
    wanted = []
    for row in found:
        checked = _checked(row, zone, ends.get(row.id))
        rules: tuple[Rule, ...] = rules_due(checked, day)
        if rules:
            wanted.append(Wanted(row, [rule.value for rule in rules], visit_to_ask_about(checked, day)))
    return wanted


def _checked(row: Any, zone: ZoneInfo, near_end_on: date | None) -> Checked:
    lines = [load().service_lines[key] for key in row.service_lines]
    return Checked(
        first_visit_on=row.first_visit_on,
        last_visit_on=last_visit_on(row.first_visit_on, lines),
        answered_on=_day(row.answered_at, zone),
        plan_begins_on=row.plan_begins_on,
        plan_ends_on=row.plan_ends_on,
        expires_on=_day(row.expires_at, zone),
        authorization_near_end_on=near_end_on,
        refused=row.refused,
        # The end of an id is random: the same turn each night, spread over all patients.
        lot=int.from_bytes(row.id[-4:].encode(), "big"),
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
