"""Each sender's words become the one shape; what is odd reads as not said, what is no delivery is refused."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payers.x12.corpus import corpus, files, needs_corpus
from tests.senders import (
    SENDERS,
    Sent,
    Visit,
    elation,
    fhir_appointment,
    fhir_bundle,
    fhir_coverage,
    fhir_patient,
    fhir_sent,
    fhir_status,
    healthie_answer,
    our_event,
    send,
    siu,
)
from tests.verify.intake.appointments.reading import CONTEXT, call, read
from verify.intake.appointments import (
    SCHEMES,
    Appointment,
    Kind,
    Malformed,
    Notice,
    Status,
    UnknownType,
    fhir,
    healthie,
)
from verify.intake.appointments.subscriptions import EVENTS

VISIT = Visit()
#: Written once: hypothesis wants the same bytes in every run of one test.
SENT = {scheme: send(scheme, VISIT) for scheme in SENDERS}
FULL = ("standard", "cloudevents", "fhir", "hl7v2")


def only(scheme: str, sent: Sent) -> Notice:
    (notice,) = read(scheme, sent)
    return notice


def appointment(scheme: str, sent: Sent) -> Appointment:
    found = only(scheme, sent).appointment
    assert found is not None
    return found


def changed(sent: Sent, **changes: Any) -> Sent:
    """The sender's JSON with top-level fields replaced, or left out where None."""
    document = {**json.loads(sent.body), **changes}
    kept = {name: value for name, value in document.items() if value is not None}
    return Sent(json.dumps(kept).encode(), sent.headers)


# --- every scheme ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", FULL)
def test_a_full_delivery_says_who_when_what_and_which_policy(scheme: str) -> None:
    found = appointment(scheme, send(scheme, VISIT))
    assert (found.external_id, found.status, found.is_visit) == ("1001", Status.BOOKED, True)
    assert found.starts_at is not None
    assert found.starts_at.astimezone(CONTEXT.zone).date() == VISIT.on
    assert (found.patient.last_name, found.patient.first_name) == ("Okafor", "Adaeze")
    assert str(found.patient.birth_date) == VISIT.birth_date
    assert [(cover.payer, cover.member_id) for cover in found.covers] == [("bluehollow", "ACT10000001")]
    assert only(scheme, send(scheme, VISIT)).reference == ""


@pytest.mark.parametrize("scheme", ["standard", "cloudevents", "fhir", "hl7v2", "elation", "drchrono"])
@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_a_visit_called_off_is_so_in_every_sender_s_words(scheme: str, status: str) -> None:
    assert appointment(scheme, send(scheme, VISIT.later(status=status))).status == status


@pytest.mark.parametrize("scheme", ["standard", "cloudevents", "fhir", "hl7v2", "elation", "drchrono"])
def test_a_later_change_has_a_later_version(scheme: str) -> None:
    before = appointment(scheme, send(scheme, VISIT))
    after = appointment(scheme, send(scheme, VISIT.later(status="moved")))
    assert before.version_at is not None
    assert after.version_at is not None
    assert before.version_at < after.version_at


@pytest.mark.parametrize("scheme", SENDERS)
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b"{", b"\xff\xfe", b"[" * 20_000, b'{"a":' * 20_000]
)
def test_what_is_no_delivery_is_malformed(scheme: str, body: bytes) -> None:
    with pytest.raises(Malformed):
        read(scheme, Sent(body, send(scheme, VISIT).headers))


@pytest.mark.parametrize("scheme", SENDERS)
@given(data=st.data())
def test_no_bytes_raise_anything_but_our_own(scheme: str, data: st.DataObject) -> None:
    sent = SENT[scheme]
    body = bytearray(sent.body)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    with suppress(Malformed, UnknownType):
        read(scheme, Sent(bytes(body), sent.headers))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("scheme", [scheme for scheme in SENDERS if scheme != "hl7v2"])
@given(data=st.data())
def test_no_odd_value_anywhere_raises_anything_but_our_own(scheme: str, data: st.DataObject) -> None:
    sent = SENT[scheme]
    document = json.loads(sent.body)
    here: Any = document
    while isinstance(here, dict | list) and here:
        places: list[Any] = list(here) if isinstance(here, dict) else list(range(len(here)))
        place = data.draw(st.sampled_from(places))
        if not isinstance(here[place], dict | list) or data.draw(st.booleans()):
            here[place] = data.draw(JUNK)
            break
        here = here[place]
    with suppress(Malformed, UnknownType):
        read(scheme, Sent(json.dumps(document).encode(), sent.headers))


def test_a_delivery_never_shows_itself_in_a_repr() -> None:
    notice = only("standard", send("standard", VISIT))
    assert "Okafor" not in repr(notice) + repr(notice.appointment)


# --- ours -----------------------------------------------------------------------------------------------


def test_our_body_names_the_field_that_is_wrong_and_not_its_value() -> None:
    event = our_event(VISIT)
    event["data"]["patient"]["birth_date"] = "MARKED"
    event["data"]["MARKED-NAME"] = 1
    with pytest.raises(Malformed) as caught:
        read("standard", Sent(json.dumps(event).encode(), {"webhook-id": "m"}))
    assert "/data/patient/birth_date" in str(caught.value)
    assert "MARKED" not in str(caught.value)


def test_an_event_that_is_not_about_appointments_is_an_unknown_type() -> None:
    for kind in ("invoice.paid", "appointment.", "appointment.exploded", ""):
        with pytest.raises(UnknownType):
            read("standard", changed(send("standard", VISIT), type=kind))


def test_a_naive_time_is_refused_since_no_zone_is_ours_to_guess() -> None:
    event = our_event(VISIT)
    event["data"]["starts_at"] = "2026-12-01T09:00:00"
    with pytest.raises(Malformed, match="/data/starts_at"):
        read("standard", Sent(json.dumps(event).encode(), {}))


# --- CloudEvents ----------------------------------------------------------------------------------------


def test_the_three_modes_of_cloudevents_say_the_same() -> None:
    structured = json.loads(send("cloudevents", VISIT).body)
    data = structured.pop("data")
    attributes = {f"ce-{name}": value for name, value in structured.items()}
    encoded = base64.b64encode(json.dumps(data).encode()).decode()
    modes: list[tuple[Any, Mapping[str, str]]] = [
        ({**structured, "data": data}, {"content-type": "application/cloudevents+json"}),
        ({**structured, "data_base64": encoded}, {"content-type": "application/cloudevents+json"}),
        ([{**structured, "data": data}], {"content-type": "application/cloudevents-batch+json"}),
        (data, {"content-type": "application/json", **attributes}),
    ]
    notices = [read("cloudevents", Sent(json.dumps(body).encode(), dict(headers))) for body, headers in modes]
    assert notices == [notices[0]] * 4
    assert notices[0][0].key == f"{structured['source']}|{structured['id']}"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"source": None},
        {"specversion": "0.3"},
        {"data_base64": "e30="},
        {"data": None, "data_base64": "?"},
    ],
)
def test_a_cloudevent_without_its_parts_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read("cloudevents", changed(send("cloudevents", VISIT), **changes))


# --- FHIR -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
def test_the_releases_write_a_notification_differently_and_mean_the_same(release: str) -> None:
    status = fhir_status(
        "event-notification", total=4, number=4, focus="https://ehr.test/fhir/Appointment/1001"
    )
    resources = fhir_appointment(VISIT), fhir_patient(VISIT), fhir_coverage(VISIT)
    notice = only("fhir", fhir_sent(fhir_bundle(status, *resources, release=release)))
    assert (notice.subscription, notice.number, notice.total, notice.state) == (
        "Subscription/s1",
        4,
        4,
        "active",
    )
    assert notice.appointment is not None
    assert notice.appointment.patient.middle_name == "Ngozi"
    assert notice.reference == ""


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
def test_the_thinner_encodings_say_what_is_to_be_fetched(release: str) -> None:
    id_only = fhir_status("event-notification", total=1, number=1, focus="Appointment/1001")
    empty = fhir_status("event-notification", total=2, number=2)
    assert only("fhir", fhir_sent(fhir_bundle(id_only, release=release))).reference == "Appointment/1001"
    assert only("fhir", fhir_sent(fhir_bundle(empty, release=release))).reference == EVENTS


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
@pytest.mark.parametrize("kind", ["handshake", "heartbeat"])
def test_handshake_and_heartbeat_carry_the_count_and_no_event(release: str, kind: str) -> None:
    notice = only("fhir", fhir_sent(fhir_bundle(fhir_status(kind, total=3), release=release)))
    assert (notice.kind, notice.total, notice.appointment) == (Kind(kind), 3, None)


def test_the_same_event_delivered_again_has_the_same_key_and_the_next_another() -> None:
    def key(number: int) -> str:
        status = fhir_status("event-notification", total=9, number=number, focus="Appointment/1001")
        return only("fhir", fhir_sent(fhir_bundle(status))).key

    assert key(1) == key(1) != key(2)


def test_a_full_appointment_without_its_patient_still_has_to_be_completed() -> None:
    status = fhir_status("event-notification", total=1, number=1, focus="Appointment/1001")
    notice = only("fhir", fhir_sent(fhir_bundle(status, fhir_appointment(VISIT))))
    assert notice.appointment is not None
    assert notice.reference == "Appointment/1001"
    gone = fhir_bundle(status, fhir_appointment(VISIT.later(status="cancelled")))
    assert only("fhir", fhir_sent(gone)).reference == ""


def test_a_release_5_appointment_and_coverage_are_read_by_their_own_names() -> None:
    resource = {
        **fhir_appointment(VISIT),
        "serviceType": [{"concept": {"coding": [{"code": "90868"}], "text": "TMS session"}}],
        "participant": [],
        "subject": {"reference": "Patient/p1"},
    }
    coverage = {
        **fhir_coverage(VISIT),
        "payor": None,
        "insurer": {"reference": "Organization/o1"},
        "subscriberId": [{"value": "M7"}],
        "class": [{"type": {"coding": [{"code": "group"}]}, "value": {"value": "GRP7"}}],
    }
    payer = {"resourceType": "Organization", "id": "o1", "name": "Blue Hollow Health Plan"}
    known = fhir.by_reference(iter([fhir_patient(VISIT), coverage, payer]))
    found = fhir.appointment(resource, CONTEXT.zone, known)
    assert found is not None
    assert found.services == ("90868", "TMS session")
    (cover,) = found.covers
    assert (cover.payer, cover.member_id, cover.group_number) == ("Blue Hollow Health Plan", "M7", "GRP7")


def test_a_dependent_s_subscriber_is_another_person() -> None:
    holder = {"resourceType": "Patient", "id": "p9", "name": [{"family": "Okafor", "given": ["Chidi"]}]}
    coverage = {
        **fhir_coverage(VISIT),
        "relationship": {"coding": [{"code": "child"}]},
        "subscriber": {"reference": "Patient/p9"},
    }
    cover = fhir.cover(coverage, fhir.by_reference(iter([holder])))
    assert cover.subscriber is not None
    assert (cover.subscriber.first_name, cover.relationship) == ("Chidi", "child")


@needs_corpus
@pytest.mark.parametrize(
    "file", [each for each in files("fhir") if "__Appointment-" in each.name], ids=lambda f: f.name
)
def test_public_appointments_are_read(file: Any) -> None:
    resource = json.loads(file.read_bytes())
    found = fhir.appointment(resource, CONTEXT.zone, {})
    assert found is not None
    assert found.external_id == resource["id"]
    assert found.patient.external_id == "example"
    assert (found.starts_at is None) is ("start" not in resource)


@needs_corpus
@pytest.mark.parametrize(
    "file", [each for each in files("fhir") if "__Coverage-" in each.name], ids=lambda f: f.name
)
def test_public_coverages_are_read(file: Any) -> None:
    resource = json.loads(file.read_bytes())
    payer = {"resourceType": "Organization", "id": "2", "name": "Invented Payer"}
    cover = fhir.cover(resource, fhir.by_reference(iter([payer])))
    assert cover.member_id == resource.get("subscriberId", "")
    # A patient who pays for themself is no payer of ours.
    assert cover.payer or "Organization/2" not in json.dumps(resource.get("payor"))


# --- vendors --------------------------------------------------------------------------------------------


def test_athenahealth_names_the_appointment_and_nothing_else() -> None:
    notice = only("athenahealth", send("athenahealth", VISIT))
    assert (notice.reference, notice.appointment, notice.number) == ("195900/1001", None, None)


def test_the_public_notification_of_athenahealth_is_read() -> None:
    file = corpus().parent / "payers" / "data" / "athena_appointment_schedule_notification.body"
    if not file.is_file():
        pytest.skip("the public notification is not on this machine: no corpus")
    notice = only("athenahealth", Sent(file.read_bytes(), {}))
    assert notice.key == "0901fb5b-6858-33f2-994f-6680c0c6aadb"
    assert notice.reference == "195900/2"


def test_elation_tells_when_by_its_uuid_and_whom_to_fetch() -> None:
    notice = only("elation", send("elation", VISIT))
    assert notice.reference == "patients/64072"
    assert notice.at is not None
    assert abs((notice.at - VISIT.changed_at).total_seconds()) < 0.002


def test_a_calendar_block_is_no_visit_and_other_resources_are_left_alone() -> None:
    sent = elation(VISIT, "", "")
    data = json.loads(sent.body)["data"]
    blocked = appointment("elation", changed(sent, data={**data, "time_slot_type": "event"}))
    assert not blocked.is_visit
    assert only("elation", changed(sent, resource="patients")).kind is Kind.OTHER
    assert appointment("elation", changed(sent, action="deleted")).status is Status.CANCELLED


def test_healthie_is_asked_about_what_changed_and_a_deletion_needs_no_asking() -> None:
    sent = send("healthie", VISIT)
    assert only("healthie", sent).reference == "1001"
    assert appointment("healthie", changed(sent, event_type="appointment.deleted")).status is Status.CANCELLED
    assert only("healthie", changed(sent, event_type="form.created")).kind is Kind.OTHER
    answered = healthie.appointment(healthie_answer(VISIT), CONTEXT.zone)
    assert answered is not None
    assert answered.covers[0].member_id == VISIT.member_id


def test_drchrono_s_wall_clock_is_the_practice_s() -> None:
    found = appointment("drchrono", send("drchrono", VISIT))
    assert found.starts_at is not None
    assert found.starts_at.astimezone(CONTEXT.zone).hour == 9
    assert only("drchrono", Sent(b"{}", {"X-drchrono-event": "PING"})).kind is Kind.OTHER


# --- HL7 v2 ---------------------------------------------------------------------------------------------


def message(*changes: tuple[str, str]) -> Sent:
    text = siu(VISIT).decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return Sent(text.encode(), {})


def test_other_delimiters_line_ends_and_escapes_are_read_as_the_message_says() -> None:
    text = siu(VISIT).decode().replace("Okafor", "O\\T\\Kaf\\S\\or")
    plain = appointment("hl7v2", Sent(text.encode(), {}))
    assert plain.patient.last_name == "O&Kaf^or"
    swapped = siu(VISIT).decode().translate(str.maketrans({"|": "#", "^": "@", "\r": "\n"}))
    assert appointment("hl7v2", Sent(swapped.encode(), {})) == appointment("hl7v2", Sent(siu(VISIT), {}))


def test_a_member_id_is_found_in_either_place() -> None:
    segments = siu(VISIT).decode().split("\r")
    place = next(number for number, segment in enumerate(segments) if segment.startswith("IN1"))
    fields = segments[place].split("|")
    assert fields[36] == VISIT.member_id
    fields += [""] * 13
    fields[36], fields[49] = "", VISIT.member_id
    segments[place] = "|".join(fields)
    assert appointment("hl7v2", Sent("\r".join(segments).encode(), {})).covers[0].member_id == VISIT.member_id


def test_the_insured_is_another_person_where_the_message_says_so() -> None:
    fields = next(each for each in siu(VISIT).decode().split("\r") if each.startswith("IN1"))
    parts = fields.split("|")
    parts[16], parts[17], parts[18] = "Okafor^Chidi", "CHD", "19600101"
    found = appointment("hl7v2", message((fields, "|".join(parts)))).covers[0]
    assert found.subscriber is not None
    assert (found.subscriber.first_name, found.relationship) == ("Chidi", "child")


def test_an_old_message_has_its_time_in_sch_11() -> None:
    timing = f"TQ1|||||||{VISIT.on:%Y%m%d}090000-0600\r"
    moved = message((timing, ""), ("|40|min|", f"|40|min|^^40^{VISIT.on:%Y%m%d}1000"))
    found = appointment("hl7v2", moved)
    assert found.starts_at is not None
    assert found.starts_at.astimezone(CONTEXT.zone).hour == 10


@pytest.mark.parametrize("trigger", ["S23", "S24"])
def test_slots_are_nobody_s_visit(trigger: str) -> None:
    assert only("hl7v2", message(("SIU^S12", f"SIU^{trigger}"))).kind is Kind.OTHER


def test_a_message_of_another_type_is_an_unknown_type() -> None:
    with pytest.raises(UnknownType):
        read("hl7v2", message(("SIU^S12^SIU_S12", "ADT^A04^ADT_A01")))


def test_a_message_without_an_appointment_id_is_malformed() -> None:
    with pytest.raises(Malformed, match="SCH"):
        read("hl7v2", message(("SCH|P1001|1001|", "SCH|||")))


@needs_corpus
@pytest.mark.parametrize("file", files("hl7v2"), ids=lambda file: file.name)
def test_public_messages_are_read_or_of_another_type(file: Any) -> None:
    sent = Sent(file.read_bytes(), {})
    if "__ADT" in file.name:
        with pytest.raises(UnknownType):
            read("hl7v2", sent)
        return
    found = appointment("hl7v2", sent)
    assert found.external_id == "36996"
    assert found.starts_at is not None
    assert str(found.patient.birth_date) == "1988-08-18"
    off = {"S15": "cancelled", "S16": "cancelled", "S17": "cancelled", "S26": "no_show"}
    trigger = file.name.split("SIU-")[1][:3]
    assert found.status == off.get(trigger, "booked")


def test_every_scheme_has_a_sender_here() -> None:
    assert set(SENDERS) == set(SCHEMES)
    assert all(call(send(scheme, VISIT)).content_type in SCHEMES[scheme].content_types for scheme in SCHEMES)
