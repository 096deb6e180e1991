"""The morning digest, handed to a real mail server: once, with counts, without a patient."""

import email
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.verify.steps.desk import Desk
from tests.verify.steps.receiving import MailSink
from verify.steps import plan_digests
from verify.steps.digest import LATEST, digest_day
from verify.store import digests
from verify.store.tables_notices import digests as digest_rows

CHICAGO = ZoneInfo("America/Chicago")
TO = ["lead@larkspur.example", "desk@larkspur.example"]


@pytest.fixture
def morning(desk: Desk) -> Desk:
    """It is the hour of the digest, and one verification needs information."""
    hour = datetime.now(CHICAGO).hour
    with desk.work.engine.begin() as connection:
        digests.choose(connection, desk.practice_id, hour=hour, recipients=TO)
    desk.set(mail_from="verify@larkspur.example")
    desk.move(desk.submit("ACT20000009"), "needs_information")
    return desk


def standing(desk: Desk) -> list[str]:
    with desk.work.engine.connect() as connection:
        return list(connection.execute(select(digest_rows.c.standing)).scalars())


def parsed(mail: str) -> Message:
    return email.message_from_string(mail)


def test_it_says_how_many_are_in_which_state_and_where_to_look(morning: Desk) -> None:
    morning.move(morning.submit(service_lines=["ketamine_iv"]), "asking", "needs_person")
    with MailSink() as sink:
        morning.set(smtp_url=sink.url)
        assert plan_digests(morning.work) == 1
        assert morning.do("digest") == 1
    (mail,) = sink.mails
    message = parsed(mail)
    body = str(message.get_payload())
    assert message["Subject"] == "Larkspur: 1 verifications need a person"
    assert "     1  need a person\n     1  need information\n" in body
    assert "https://verify.larkspur.example/worklist" in body
    assert message["Message-ID"].startswith("<digest_")
    assert sink.recipients == TO
    assert standing(morning) == ["sent"]
    for word in ("Okafor", "Adaeze", "1984", "ACT20000009", "bluehollow", "ketamine", *TO):
        assert word not in mail


def test_many_clocks_make_one_digest(morning: Desk) -> None:
    with MailSink() as sink:
        morning.set(smtp_url=sink.url)
        barrier = threading.Barrier(4)

        def poke(_: int) -> int:
            barrier.wait(10)
            return plan_digests(morning.work)

        with ThreadPoolExecutor(4) as clocks:
            assert sum(clocks.map(poke, range(4))) == 1
        assert plan_digests(morning.work) == 0
        morning.do("digest")
        morning.let_time_pass()
        morning.do("digest")
    assert len(sink.mails) == 1


def test_while_the_mail_server_refuses_it_is_tried_again(morning: Desk) -> None:
    with MailSink(refuse=True) as sink:
        morning.set(smtp_url=sink.url)
        plan_digests(morning.work)
        morning.do("digest")
        assert standing(morning) == ["pending"]
        sink.refuse = False
        morning.let_time_pass()
        morning.do("digest")
    assert len(sink.mails) == 1
    assert standing(morning) == ["sent"]


def test_after_the_morning_it_is_given_up(morning: Desk) -> None:
    with MailSink() as sink:
        morning.set(smtp_url=sink.url)
    plan_digests(morning.work)
    with morning.work.engine.begin() as connection:
        connection.execute(update(digest_rows).values(created_at=datetime.now(UTC) - LATEST))
    morning.do("digest")
    assert standing(morning) == ["failed"]


def test_a_server_without_tls_gets_nothing_unless_that_was_said(morning: Desk) -> None:
    with MailSink() as sink:
        morning.set(smtp_url=sink.url.replace("smtp+plain", "smtp"))
        plan_digests(morning.work)
        morning.do("digest")
    assert sink.mails == []
    assert not [command for command in sink.commands if command.startswith(("MAIL", "AUTH"))]
    assert standing(morning) == ["pending"]


def test_nothing_to_say_is_no_mail(morning: Desk) -> None:
    with morning.work.engine.begin() as connection:
        digests.choose(connection, morning.practice_id, hour=datetime.now(CHICAGO).hour, recipients=TO)
    quiet = morning.submit(service_lines=["psychotherapy"])
    morning.move(quiet, "asking", "needs_person", "verified")
    with MailSink() as sink:
        morning.set(smtp_url=sink.url)
        with morning.work.engine.begin() as connection:
            connection.exec_driver_sql("update verifications set state = 'verified'")
        plan_digests(morning.work)
        morning.do("digest")
    assert sink.mails == []
    assert standing(morning) == ["empty"]


def test_without_a_mail_server_or_recipients_no_slot_is_taken(morning: Desk) -> None:
    assert plan_digests(morning.work) == 0
    morning.set(smtp_url="smtp+plain://127.0.0.1:9")
    with morning.work.engine.begin() as connection:
        digests.choose(connection, morning.practice_id, hour=7, recipients=[])
    assert plan_digests(morning.work) == 0
    assert standing(morning) == []


@given(
    st.sampled_from(
        ["America/Chicago", "America/Phoenix", "Pacific/Auckland", "Europe/London", "Asia/Kolkata"]
    ),
    st.integers(0, 19),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
def test_every_day_of_any_zone_has_exactly_one_morning(zone_name: str, hour: int, start: date) -> None:
    """Poked every ten minutes for three days, each day comes up, in one run, and no other."""
    zone = ZoneInfo(zone_name)
    begin = datetime(start.year, start.month, start.day, tzinfo=zone).astimezone(UTC)
    seen = [digest_day(begin + timedelta(minutes=10 * n), zone, hour) for n in range(3 * 24 * 6)]
    runs = [day for day, before in zip(seen, [None, *seen], strict=False) if day and day != before]
    assert runs[:2] == [start, start + timedelta(days=1)]
    assert len(set(runs)) == len(runs)


def test_the_digest_comes_at_the_practices_hour_and_not_in_the_afternoon() -> None:
    def at(hour: int, minute: int = 0) -> date | None:
        return digest_day(datetime(2026, 11, 23, hour, minute, tzinfo=CHICAGO).astimezone(UTC), CHICAGO, 7)

    assert at(6, 59) is None
    assert at(7) == at(10, 59) == date(2026, 11, 23)
    assert at(11) is None
