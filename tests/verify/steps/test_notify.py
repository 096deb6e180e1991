"""Notices out, to a real server: written with the change, signed, tried again, given up, replayed."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.payers.raw_server import RawServer, Talk
from tests.verify.steps.desk import Desk
from tests.verify.steps.receiving import Receiver
from verify.steps import expire
from verify.steps.notify import GIVE_UP_AFTER, SCHEDULE_SECONDS, next_try
from verify.steps.poison import quarantine
from verify.store import jobs, notices, verifications
from verify.store.tables import jobs as job_rows
from verify.store.tables_notices import notices as notice_rows
from verify.store.upkeep import tidy
from verify.verification import VerificationState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_change_is_told_signed_and_without_a_patient(desk: Desk) -> None:
    with Receiver() as receiver:
        secret = desk.add_endpoint(f"{receiver.url}/hook").secret
        made = desk.submit("ACT20000009")
        desk.move(made, "needs_information")
        assert desk.do() == 1
    (delivery,) = receiver.deliveries
    assert delivery.signed_by(secret, time.time())
    assert delivery.path == "/core/hook"
    assert delivery.headers["content-type"] == "application/json"
    document = delivery.document
    assert document["type"] == "verification.needs_information"
    assert datetime.fromisoformat(str(document["timestamp"])).tzinfo is not None
    assert document["data"] == {
        "verification_id": made,
        "practice_id": desk.practice_id,
        "state": "needs_information",
        "previous_state": "ready",
        "page": f"https://verify.larkspur.example/verifications/{made}",
        "api": f"https://verify.larkspur.example/api/v1/verifications/{made}",
    }
    for word in (b"Okafor", b"Adaeze", b"1984", b"ACT20000009"):
        assert word not in delivery.body
    (row,) = desk.notices()
    assert (row.standing, row.attempt, row.response_status, row.error_code) == ("delivered", 1, 204, "")


def test_a_message_changed_on_its_way_is_not_genuine(desk: Desk) -> None:
    with Receiver() as receiver:
        secret = desk.add_endpoint(receiver.url).secret
        desk.move(desk.submit(), "needs_information")
        desk.do()
    (delivery,) = receiver.deliveries
    changed = delivery._replace(body=delivery.body.replace(b"needs_information", b"verified"))
    assert not changed.signed_by(secret, time.time())
    assert not delivery.signed_by(secret, time.time() + 301)


def test_the_states_nobody_outside_needs_are_not_told(desk: Desk) -> None:
    desk.add_endpoint("http://127.0.0.1:9")
    made = desk.submit()
    desk.move(made, "asking", "needs_person", "asking", "needs_person", "ready")
    assert [(row.previous_state, row.state) for row in desk.notices()] == [
        ("asking", "needs_person"),
        ("asking", "needs_person"),
    ]


def test_an_endpoint_hears_only_what_it_wants(desk: Desk) -> None:
    desk.add_endpoint("http://127.0.0.1:9", states=[VerificationState.VERIFIED])
    desk.move(desk.submit(), "asking", "needs_person", "verified", "expired")
    assert [row.state for row in desk.notices()] == ["verified"]


def test_a_change_that_is_rolled_back_tells_nobody(desk: Desk) -> None:
    desk.add_endpoint("http://127.0.0.1:9")
    made = desk.submit()
    with pytest.raises(ZeroDivisionError), desk.work.engine.begin() as connection:
        row = verifications.lock(connection, made)
        assert row is not None
        verifications.change(connection, row, state="needs_information")
        raise ZeroDivisionError
    assert desk.notices() == []
    assert desk.do() == 0


def test_the_sweep_hints_a_notice_at_once(desk: Desk) -> None:
    desk.add_endpoint("http://127.0.0.1:9")
    desk.move(desk.submit(), "needs_information")
    with desk.work.engine.begin() as connection:
        hinted = jobs.sweep(connection, lane=jobs.Lane.STANDARD, window=100)
    assert [hint.step for hint in hinted] == ["notify"]


def test_what_is_not_taken_is_tried_again_with_the_same_id_and_a_new_time(desk: Desk) -> None:
    with Receiver("500 Oops", "302 Found", "204 No Content", headers="Location: /elsewhere\r\n") as receiver:
        secret = desk.add_endpoint(receiver.url).secret
        desk.move(desk.submit(), "needs_information")
        for wait in (5, 300):
            before = datetime.now(UTC)
            assert desk.do() == 1
            (row,) = desk.notices()
            assert row.standing == "pending"
            assert before + timedelta(seconds=wait) <= row.try_again_at
            assert row.try_again_at <= datetime.now(UTC) + timedelta(seconds=wait)
            assert desk.do() == 0, "not before its time"
            desk.let_time_pass()
        desk.do()
    assert len({each.headers["webhook-id"] for each in receiver.deliveries}) == 1
    assert all(each.signed_by(secret, time.time()) for each in receiver.deliveries)
    assert [each.path for each in receiver.deliveries] == ["/core"] * 3, "no redirect is followed"
    (row,) = desk.notices()
    assert (row.standing, row.attempt, row.response_status) == ("delivered", 3, 204)


def test_after_ten_tries_it_is_given_up_and_can_be_replayed(desk: Desk) -> None:
    with Receiver("404 Not Found") as receiver:
        desk.add_endpoint(receiver.url)
        desk.move(desk.submit(), "needs_information")
        while desk.notices()[0].standing == "pending":
            desk.do()
            desk.let_time_pass()
        assert len(receiver.deliveries) == 10
        (row,) = desk.notices()
        assert (row.standing, row.attempt, row.response_status) == ("failed", 10, 404)
        receiver.statuses = ["200 OK"]
        with desk.work.engine.begin() as connection:
            assert not notices.replay(connection, "prac_other", row.id)
            assert notices.replay(connection, desk.practice_id, row.id)
        assert desk.do() == 1
        assert receiver.deliveries[-1].headers["webhook-id"] == row.id
    (row,) = desk.notices()
    assert (row.standing, row.attempt) == ("delivered", 1)


def test_a_replay_of_what_waits_is_sent_once(desk: Desk) -> None:
    with Receiver("503 Busy", "200 OK") as receiver:
        desk.add_endpoint(receiver.url)
        desk.move(desk.submit(), "needs_information")
        desk.do()
        (row,) = desk.notices()
        with desk.work.engine.begin() as connection:
            assert notices.replay(connection, desk.practice_id, row.id)
        desk.let_time_pass()
        desk.do()
    assert len(receiver.deliveries) == 2


def test_an_old_notice_is_removed_unless_it_still_waits(desk: Desk) -> None:
    with Receiver("200 OK", "500 Oops") as receiver:
        desk.add_endpoint(receiver.url)
        for line in ("tms", "ketamine_iv"):
            desk.move(desk.submit(service_lines=[line]), "needs_information")
            desk.do()
    with desk.work.engine.begin() as connection:
        assert tidy(connection)["notices"] == 0
        connection.execute(update(notice_rows).values(wanted_at=func.now() - timedelta(days=91)))
        assert tidy(connection)["notices"] == 1
    assert [row.standing for row in desk.notices()] == ["pending"]


def test_gone_switches_the_endpoint_off_and_stops_what_waits(desk: Desk) -> None:
    with Receiver("410 Gone") as receiver:
        endpoint_id = desk.add_endpoint(receiver.url).endpoint_id
        first, second = desk.submit(), desk.submit(service_lines=["ketamine_iv"])
        desk.move(first, "needs_information")
        desk.move(second, "needs_information")
        desk.do()
        assert len(receiver.deliveries) == 1
        assert [row.standing for row in desk.notices()] == ["failed", "stopped"]
        assert desk.endpoint().disabled_code == "gone"
        desk.move(second, "cancelled")
        assert len(desk.notices()) == 2, "nothing more is written for it"
        receiver.statuses = ["200 OK"]
        with desk.work.engine.begin() as connection:
            assert notices.switch_on(connection, desk.practice_id, endpoint_id)
            assert not notices.switch_on(connection, "prac_other", endpoint_id)
        desk.move(first, "cancelled")
        assert desk.do() == 1


def test_a_receiver_that_asks_for_time_gets_it(desk: Desk) -> None:
    with Receiver("429 Slow", headers="Retry-After: 600\r\n") as receiver:
        desk.add_endpoint(receiver.url)
        desk.move(desk.submit(), "needs_information")
        desk.do()
    (row,) = desk.notices()
    assert row.try_again_at > datetime.now(UTC) + timedelta(seconds=590)


def test_an_answer_without_end_does_not_undo_what_its_status_said(desk: Desk) -> None:
    def flood(talk: Talk) -> None:
        talk.read_request()
        talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)

    with RawServer(flood) as server:
        desk.add_endpoint(server.url)
        desk.move(desk.submit(), "needs_information")
        desk.do()
    assert [row.standing for row in desk.notices()] == ["delivered"]


def test_a_receiver_that_drips_is_cut_at_the_deadline(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.steps.notify.DEADLINE_SECONDS", 0.5)

    def drip(talk: Talk) -> None:
        talk.read_request()
        talk.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500, 0.05)

    with RawServer(drip) as server:
        desk.add_endpoint(server.url)
        desk.move(desk.submit(), "needs_information")
        started = time.monotonic()
        desk.do()
        assert time.monotonic() - started < 2
    (row,) = desk.notices()
    assert (row.standing, row.response_status, row.error_code) == ("pending", None, "timeout")


def test_an_endpoint_that_is_away_is_left_alone_and_costs_no_tries(desk: Desk) -> None:
    with Receiver() as receiver:
        url = receiver.url
    desk.add_endpoint(url)
    for line in ("tms", "ketamine_iv", "spravato_medical", "psychotherapy", "medication_management"):
        desk.move(desk.submit(service_lines=[line]), "needs_information")
        desk.do()
    assert [row.attempt for row in desk.notices()] == [1] * 5
    desk.let_time_pass()
    started = time.monotonic()
    assert desk.do() == 5
    assert time.monotonic() - started < 2
    assert [row.attempt for row in desk.notices()] == [1] * 5
    assert {row.error_code for row in desk.notices()} == {"connect"}


def test_both_secrets_sign_while_one_is_replaced(desk: Desk) -> None:
    seals = desk.work.seals(desk.practice_id)
    with Receiver() as receiver:
        old = desk.add_endpoint(receiver.url)
        now = datetime.now(UTC)
        with desk.work.engine.begin() as connection:
            new = notices.rotate_secret(connection, seals, old.endpoint_id, now)
            assert notices.rotate_secret(connection, seals, "hook_other", now) is None
        assert new is not None and new.secret != old.secret
        desk.move(desk.submit(), "needs_information")
        desk.do()
    (delivery,) = receiver.deliveries
    assert delivery.signed_by(old.secret, time.time())
    assert delivery.signed_by(new.secret, time.time())
    row = desk.endpoint()
    assert notices.signing_secrets(row, seals, now + timedelta(hours=25)) == [new.secret]
    assert old.secret.encode() not in row.secrets_sealed


def test_a_poisoned_notice_is_given_up_and_the_sweep_goes_on(desk: Desk) -> None:
    desk.add_endpoint("http://127.0.0.1:9")
    desk.move(desk.submit(), "needs_information")
    with desk.work.engine.begin() as connection:
        connection.execute(
            update(job_rows).where(job_rows.c.step == "notify").values(attempt=jobs.MAX_ATTEMPTS)
        )
        (claim,) = jobs.take_poisoned(connection)
        assert quarantine(desk.work, connection, claim) is None
    assert [(row.standing, row.error_code) for row in desk.notices()] == [("failed", "poison")]


def test_a_lease_lost_meanwhile_changes_nothing(desk: Desk) -> None:
    def lose(talk: Talk) -> None:
        talk.read_request()
        with desk.work.engine.begin() as connection:
            connection.execute(
                update(job_rows).where(job_rows.c.step == "notify").values(token="lease_other")
            )
        talk.answer(b"")

    with RawServer(lose) as server:
        desk.add_endpoint(server.url)
        desk.move(desk.submit(), "needs_information")
        desk.do()
    assert [(row.standing, row.attempt) for row in desk.notices()] == [("pending", 0)]


def test_every_practice_is_told_of_its_own(desk: Desk) -> None:
    other = Desk(desk.work, _other_practice(desk))
    other.add_endpoint("http://127.0.0.1:9")
    desk.move(desk.submit(), "needs_information")
    assert desk.notices() == []
    with desk.work.engine.connect() as connection:
        counted = connection.execute(select(func.count()).select_from(notice_rows)).scalar_one()
    assert counted == 0


def _other_practice(desk: Desk) -> str:
    from verify.store import clinic

    with desk.work.engine.begin() as connection:
        return clinic.add_practice(
            connection, name="Fernwood", time_zone="America/Denver", npi="1999999984", tax_id="990000001"
        )


def test_the_schedule_is_the_published_one() -> None:
    assert SCHEDULE_SECONDS == (0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    assert sum(SCHEDULE_SECONDS) == (75 * 60 + 35) * 60 + 5
    waits = [next_try(tries, NOW, NOW, None) for tries in range(11)]
    assert waits == [*(NOW + timedelta(seconds=each) for each in SCHEDULE_SECONDS), None]


@pytest.mark.parametrize(("asked", "wait"), [(None, 5), (1.0, 5), (600.0, 600), (10.0**9, 86400), (0.0, 5)])
def test_a_receivers_wait_only_lengthens_ours(asked: float | None, wait: float) -> None:
    assert next_try(1, NOW, NOW, asked) == NOW + timedelta(seconds=wait)


def test_old_news_is_given_up() -> None:
    assert next_try(1, NOW, NOW + GIVE_UP_AFTER + timedelta(seconds=1), None) is None


def test_what_expires_by_the_clock_is_told(desk: Desk) -> None:
    desk.add_endpoint("http://127.0.0.1:9", states=[VerificationState.EXPIRED])
    made = desk.submit()
    desk.move(made, "asking", "needs_person", "verified")
    with desk.work.engine.begin() as connection:
        row = verifications.lock(connection, made)
        assert row is not None
        verifications.change(connection, row, expires_at=datetime.now(UTC) - timedelta(minutes=1))
    assert expire(desk.work) == 1
    assert [(row.previous_state, row.state) for row in desk.notices()] == [("verified", "expired")]
