"""From what an appointment system sends to the verification a coordinator sees, through real workers."""

import html
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import func, select, update

from tests.ehr import CLIENT, EHR
from tests.house import House, wait_for
from tests.senders import (
    SENDERS,
    Sent,
    Visit,
    fhir_bundle,
    fhir_sent,
    fhir_status,
    secret_of,
    send,
)
from tests.verify.web.conftest import serving
from verify import steps
from verify.courses import Outline
from verify.security.passwords import Passwords
from verify.security.sessions import mint
from verify.steps.courses import ANY, Planned, bundle, plan_anew
from verify.store import sources, users
from verify.store.tables import events, follow_ups, inquiries, jobs, verifications
from verify.store.tables_appointments import appointment_deliveries, appointments
from verify.web.app import create_app

pytestmark = pytest.mark.flow

VISIT_TYPES = {"TMS session": "tms"}


class Clinic:
    """A practice of the test's own, and what appointment systems send to it."""

    def __init__(self, house: House, url: str, practice_id: str) -> None:
        self.house = house
        self.url = url
        self.practice_id = practice_id

    def add_source(self, scheme: str, ehr: EHR | None = None, **options: Any) -> str:
        with self.house.work.engine.begin() as connection:
            return sources.add(
                connection,
                self.house.work.keyring,
                practice_id=self.practice_id,
                name=f"{scheme} {random.random()}",
                scheme=scheme,
                secret=secret_of(scheme),
                credentials={"token": "an-invented-token"} if scheme == "healthie" else CLIENT,
                options={
                    "service_lines": VISIT_TYPES,
                    **({"api": ehr.options} if ehr else {}),
                    **options,
                },
            )

    def post(self, source_id: str, sent: Sent) -> None:
        path = f"/webhooks/appointments/{source_id}"
        answer = requests.post(self.url + path, data=sent.body, headers=sent.headers, timeout=20)
        assert answer.status_code == 200, answer.text

    def deliver(self, source_id: str, scheme: str, visit: Visit) -> None:
        self.post(source_id, send(scheme, visit, path=f"/webhooks/appointments/{source_id}"))

    def settled(self) -> None:
        """Waits until every delivery was worked and every verification waits for a person at most."""

        def quiet() -> bool | None:
            busy = self.house.count(
                jobs, jobs.c.practice_id == self.practice_id, jobs.c.state.in_(("queued", "leased"))
            )
            return None if busy else True

        wait_for(quiet, 30, "the practice to be quiet")

    def verifications(self) -> list[Any]:
        with self.house.work.engine.connect() as connection:
            query = select(verifications).where(verifications.c.practice_id == self.practice_id)
            return list(connection.execute(query.order_by(verifications.c.id)))

    def live(self) -> list[Any]:
        return [row for row in self.verifications() if row.state != "cancelled"]

    def appointment(self) -> Any:
        (row,) = self.house.rows(appointments, practice_id=self.practice_id)
        return row

    def outcomes(self) -> list[str]:
        delivered = self.house.rows(appointment_deliveries, practice_id=self.practice_id)
        return [code for row in delivered for code in row.outcomes]

    def page(self, verification_id: str) -> str:
        """The verification as a coordinator sees it."""
        user_id, token = self.house.add_user(self.practice_id), mint()
        with self.house.work.engine.begin() as connection:
            users.start_session(connection, user_id, token.hash, self.house.work.now())
        answer = requests.get(
            f"{self.url}/verifications/{verification_id}", cookies={"session": token.text}, timeout=20
        )
        assert answer.status_code == 200
        return answer.text


@pytest.fixture(scope="module")
def site_url(running_house: House) -> Iterator[str]:
    quick = Passwords(memory_kib=1024, passes=1, lanes=1)
    with serving(create_app(running_house.settings, running_house.work, passwords=quick)) as url:
        yield url


@pytest.fixture
def clinic(running_house: House, site_url: str) -> Clinic:
    return Clinic(running_house, site_url, running_house.add_clinic())


@pytest.mark.parametrize("scheme", SENDERS)
def test_a_booked_visit_of_every_sender_ends_as_a_verification_on_the_page(
    clinic: Clinic, scheme: str
) -> None:
    visit = Visit()
    with EHR(visit) as ehr:
        clinic.deliver(clinic.add_source(scheme, ehr), scheme, visit)
        clinic.settled()
    (row,) = clinic.verifications()
    assert (row.state, row.reason, row.date_of_service) == ("needs_person", "new", visit.on)
    assert row.service_lines == ["tms"]
    assert row.coverage_status == "active"
    shown = clinic.page(row.id)
    assert "Okafor" in shown
    assert "A visit was booked" in shown
    assert scheme in shown, "the timeline names the source"


@pytest.mark.parametrize("scheme", SENDERS)
def test_a_visit_called_off_stops_what_was_pending(clinic: Clinic, scheme: str) -> None:
    visit = Visit()
    with EHR(visit) as ehr:
        source_id = clinic.add_source(scheme, ehr)
        clinic.deliver(source_id, scheme, visit)
        clinic.settled()
        ehr.visit = visit.later(status="cancelled")
        clinic.deliver(source_id, scheme, ehr.visit)
        clinic.settled()
    (row,) = clinic.verifications()
    assert row.state == "cancelled"
    tasks = clinic.house.rows(follow_ups, verification_id=row.id)
    assert tasks
    assert all(task.state == "cancelled" for task in tasks)
    assert "The visit was cancelled" in clinic.page(row.id)


@pytest.mark.parametrize("scheme", SENDERS)
def test_a_moved_visit_is_checked_again_for_its_new_day(clinic: Clinic, scheme: str) -> None:
    visit = Visit()
    with EHR(visit) as ehr:
        source_id = clinic.add_source(scheme, ehr)
        clinic.deliver(source_id, scheme, visit)
        clinic.settled()
        ehr.visit = visit.later(status="moved", on=visit.on + timedelta(days=7))
        clinic.deliver(source_id, scheme, ehr.visit)
        clinic.settled()
    first, second = clinic.verifications()
    assert (first.state, second.state) == ("cancelled", "needs_person")
    assert (second.reason, second.date_of_service) == ("recheck", ehr.visit.on)
    assert (first.patient_id, first.coverage_id) == (second.patient_id, second.coverage_id)
    asked = clinic.house.rows(inquiries, verification_id=second.id)
    assert {each.date_of_service for each in asked} == {ehr.visit.on}


def test_a_visit_without_insurance_asks_a_person_for_it(clinic: Clinic) -> None:
    clinic.deliver(clinic.add_source("standard"), "standard", Visit(payer="", member_id=""))
    clinic.settled()
    (row,) = clinic.verifications()
    assert (row.state, row.state_detail) == ("needs_information", "payer member_id")
    assert clinic.house.rows(inquiries, verification_id=row.id) == []
    titles = {task.title for task in clinic.house.rows(follow_ups, verification_id=row.id)}
    assert titles == {"Find the payer", "Get the member ID"}


def test_insurance_that_comes_later_is_asked_with(clinic: Clinic) -> None:
    source_id = clinic.add_source("hl7v2")
    visit = Visit(payer="", member_id="")
    clinic.deliver(source_id, "hl7v2", visit)
    clinic.settled()
    clinic.deliver(source_id, "hl7v2", visit.later(payer="bluehollow", member_id="ACT10000001"))
    clinic.settled()
    (row,) = clinic.live()
    assert (row.state, row.reason, row.coverage_status) == ("needs_person", "change", "active")


def test_what_a_coordinator_found_is_kept_when_the_visit_moves(clinic: Clinic) -> None:
    source_id = clinic.add_source("standard")
    visit = Visit(payer="", member_id="")
    clinic.deliver(source_id, "standard", visit)
    clinic.settled()
    (row,) = clinic.verifications()
    card = {"payer": "bluehollow", "member_id": "ACT10000001"}
    steps.complete_information(clinic.house.work, row.id, clinic.practice_id, "system", coverage=card)
    clinic.settled()
    clinic.deliver(source_id, "standard", visit.later(status="moved", on=visit.on + timedelta(days=3)))
    clinic.settled()
    (moved,) = clinic.live()
    assert (moved.state, moved.coverage_status) == ("needs_person", "active")


# --- what a person planned --------------------------------------------------------------------------------


def plan_course(clinic: Clinic, verification_id: str, starts_on: date, sessions: int = 30) -> None:
    work = clinic.house.work
    with work.engine.begin() as connection:
        plan_anew(
            work,
            connection,
            clinic.practice_id,
            verification_id,
            "tms",
            lambda _: Outline(starts_on=starts_on, sessions=sessions),
            marks=frozenset({ANY}),
            by=clinic.house.add_user(clinic.practice_id),
        )


def planned(clinic: Clinic, verification_id: str) -> Planned:
    work = clinic.house.work
    with work.engine.connect() as connection:
        found = bundle(work, connection, clinic.practice_id, verification_id)
    assert found is not None
    return found.courses[0]


def open_tasks(clinic: Clinic, verification_id: str) -> list[Any]:
    rows = clinic.house.rows(follow_ups, verification_id=verification_id, state="open")
    return [row for row in rows if row.kind == "fit_course"]


def test_a_course_goes_along_with_its_visit_and_says_that_it_starts_on_another_day(clinic: Clinic) -> None:
    source_id, visit = clinic.add_source("standard"), Visit(on=date(date.today().year + 1, 3, 2))
    clinic.deliver(source_id, "standard", visit)
    clinic.settled()
    (first,) = clinic.verifications()
    plan_course(clinic, first.id, planned(clinic, first.id).plan.sessions[0].on)
    was = planned(clinic, first.id)
    assert (was.issues, open_tasks(clinic, first.id)) == ((), [])
    moved = visit.later(status="moved", on=visit.on + timedelta(days=7))
    clinic.deliver(source_id, "standard", moved)
    clinic.settled()
    (second,) = clinic.live()
    kept = planned(clinic, second.id)
    assert kept.plan == was.plan, "a plan is never moved by itself"
    assert [issue.kind for issue in kept.issues] == ["first_day"]
    (task,) = open_tasks(clinic, second.id)
    assert kept.issues[0].sentence in task.detail
    shown = clinic.page(second.id)
    assert kept.issues[0].sentence in html.unescape(shown)
    assert "carried over" in shown
    plan_course(clinic, second.id, moved.on)
    assert (planned(clinic, second.id).issues, open_tasks(clinic, second.id)) == ((), [])


def test_the_first_of_many_visits_that_moves_behind_another_leaves_the_course(clinic: Clinic) -> None:
    source_id, spring = clinic.add_source("standard"), date(date.today().year + 1, 3, 1)
    monday = spring + timedelta(days=7 - spring.weekday())
    first, *others = (Visit(id=f"3{number}", on=monday + timedelta(days=number)) for number in range(3))
    for visit in (first, *others):
        clinic.deliver(source_id, "standard", visit)
        clinic.settled()
    (row,) = clinic.verifications()
    plan_course(clinic, row.id, first.on)
    last = others[-1].later(status="moved", on=others[-1].on + timedelta(days=1))
    clinic.deliver(source_id, "standard", last)
    clinic.settled()
    assert (planned(clinic, row.id).issues, open_tasks(clinic, row.id)) == ((), []), "the first one is not it"
    late = first.later(60, status="moved", on=last.on + timedelta(days=1))
    clinic.deliver(source_id, "standard", late)
    clinic.settled()
    assert [each.id for each in clinic.live()] == [row.id]
    (issue,) = planned(clinic, row.id).issues
    assert issue.days == (first.on, others[0].on)
    assert len(open_tasks(clinic, row.id)) == 1
    clinic.deliver(source_id, "standard", late.later(60, status="moved", on=first.on))
    clinic.settled()
    assert (planned(clinic, row.id).issues, open_tasks(clinic, row.id)) == ((), []), "it came back"


def test_a_course_stays_with_the_visits_that_stay(clinic: Clinic) -> None:
    source_id, spring = clinic.add_source("standard"), date(date.today().year + 1, 3, 1)
    first, second = (Visit(id=f"4{number}", on=spring + timedelta(days=7 + number)) for number in range(2))
    for visit in (first, second):
        clinic.deliver(source_id, "standard", visit)
        clinic.settled()
    (row,) = clinic.verifications()
    plan_course(clinic, row.id, first.on)
    early = first.later(status="moved", on=first.on - timedelta(days=3))
    clinic.deliver(source_id, "standard", early)
    clinic.settled()
    (new,) = [each for each in clinic.live() if each.id != row.id]
    assert planned(clinic, new.id).kept is None, "the other visit still belongs to the planned course"
    assert planned(clinic, row.id).issues[0].days == (first.on, second.on)
    assert len(open_tasks(clinic, row.id)) == 1
    plan_course(clinic, new.id, early.on, sessions=31)
    clinic.deliver(source_id, "standard", second.later(status="moved", on=early.on))
    clinic.settled()
    assert clinic.house.verification(row.id).state == "cancelled"
    kept = planned(clinic, new.id)
    assert (len(kept.plan.sessions), kept.issues) == (31, ()), "what it has itself stays"


def test_a_course_nobody_planned_follows_the_visit_without_a_word(clinic: Clinic) -> None:
    source_id, visit = clinic.add_source("standard"), Visit()
    clinic.deliver(source_id, "standard", visit)
    clinic.settled()
    clinic.deliver(source_id, "standard", visit.later(status="moved", on=visit.on + timedelta(days=3)))
    clinic.settled()
    (row,) = clinic.live()
    usual = planned(clinic, row.id)
    assert usual.kept is None
    assert "first_day" not in {issue.kind for issue in usual.issues}
    assert open_tasks(clinic, row.id) == []


@pytest.mark.parametrize("seed", range(3))
def test_duplicates_in_any_order_end_at_the_newest_version_with_one_verification(
    clinic: Clinic, site_url: str, seed: int
) -> None:
    source_id = clinic.add_source("standard")
    first = Visit()
    versions = [first, first.later(60, status="moved", on=first.on + timedelta(days=2))]
    versions.append(versions[-1].later(60, status="cancelled"))
    versions.append(versions[-1].later(60, status="moved", on=first.on + timedelta(days=5)))
    sent = [send("standard", version) for version in versions] * 5
    random.Random(seed).shuffle(sent)
    # A second web process, as behind a balancer.
    with (
        serving(create_app(clinic.house.settings, clinic.house.work)) as other,
        ThreadPoolExecutor(5) as threads,
    ):
        urls = [site_url, other]

        def post(numbered: tuple[int, Sent]) -> int:
            number, each = numbered
            path = f"{urls[number % 2]}/webhooks/appointments/{source_id}"
            return requests.post(path, data=each.body, headers=each.headers, timeout=20).status_code

        assert set(threads.map(post, enumerate(sent))) == {200}
    clinic.settled()
    (row,) = clinic.live()
    assert row.date_of_service == versions[-1].on
    assert clinic.appointment().verification_id == row.id
    delivered = clinic.house.count(
        appointment_deliveries, appointment_deliveries.c.practice_id == clinic.practice_id
    )
    assert delivered == len(versions)


def test_a_visit_called_off_and_booked_again_is_verified_again(clinic: Clinic) -> None:
    source_id = clinic.add_source("standard")
    visit = Visit()
    again = visit.later(120)
    for version in (visit, visit.later(60, status="cancelled"), again):
        clinic.deliver(source_id, "standard", version)
        clinic.settled()
    assert [row.state for row in clinic.verifications()] == ["cancelled", "needs_person"]


def test_sessions_booked_in_a_row_are_one_question(clinic: Clinic) -> None:
    source_id = clinic.add_source("standard")
    first = Visit(on=date(date.today().year + 1, 3, 2))
    course = [Visit(id=f"2{number}", on=first.on + timedelta(days=number)) for number in range(1, 5)]
    for visit in (first, *course):
        clinic.deliver(source_id, "standard", visit)
        clinic.settled()
    (row,) = clinic.verifications()
    # The first session falls out; the others still wait for the answer.
    clinic.deliver(source_id, "standard", first.later(status="cancelled"))
    clinic.settled()
    assert clinic.house.verification(row.id).state == "needs_person"
    for visit in course:
        clinic.deliver(source_id, "standard", visit.later(status="cancelled"))
    clinic.settled()
    assert clinic.house.verification(row.id).state == "cancelled"


def test_what_a_person_submitted_is_not_stopped_by_an_appointment(clinic: Clinic) -> None:
    visit = Visit()
    made = clinic.house.submit(clinic.practice_id, visit.member_id, date_of_service=visit.on.isoformat())
    clinic.settled()
    source_id = clinic.add_source("standard")
    clinic.deliver(source_id, "standard", visit)
    clinic.settled()
    assert [row.id for row in clinic.verifications()] == [made]
    clinic.deliver(source_id, "standard", visit.later(status="cancelled"))
    clinic.settled()
    assert clinic.house.verification(made).state == "needs_person"


@pytest.mark.parametrize(
    ("visit", "code"),
    [
        (Visit(on=date(2020, 1, 2)), "past"),
        (Visit(first_name="A" * 200), "invalid"),
    ],
)
def test_what_cannot_be_verified_is_counted_and_makes_no_work(
    clinic: Clinic, visit: Visit, code: str
) -> None:
    clinic.deliver(clinic.add_source("hl7v2"), "hl7v2", visit)
    clinic.settled()
    assert clinic.verifications() == []
    assert clinic.outcomes() == [code]


def test_a_visit_of_no_treatment_of_ours_is_counted_and_left_alone(clinic: Clinic) -> None:
    clinic.deliver(clinic.add_source("drchrono", service_lines={}), "drchrono", Visit())
    clinic.settled()
    assert (clinic.verifications(), clinic.outcomes()) == ([], ["service_unknown"])


def test_a_thin_event_without_an_api_says_that_one_is_needed(clinic: Clinic) -> None:
    clinic.deliver(clinic.add_source("healthie"), "healthie", Visit())
    clinic.settled()
    assert clinic.outcomes() == ["no_client"]


def test_a_source_that_is_away_is_asked_again_and_nothing_is_lost(clinic: Clinic) -> None:
    visit = Visit()
    with EHR(visit) as ehr:
        ehr.failures = [503, 429]
        clinic.deliver(clinic.add_source("athenahealth", ehr), "athenahealth", visit)
        for left in (1, 0):
            wait_for(lambda left=left: True if len(ehr.failures) == left else None, 20, "a failed attempt")
            wait_for(lambda: waiting(clinic) or None, 10, "the job to be given back")
            let_it_come(clinic)
        clinic.settled()
    (row,) = clinic.verifications()
    assert row.coverage_status == "active"


def waiting(clinic: Clinic) -> int:
    """Jobs of deliveries that wait for their time."""
    return clinic.house.count(
        jobs,
        jobs.c.practice_id == clinic.practice_id,
        jobs.c.step.like("appointment%"),
        jobs.c.state == "queued",
        jobs.c.not_before > func.now(),
    )


def let_it_come(clinic: Clinic) -> None:
    """Moves the time of waiting jobs to now, as if the wait were over."""
    with clinic.house.work.engine.begin() as connection:
        connection.execute(
            update(jobs)
            .where(jobs.c.practice_id == clinic.practice_id, jobs.c.state == "queued")
            .values(not_before=func.now(), due_at=func.now())
        )


def test_an_appointment_that_is_gone_from_the_source_is_called_off(clinic: Clinic) -> None:
    visit = Visit()
    with EHR(visit) as ehr:
        source_id = clinic.add_source("athenahealth", ehr)
        clinic.deliver(source_id, "athenahealth", visit)
        clinic.settled()
        ehr.visit = Visit(id="9999")
        clinic.deliver(source_id, "athenahealth", visit.later())
        clinic.settled()
    assert [row.state for row in clinic.verifications()] == ["cancelled"]


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
@pytest.mark.parametrize("encoding", ["empty", "id-only"])
def test_the_thinner_encodings_of_fhir_are_completed_at_the_source(
    clinic: Clinic, release: str, encoding: str
) -> None:
    visit = Visit()
    named = fhir_status("event-notification", total=1, number=1, focus=f"Appointment/{visit.id}")
    thin = fhir_status("event-notification", total=1, number=1) if encoding == "empty" else named
    with EHR(visit) as ehr:
        ehr.events = fhir_bundle({**named, "type": "query-event"}, release=release)
        clinic.post(clinic.add_source("fhir", ehr), fhir_sent(fhir_bundle(thin, release=release)))
        clinic.settled()
    (row,) = clinic.verifications()
    assert (row.coverage_status, row.date_of_service) == ("active", visit.on)


def test_a_lost_notification_is_fetched_and_worked_like_any_other(clinic: Clinic) -> None:
    visit = Visit()
    with EHR(visit) as ehr:
        lost = fhir_status("event-notification", total=1, number=1, focus=f"Appointment/{visit.id}")
        ehr.events = fhir_bundle({**lost, "type": "query-event"})
        source_id = clinic.add_source("fhir", ehr)
        clinic.post(source_id, fhir_sent(fhir_bundle(fhir_status("handshake"))))
        clinic.post(source_id, fhir_sent(fhir_bundle(fhir_status("heartbeat", total=1))))
        assert clinic.verifications() == []
        let_it_come(clinic)
        clinic.settled()
        asked = [path for path in ehr.asked if "$events" in path]
    (row,) = clinic.verifications()
    assert row.coverage_status == "active"
    assert len(asked) == 1
    assert "eventsSinceNumber=1" in asked[0]


def test_the_timeline_holds_codes_and_ids_alone(clinic: Clinic) -> None:
    clinic.deliver(clinic.add_source("standard"), "standard", Visit())
    clinic.settled()
    (row,) = clinic.verifications()
    kept = [(event.what, event.detail) for event in clinic.house.rows(events, verification_id=row.id)]
    booked = dict(kept)["appointment_booked"]
    assert booked == {"appointment": clinic.appointment().id}
    assert "Okafor" not in str(kept)
