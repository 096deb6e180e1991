"""Passwords are long, not common, slow to guess, and never many at once."""

import threading
import time
from statistics import median

import pytest

from verify.security.common_passwords import is_common
from verify.security.passwords import Busy, Passwords, UnfitPassword, check_fit

GOOD = "violet harbour tandem"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    """Weak on purpose: these tests are about behaviour, not about strength."""
    return Passwords(memory_kib=64, passes=1, lanes=1)


def test_the_right_password_is_right_and_any_other_is_not(passwords: Passwords) -> None:
    stored = passwords.hash(GOOD)
    assert passwords.check(GOOD, stored) == (True, None)
    assert not passwords.check(GOOD + " ", stored).right
    assert not passwords.check(GOOD.upper(), stored).right
    assert not passwords.check("", stored).right


def test_two_hashes_of_one_password_differ_and_do_not_hold_it(passwords: Passwords) -> None:
    one, other = passwords.hash(GOOD), passwords.hash(GOOD)
    assert one != other
    assert one.startswith("$argon2id$")
    assert "violet" not in one


def test_the_default_strength_is_the_one_of_rfc_9106() -> None:
    assert "$m=65536,t=3,p=4$" in Passwords().hash(GOOD)


@pytest.mark.parametrize(
    "stored", [None, "", "not a hash", "$argon2id$v=19$m=64,t=1,p=1$broken", "$2b$12$abc"]
)
def test_an_unknown_user_or_a_damaged_hash_is_never_right(passwords: Passwords, stored: str | None) -> None:
    assert passwords.check(GOOD, stored) == (False, None)
    assert passwords.check("nobody has this password", stored) == (False, None)


def test_an_unknown_user_takes_as_long_as_a_known_one() -> None:
    passwords = Passwords(memory_kib=16 * 1024, passes=2, lanes=1)
    stored = passwords.hash(GOOD)

    def seconds(stored_hash: str | None) -> float:
        began = time.perf_counter()
        passwords.check("wrong password here", stored_hash)
        return time.perf_counter() - began

    known, unknown = [], []
    for _ in range(15):
        known.append(seconds(stored))
        unknown.append(seconds(None))
    assert median(unknown) > 0.5 * median(known)
    assert median(unknown) < 2.0 * median(known)


def test_a_hash_of_older_strength_is_replaced_at_the_next_right_password(passwords: Passwords) -> None:
    stored = passwords.hash(GOOD)
    stronger = Passwords(memory_kib=128, passes=2, lanes=1)
    assert stronger.check("wrong password here", stored) == (False, None)
    checked = stronger.check(GOOD, stored)
    assert checked.right
    assert checked.new_hash is not None
    assert stronger.check(GOOD, checked.new_hash) == (True, None)


def test_the_same_letters_in_another_unicode_form_are_the_same_password(passwords: Passwords) -> None:
    stored = passwords.hash("mu\u0308ller harbour tandem")
    assert passwords.check("m\u00fcller harbour tandem", stored).right


@pytest.mark.parametrize(
    ("password", "code"),
    [("short one", "too_short"), ("elevenchars", "too_short"), ("x!" * 129, "too_long"), ("", "too_short")],
)
def test_a_password_of_the_wrong_length_is_refused(passwords: Passwords, password: str, code: str) -> None:
    with pytest.raises(UnfitPassword) as refused:
        passwords.hash(password)
    assert refused.value.code == str(refused.value) == code


@pytest.mark.parametrize(
    "password",
    [
        "twelve chars",
        "só longo aqui",
        "4815162342 lost",
        "a quiet passphrase of sixty-four letters and more is welcome here ok",
    ],
)
def test_long_passwords_need_no_special_signs(password: str) -> None:
    check_fit(password)


def test_an_overlong_guess_costs_no_more_than_another(passwords: Passwords) -> None:
    assert not passwords.check("x" * 1_000_000, passwords.hash(GOOD)).right


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2026!",
        "P@ssw0rd2026!",
        "passwordpassword",
        "qwertyuiop[]",
        "qwertyuiop12",
        "123456789012",
        "210987654321",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "abc123abc123",
        "1qaz2wsx3edc",
        "letmein!!!!!",
        "correct-horse-battery-staple",
        "Spravato2026",
        "verify-verify",
        "!!welcome!!!!",
    ],
)
def test_what_strangers_try_first_is_refused(password: str) -> None:
    with pytest.raises(UnfitPassword) as refused:
        check_fit(password)
    assert refused.value.code == "too_common"


@pytest.mark.parametrize("password", ["anna.example1", "Lakeside-2026", "lakesideclinic1", "2026lakeside!!"])
def test_what_others_know_of_the_person_is_refused(password: str) -> None:
    about = ("anna@example.org", "anna.example", "Lakeside Clinic")
    assert is_common(password, about=about)
    assert not is_common("seven brave otters", about=about)


def test_never_more_hashes_run_at_once_than_allowed() -> None:
    passwords = Passwords(memory_kib=8 * 1024, passes=2, lanes=1, concurrent=2)
    stored = passwords.hash(GOOD)
    running, most, lock = 0, 0, threading.Lock()
    real = passwords._matches

    def watched(password: str, stored_hash: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return real(password, stored_hash)
        finally:
            with lock:
                running -= 1

    passwords._matches = watched  # type: ignore[method-assign]
    threads = [threading.Thread(target=passwords.check, args=(GOOD, stored)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_who_would_wait_too_long_is_told_so() -> None:
    passwords = Passwords(memory_kib=64, passes=1, lanes=1, concurrent=1, wait_seconds=0.01)
    with passwords._slot(), pytest.raises(Busy):
        passwords.check(GOOD, None)
    assert not passwords.check(GOOD, None).right
