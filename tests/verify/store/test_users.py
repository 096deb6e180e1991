"""Accounts, sessions, links, tokens and the throttle's memory, on a real database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from verify.security.sessions import mint, mint_api_token, read_api_token
from verify.store import clinic, connect, users
from verify.store.tables import sessions
from verify.store.tables import users as people
from verify.verification import new_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    engine = connect(postgres_url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def user_id(connection: Connection) -> str:
    practice_id = clinic.add_practice(
        connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )
    return users.add(
        connection, practice_id=practice_id, email=" Ada@Example.org ", name="Ada", role="coordinator"
    )


def disable(connection: Connection, user_id: str) -> None:
    connection.execute(update(people).where(people.c.id == user_id).values(disabled_at=NOW))


def test_an_address_is_one_account_whatever_its_case(connection: Connection, user_id: str) -> None:
    found = users.find_by_email(connection, "ADA@example.ORG")
    assert found is not None
    assert (found.id, found.password_hash, found.time_zone) == (user_id, None, "America/Chicago")
    with pytest.raises(users.EmailTaken):
        users.add(connection, practice_id=found.practice_id, email="ada@example.org", name="B", role="admin")
    assert users.find(connection, user_id) is not None, "the transaction goes on after the refusal"


def test_an_account_shows_no_address_in_its_repr(connection: Connection, user_id: str) -> None:
    assert "Ada" not in repr(users.find(connection, user_id))


def test_a_session_is_found_by_its_hash_until_it_is_ended(connection: Connection, user_id: str) -> None:
    token = mint()
    session_id = users.start_session(connection, user_id, token.hash, NOW)
    found = users.find_session(connection, token.hash)
    assert found is not None
    assert (found.id, found.account.id, found.created_at) == (session_id, user_id, NOW)
    users.end_session(connection, session_id, NOW)
    assert users.find_session(connection, token.hash) is None


def test_being_seen_is_written_at_most_every_half_minute(connection: Connection, user_id: str) -> None:
    token = mint()
    users.start_session(connection, user_id, token.hash, NOW)
    session = users.find_session(connection, token.hash)
    assert session is not None
    for seconds, wanted in ((29, NOW), (30, NOW + timedelta(seconds=30))):
        users.see_session(connection, session, NOW + timedelta(seconds=seconds))
        assert connection.execute(select(sessions.c.seen_at)).scalar_one() == wanted


def test_all_sessions_but_one_can_be_ended(connection: Connection, user_id: str) -> None:
    tokens = [mint() for _ in range(3)]
    ids = [users.start_session(connection, user_id, token.hash, NOW) for token in tokens]
    assert users.end_sessions_of(connection, user_id, NOW, but=ids[0]) == 2
    assert [users.find_session(connection, token.hash) is None for token in tokens] == [False, True, True]


def test_a_disabled_person_has_no_account_session_link_or_token(connection: Connection, user_id: str) -> None:
    session, link, token_id = mint(), mint(), new_id("tok")
    token = mint_api_token(token_id)
    users.start_session(connection, user_id, session.hash, NOW)
    users.make_link(connection, user_id, link.hash, NOW + timedelta(minutes=5))
    users.add_token(connection, user_id, token_id=token_id, name="t", token_hash=token.hash)
    disable(connection, user_id)
    parts = read_api_token(token.text)
    assert parts is not None
    assert users.find(connection, user_id) is None
    assert users.find_by_email(connection, "ada@example.org") is None
    assert users.find_session(connection, session.hash) is None
    assert users.use_link(connection, link.hash, NOW) is None
    assert users.find_token(connection, parts, NOW) is None


def test_a_link_works_once_and_not_after_its_time(connection: Connection, user_id: str) -> None:
    once, late = mint(), mint()
    users.make_link(connection, user_id, once.hash, NOW + timedelta(minutes=15))
    users.make_link(connection, user_id, late.hash, NOW)
    used = [users.use_link(connection, once.hash, NOW) for _ in range(2)]
    assert [account.id if account else None for account in used] == [user_id, None]
    assert users.use_link(connection, late.hash, NOW) is None


def test_an_api_token_works_until_revoked_or_over(connection: Connection, user_id: str) -> None:
    token_id = new_id("tok")
    token = mint_api_token(token_id)
    users.add_token(
        connection,
        user_id,
        token_id=token_id,
        name="t",
        token_hash=token.hash,
        expires_at=NOW + timedelta(days=1),
    )
    parts = read_api_token(token.text)
    assert parts is not None
    assert users.find_token(connection, parts, NOW) is not None
    assert users.find_token(connection, parts._replace(hash=b"other"), NOW) is None
    assert users.find_token(connection, parts, NOW + timedelta(days=1)) is None
    users.revoke_token(connection, token_id, NOW)
    assert users.find_token(connection, parts, NOW) is None


def test_failures_are_remembered_within_a_window_and_forgotten_on_success(
    connection: Connection, user_id: str
) -> None:
    for minutes in (0, 4, 10):
        users.record_failure(connection, b"who", NOW + timedelta(minutes=minutes))
    assert len(users.failures_since(connection, b"who", NOW)) == 2
    assert users.failures_since(connection, b"other", NOW) == []
    users.forget_failures(connection, b"who")
    assert users.failures_since(connection, b"who", NOW - timedelta(days=1)) == []
