"""Every way an authorization does not fit the course: what is said, what is to be done and by when."""

import re
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from tests.verify.authorizations.records import FIRST, SPRAVATO, TMS, authorization, plan, sessions
from verify.authorizations import (
    Alert,
    AlertKind,
    Authorization,
    Plan,
    Planned,
    Session,
    Status,
    due_before,
    match,
    near_end_on,
    usual_sessions,
)
from verify.catalogue import BenefitDomain, load
from verify.catalogue.policy_card import Cap, Per

K = AlertKind
#: Long before the first session: nothing is pressed for time.
EARLY = date(2026, 9, 1)


def alerts(held: Authorization | None = None, of: Plan | None = None, **more: Any) -> tuple[Alert, ...]:
    settings: dict[str, Any] = {"today": EARLY, "line": TMS, **more}
    return match(held or authorization(), of or plan(), **settings)


def kinds(held: Authorization | None = None, of: Plan | None = None, **more: Any) -> list[AlertKind]:
    return [alert.kind for alert in alerts(held, of, **more)]


def only(held: Authorization | None = None, of: Plan | None = None, **more: Any) -> Alert:
    (found,) = alerts(held, of, **more)
    return found


def test_an_authorization_that_fits_raises_nothing() -> None:
    assert alerts() == ()


def test_a_course_that_is_over_and_another_service_line_need_nothing() -> None:
    short = authorization(granted=[{"codes": ["90868"], "units": 1}])
    assert alerts(short, today=date(2027, 1, 5)) == ()
    assert kinds(short, today=date(2027, 1, 4)) != []
    assert match(authorization(service_line="ketamine_iv", status="denied"), plan(), today=EARLY) == ()
    assert match(authorization(status="denied"), plan(0), today=EARLY) == ()


# --- units --------------------------------------------------------------------------------------------------


def test_thirty_granted_and_thirty_six_planned_leave_the_taper_without() -> None:
    course = Plan(service_line="tms", sessions=usual_sessions(TMS, FIRST))
    assert len(course.sessions) == 36
    found = only(authorization(granted=[{"codes": ["90867", "90868", "90869"], "units": 30}]), course)
    assert found.kind is K.UNITS_SHORT
    assert found.sentence == (
        "30 of 30 units of 90867, 90868 or 90869 are left and 36 are planned: 6 short. From January 11, 2027 on "
        "6 sessions have none, which is where a taper lies."
    )
    assert found.next_step == "Ask for 6 more units of 90867, 90868 or 90869, the taper among them."
    assert (found.due_on, found.code) == (date(2026, 12, 28), "90867")


@pytest.mark.parametrize(("units", "short"), [(35, 1), (36, 0), (37, 0), (None, 0), (0, 36)])
def test_units_are_short_by_what_is_planned_and_not_there(units: int | None, short: int) -> None:
    found = alerts(authorization(granted=[{"codes": ["90868"], "units": units}]))
    assert [alert.sentence.count(f"{short} short") for alert in found] == ([1] if short else [])


def test_a_single_session_without_units_is_told_as_one() -> None:
    found = only(authorization(granted=[{"codes": ["90868"], "units": 35}]))
    assert "From January 4, 2027 on 1 session has none" in found.sentence


@pytest.mark.parametrize(
    ("today", "units", "kind"),
    [
        (FIRST, 4, K.UNITS_SHORT),
        (FIRST, 3, K.UNITS_LOW),
        (FIRST, 0, K.UNITS_LOW),
        (FIRST + timedelta(days=27), 30, K.UNITS_LOW),
        (FIRST + timedelta(days=26), 30, K.UNITS_SHORT),
        (FIRST + timedelta(days=33), 36, None),
    ],
)
def test_three_sessions_left_of_more_that_are_planned_press(
    today: date, units: int, kind: AlertKind | None
) -> None:
    held = authorization(granted=[{"codes": ["90868"], "units": units}])
    assert kinds(held, today=today) == ([kind] if kind else [])
    if kind is K.UNITS_LOW:
        assert only(held, today=today).due_on == min(
            day for ahead in range(1, 5) if (day := today + timedelta(days=ahead)).isoweekday() <= 5
        )


def test_sessions_that_are_past_count_as_used_and_todays_does_not() -> None:
    held = authorization(granted=[{"codes": ["90868"], "units": 30}])
    found = only(held, today=FIRST + timedelta(days=10))
    assert found.sentence.startswith("20 of 30 units of 90868 are left and 26 are planned: 6 short.")


def test_what_the_payer_counted_comes_before_our_own_count() -> None:
    today = FIRST + timedelta(days=10)
    counted = {
        "codes": ["90868"],
        "units": 30,
        "used": 2,
        "used_as_of": (FIRST + timedelta(days=4)).isoformat(),
    }
    # Two by the payer's count, and the five sessions since.
    assert only(authorization(granted=[counted]), today=today).sentence.startswith("23 of 30 units")


def test_more_used_than_granted_leaves_none() -> None:
    counted = {"codes": ["90868"], "units": 3, "used": 5, "used_as_of": "2026-08-01"}
    assert only(authorization(granted=[counted])).sentence.startswith("0 of 3 units of 90868 are left and 36")


def test_each_code_has_units_of_its_own_where_they_are_not_shared() -> None:
    held = authorization(
        granted=[
            {"codes": ["90867"], "units": 1},
            {"codes": ["90868"], "units": 33},
            {"codes": ["90869"], "units": 1},
        ]
    )
    found = only(held, Plan(service_line="tms", sessions=usual_sessions(TMS, FIRST)))
    assert (found.kind, found.code) == (K.UNITS_LOW, "90869")
    assert found.sentence.startswith("1 of 1 units of 90869 are left and 2 are planned: 1 short.")


def test_a_drugs_units_are_milligrams_and_three_left_means_sessions() -> None:
    course = Plan(service_line="spravato_medical", sessions=usual_sessions(SPRAVATO, FIRST))
    drug = {"codes": ["J0013"], "units": 56 + 5 * 84}
    held = authorization(service_line="spravato_medical", granted=[drug, {"codes": ["99214"]}])
    found = only(held, course, line=SPRAVATO)
    assert found.kind is K.UNITS_SHORT
    assert found.sentence.startswith(
        "476 of 476 units of J0013 are left and 980 are planned: 504 short. From December 21, 2026 on 6 sessions have none"
    )


# --- codes --------------------------------------------------------------------------------------------------


def test_a_planned_code_that_is_not_on_it_is_asked_for_by_its_first_day() -> None:
    held = authorization(granted=[{"codes": ["90868"], "units": 33}])
    course = Plan(service_line="tms", sessions=usual_sessions(TMS, FIRST))
    found = {alert.code: alert for alert in alerts(held, course)}
    assert {alert.kind for alert in found.values()} == {K.CODE_MISSING}
    assert found["90869"].sentence == "90869 is planned from December 14, 2026 and is not on it."
    assert (found["90869"].next_step, found["90869"].due_on) == (
        "Ask the payer to add 90869.",
        date(2026, 11, 30),
    )
    assert found["90867"].due_on == date(2026, 11, 16)


def test_only_sessions_to_come_ask_for_their_codes() -> None:
    held = authorization(granted=[{"codes": ["90868", "90869"], "units": 40}])
    course = Plan(service_line="tms", sessions=usual_sessions(TMS, FIRST))
    assert kinds(held, course) == [K.CODE_MISSING]
    assert kinds(held, course, today=FIRST + timedelta(days=1)) == []


def test_an_authorization_without_codes_is_not_held_against_them() -> None:
    assert alerts(authorization(granted=[])) == ()


OLD = authorization(
    service_line="spravato_medical",
    granted=[{"codes": ["S0013"], "units": 980}, {"codes": ["99214"]}],
    starts_on="2025-11-01",
    ends_on="2026-12-31",
)


def spravato(first: date) -> Plan:
    return Plan(service_line="spravato_medical", sessions=usual_sessions(SPRAVATO, first))


def test_an_s0013_authorization_for_a_date_in_2026_needs_confirmation() -> None:
    found = only(OLD, spravato(date(2026, 2, 2)), today=date(2025, 12, 1), line=SPRAVATO)
    assert (found.kind, found.code) == (K.CODE_SUPERSEDED, "J0013")
    assert found.sentence == (
        "It names S0013, which J0013 has followed by February 2, 2026; whether it carries over needs confirmation."
    )
    assert found.next_step == "Ask the payer to confirm it for J0013, or to issue it anew."
    assert found.due_on == date(2026, 1, 19)


def test_units_of_the_old_code_go_on_for_the_code_that_follows() -> None:
    held = OLD.model_copy(
        update={"granted": [OLD.granted[0].model_copy(update={"units": 300}), OLD.granted[1]]}
    )
    found = {
        alert.kind
        for alert in alerts(held, spravato(date(2026, 2, 2)), today=date(2025, 12, 1), line=SPRAVATO)
    }
    assert found == {K.CODE_SUPERSEDED, K.UNITS_LOW}


def test_a_plan_that_still_names_the_old_code_after_its_end_is_caught_too() -> None:
    course = Plan(
        service_line="spravato_medical",
        sessions=sessions(2, first=date(2025, 12, 31), code="S0013", units=56),
    )
    held = OLD.model_copy(update={"granted": [OLD.granted[0]]})
    assert alerts(held, course, today=date(2025, 12, 1), line=SPRAVATO) == ()
    late = Plan(
        service_line="spravato_medical", sessions=sessions(2, first=date(2026, 1, 1), code="S0013", units=56)
    )
    found = only(held, late, today=date(2025, 12, 1), line=SPRAVATO)
    assert (found.kind, found.code) == (K.CODE_SUPERSEDED, "J0013")


def test_without_a_catalogue_line_a_code_that_follows_is_simply_missing() -> None:
    assert kinds(OLD, spravato(date(2026, 2, 2)), today=date(2025, 12, 1), line=None) == [K.CODE_MISSING]


def test_a_new_code_that_is_on_it_raises_nothing() -> None:
    held = OLD.model_copy(
        update={"granted": [OLD.granted[0].model_copy(update={"codes": ["J0013"]}), OLD.granted[1]]}
    )
    assert alerts(held, spravato(date(2026, 2, 2)), today=date(2025, 12, 1), line=SPRAVATO) == ()


# --- dates --------------------------------------------------------------------------------------------------


def test_sessions_after_the_end_are_counted_from_their_first_day() -> None:
    found = only(authorization(ends_on="2026-12-31"))
    assert found.kind is K.DATES_SHORT
    assert found.sentence == "It ends on December 31, 2026; 4 sessions lie after it, from January 1, 2027 on."
    assert found.next_step == "Ask for an extension to the last session."
    assert found.due_on == date(2026, 12, 18)


@pytest.mark.parametrize(
    ("today", "kind"),
    [(date(2026, 12, 16), K.DATES_SHORT), (date(2026, 12, 17), K.ENDS_SOON), (date(2027, 1, 2), K.ENDS_SOON)],
)
def test_two_weeks_before_the_end_it_presses(today: date, kind: AlertKind) -> None:
    found = only(authorization(ends_on="2026-12-31"), today=today)
    assert found.kind is kind
    if kind is K.ENDS_SOON:
        assert found.due_on == (date(2026, 12, 18) if today.year == 2026 else date(2027, 1, 4))


def test_a_course_that_ends_with_it_needs_no_extension() -> None:
    assert alerts(authorization(ends_on="2027-01-04"), today=date(2027, 1, 1)) == ()
    assert alerts(authorization(ends_on=None, starts_on=None)) == ()


def test_sessions_before_the_beginning_are_told() -> None:
    found = only(authorization(starts_on="2026-12-02"))
    assert found.kind is K.STARTS_LATE
    assert (
        found.sentence
        == "It begins on December 2, 2026; 2 sessions lie before it, from November 30, 2026 on."
    )
    assert found.due_on == date(2026, 11, 16)
    assert alerts(authorization(starts_on="2026-12-02"), today=date(2026, 12, 2)) == ()


# --- whose it is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer", "changed"),
    [((), False), (("bluehollow", "Blue  HOLLOW"), False), (("Lakeside",), True)],
)
def test_an_authorization_does_not_follow_the_patient_to_another_payer(
    payer: tuple[str, ...], changed: bool
) -> None:
    found = alerts(of=plan(payer=payer))
    assert [alert.kind for alert in found] == ([K.PAYER_CHANGED] if changed else [])
    if changed:
        assert found[0].due_on == date(2026, 9, 2)


@pytest.mark.parametrize("status", ["expired", "exhausted"])
def test_what_is_over_is_not_compared_with_the_payer(status: str) -> None:
    assert K.PAYER_CHANGED not in kinds(authorization(status=status), plan(payer=("Lakeside",)))


def test_a_not_needed_is_of_its_payer_too() -> None:
    held = authorization(status="not_needed", source="call R1", source_on="2026-09-01", granted=[])
    assert alerts(held, plan(payer=("Blue Hollow",), site="Elsewhere")) == ()
    assert kinds(held, plan(payer=("Lakeside",))) == [K.PAYER_CHANGED]


@pytest.mark.parametrize(
    ("on_record", "planned", "kind"),
    [
        ({"rendering_npi": "1999999984"}, {"rendering_npi": "1999999984"}, None),
        ({"rendering_npi": "1999999984"}, {"rendering_npi": "1888888882"}, K.PROVIDER_DIFFERS),
        ({"rendering_npi": ""}, {"rendering_npi": "1888888882"}, None),
        ({"rendering_npi": "1999999984"}, {}, None),
        ({"tax_id": "99-0000001"}, {"tax_id": "990000001"}, None),
        ({"tax_id": "99-0000001"}, {"tax_id": "990000002"}, K.TAX_ID_DIFFERS),
        ({"site": "12 Mill Rd."}, {"site": "12 mill rd"}, None),
        ({"site": "12 Mill Rd."}, {"site": "14 Mill Rd."}, K.SITE_DIFFERS),
        ({"diagnosis": "F33.2"}, {"diagnoses": ("F33.2", "F41.1")}, None),
        ({"diagnosis": "F33.2"}, {"diagnoses": ("F33.1",)}, K.DIAGNOSIS_DIFFERS),
        ({"diagnosis": "F33.2"}, {}, None),
        ({"diagnosis": ""}, {"diagnoses": ("F33.1",)}, None),
    ],
)
def test_provider_tax_id_site_and_diagnosis_are_compared_where_both_are_known(
    on_record: dict[str, Any], planned: dict[str, Any], kind: AlertKind | None
) -> None:
    assert kinds(authorization(**on_record), plan(**planned)) == ([kind] if kind else [])
    refused = authorization(status="denied", **on_record)
    assert kinds(refused, plan(**planned)) == [K.DENIED], "only what was granted is compared"


def test_another_provider_is_changed_with_the_payer_or_planned_with() -> None:
    found = only(authorization(rendering_npi="1999999984"), plan(rendering_npi="1888888882"))
    assert found.sentence == "It names another rendering provider than the course."
    assert found.next_step == "Have the payer change the rendering provider, or plan with the one it names."
    assert found.due_on == date(2026, 11, 16)


# --- where it stands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "step"),
    [
        ("needed", K.NOT_YET, "send the request"),
        ("drafting", K.NOT_YET, "Finish the request"),
        ("submitted", K.NOT_YET, "where it stands"),
        ("pended", K.NOT_YET, "what it waits for"),
        ("peer_to_peer", K.NOT_YET, "Set a time for the psychiatrist"),
        ("appeal", K.NOT_YET, "where the appeal stands"),
        ("expired", K.NOT_YET, "Ask for a new one"),
        ("exhausted", K.NOT_YET, "Ask for more units"),
        ("denied", K.DENIED, "peer-to-peer review or appeal"),
    ],
)
def test_every_status_but_a_yes_has_its_next_step(status: str, kind: AlertKind, step: str) -> None:
    found = only(authorization(status=status))
    assert found.kind is kind
    assert step in found.next_step
    assert "November 30, 2026" in found.sentence


def test_a_request_not_yet_sent_is_due_two_weeks_before_the_first_session() -> None:
    assert only(authorization(status="needed")).due_on == date(2026, 11, 16)
    assert only(authorization(status="needed"), today=date(2026, 11, 20)).due_on == date(2026, 11, 23)
    assert only(authorization(status="denied")).due_on == date(2026, 9, 2)
    assert "36 sessions are planned" in only(authorization(status="denied")).sentence


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 9, 7), date(2026, 9, 10)),
        (date(2026, 9, 9), date(2026, 9, 10)),
        # The fifth day is a Saturday.
        (date(2026, 9, 10), date(2026, 9, 14)),
        (date(2026, 9, 12), date(2026, 9, 14)),
        (date(2026, 9, 15), date(2026, 9, 16)),
    ],
)
def test_a_request_on_its_way_is_chased_after_three_days_then_five_then_daily(today: date, due: date) -> None:
    held = authorization(status="submitted", requested_at="2026-09-07T15:00:00Z")
    assert only(held, today=today).due_on == due
    assert only(authorization(status="submitted"), today=today).due_on == due_before(
        date.min + timedelta(days=40), today
    )


@pytest.mark.parametrize(
    ("change", "decide_by", "overdue"),
    [
        ({}, date(2026, 9, 14), True),
        ({}, date(2026, 9, 15), False),
        ({}, None, False),
        ({"requested_at": None}, date(2026, 9, 14), False),
        ({"decided_at": "2026-09-10T15:00:00Z"}, date(2026, 9, 14), False),
        ({"status": "granted"}, date(2026, 9, 14), False),
    ],
)
def test_a_payer_past_its_time_to_decide_is_told_so(
    change: dict[str, Any], decide_by: date | None, overdue: bool
) -> None:
    held = authorization(**{"status": "pended", "requested_at": "2026-09-07T15:00:00Z", **change})
    found = [
        one for one in alerts(held, today=date(2026, 9, 15), decide_by=decide_by) if one.kind is K.OVERDUE
    ]
    assert bool(found) is overdue
    if found:
        assert found[0].sentence == "The payer had to decide by September 14, 2026 and has not."
        assert found[0].due_on == date(2026, 9, 16)


def test_a_yes_without_a_number_is_completed_at_once() -> None:
    found = only(authorization(number=""))
    assert (found.kind, found.due_on) == (K.NO_NUMBER, date(2026, 9, 2))
    assert kinds(authorization(number="", status="needed")) == [K.NOT_YET]


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 11, 16), None),
        (date(2026, 11, 17), date(2026, 11, 18)),
        (date(2026, 12, 10), date(2026, 12, 11)),
    ],
)
def test_a_renewal_is_due_two_weeks_ahead(today: date, due: date | None) -> None:
    found = alerts(authorization(renewal_due_on="2026-12-01"), today=today)
    assert [alert.due_on for alert in found] == ([due] if due else [])
    if found:
        assert (found[0].kind, found[0].sentence) == (
            K.RENEWAL_DUE,
            "The renewal is due on December 1, 2026.",
        )
    assert K.RENEWAL_DUE not in kinds(
        authorization(status="denied", renewal_due_on="2026-12-01"), today=today
    )


# --- how often ----------------------------------------------------------------------------------------------


def twice_a_day(days: int) -> Plan:
    day = (Planned(code="90868"), Planned(code="90868"))
    return Plan(
        service_line="tms",
        sessions=tuple(Session(on=FIRST + timedelta(days=ahead), services=day) for ahead in range(days)),
    )


@pytest.mark.parametrize(
    ("cap", "of", "day"),
    [
        (("90868", 1, Per.DAY), plan(5), None),
        (("90868", 1, Per.DAY), twice_a_day(2), FIRST),
        (("90868", 2, Per.DAY), twice_a_day(2), None),
        (("90868", 5, Per.WEEK), plan(7), FIRST + timedelta(days=5)),
        (("90868", 7, Per.WEEK), plan(14), None),
        (("90868", 42, Per.SIX_WEEKS), plan(36), None),
        (("90868", 35, Per.SIX_WEEKS), plan(36), FIRST + timedelta(days=35)),
        (("90868", 35, Per.COURSE), plan(36), FIRST + timedelta(days=35)),
        (("90868", 36, Per.COURSE), plan(36), None),
        (("90867", 1, Per.COURSE), plan(36), None),
    ],
)
def test_a_cap_is_broken_on_the_day_that_brings_too_many(
    cap: tuple[str, int, Per], of: Plan, day: date | None
) -> None:
    code, most, per = cap
    held = authorization(frequencies=[{"codes": [code], "most": most, "per": per}], granted=[])
    for found in (
        alerts(held, of),
        alerts(authorization(granted=[]), of, caps=[Cap(codes=(code,), most=most, per=per, source="x")]),
    ):
        assert [alert.kind for alert in found] == ([K.TOO_OFTEN] if day else [])
        if day:
            assert found[0].due_on == due_before(day, EARLY)


def test_two_first_treatments_in_a_course_are_told_and_no_crash() -> None:
    of = plan(of=(*sessions(1, code="90867"), *sessions(1, first=FIRST + timedelta(days=9), code="90867")))
    cap = Cap(codes=("90867",), most=1, per=Per.SIX_WEEKS, source="x")
    found = only(of=of, caps=[cap])
    assert found.sentence == "No more than 1 of 90867 in six weeks; by December 9, 2026 more are planned."
    apart = plan(
        of=(*sessions(1, code="90867"), *sessions(1, first=FIRST + timedelta(days=42), code="90867"))
    )
    assert alerts(of=apart, caps=[cap]) == ()


def test_a_cap_that_was_broken_in_the_past_is_past() -> None:
    held = authorization(frequencies=[{"codes": ["90868"], "most": 1, "per": "day"}], granted=[])
    of = plan(of=(*twice_a_day(1).sessions, *sessions(3, first=FIRST + timedelta(days=1))))
    assert kinds(held, of) == [K.TOO_OFTEN]
    assert kinds(held, of, today=FIRST + timedelta(days=1)) == []


def test_a_session_without_the_capped_code_breaks_nothing() -> None:
    held = authorization(frequencies=[{"codes": ["90868"], "most": 1, "per": "week"}], granted=[])
    of = plan(of=(*sessions(1), *sessions(1, first=FIRST + timedelta(days=1), code="90869")))
    assert kinds(held, of) == []


# --- order, due dates ---------------------------------------------------------------------------------------


def test_alerts_come_by_their_due_date_and_the_heavier_first() -> None:
    held = authorization(number="", ends_on="2026-12-31", granted=[{"codes": ["90868"], "units": 1}])
    found = alerts(held, plan(payer=("Lakeside",)))
    assert [alert.kind for alert in found] == [K.PAYER_CHANGED, K.UNITS_LOW, K.NO_NUMBER, K.DATES_SHORT]
    assert [alert.due_on for alert in found] == sorted(alert.due_on for alert in found)


@pytest.mark.parametrize(
    ("needed", "today", "due"),
    [
        (date(2026, 11, 30), date(2026, 9, 1), date(2026, 11, 16)),
        (date(2026, 11, 29), date(2026, 9, 1), date(2026, 11, 13)),
        (date(2026, 11, 28), date(2026, 9, 1), date(2026, 11, 13)),
        (date(2026, 11, 30), date(2026, 11, 16), date(2026, 11, 17)),
        (date(2026, 11, 30), date(2026, 11, 27), date(2026, 11, 30)),
    ],
)
def test_what_is_needed_on_a_day_is_asked_for_two_weeks_before(needed: date, today: date, due: date) -> None:
    assert due_before(needed, today) == due


def test_no_alert_promises_or_names_anything() -> None:
    secrets = {
        "number": "MARKED1",
        "rendering_npi": "1999999984",
        "tax_id": "990000001",
        "site": "MARKED2",
        "diagnosis": "F99",
        "said_by": "MARKED3",
        "renewal_due_on": "2026-12-01",
        "frequencies": [{"codes": ["90868"], "most": 1, "per": "week"}],
        "source": "MARKED4",
        "source_on": "2026-09-01",
        "requested_at": "2026-09-07T15:00:00Z",
    }
    other = {
        "payer": ("Lakeside",),
        "rendering_npi": "1888888882",
        "tax_id": "990000002",
        "site": "B",
        "diagnoses": ("F33.1",),
    }
    said: set[str] = set()
    for status, ahead, granted in product(
        Status,
        range(-60, 60, 7),
        ([], [{"codes": ["90868"], "units": 30}], [{"codes": ["90869"], "units": 1}]),
    ):
        held = authorization(
            status=status, granted=granted, **{**secrets, "ends_on": "2026-12-20", "starts_on": "2026-12-02"}
        )
        for held_, today in product(
            (held, held.model_copy(update={"number": ""})), (FIRST + timedelta(days=ahead),)
        ):
            for one in alerts(held_, plan(**other), today=today, decide_by=date(2026, 9, 14)):
                said |= {one.sentence, one.next_step}
    assert len(said) > 40
    bad = re.compile(
        r"(?i)approv|will (?:be )?(?:cover|pa(?:y|id))|guarantee|promise|MARKED|F99|F33|19999|18888|99000"
    )
    assert [words for words in sorted(said) if bad.search(words)] == []


# --- near its end -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "day"),
    [
        ({}, None),
        ({"ends_on": "2026-12-31"}, date(2026, 12, 17)),
        ({"ends_on": "2027-01-04"}, None),
        ({"ends_on": None}, None),
        # 30 units: after 27 sessions three are left.
        ({"granted": [{"codes": ["90868"], "units": 30}]}, FIRST + timedelta(days=27)),
        ({"granted": [{"codes": ["90868"], "units": 36}]}, None),
        ({"granted": [{"codes": ["90868"], "units": 35}]}, FIRST + timedelta(days=32)),
        ({"granted": [{"codes": ["90868"], "units": 2}]}, FIRST),
        ({"granted": [{"codes": ["90868"]}]}, None),
        ({"granted": [{"codes": ["90868"], "units": 30}], "ends_on": "2026-12-31"}, date(2026, 12, 17)),
        (
            {"granted": [{"codes": ["90868"], "units": 10}], "ends_on": "2026-12-31"},
            FIRST + timedelta(days=7),
        ),
        (
            {"granted": [{"codes": ["90868"], "units": 30, "used": 10, "used_as_of": "2026-12-04"}]},
            FIRST + timedelta(days=5 + 17),
        ),
        ({"status": "denied", "ends_on": "2026-12-31"}, None),
        ({"status": "partly_granted", "ends_on": "2026-12-31"}, date(2026, 12, 17)),
        ({"service_line": "ketamine_iv", "ends_on": "2026-12-31"}, None),
    ],
)
def test_the_day_it_comes_near_its_end_is_two_weeks_or_three_sessions_before(
    change: dict[str, Any], day: date | None
) -> None:
    assert near_end_on(authorization(**change), plan(), line=TMS) == day


def test_nothing_planned_comes_near_no_end() -> None:
    assert near_end_on(authorization(ends_on="2026-12-31"), plan(0)) is None


def test_the_code_that_follows_draws_on_the_old_codes_units_towards_the_end() -> None:
    held = OLD.model_copy(update={"granted": [OLD.granted[0].model_copy(update={"units": 56 + 4 * 84})]})
    course = spravato(date(2026, 2, 2))
    assert near_end_on(held, course, line=SPRAVATO) == course.sessions[2].on
    assert near_end_on(held, course) is None, "without the catalogue it is another code"


# --- plans --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    # No plan authorizes what is paid by the patient alone.
    [key for key, line in load().service_lines.items() if line.benefit_domain is not BenefitDomain.SELF_PAY],
)
def test_the_usual_course_of_every_line_can_be_held_against_an_authorization(key: str) -> None:
    line = load().service_lines[key]
    course = Plan(service_line=key, sessions=usual_sessions(line, FIRST))
    assert len(course.sessions) == line.course.sessions
    assert set(course.codes) <= {code.code for code in line.codes}
    assert all(session.services for session in course.sessions)
    assert (
        match(authorization(service_line=key, granted=[], ends_on=None), course, today=EARLY, line=line) == ()
    )


def test_the_usual_course_is_billed_in_one_way() -> None:
    course = usual_sessions(SPRAVATO, FIRST)
    assert {one.code for session in course for one in session.services} == {"J0013", "99214"}
    assert [one.units for one in course[0].services] == [56, 1]
    assert [one.units for one in course[1].services] == [84, 1]


def test_a_plan_is_in_the_order_of_its_days() -> None:
    with pytest.raises(ValueError, match="order of their days"):
        plan(of=(*sessions(1, first=FIRST + timedelta(days=1)), *sessions(1)))
    assert plan(of=(*sessions(1), *sessions(1))).codes == ["90868"]
    assert repr(plan(2, payer=("Blue Hollow",))) == "Plan(tms, 2 sessions)"


# --- word for word ------------------------------------------------------------------------------------------

FIRST_WORDS = "the next session is on November 30, 2026."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"status": "needed"},
            (
                f"There is none yet (needed); {FIRST_WORDS} "
                "Gather the papers the policy asks for and send the request."
            ),
        ),
        (
            {"status": "drafting"},
            f"There is none yet (drafting); {FIRST_WORDS} Finish the request and send it.",
        ),
        (
            {"status": "submitted"},
            f"There is none yet (submitted); {FIRST_WORDS} Ask the payer where it stands.",
        ),
        (
            {"status": "pended"},
            f"There is none yet (pended); {FIRST_WORDS} Ask the payer what it waits for, and send it.",
        ),
        (
            {"status": "peer_to_peer"},
            (
                f"There is none yet (peer to peer); {FIRST_WORDS} "
                "Set a time for the psychiatrist to speak with the payer's reviewer."
            ),
        ),
        (
            {"status": "appeal"},
            f"There is none yet (appeal); {FIRST_WORDS} Ask the payer where the appeal stands.",
        ),
        ({"status": "expired"}, f"There is none yet (expired); {FIRST_WORDS} Ask for a new one."),
        (
            {"status": "exhausted"},
            f"There is none yet (exhausted); {FIRST_WORDS} Ask for more units, with the progress so far.",
        ),
        (
            {"status": "denied"},
            (
                "The payer denied it; 36 sessions are planned from November 30, 2026 on. "
                "Get the reason in writing; ask for a peer-to-peer review or appeal within the payer's time limit."
            ),
        ),
        (
            {"number": ""},
            (
                "The payer granted it, and its number is not on record. "
                "Get the number: without it the claim is denied."
            ),
        ),
        (
            {"renewal_due_on": "2026-09-10"},
            "The renewal is due on September 10, 2026. Send the renewal, with the scores so far.",
        ),
        (
            {"payer": "Lakeside"},
            (
                "It is of another payer than the present coverage, and does not go along with the patient. "
                "Ask the present payer whether one is needed, and for continuity of care."
            ),
        ),
        (
            {"tax_id": "11-1111111"},
            "It names another tax id than the course. Have the payer change the tax id, or plan with the one it names.",
        ),
        (
            {"site": "Elsewhere"},
            "It names another site than the course. Have the payer change the site, or plan with the one it names.",
        ),
        (
            {"rendering_npi": "1888888882"},
            (
                "It names another rendering provider than the course. "
                "Have the payer change the rendering provider, or plan with the one it names."
            ),
        ),
        (
            {"diagnosis": "F32.1"},
            (
                "Its diagnosis is none of the patient's present ones. "
                "Ask the psychiatrist which is right; a code is never changed here."
            ),
        ),
        (
            {"starts_on": "2026-12-01"},
            (
                "It begins on December 1, 2026; 1 session lies before it, from November 30, 2026 on. "
                "Ask for an earlier first day, or move the sessions."
            ),
        ),
        (
            {"ends_on": "2027-01-03"},
            (
                "It ends on January 3, 2027; 1 session lies after it, from January 4, 2027 on. "
                "Ask for an extension to the last session."
            ),
        ),
        (
            {"granted": [{"codes": ["90867"], "units": 1}]},
            "90868 is planned from November 30, 2026 and is not on it. Ask the payer to add 90868.",
        ),
        (
            {"frequencies": [{"codes": ["90868", "90869"], "most": 6, "per": "week"}]},
            (
                "No more than 6 of 90868 or 90869 a week; by December 6, 2026 more are planned. "
                "Move the sessions, or ask the payer for an exception."
            ),
        ),
        (
            {"granted": [{"codes": ["90868"], "units": 35}]},
            (
                "35 of 35 units of 90868 are left and 36 are planned: 1 short. From January 4, 2027 on 1 session has "
                "none, which is where a taper lies. Ask for 1 more unit of 90868, the taper among them."
            ),
        ),
    ],
)
def test_an_alert_says_what_does_not_fit_and_what_to_do(change: dict[str, Any], told: str) -> None:
    of = plan(
        payer=("Blue Hollow",),
        rendering_npi="1999999984",
        tax_id="990000001",
        site="12 Mill Rd.",
        diagnoses=("F33.2",),
    )
    found = only(authorization(**change), of)
    assert f"{found.sentence} {found.next_step}" == told


def test_a_payer_past_its_time_is_asked_by_the_rule() -> None:
    held = authorization(status="pended", requested_at="2026-09-07T15:00:00Z")
    late = next(
        one
        for one in alerts(held, today=date(2026, 9, 15), decide_by=date(2026, 9, 14))
        if one.kind is K.OVERDUE
    )
    assert late.next_step == "Ask for the decision, naming the rule and the day the request was received."


def test_the_second_time_a_request_is_chased_is_on_the_fifth_day() -> None:
    held = authorization(status="submitted", requested_at="2026-09-09T15:00:00Z")
    assert only(held, today=date(2026, 9, 12)).due_on == date(2026, 9, 14)
    before_labor_day = authorization(status="submitted", requested_at="2026-09-02T15:00:00Z")
    assert only(before_labor_day, today=date(2026, 9, 5)).due_on == date(2026, 9, 8)


def test_a_single_session_after_the_end_is_reason_enough() -> None:
    assert near_end_on(authorization(ends_on="2027-01-03"), plan()) == date(2026, 12, 20)
