"""Deliveries: what an appointment system sent is stored, sealed and once, before it is acknowledged."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from verify.intake.appointments import SCHEMES, Call, Context, Kind, Notice
from verify.steps.work import Work
from verify.store import appointments, jobs
from verify.store.appointments import Event
from verify.store.jobs import Hint
from verify.store.sources import Source
from verify.verification import Lane, new_id

#: A missing notification may only be late; it is asked for after this.
GAP_PATIENCE = timedelta(seconds=30)
#: What readers look at besides the body; a signature or a token is never kept.
KEPT_HEADERS = ("content-type", "webhook-id", "svix-id", "x-drchrono-event", "x-drchrono-delivery")
KEPT_PREFIX = "ce-"


class Receipt(NamedTuple):
    """What became of a delivery."""

    #: None when nothing in it was about an appointment, or all of it came before.
    delivery_id: str | None
    notices: Sequence[Notice]


def take_in(work: Work, source: Source, call: Call) -> Receipt:
    """Durable when it returns, broker or no broker; the same event twice is one.

    Raises Malformed and UnknownType, and whatever a database that is away raises.
    """
    notices = SCHEMES[source.scheme].read(call, Context(ZoneInfo(source.time_zone), work.now()))
    with work.engine.begin() as connection:
        receipt, hints = store(work, connection, source, call, notices)
    work.hint(*hints)
    return receipt


def store(
    work: Work, connection: Connection, source: Source, call: Call, notices: Sequence[Notice]
) -> tuple[Receipt, list[Hint]]:
    """In the caller's transaction; the caller sends the hints after its commit."""
    seals = work.seals(source.practice_id)
    counted = [notice for notice in notices if notice.subscription and SCHEMES[source.scheme].counts]
    heard = None
    if counted:
        heard = appointments.hear(
            connection, seals, source.id, counted[0].subscription, counted[0].state[:40]
        )
    about = [notice for notice in notices if notice.kind is Kind.APPOINTMENT]
    delivery_id = new_id("hook")
    hints: list[Hint | None] = []
    events = [Event(each.key, heard.id if heard else None, each.number) for each in about]
    fresh = appointments.add_events(connection, seals, source.id, delivery_id, events) if events else 0
    if fresh:
        appointments.add_delivery(
            connection,
            seals,
            source.id,
            delivery_id,
            headers=kept(call.headers),
            body=call.body,
            events=len(about),
        )
        hints.append(
            jobs.accept(
                connection,
                step="appointment",
                subject_id=delivery_id,
                practice_id=source.practice_id,
                lane=Lane.STANDARD,
            )
        )
    if heard is not None:
        hints.append(_count(work, connection, source, heard, counted))
    return Receipt(delivery_id if fresh else None, notices), [hint for hint in hints if hint]


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in headers.items() if name in KEPT_HEADERS or name.startswith(KEPT_PREFIX)
    }


def _count(
    work: Work, connection: Connection, source: Source, heard: Any, notices: Sequence[Notice]
) -> Hint | None:
    """Looks for events that never came; the job that asks for them, once for each gap."""
    numbers = [notice.number for notice in notices if notice.number is not None]
    totals = [notice.total for notice in notices if notice.total is not None]
    begins = notices[0].kind is Kind.HANDSHAKE
    if begins:
        total = max(totals, default=0)
        if heard.highest is None or total < heard.highest:
            appointments.restart(connection, heard, total)
            return None
    if not numbers and not totals:
        return None
    # Nothing was heard of it before: what came earlier is before our time.
    lowest = min(numbers) - 1 if numbers else max(totals)
    gap = appointments.count(connection, heard, max([*numbers, *totals]), lowest)
    if gap is None:
        return None
    return jobs.accept(
        connection,
        step="appointment_gap",
        subject_id=heard.id,
        practice_id=source.practice_id,
        lane=Lane.STANDARD,
        run=f"{gap[0]}-{gap[1]}",
        not_before=work.now() + GAP_PATIENCE,
    )
