"""Passwords: how long they must be, which are too common, and argon2id with a bound on how many at once."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from verify.security.common_passwords import is_common

#: NIST SP 800-63B-4 section 3.1.1.2 and ASVS 5.0 6.2: length and a deny list, no composition rules.
MIN_LETTERS = 12
MAX_LETTERS = 256

#: RFC 9106 section 4, second recommended option: 64 MiB, 3 passes, 4 lanes.
MEMORY_KIB = 64 * 1024
PASSES = 3
LANES = 4

#: Each hash holds 64 MiB while it runs.
CONCURRENT_HASHES = 2
WAIT_SECONDS = 10.0


class UnfitPassword(Exception):
    """A password that may not be chosen. Codes: too_short, too_long, too_common."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Busy(Exception):
    """Too many people sign in at this moment; ask again in a few seconds."""


class Checked(NamedTuple):
    """What came of a password: whether it is right, and a new hash to store where ours is out of date."""

    right: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and checks passwords. One for each process: the bound is its own."""

    def __init__(
        self,
        *,
        memory_kib: int = MEMORY_KIB,
        passes: int = PASSES,
        lanes: int = LANES,
        concurrent: int = CONCURRENT_HASHES,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._wait_seconds = wait_seconds
        self._slots = threading.BoundedSemaphore(concurrent)
        self._dummy_hash = self._hasher.hash("nobody has this password")

    def hash(self, password: str, *, about: tuple[str, ...] = ()) -> str:
        """The hash to store for a new password; `about` as in check_fit. Raises UnfitPassword, Busy."""
        check_fit(password, about=about)
        with self._slot():
            return self._hasher.hash(_normal(password))

    def check(self, password: str, stored_hash: str | None) -> Checked:
        """Compare with the stored hash; None (no such user) takes as long and is never right. Raises Busy."""
        if len(password) > MAX_LETTERS:
            password = ""
        with self._slot():
            right = self._matches(password, stored_hash or self._dummy_hash) and bool(stored_hash)
        if right and stored_hash and self._hasher.check_needs_rehash(stored_hash):
            with self._slot():
                return Checked(right, self._hasher.hash(_normal(password)))
        return Checked(right)

    def _matches(self, password: str, stored_hash: str) -> bool:
        try:
            return self._hasher.verify(stored_hash, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=self._wait_seconds):
            raise Busy
        try:
            yield
        finally:
            self._slots.release()


def check_fit(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raises UnfitPassword. `about`: words others know of the person: address, name, practice."""
    password = _normal(password)
    if len(password) < MIN_LETTERS:
        raise UnfitPassword("too_short")
    if len(password) > MAX_LETTERS:
        raise UnfitPassword("too_long")
    if is_common(password, about=about):
        raise UnfitPassword("too_common")


def _normal(password: str) -> str:
    # The same key strokes give other code points on other systems (NIST SP 800-63B-4 section 3.1.1.2).
    return unicodedata.normalize("NFKC", password)
