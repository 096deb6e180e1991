"""Rules that no single message shows: who the patient is, which day counts, what is no limit."""

from datetime import date

import pytest

from payers import reading
from payers.benefits import Benefit, Benefits, DateRange, Identity, Member, Trace

ON = date(2026, 3, 2)


def member(
    *lines: Benefit, role: str = "subscriber", subscriber: int | None = None, trace: str = ""
) -> Member:
    traces = [Trace(type="2", reference=trace)] if trace else []
    return Member(role=role, subscriber=subscriber, identity=Identity(), traces=traces, benefits=list(lines))


@pytest.mark.parametrize(
    ("members", "trace", "index"),
    [
        ([member()], None, 0),
        ([member(), member(role="dependent", subscriber=0)], None, 1),
        ([member(trace="A"), member(trace="B")], "B", 1),
        ([member(trace="A"), member(role="dependent", subscriber=0)], "A", 1),
        ([member(trace="A"), member(role="dependent", subscriber=0, trace="A")], "A", 1),
        ([member(), member()], None, None),
        ([], None, None),
    ],
)
def test_the_patient_is_found_by_trace_else_is_the_only_one(members, trace, index) -> None:
    found = reading.patient(Benefits(members=members), trace)
    assert found is (None if index is None else members[index])


@pytest.mark.parametrize(
    ("dates", "value"),
    [
        ([], "active"),
        ([DateRange("291", "2015-07-01", "2015-07-01")], "active"),
        ([DateRange("291", "2026-01-01", "2026-12-31")], "active"),
        ([DateRange("291", "2026-01-01", "9999-12-31")], "active"),
        ([DateRange("347", "2026-03-01", "2026-03-01")], "inactive"),
        ([DateRange("347", "2026-03-02", "2026-03-02")], "active"),
        ([DateRange("346", "2026-04-01", "2026-04-01")], "inactive"),
        ([DateRange("442", "2026-02-01", "2026-02-01")], "inactive"),
        ([DateRange("636", "2030-01-01", "2030-01-01")], "active"),
        ([DateRange("291", None, None)], "active"),
    ],
)
def test_a_line_speaks_of_the_days_its_dates_include(dates, value) -> None:
    line = Benefit(information_code="1", service_types=["30"], dates=dates, segments=[13])
    assert reading.answers(member(line), ["MH"], ON)["active"].value == value


def test_a_limit_of_no_dollars_is_a_text_and_no_limit() -> None:
    line = Benefit(information_code="F", service_types=["A6"], period="27", amount="0.00", segments=[13])
    assert reading.answers(member(line), ["A6"], ON)["limits"].status == "not_stated"


def test_what_was_met_for_both_tiers_does_not_rival_the_in_network_limit() -> None:
    lines = [
        Benefit(information_code="C", coverage_level="IND", service_types=["30"], period="23", amount="3200", in_network="Y", segments=[13]),
        Benefit(information_code="C", coverage_level="IND", service_types=["30"], period="24", amount="800", in_network="W", segments=[14]),
    ]  # fmt: skip
    said = reading.answers(member(*lines), ["MH"], ON)["deductible"]
    assert said.status == "stated"
    assert said.value == {"individual": {"total": "3200", "met": None, "remaining": None}, "family": None}
