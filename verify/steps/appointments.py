"""Appointment: a delivery becomes the newest version of its appointments, and what that asks of us is done."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from pydantic import ValidationError
from sqlalchemy import Connection, Row

from verify.intake.appointments import SCHEMES, Appointment, Call, Context, Kind, Notice
from verify.intake.appointments.decision import (
    Decision,
    Step,
    Visit,
    decide,
    merged,
    service_lines,
    submission,
    visit,
)
from verify.intake.submission import Submission
from verify.steps.accept import People, accept_within, save_people, save_policy
from verify.steps.courses import carry_over, fit
from verify.steps.people import stop
from verify.steps.sources import Away, Gone, Unusable
from verify.steps.work import Work
from verify.store import appointments, jobs, patients, sources, verifications
from verify.store.jobs import Claim, Hint
from verify.store.sources import Source
from verify.verification import VerificationState

#: All that one delivery's events may take to be fetched, and to be stored after that.
LEASE_SECONDS = 120.0
#: A source that is away is asked again for this long, first soon, then seldom.
PATIENCE = timedelta(days=3)
SOONEST_SECONDS, LATEST_SECONDS = 15.0, 1800.0
#: Visits within so many days of one that is verified belong to its course: sessions booked in a row are one question.
COURSE_DAYS = 31
#: A verification in one of these is settled; calling its visit off changes nothing of it.
SETTLED = frozenset(
    {
        VerificationState.VERIFIED.value,
        VerificationState.EXPIRED.value,
        VerificationState.CANCELLED.value,
    }
)
OVER = frozenset({VerificationState.EXPIRED.value, VerificationState.CANCELLED.value})


class Found(NamedTuple):
    """An appointment as a source has it, and how new that is."""

    appointment: Appointment
    version_at: datetime


def appointment(work: Work, claim: Claim) -> None:
    """Reads a delivery, fetches what it leaves out with no transaction open, and does what follows from it."""
    seals = work.seals(claim.practice_id)
    with work.engine.begin() as connection:
        delivery = appointments.delivery(connection, seals, claim.subject_id)
        source = sources.read(connection, work.keyring, delivery.source_id)
        assert source is not None  # sources are retired, never removed
        if not jobs.extend(connection, claim, lease_seconds=LEASE_SECONDS):
            return
    context = Context(ZoneInfo(source.time_zone), delivery.received_at)
    call = Call("POST", "", "", delivery.headers, delivery.body)
    notices = [each for each in SCHEMES[source.scheme].read(call, context) if each.kind is Kind.APPOINTMENT]
    codes: list[str] = []
    found: list[Found] = []
    try:
        for notice in notices:
            _look(work, source, notice, context, found, codes)
    except Away as away:
        _come_back(work, claim, delivery.received_at, away)
        return
    with work.engine.begin() as connection:
        if not jobs.finish(connection, claim):
            return
        hints: list[Hint | None] = []
        # In one order everywhere, so that two deliveries of the same appointments cannot wait for each other.
        for each in sorted(found, key=lambda one: one.appointment.external_id):
            code, hint = _apply(work, connection, source, each)
            codes.append(code)
            hints.append(hint)
        appointments.finish_delivery(connection, delivery.id, codes)
    work.hint(*hints)


def _look(
    work: Work, source: Source, notice: Notice, context: Context, found: list[Found], codes: list[str]
) -> None:
    """Adds what the notice is about to `found`, or to `codes` why there is nothing. Raises Away."""
    known = notice.appointment
    if not notice.reference and known is not None:
        found.append(Found(known, known.version_at or notice.at or context.now))
        return
    client = work.sources.of(source)
    if client is None:
        # What the event itself said is better than nothing; without any, somebody has to tell us the API.
        if known is not None:
            found.append(Found(known, known.version_at or notice.at or context.now))
        else:
            codes.append("no_client")
        return
    asked_at = work.now()
    try:
        complete = client.complete(notice, context)
    except Gone:
        codes.append("source_gone")
    except Unusable as failure:
        codes.append(failure.code)
    else:
        found += [Found(each, each.version_at or asked_at) for each in complete]


def _come_back(work: Work, claim: Claim, received_at: datetime, away: Away) -> None:
    """Gives the job back until the source may be there again; after days of that it is over."""
    age = work.now() - received_at
    wait = min(max(age.total_seconds(), SOONEST_SECONDS, away.seconds or 0.0), LATEST_SECONDS)
    with work.engine.begin() as connection:
        if age <= PATIENCE:
            jobs.postpone(connection, claim, until=work.now() + timedelta(seconds=wait))
        elif jobs.finish(connection, claim, failed="source_away"):
            appointments.finish_delivery(connection, claim.subject_id, ["source_away"], failed=True)


def _apply(work: Work, connection: Connection, source: Source, found: Found) -> tuple[str, Hint | None]:
    """Takes a version in; the code of what came of it. An older one than is known changes nothing."""
    seals = work.seals(source.practice_id)
    external_id = found.appointment.external_id
    row = appointments.lock(connection, seals, source.id, external_id)
    if row is None:
        appointments.add(connection, seals, source.id, external_id, version_at=found.version_at)
        row = appointments.lock(connection, seals, source.id, external_id)
        assert row is not None
    if found.version_at < row.version_at:
        return "stale", None
    details = appointments.details_of(row, seals)
    before = msgspec.convert(details["appointment"], Appointment) if details else None
    decided_on = msgspec.convert(details["visit"], Visit) if details and details["visit"] else None
    newest = merged(before, found.appointment)
    zone = ZoneInfo(source.time_zone)
    today = work.now().astimezone(zone).date()
    now = _visit(newest, source, zone)
    decision = decide(newest, decided_on, now, today=today, known=row.live)
    done = _act(work, connection, source, row, now, decision, today, newest.provider_npi)
    appointments.change(
        connection,
        seals,
        row,
        details={
            "appointment": msgspec.to_builtins(newest),
            # What was not acted upon is decided anew when it comes again.
            "visit": msgspec.to_builtins(now) if done.live else None,
        },
        status=newest.status.value,
        version_at=found.version_at,
        starts_at=newest.starts_at,
        visit_on=now.on,
        service_lines=list(now.service_lines),
        decision=done.code,
        turn=row.turn + 1,
        live=done.live,
        verification_id=done.verification_id,
    )
    if decision.step in (Step.VERIFY_AGAIN, Step.STOP):
        _hold_against_courses(work, connection, source, {row.verification_id, done.verification_id})
    return done.code, done.hint


def _hold_against_courses(
    work: Work, connection: Connection, source: Source, verification_ids: set[str | None]
) -> None:
    """What a person planned stays as it is; where its first appointment left it, they are told."""
    for verification_id in sorted(filter(None, verification_ids), reverse=True):
        held = verifications.lock(connection, verification_id)
        if held is not None and held.state != VerificationState.CANCELLED.value:
            fit(work, connection, held, by=source.id)


class Done(NamedTuple):
    """How an appointment stands after its newest version."""

    code: str
    verification_id: str | None
    #: Whether the verification is still wanted for it.
    live: bool
    hint: Hint | None = None


def _visit(newest: Appointment, source: Source, zone: ZoneInfo) -> Visit:
    table: Mapping[str, str] = source.options.get("service_lines") or {}
    lines = service_lines(newest, table, str(source.options.get("default_service_line", "")))
    on = newest.starts_at.astimezone(zone).date() if newest.starts_at else None
    return visit(newest, on, lines)


def _act(
    work: Work,
    connection: Connection,
    source: Source,
    row: Row[Any],
    now: Visit,
    decision: Decision,
    today: date,
    npi: str,
) -> Done:
    match decision.step:
        case Step.LEAVE:
            return Done(decision.code, row.verification_id, row.live)
        case Step.STOP:
            _stop(connection, source, row, decision.code)
            return Done(decision.code, row.verification_id, live=False)
        case Step.VERIFY | Step.VERIFY_AGAIN:
            return _verify(work, connection, source, row, now, decision, today, npi)


def _stop(connection: Connection, source: Source, row: Row[Any], code: str) -> None:
    """Cancels the verification when it was made for appointments alone and none of them waits for it any more."""
    held = verifications.lock(connection, row.verification_id)
    if held is None:
        return
    _record(connection, source, held.id, row.id, code)
    made_here = held.requested_by.startswith("source_")
    if made_here and held.state not in SETTLED and not appointments.others_live(connection, row):
        stop(connection, held, source.id)


def _verify(
    work: Work,
    connection: Connection,
    source: Source,
    row: Row[Any],
    now: Visit,
    decision: Decision,
    today: date,
    npi: str,
) -> Done:
    before = verifications.read(connection, row.verification_id) if row.verification_id else None
    filled = _with_what_people_found(work, connection, now, before)
    said = (filled.cover.payer, filled.cover.payer_id)
    payer = appointments.payer_name(connection, source.practice_id, said) or filled.cover.payer
    try:
        wanted = submission(filled, decision, payer=payer, today=today, npi=npi)
    except ValidationError:
        # A name of a hundred letters, a member id of five hundred: nothing a payer could be asked with.
        return Done("invalid", row.verification_id, row.live)
    people = _people(work, connection, wanted, source, before)
    verification_id, hint = _verification(connection, source, row, wanted, people)
    _hold(connection, {row.verification_id, verification_id})
    _record(connection, source, verification_id, row.id, decision.code)
    if before is not None and before.id != verification_id:
        _carry_courses(connection, source, row, before, verification_id)
        if row.live:
            _stop(connection, source, row, decision.code)
    return Done(decision.code, verification_id, live=True, hint=hint)


def _hold(connection: Connection, verification_ids: set[str | None]) -> None:
    """The newest first, as everybody does who holds several of a patient."""
    for verification_id in sorted(filter(None, verification_ids), reverse=True):
        verifications.lock(connection, verification_id)


def _carry_courses(
    connection: Connection, source: Source, row: Row[Any], before: Row[Any], verification_id: str
) -> None:
    """A visit that was moved takes the planned course along, unless other visits of the course stay behind."""
    after = verifications.lock(connection, verification_id)
    assert after is not None
    if after.patient_id == before.patient_id and not appointments.others_live(connection, row):
        carry_over(connection, before, after, by=source.id)


def _verification(
    connection: Connection, source: Source, row: Row[Any], wanted: Submission, people: People
) -> tuple[str, Hint | None]:
    """That of the course the visit belongs to, or one of its own."""
    course = appointments.same_course(
        connection,
        appointment_id=row.id,
        patient_id=people.patient_id,
        coverage_id=people.coverage_id,
        service_lines=wanted.service_lines,
        on=wanted.date_of_service,
        days=int(source.options.get("course_days", COURSE_DAYS)),
    )
    if course is not None:
        return course, None
    accepted, hint = accept_within(
        connection, wanted, people, practice_id=source.practice_id, actor=source.id
    )
    if not accepted.created and verifications.read(connection, accepted.verification_id).state in OVER:
        # Called off and booked again: the same question, newly asked.
        accepted, hint = accept_within(
            connection,
            wanted,
            people,
            practice_id=source.practice_id,
            actor=source.id,
            occasion=f"{row.id}:{row.turn}",
        )
    return accepted.verification_id, hint


def _with_what_people_found(work: Work, connection: Connection, now: Visit, before: Row[Any] | None) -> Visit:
    """What a coordinator added to the last verification is not asked for again by a source that never knew it."""
    if before is None:
        return now
    identity, policy = _known(work, connection, before)
    if identity["last_name"].casefold() != now.patient.last_name.casefold():
        return now
    patient, cover = now.patient, now.cover
    if patient.birth_date is None and identity["birth_date"]:
        born = date.fromisoformat(identity["birth_date"])
        patient = msgspec.structs.replace(patient, birth_date=born)
    if not cover.payer and not cover.member_id:
        cover = msgspec.structs.replace(
            cover,
            payer=policy["payer"],
            member_id=policy["member_id"],
            group_number=policy["group_number"],
        )
    return now._replace(patient=patient, cover=cover)


def _known(work: Work, connection: Connection, before: Row[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    seals = work.seals(before.practice_id)
    patient = patients.patient(connection, before.practice_id, before.patient_id)
    coverage = patients.coverage(connection, before.practice_id, before.coverage_id)
    return patients.identity_of(patient, seals), patients.policy_of(coverage, seals)


def _people(
    work: Work, connection: Connection, wanted: Submission, source: Source, before: Row[Any] | None
) -> People:
    """The rows of patient and policy. Without a birth date nothing makes two the same but their appointment."""
    if before is not None and wanted.patient.birth_date is None:
        identity, _ = _known(work, connection, before)
        names = (wanted.patient.last_name, wanted.patient.first_name)
        if names == (identity["last_name"], identity["first_name"]):
            coverage_id = save_policy(work, connection, wanted, source.practice_id, before.patient_id)
            return People(before.patient_id, coverage_id)
    return save_people(work, connection, wanted, source.practice_id)


def _record(
    connection: Connection, source: Source, verification_id: str, appointment_id: str, code: str
) -> None:
    verifications.record(
        connection,
        source.practice_id,
        verification_id,
        f"appointment_{code}",
        {"appointment": appointment_id},
        actor=source.id,
    )
