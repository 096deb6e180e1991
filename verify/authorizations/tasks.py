"""What people do about authorizations: where one does not fit the course, or is required and not on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo

from verify.authorizations.alerts import due_before
from verify.authorizations.findings import Filed, in_play
from verify.catalogue import ServiceLine
from verify.findings import Finding
from verify.followup import FollowUp, Kind
from verify.followup.follow_up import OWNERS
from verify.followup.working_time import due_at, end_of
from verify.verification import Due, Lane

REQUEST = (
    "{sentence} None is on record. Gather the papers the policy asks for, send the request, and record it "
    "on the page “Evidence, written policy and authorizations”."
)


def authorization_tasks(
    line: ServiceLine,
    filed: Sequence[Filed],
    findings: Sequence[Finding],
    first: date | None,
    *,
    now: datetime,
    zone: tzinfo,
    lane: Lane,
) -> list[FollowUp]:
    """One for each alert; or to request it, where the payer requires one and nobody has recorded any.

    `first`: the first session to come, by two weeks before which the request is sent; None: there is none, and
    nothing is requested. Urgent work is due the same business day.
    """
    today = now.astimezone(zone).date()
    needed = [(key, title, detail, on) for key, title, detail, on in _alerts(line, filed)]
    if not filed and first is not None:
        needed += _request(line, findings, due_before(first, today))
    hurried = due_at(Due.SAME_BUSINESS_DAY, now=now, zone=zone, lane=lane) if lane is Lane.URGENT else None
    return [
        FollowUp(
            kind=Kind.AUTHORIZATION,
            title=title,
            detail=detail,
            owner_role=OWNERS[Kind.AUTHORIZATION],
            due_at=min(hurried or end_of(on, zone), end_of(on, zone)),
            dedupe_key=f"{Kind.AUTHORIZATION}:{key}",
        )
        for key, title, detail, on in needed
    ]


def _alerts(line: ServiceLine, filed: Sequence[Filed]) -> Iterator[tuple[str, str, str, date]]:
    """Keyed by what is wrong with which record, so that what was done once does not come back.

    The same may be wrong twice with one code: too often a day, and too often a week.
    """
    for one in in_play(filed):
        seen: Counter[str] = Counter()
        for alert in one.alerts:
            what = alert.kind.value.replace("_", " ")
            key = f"{one.id}:{alert.kind}:{alert.code}"
            seen[key] += 1
            yield (
                key if seen[key] == 1 else f"{key}:{seen[key]}",
                f"Authorization for {line.label}: {what}",
                f"{alert.sentence} {alert.next_step}",
                alert.due_on,
            )


def _request(
    line: ServiceLine, findings: Sequence[Finding], due_on: date
) -> Iterator[tuple[str, str, str, date]]:
    for found in findings:
        if (found.rule, found.service_line, found.conclusion) == ("authorization", line.key, "required"):
            yield (
                f"request:{line.key}",
                f"Request the authorization for {line.label}",
                REQUEST.format(sentence=found.sentence),
                due_on,
            )
