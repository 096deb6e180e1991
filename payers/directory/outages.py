"""Outages: which payer a clearinghouse says it cannot reach, since when and until when.

Source: Optum's interface description of its payer list v1, as of 2026-09. It names the fields of an outage but for its
times, and leaves the rest open: what is looked for here besides is what the description asks by (second-hand at best).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from payers.directory.fields import Json, rows, text, texts
from payers.directory.listed import Problem

LISTS = ("outages", "data")
STARTS = ("startDateTime", "issueStartDateTime", "issueStartDate", "startDate")
ENDS = ("endDateTime", "issueEndDateTime", "issueEndDate", "endDate")
YES_NO = {"yes": True, "no": False, "true": True, "false": False}
#: transactionType of the questions this program asks.
ELIGIBILITY = "Eligibility"


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """One payer that cannot be reached through one clearinghouse. None is what it does not say."""

    their_id: str
    name: str
    other_ids: tuple[str, ...] = ()
    #: `Eligibility`, `Claim Status` …; empty where it does not say.
    transaction: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    #: Some questions still pass.
    intermittent: bool | None = None
    #: In the clearinghouse's words: `Payer Maintenance`, `Optum Outage`.
    reason: str = ""
    #: Whether the payer passes after all (`activeStatus`, `payerProductStandinFlag`).
    passes: bool = False

    def is_on(self, now: datetime) -> bool:
        """Whether it keeps questions from passing; one without a beginning or an end is on until it is gone."""
        begun = self.starts_at is None or self.starts_at <= now
        return begun and not self.passes and (self.ends_at is None or now < self.ends_at)


def read_outages(data: bytes, zone: tzinfo = UTC) -> Iterator[Outage | Problem]:
    """`{"data":[{"imnPayerId":"…","payerName":"…","intermittentPayerOutage":"Yes","issueStartDate":"2026-03-02"}]}`.

    `zone` is that of times that do not say theirs. Never raises: what makes no sense is a Problem.
    """
    for line, row in rows(data, LISTS):
        yield _outage(line, row, zone)


def _outage(line: int, row: Json, zone: tzinfo) -> Outage | Problem:
    if not row:
        return Problem(line, "this is no outage" if line else "there is no list in it")
    their_id = text(row, "imnPayerId", "payerId")
    name = text(row, "payerName", "payerPlanName")
    if not their_id and not name:
        return Problem(line, "neither a payer id nor a name")
    return Outage(
        their_id=their_id,
        name=name,
        other_ids=tuple(texts(row, "additionalPayerIds")),
        transaction=text(row, "transactionType"),
        starts_at=_moment(text(row, *STARTS), zone),
        ends_at=_moment(text(row, *ENDS), zone, end=True),
        intermittent=YES_NO.get(text(row, "intermittentPayerOutage").lower()),
        reason=text(row, "standinReason"),
        passes=text(row, "activeStatus").lower() == "active"
        or YES_NO.get(text(row, "payerProductStandinFlag").lower()) is False,
    )


def _moment(said: str, zone: tzinfo, *, end: bool = False) -> datetime | None:
    """`2026-03-02T05:00:00Z`, or a day: its beginning, for an end the next one's. None for what is none."""
    try:
        at = datetime.fromisoformat(said)
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        return (at + timedelta(days=1) if end and len(said) <= len("2026-03-02") else at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def outage_of(
    outages: Iterable[Outage], payer_id: str, now: datetime, transaction: str = ELIGIBILITY
) -> Outage | None:
    """The outage that keeps a question to this payer from passing; a whole one before one that comes and goes."""
    wanted = payer_id.casefold()
    found = [
        outage
        for outage in outages
        if outage.is_on(now)
        and wanted in {each.casefold() for each in (outage.their_id, *outage.other_ids)}
        and outage.transaction.casefold() in {"", transaction.casefold()}
    ]
    return min(found, key=lambda outage: outage.intermittent is True, default=None)
