"""Whatever a record has, it is refused when it is saved, or everything that looks at it afterwards works."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.verify.authorizations.records import FIRST, TMS, plan
from verify.authorizations import (
    Authorization,
    Filed,
    Status,
    authorization_findings,
    authorization_tasks,
    decision_due,
    match,
    near_end_on,
    on_file,
)
from verify.catalogue.policy_card import Per, Program
from verify.verification import Lane

CHICAGO = ZoneInfo("America/Chicago")
NEAR = st.dates(FIRST - timedelta(days=60), FIRST + timedelta(days=90))
DAYS = st.one_of(st.none(), NEAR, st.dates(), st.sampled_from([date.min, date.max]))
MOMENTS = st.one_of(
    st.none(),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
CODES = st.lists(st.sampled_from(["90867", "90868", "90869", "J0013", "0018T"]), min_size=1, max_size=2)
GRANTS = st.fixed_dictionaries(
    {"codes": CODES, "units": st.sampled_from([None, 0, 1, 30, 100_000])},
    optional={"used": st.sampled_from([0, 30, 100_000]), "used_as_of": DAYS},
)
FREQUENCIES = st.fixed_dictionaries(
    {"codes": CODES, "most": st.sampled_from([1, 5]), "per": st.sampled_from(list(Per))}
)


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(
    fields=st.fixed_dictionaries(
        {"status": st.sampled_from(list(Status)), "payer": st.sampled_from(["Blue Hollow", "Lakeside"])},
        optional={
            "granted": st.lists(GRANTS, max_size=3),
            "frequencies": st.lists(FREQUENCIES, max_size=3),
            "starts_on": DAYS,
            "ends_on": DAYS,
            "renewal_due_on": DAYS,
            "source": st.just("letter"),
            "source_on": DAYS,
            "requested_at": MOMENTS,
            "decided_at": MOMENTS,
            "urgent": st.booleans(),
        },
    ),
    sessions=st.sampled_from([0, 1, 36]),
    today=st.sampled_from([FIRST - timedelta(days=3), FIRST, FIRST + timedelta(days=20)]),
)
def test_any_record_is_refused_or_held_against_the_course(
    fields: dict[str, Any], sessions: int, today: date
) -> None:
    try:
        record = Authorization.model_validate({"service_line": "tms", **fields}).in_zone(CHICAGO)
    except ValidationError:
        return
    planned = plan(sessions, payer=("Blue Hollow",))
    asked = record.asked_at()
    if asked:
        decision_due(asked, urgent=record.urgent, program=Program.MEDICARE_ADVANTAGE, is_drug=False)
    near_end_on(record, planned, line=TMS)
    filed = [Filed("auth_1", record, match(record, planned, today=today, line=TMS))]
    on_file(filed)
    authorization_findings(TMS, filed)
    now = datetime.combine(today, datetime.min.time(), tzinfo=UTC)
    tasks = authorization_tasks(TMS, filed, (), FIRST, now=now, zone=CHICAGO, lane=Lane.STANDARD)
    keys = [task.dedupe_key for task in tasks]
    assert len(keys) == len(set(keys))
