"""Gaps: notifications a subscription's server counted and we never got are asked for, once."""

from zoneinfo import ZoneInfo

from verify.intake.appointments import Call, Context, Malformed
from verify.intake.appointments.subscriptions import read_bundle
from verify.security.logging import get_logger
from verify.steps.deliveries import store
from verify.steps.sources import FHIR, Gone, Unusable
from verify.steps.work import Work
from verify.store import appointments, jobs, sources
from verify.store.jobs import Claim

log = get_logger(__name__)


def appointment_gap(work: Work, claim: Claim) -> None:
    """Fetches what is still missing and takes it in like any delivery.

    A source that is away raises: the job is given back, and after its attempts the gap stays shown.
    """
    seals = work.seals(claim.practice_id)
    with work.engine.begin() as connection:
        row = appointments.subscription(connection, claim.subject_id)
        source = sources.read(connection, work.keyring, row.source_id)
        gap = appointments.count(connection, row, row.highest, row.counted_from)
        client = work.sources.of(source) if source else None
        if source is None or gap is None or not isinstance(client, FHIR):
            jobs.finish(connection, claim)
            return
        reference = appointments.reference_of(row, seals)
    try:
        body = client.events(reference, *gap)
        notices = read_bundle(body, Context(ZoneInfo(source.time_zone), work.now()))
    except (Gone, Unusable, Malformed):
        log.warning("appointment_gap_not_filled", object_id=claim.subject_id)
        with work.engine.begin() as connection:
            jobs.finish(connection, claim, failed="source_unreadable")
        return
    call = Call("GET", "", "", {"content-type": "application/fhir+json"}, body)
    with work.engine.begin() as connection:
        if not jobs.finish(connection, claim):
            return
        _, hints = store(work, connection, source, call, notices)
    work.hint(*hints)
