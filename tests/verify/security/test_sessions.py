"""Sessions end in time, tokens are kept as hashes, and a guess says nothing."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.security.keys import Keyring, add_key
from verify.security.sessions import (
    ABSOLUTE,
    FAILURES_ALLOWED,
    IDLE,
    SessionState,
    api_token_works,
    csrf_token,
    is_csrf_token,
    is_token,
    link_works,
    mint,
    mint_api_token,
    read_api_token,
    session_ends_at,
    session_state,
    sign_in_allowed,
    who_index,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SESSION, OTHER = "ses_01JD4Z8Q6V3M5N7P9R1T2W4X6Y", "ses_01JD4Z8Q6V3M5N7P9R1T2W4X6Z"
TOKEN = "tok_01JD4Z8Q6V3M5N7P9R1T2W4X6Y"


def test_a_token_is_256_bits_of_chance_and_only_its_hash_is_shown() -> None:
    minted = [mint() for _ in range(200)]
    assert len({token.text for token in minted}) == 200
    assert all(len(token.text) == 43 for token in minted)
    assert minted[0].hash == sha256(minted[0].text.encode()).digest()
    assert minted[0].text not in repr(minted[0])


@given(text=st.text(max_size=60))
def test_no_other_text_passes_for_a_token(text: str) -> None:
    minted = mint()
    assert is_token(minted.text, minted.hash)
    assert not is_token(text, minted.hash)


def test_a_lone_surrogate_in_a_cookie_is_just_wrong() -> None:
    assert not is_token("\udc80", mint().hash)


@pytest.mark.parametrize(
    ("age", "idle", "state"),
    [
        (timedelta(0), timedelta(0), SessionState.LIVE),
        (IDLE, IDLE - SECOND, SessionState.LIVE),
        (IDLE, IDLE, SessionState.IDLE),
        (ABSOLUTE - SECOND, timedelta(0), SessionState.LIVE),
        (ABSOLUTE, timedelta(0), SessionState.EXPIRED),
        (ABSOLUTE, ABSOLUTE, SessionState.EXPIRED),
        (-SECOND, -SECOND, SessionState.LIVE),
        (-timedelta(hours=1), -timedelta(hours=1), SessionState.EXPIRED),
    ],
)
def test_a_session_ends_idle_after_15_minutes_and_in_any_case_after_12_hours(
    age: timedelta, idle: timedelta, state: SessionState
) -> None:
    assert session_state(created_at=NOON - age, seen_at=NOON - idle, now=NOON) is state


def test_a_session_that_was_ended_stays_ended() -> None:
    assert session_state(created_at=NOON, seen_at=NOON, now=NOON, ended_at=NOON) is SessionState.ENDED


@given(age=st.integers(0, 13 * 3600), idle=st.integers(0, 13 * 3600), step=st.integers(0, 3600))
def test_the_announced_end_is_the_real_one(age: int, idle: int, step: int) -> None:
    created, seen = NOON - timedelta(seconds=age), NOON - timedelta(seconds=min(idle, age))
    now = NOON + timedelta(seconds=step)
    live = session_state(created_at=created, seen_at=seen, now=now) is SessionState.LIVE
    assert live == (now < session_ends_at(created_at=created, seen_at=seen))


def test_a_link_works_once_and_not_after_its_time() -> None:
    expires = NOON + timedelta(minutes=15)
    assert link_works(expires_at=expires, used_at=None, now=NOON)
    assert not link_works(expires_at=expires, used_at=NOON, now=NOON)
    assert not link_works(expires_at=expires, used_at=None, now=expires)


def test_a_form_token_belongs_to_one_session(keyring: Keyring) -> None:
    token = csrf_token(keyring, SESSION)
    assert is_csrf_token(keyring, SESSION, token)
    assert not is_csrf_token(keyring, OTHER, token)
    assert not any(
        is_csrf_token(keyring, SESSION, wrong) for wrong in ("", token[:-1], token + "0", "é", "\udc80")
    )


def test_a_form_open_during_a_key_rotation_still_passes(key_path: Path) -> None:
    token = csrf_token(Keyring.create(key_path), SESSION)
    rotated = add_key(key_path)
    assert is_csrf_token(rotated, SESSION, token)
    assert csrf_token(rotated, SESSION) != token


def test_an_api_token_names_its_row_and_proves_itself() -> None:
    minted = mint_api_token(TOKEN)
    assert minted.text.startswith(f"verify_{TOKEN}_")
    read = read_api_token(minted.text)
    assert read is not None
    assert read.id == TOKEN
    assert api_token_works(read, stored_hash=minted.hash, expires_at=None, revoked_at=None, now=NOON)
    assert api_token_works(read, stored_hash=minted.hash, expires_at=NOON + SECOND, revoked_at=None, now=NOON)


def test_an_expired_revoked_or_other_api_token_does_not_work() -> None:
    minted, other = mint_api_token(TOKEN), mint_api_token(TOKEN)
    read = read_api_token(minted.text)
    assert read is not None
    assert not api_token_works(read, stored_hash=minted.hash, expires_at=NOON, revoked_at=None, now=NOON)
    assert not api_token_works(read, stored_hash=minted.hash, expires_at=None, revoked_at=NOON, now=NOON)
    assert not api_token_works(read, stored_hash=other.hash, expires_at=None, revoked_at=None, now=NOON)


def test_a_secret_that_holds_underscores_is_read_whole() -> None:
    for _ in range(300):
        minted = mint_api_token(TOKEN)
        read = read_api_token(minted.text)
        assert read is not None
        assert read.hash == minted.hash


@pytest.mark.parametrize(
    "text", ["", "verify_", "verify_tok_1_secret", f"verify_{TOKEN}_short", "Bearer x", "\udc80"]
)
def test_what_is_no_api_token_is_none(text: str) -> None:
    assert read_api_token(text) is None
    assert read_api_token(mint_api_token(TOKEN).text + "\n") is None


def test_an_api_token_needs_the_id_of_a_row() -> None:
    with pytest.raises(ValueError, match="opaque id"):
        mint_api_token("laptop")


def test_ten_failures_in_five_minutes_are_allowed_and_then_no_more() -> None:
    recent = [NOON - timedelta(seconds=20 * n) for n in range(FAILURES_ALLOWED)]
    assert sign_in_allowed(recent[1:], NOON)
    assert not sign_in_allowed(recent, NOON)
    assert sign_in_allowed(recent, NOON + timedelta(minutes=5))


def test_a_failure_counts_for_five_minutes_exactly() -> None:
    failures = [NOON] * FAILURES_ALLOWED
    assert not sign_in_allowed(failures, NOON + timedelta(minutes=5) - SECOND)
    assert sign_in_allowed(failures, NOON + timedelta(minutes=5))


def test_failures_are_counted_by_account_and_address_without_storing_either(keyring: Keyring) -> None:
    who = who_index(keyring, "Ann@example.org ", "192.0.2.1")
    assert who == who_index(keyring, "ann@example.org", "192.0.2.1")
    assert who != who_index(keyring, "ann@example.org", "192.0.2.2")
    assert who != who_index(keyring, "bob@example.org", "192.0.2.1")
    assert b"ann" not in who
