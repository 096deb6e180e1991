"""What a version of an appointment asks of us."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from verify.intake.appointments import Appointment, Cover, Person, Status
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

TODAY = date(2026, 11, 23)
ON = TODAY + timedelta(days=9)
BOOKED = Appointment(
    external_id="A1",
    status=Status.BOOKED,
    starts_at=datetime(2026, 12, 2, 15, tzinfo=UTC),
    services=("TMS session",),
    patient=Person(last_name="Okafor", first_name="Adaeze", birth_date=date(1984, 3, 12), phone="555-0142"),
    covers=(Cover(payer="bluehollow", member_id="ACT1"),),
)


def seen(appointment: Appointment = BOOKED, on: date | None = ON, lines: tuple[str, ...] = ("tms",)) -> Visit:
    return visit(appointment, on, lines)


def changed(appointment: Appointment = BOOKED, **changes: object) -> Appointment:
    return msgspec.structs.replace(appointment, **changes)


def decided(
    appointment: Appointment = BOOKED,
    now: Visit | None = None,
    before: Visit | None = None,
) -> tuple[str, str]:
    decision = decide(appointment, before, now or seen(appointment), today=TODAY, known=before is not None)
    return decision.step.value, decision.code


def test_a_booked_visit_is_verified_once() -> None:
    assert decided() == ("verify", "booked")
    assert decided(before=seen()) == ("leave", "same")


def test_a_moved_visit_is_verified_for_its_new_day() -> None:
    assert decided(now=seen(on=ON + timedelta(days=7)), before=seen()) == ("verify_again", "moved")


@pytest.mark.parametrize(
    "change",
    [
        {"covers": (Cover(payer="bluehollow", member_id="ACT2"),)},
        {"covers": (Cover(payer="cedarline", member_id="ACT1"),)},
        {"patient": Person(last_name="Okafor", first_name="Adaeze", birth_date=date(1985, 3, 12))},
    ],
)
def test_another_policy_or_person_is_verified_again(change: dict[str, object]) -> None:
    assert decided(changed(**change), before=seen()) == ("verify_again", "changed")


def test_another_treatment_is_verified_again() -> None:
    assert decided(now=seen(lines=("ketamine_iv",)), before=seen()) == ("verify_again", "changed")


def test_a_new_phone_number_another_hour_or_other_letters_ask_nothing() -> None:
    person = msgspec.structs.replace(BOOKED.patient, phone="555-0199", last_name="OKAFOR ")
    later = changed(patient=person, starts_at=datetime(2026, 12, 2, 17, tzinfo=UTC))
    assert decided(later, before=seen()) == ("leave", "same")


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW])
def test_a_visit_called_off_stops_what_is_known_of_it(status: Status) -> None:
    assert decided(changed(status=status), before=seen()) == ("stop", status.value)
    assert decided(changed(status=status)) == ("leave", status.value)


@pytest.mark.parametrize(
    ("appointment", "now", "code"),
    [
        (changed(is_visit=False), seen(), "no_visit"),
        (changed(status=Status.TENTATIVE), seen(), "tentative"),
        (changed(status=Status.ATTENDED), seen(), "attended"),
        (BOOKED, seen(on=None), "no_day"),
        (BOOKED, seen(on=TODAY - timedelta(days=1)), "past"),
        (BOOKED, seen(lines=()), "service_unknown"),
        (changed(patient=Person(last_name="Okafor")), None, "no_patient"),
    ],
)
def test_what_nobody_can_or_need_be_asked_about_is_left_alone(
    appointment: Appointment, now: Visit | None, code: str
) -> None:
    assert decided(appointment, now) == ("leave", code)


def test_a_visit_today_is_verified() -> None:
    assert decided(now=seen(on=TODAY)) == ("verify", "booked")


def test_a_visit_that_took_place_keeps_its_verification_and_one_that_is_none_any_more_does_not() -> None:
    assert decided(changed(status=Status.ATTENDED), before=seen()) == ("leave", "attended")
    assert decided(changed(is_visit=False), before=seen()) == ("stop", "no_visit")


def test_what_a_later_event_leaves_out_is_kept_from_before() -> None:
    bare = Appointment(external_id="A1", status=Status.CANCELLED)
    both = merged(BOOKED, bare)
    assert both.status is Status.CANCELLED
    assert (both.starts_at, both.patient, both.covers) == (BOOKED.starts_at, BOOKED.patient, BOOKED.covers)


def test_another_person_s_policy_is_not_kept() -> None:
    other = changed(patient=Person(last_name="Quill", first_name="Odette"), covers=())
    both = merged(BOOKED, other)
    assert both.covers == ()
    assert both.patient.birth_date is None


@pytest.mark.parametrize(
    ("services", "table", "default", "expected"),
    [
        (("tms  SESSION",), {"TMS session": "tms"}, "", ("tms",)),
        (("90868",), {}, "", ("tms",)),
        (("Haircut",), {"TMS session": "tms"}, "", ()),
        (("Haircut",), {}, "ketamine_iv", ("ketamine_iv",)),
        (("TMS session",), {"TMS session": "no_such_line"}, "", ()),
        (("90868", "Infusion"), {"infusion": "ketamine_iv"}, "", ("tms", "ketamine_iv")),
    ],
)
def test_a_visit_s_treatment_is_found_by_table_code_or_default(
    services: tuple[str, ...], table: dict[str, str], default: str, expected: tuple[str, ...]
) -> None:
    assert service_lines(changed(services=services), table, default) == expected


def test_our_own_words_come_first() -> None:
    assert service_lines(changed(service_lines=("psychotherapy", "nonsense"), services=()), {}, "tms") == (
        "psychotherapy",
    )


def test_a_submission_carries_all_of_it_and_a_near_visit_is_urgent() -> None:
    made = submission(seen(), Decision(Step.VERIFY, "booked"), payer="bluehollow", today=TODAY, npi="")
    assert (made.patient.last_name, made.coverage.member_id, made.date_of_service) == ("Okafor", "ACT1", ON)
    assert (made.reason, made.priority) == ("new", "standard")
    soon = submission(seen(), Decision(Step.VERIFY_AGAIN, "moved"), payer="x", today=ON, npi="")
    assert (soon.reason, soon.priority) == ("recheck", "urgent")
