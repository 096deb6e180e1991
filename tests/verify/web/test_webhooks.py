"""What appointment systems send comes in by its signature, is stored before it is acknowledged, and never breaks us."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select, text

from tests.senders import (
    SECRET,
    SENDERS,
    STANDARD_SECRET,
    Sent,
    Visit,
    fhir_bundle,
    fhir_sent,
    fhir_status,
    our_event,
    secret_of,
    send,
    siu,
    standard_signed,
)
from tests.verify.web.conftest import Site, serving
from verify.settings import Settings
from verify.steps import open_work
from verify.store import sources
from verify.store.tables import jobs
from verify.store.tables_appointments import (
    appointment_deliveries,
    appointment_events,
    appointment_subscriptions,
)
from verify.web.app import create_app

OTHER_SECRET = "whsec_" + "QUJD" * 11


def add_source(site: Site, scheme: str, **options: Any) -> str:
    with site.work.engine.begin() as connection:
        return sources.add(
            connection,
            site.work.keyring,
            practice_id=site.here.id,
            name=f"{scheme} {random.random()}",
            scheme=scheme,
            secret=secret_of(scheme),
            credentials={},
            options={"default_service_line": "tms", **options},
        )


def path_of(source_id: str) -> str:
    return f"/webhooks/appointments/{source_id}"


def post(site: Site, source_id: str, sent: Sent, **headers: str | None) -> requests.Response:
    kept = {name: value for name, value in {**sent.headers, **headers}.items() if value is not None}
    query = f"?{sent.query}" if sent.query else ""
    return requests.post(
        site.url + path_of(source_id) + query, data=sent.body, headers=kept, timeout=20, allow_redirects=False
    )


def deliver(site: Site, source_id: str, scheme: str, visit: Visit) -> requests.Response:
    return post(site, source_id, send(scheme, visit, path=path_of(source_id)))


def rows(site: Site, table: Any) -> list[Any]:
    with site.work.engine.connect() as connection:
        return list(connection.execute(select(table)))


def count(site: Site, table: Any, *conditions: Any) -> int:
    with site.work.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


# --- coming in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SENDERS)
def test_a_signed_delivery_is_stored_sealed_with_its_job(site: Site, scheme: str) -> None:
    source_id = add_source(site, scheme)
    answer = deliver(site, source_id, scheme, Visit())
    assert answer.status_code == 200, answer.text
    assert answer.elapsed < timedelta(seconds=2)
    (kept,) = rows(site, appointment_deliveries)
    (job,) = [job for job in rows(site, jobs) if job.step == "appointment"]
    assert job.subject_id == kept.id
    assert all(b"Okafor" not in bytes(value) for value in (kept.body_sealed, kept.headers_sealed))


@pytest.mark.parametrize("scheme", SENDERS)
def test_the_same_delivery_again_is_acknowledged_and_changes_nothing(site: Site, scheme: str) -> None:
    source_id = add_source(site, scheme)
    sent = send(scheme, Visit(), path=path_of(source_id))
    with ThreadPoolExecutor(5) as threads:
        codes = list(threads.map(lambda _: post(site, source_id, sent).status_code, range(5)))
    assert codes == [200] * 5
    # Healthie's events have no id: the minute tells them apart, which may turn in between.
    assert count(site, appointment_deliveries) <= (2 if scheme == "healthie" else 1)
    assert count(site, appointment_events) == count(site, appointment_deliveries)


def test_an_event_signed_anew_for_its_retry_is_known_by_its_id(site: Site) -> None:
    source_id = add_source(site, "standard")
    body = json.dumps(our_event(Visit())).encode()
    for seconds in (-120, 0):
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        assert post(site, source_id, standard_signed(body, message_id="msg_1", at=at)).status_code == 200
    assert count(site, appointment_deliveries) == 1


def test_two_practices_do_not_know_each_other_s_events(site: Site) -> None:
    sent = standard_signed(json.dumps(our_event(Visit())).encode(), message_id="msg_1")
    for source_id in (add_source(site, "standard"), add_source(site, "standard")):
        assert post(site, source_id, sent).status_code == 200
    assert count(site, appointment_deliveries) == 2


def test_hl7_is_answered_with_its_acknowledgment(site: Site) -> None:
    source_id = add_source(site, "hl7v2")
    sent = send("hl7v2", Visit())
    answer = post(site, source_id, sent)
    control_id = sent.body.decode().split("|")[9]
    assert f"MSA|AA|{control_id}\r" in answer.text
    assert answer.headers["Content-Type"].startswith("application/hl7-v2")


def test_what_is_not_about_an_appointment_is_acknowledged_and_left_alone(site: Site) -> None:
    source_id = add_source(site, "drchrono")
    sent = Sent(b"{}", {**send("drchrono", Visit()).headers, "X-drchrono-event": "PING"})
    assert post(site, source_id, sent).status_code == 200
    assert count(site, appointment_deliveries) == 0


# --- staying out ----------------------------------------------------------------------------------------


def stale(seconds: int) -> Sent:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return standard_signed(json.dumps(our_event(Visit())).encode(), at=at)


REFUSED: dict[str, tuple[Callable[[], Sent], int]] = {
    "another secret": (lambda: send("standard", Visit(), secret=OTHER_SECRET), 401),
    "too old": (lambda: stale(-310), 401),
    "from the future": (lambda: stale(310), 401),
    "no signature": (lambda: Sent(b"{}", {"Content-Type": "application/json"}), 401),
    "not JSON": (lambda: standard_signed(b"{"), 400),
    "not our body": (lambda: standard_signed(b'{"type": "appointment.booked"}'), 400),
    "another event": (lambda: standard_signed(b'{"type": "invoice.paid"}'), 415),
    "too large": (lambda: standard_signed(b" " * (1024 * 1024 + 1)), 413),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_may_not_come_in_is_refused_with_its_status(site: Site, kind: str) -> None:
    made, status = REFUSED[kind]
    answer = post(site, add_source(site, "standard"), made())
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Okafor" not in answer.text
    assert count(site, appointment_deliveries) == 0


def test_another_content_type_is_refused(site: Site) -> None:
    answer = post(
        site, add_source(site, "standard"), send("standard", Visit()), **{"Content-Type": "text/csv"}
    )
    assert answer.status_code == 415


def test_the_signature_is_looked_at_before_anything_else(site: Site) -> None:
    sent = Sent(b"{", {"Content-Type": "text/csv"})
    for scheme in SENDERS:
        assert post(site, add_source(site, scheme), sent).status_code == 401, scheme


@pytest.mark.parametrize("source_id", ["source_01JD4Z8Q6V3M5N7P9R1T2W4X6Y", "nobody", "%00", "a" * 300])
def test_nobody_s_address_is_not_found(site: Site, source_id: str) -> None:
    assert post(site, source_id, send("standard", Visit())).status_code == 404


def test_a_retired_source_is_gone_for_good(site: Site) -> None:
    source_id = add_source(site, "standard")
    with site.work.engine.begin() as connection:
        sources.retire(connection, source_id)
    assert post(site, source_id, send("standard", Visit())).status_code == 410


def test_over_its_limit_a_source_is_told_when_to_come_back(site: Site) -> None:
    source_id = add_source(site, "standard", requests_per_second=0.5)
    answers = [deliver(site, source_id, "standard", Visit(id=str(number))) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert int(answers[1].headers["Retry-After"]) >= 1


def test_while_nothing_can_be_stored_nothing_is_acknowledged(site: Site, tmp_path: Path) -> None:
    source_id = add_source(site, "standard")
    assert deliver(site, source_id, "standard", Visit()).status_code == 200
    away = open_work(
        Settings(
            data_folder=tmp_path,
            database_url=f"postgresql+psycopg://nobody@/verify?host={tmp_path}",
            redis_url=site.work.settings.redis_url,
            key_file=site.work.settings.key_file,
            port=0,
        )
    )
    with serving(create_app(away.settings, away)) as url:
        elsewhere = Site(url, site.work, site.here, site.elsewhere)
        answer = deliver(elsewhere, source_id, "standard", Visit(id="2"))
    away.close()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert count(site, appointment_deliveries) == 1


def test_a_failure_between_verifying_and_storing_acknowledges_nothing(site: Site) -> None:
    source_id = add_source(site, "standard")
    with site.work.engine.begin() as connection:
        connection.execute(
            text("alter table jobs add constraint broken check (step <> 'appointment') not valid")
        )
    assert deliver(site, source_id, "standard", Visit()).status_code == 500
    assert count(site, appointment_deliveries) + count(site, appointment_events) == 0


# --- secrets in turn ------------------------------------------------------------------------------------


def test_after_a_rotation_both_secrets_count_until_the_old_one_ends(site: Site) -> None:
    source_id = add_source(site, "standard")

    def rotate(secret: str, keep: timedelta) -> None:
        with site.work.engine.begin() as connection:
            found = sources.read(connection, site.work.keyring, source_id)
            assert found is not None
            until = datetime.now(UTC) + keep
            sources.rotate(connection, site.work.keyring, found, secret, keep_until=until)

    def status(secret: str) -> int:
        return post(site, source_id, send("standard", Visit(), secret=secret)).status_code

    assert (status(STANDARD_SECRET), status(OTHER_SECRET)) == (200, 401)
    rotate(OTHER_SECRET, timedelta(hours=1))
    with serving(create_app(site.work.settings, site.work)) as url:  # which has read nothing before
        site.url = url
        assert (status(STANDARD_SECRET), status(OTHER_SECRET)) == (200, 200)
    rotate("whsec_" + "WFla" * 11, timedelta(0))
    with serving(create_app(site.work.settings, site.work)) as url:
        site.url = url
        assert (status(STANDARD_SECRET), status(OTHER_SECRET)) == (401, 401)


# --- handshakes -----------------------------------------------------------------------------------------


def test_drchrono_is_shown_that_we_know_the_secret(site: Site) -> None:
    source_id = add_source(site, "drchrono")
    answer = requests.get(site.url + path_of(source_id), params={"msg": "hello"}, timeout=20)
    import hmac

    assert answer.json() == {"secret_token": hmac.new(SECRET.encode(), b"hello", "sha256").hexdigest()}
    assert requests.get(site.url + path_of(source_id), timeout=20).status_code == 400


def test_cloudevents_may_ask_first_and_may_bring_the_token_in_the_address(site: Site) -> None:
    source_id = add_source(site, "cloudevents")
    origin = {"WebHook-Request-Origin": "scheduler.example.test", "WebHook-Request-Rate": "120"}
    answer = requests.options(site.url + path_of(source_id), headers=origin, timeout=20)
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Rate"] == "30000"
    assert "WebHook-Allowed-Origin" in answer.headers
    sent = send("cloudevents", Visit())
    by_query = Sent(sent.body, {"Content-Type": sent.headers["Content-Type"]}, f"access_token={SECRET}")
    assert post(site, source_id, by_query).status_code == 200


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_the_others_take_posts_alone(site: Site, method: str) -> None:
    answer = requests.request(method, site.url + path_of(add_source(site, "standard")), timeout=20)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


# --- subscriptions --------------------------------------------------------------------------------------


class Subscription:
    """A FHIR server that counts its notifications."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.source_id = add_source(site, "fhir")

    def send(self, kind: str, total: int, number: int | None = None) -> None:
        focus = f"Appointment/{number}" if number is not None else ""
        bundle = fhir_bundle(fhir_status(kind, total=total, number=number, focus=focus))
        assert post(self.site, self.source_id, fhir_sent(bundle)).status_code == 200

    def event(self, number: int, total: int | None = None) -> None:
        self.send("event-notification", total or number, number)

    @property
    def missing(self) -> tuple[int | None, int | None]:
        (row,) = rows(self.site, appointment_subscriptions)
        return row.missing_from, row.missing_until

    @property
    def pulls(self) -> list[str]:
        return [job.round for job in rows(self.site, jobs) if job.step == "appointment_gap"]


def test_a_handshake_opens_a_subscription_and_stores_no_event(site: Site) -> None:
    server = Subscription(site)
    server.send("handshake", 0)
    (row,) = rows(site, appointment_subscriptions)
    assert (row.state, row.highest) == ("active", 0)
    assert count(site, appointment_deliveries) == 0


def test_a_lost_notification_is_asked_for_once(site: Site) -> None:
    server = Subscription(site)
    server.send("handshake", 0)
    for number in (1, 4, 5, 6):
        server.event(number)
    assert server.missing == (2, 3)
    assert server.pulls == ["2-3"]


def test_a_heartbeat_shows_what_was_lost_at_the_end(site: Site) -> None:
    server = Subscription(site)
    server.send("handshake", 0)
    server.event(1)
    server.send("heartbeat", 1)
    assert server.missing == (None, None)
    server.send("heartbeat", 3)
    assert server.missing == (2, 3)


def test_a_notification_that_was_only_late_fills_its_gap(site: Site) -> None:
    server = Subscription(site)
    server.send("handshake", 0)
    server.event(2)
    assert server.missing == (1, 1)
    server.event(1, total=2)
    assert server.missing == (None, None)


def test_what_came_before_us_is_no_gap_and_a_new_start_counts_anew(site: Site) -> None:
    server = Subscription(site)
    server.event(57)
    assert server.missing == (None, None)
    server.send("handshake", 0)
    server.event(1)
    assert (server.missing, server.pulls) == ((None, None), [])


# --- mutations ------------------------------------------------------------------------------------------

#: The whole run is 10,000: `pytest --mutations 10000 tests/verify/web/test_webhooks.py -k mutated`.
ODD = [
    "",
    " ",
    "\x00",
    "é",
    "=",
    ",",
    "v1",
    "v1,",
    "v1,,",
    "sha256=",
    "sig1=",
    "-1",
    "9" * 400,
    "Bearer",
    "Basic !",
]


def mutated(sent: Sent, chance: random.Random) -> Sent:
    """The delivery with its signature no longer fitting, in one of many ways."""
    body, headers = bytearray(sent.body), dict(sent.headers)
    signing = [name for name in headers if name != "Content-Type"]
    match chance.randrange(4):
        case 0:
            name = chance.choice(signing)
            headers[name] = chance.choice(ODD)
        case 1:
            name = chance.choice(signing)
            value = list(headers[name])
            place = chance.randrange(len(value))
            value[place] = chance.choice([letter for letter in "aZ9,=+ ~\xe9" if letter != value[place]])
            headers[name] = "".join(value)
        case 2:
            name = chance.choice(signing)
            headers[name] = bytes(chance.randbytes(chance.randrange(1, 60))).decode("latin-1")
        case _:
            place = chance.randrange(len(body))
            body[place : place + chance.randrange(1, 9)] = chance.randbytes(chance.randrange(9)) + b"~"
            # Every scheme, the ones that sign no body too.
            headers[chance.choice(signing)] += "x"
    if chance.random() < 0.2:
        headers["Content-Type"] = chance.choice(["", "text/plain", "application/json; charset=\xff", "é"])
    clean = {name: value.translate({0: " ", 10: " ", 13: " "}).strip() for name, value in headers.items()}
    return Sent(bytes(body), clean)


#: What identifies a delivery and is not signed: changing it forges nothing.
UNSIGNED = {"X-drchrono-event", "X-drchrono-delivery", "Signature-Input"}


def test_mutated_requests_are_never_accepted_and_never_break_us(
    site: Site, request: pytest.FixtureRequest
) -> None:
    how_many = request.config.getoption("--mutations")
    chance = random.Random(20261123)
    ids = {scheme: add_source(site, scheme, requests_per_second=1e6) for scheme in SENDERS}
    codes: dict[int, int] = {}
    with requests.Session() as session:
        session.trust_env = False
        for number in range(how_many):
            scheme = sorted(SENDERS)[number % len(SENDERS)]
            url = path_of(ids[scheme])
            sent = send(scheme, Visit(), path=url)
            forged = Sent(sent.body, {k: v for k, v in sent.headers.items() if k not in UNSIGNED})
            changed = mutated(forged, chance)
            headers = {name: value.encode("latin-1") for name, value in changed.headers.items()}
            try:
                code = session.post(
                    site.url + url, data=changed.body, headers=headers, timeout=20
                ).status_code
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                # The server hangs up on what is no HTTP; its 400 may be lost with the bytes it did not read.
                code = 400
            codes[code] = codes.get(code, 0) + 1
            assert 400 <= code < 500, (number, scheme, code)
    assert sum(codes.values()) == how_many
    assert count(site, appointment_deliveries) == 0


def test_signed_nonsense_is_malformed_and_never_breaks_us(site: Site, request: pytest.FixtureRequest) -> None:
    """The bytes are mutated first and signed then: the readers themselves are tried, through the whole house."""
    chance = random.Random(20261123)
    source_id = add_source(site, "standard", requests_per_second=1e6)
    plain = add_source(site, "hl7v2", requests_per_second=1e6)
    whole, lines = json.dumps(our_event(Visit())).encode(), siu(Visit())
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(request.config.getoption("--mutations") // 4):
            broken = bytearray(whole)
            broken[chance.randrange(len(whole))] = chance.randrange(256)
            sent = standard_signed(bytes(broken))
            answer = session.post(
                site.url + path_of(source_id), data=sent.body, headers=sent.headers, timeout=20
            )
            assert answer.status_code in {200, 400, 415}
            broken = bytearray(lines)
            place = chance.randrange(len(lines))
            broken[place : place + 2] = chance.randbytes(3)
            answer = session.post(
                site.url + path_of(plain),
                data=bytes(broken),
                headers={"Content-Type": "text/plain", "Authorization": SECRET},
                timeout=20,
            )
            assert answer.status_code in {200, 400, 415}
