"""Passwords everybody tries first: our own short list, and patterns of a keyboard."""

import re

_WORDS = """
abcdefghijkl admin administrator adminadmin benefits clinic coordinator correcthorsebatterystaple
dragon football iloveyou insurance ketamine letmein monkey mypassword passphrase password
passwordpassword princess psychiatry qwerty qwertyuiop qwertzuiop secret spravato sunshine superman
test tms trustnoone verification verify welcome
"""
#: A password made of one of these and a few digits or signs is as good as the word itself.
WORDS = frozenset(_WORDS.split())

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1234567890" * 4,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_LOOKALIKES = str.maketrans("@4301$5!7", "aaeoissit")
_MIN_ABOUT_LETTERS = 4


def is_common(password: str, *, about: tuple[str, ...] = ()) -> bool:
    """Whether a password is one of the first few thousand a stranger would try."""
    lower = password.casefold()
    return _repeats(lower) or _runs(lower) or bool(_cores(lower) & (WORDS | _words_of(about)))


def _cores(lower: str) -> set[str]:
    """What is left without the digits and signs people add: "P@ssw0rd2026!" leaves "password"."""
    stripped = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", lower)
    letters = re.sub(r"[\W\d_]+", "", lower)
    read = re.sub(r"[\W\d_]+", "", stripped.translate(_LOOKALIKES))
    return {stripped, letters, read} | {
        core[: len(core) // 2] for core in (stripped, letters) if _repeats(core)
    }


def _repeats(lower: str) -> bool:
    """One short piece over and over: "aaaaaaaaaaaa", "abc123abc123"."""
    return bool(re.fullmatch(r"(.{1,6}?)\1+", lower))


def _runs(lower: str) -> bool:
    return any(lower in run or lower in run[::-1] for run in _RUNS)


def _words_of(about: tuple[str, ...]) -> set[str]:
    words = {word for text in about for word in re.split(r"[\W_]+", text.casefold())}
    whole = {re.sub(r"[\W\d_]+", "", text.casefold()) for text in about}
    return {word for word in words | whole if len(word) >= _MIN_ABOUT_LETTERS}
