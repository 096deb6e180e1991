"""What an authorization on record says among the findings, and what is to be done about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.verify.authorizations.records import FIRST, TMS, authorization, plan
from verify.authorizations import Filed, authorization_findings, authorization_tasks, match, on_file
from verify.facts import Status
from verify.findings import Finding
from verify.verification import Lane

ZONE = ZoneInfo("America/Chicago")
#: A Friday, four days before the course of the records begins.
TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


def filed(key: str = "auth_1", *, count: int = 36, **fields: object) -> Filed:
    record = authorization(**fields)
    planned = plan(count, payer=("Blue Hollow",))
    return Filed(key, record, match(record, planned, today=TODAY, line=TMS))


def required(conclusion: str = "required") -> Finding:
    return Finding(
        rule="authorization",
        service_line="tms",
        conclusion=conclusion,
        sentence="The payer states that authorization is required for TMS.",
        status=Status.STATED,
    )


def tasks(records, findings=(), *, first=FIRST, lane=Lane.STANDARD):
    return authorization_tasks(TMS, records, findings, first, now=NOW, zone=ZONE, lane=lane)


@pytest.mark.parametrize(
    ("records", "word"),
    [
        ([], ""),
        ([filed()], "granted"),
        ([filed(status="partly_granted")], "granted"),
        ([filed(status="submitted", number="")], "waiting"),
        ([filed(status="appeal", number="")], "waiting"),
        ([filed(status="denied")], "denied"),
        ([filed(status="not_needed", source="letter", source_on="2026-11-01")], "not_needed"),
        ([filed(status="needed", number="")], ""),
        ([filed(status="drafting", number="")], ""),
        ([filed(status="expired")], ""),
        ([filed(status="denied"), filed("auth_0")], "granted"),
        ([filed(status="submitted", number=""), filed("auth_0", status="denied")], "waiting"),
        ([filed(payer="Lakeside")], ""),
    ],
)
def test_what_is_on_file_is_the_one_that_holds_else_the_newest(records, word):
    assert on_file(records) == word


def test_of_several_only_those_that_hold_are_told():
    records = [filed("auth_2", status="expired"), filed("auth_1", count=40), filed("auth_0", status="denied")]
    found = authorization_findings(TMS, records)
    assert [one.conclusion for one in found] == ["units_short"]
    assert found[0].sentence.startswith("Authorization on record: 36 of 36 units")
    assert (found[0].rule, found[0].service_line, found[0].status) == (
        "authorization_held",
        "tms",
        Status.DERIVED,
    )


def test_one_that_fits_says_so_and_promises_nothing():
    [found] = authorization_findings(TMS, [filed()])
    assert found.conclusion == "fits"
    assert found.sentence.endswith("That is no promise of payment.")
    assert tasks([filed()]) == []


def test_one_of_another_payer_fits_nothing():
    found = authorization_findings(TMS, [filed(payer="Lakeside")])
    assert [one.conclusion for one in found] == ["payer_changed"]


def test_each_thing_to_do_is_a_task_due_when_the_alert_says():
    [task] = tasks([filed(count=40)])
    [alert] = filed(count=40).alerts
    assert task.title == f"Authorization for {TMS.label}: units short"
    assert task.detail == f"{alert.sentence} {alert.next_step}"
    assert task.due_at == datetime.combine(alert.due_on, time(17, 0), tzinfo=ZONE)
    assert task.dedupe_key == "authorization:auth_1:units_short:90867"


def test_urgent_work_is_due_the_same_business_day():
    [task] = tasks([filed(count=40)], lane=Lane.URGENT)
    assert task.due_at == datetime(2026, 11, 27, 17, 0, tzinfo=ZONE)


def test_one_that_is_required_and_not_on_record_is_requested():
    [task] = tasks([], [required()])
    assert task.title == f"Request the authorization for {TMS.label}"
    assert task.detail.startswith(
        "The payer states that authorization is required for TMS. None is on record."
    )
    assert task.due_at == datetime(2026, 11, 30, 17, 0, tzinfo=ZONE), "two weeks before have passed"
    far = tasks([], [required()], first=TODAY + timedelta(days=60))
    assert far[0].due_at.date() == date(2027, 1, 12), "two weeks before the first session"


@pytest.mark.parametrize(
    ("records", "findings", "first"),
    [
        ([], [required("not_required")], FIRST),
        ([], [required("not_stated")], FIRST),
        ([], [], FIRST),
        ([], [required()], None),
        ([filed()], [required()], FIRST),
    ],
)
def test_nothing_is_requested_where_it_is_not_required_or_somebody_has_recorded_it(records, findings, first):
    assert tasks(records, findings, first=first) == []
