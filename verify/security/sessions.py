"""Sessions, sign-in links and API tokens: made, hashed, compared, and when they end; pure but for chance."""

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from verify.security.guard import is_opaque_id
from verify.security.keys import Keyring

TOKEN_BYTES = 32

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
WARN_BEFORE = timedelta(minutes=2)
#: The database's clock and ours may differ by this much.
SKEW = timedelta(minutes=1)
LINK_LIFE = timedelta(minutes=15)

FAILURES_ALLOWED = 10
FAILURE_WINDOW = timedelta(minutes=5)

_API_TOKEN = re.compile(r"verify_([a-z]{2,8}_[0-9A-HJKMNP-TV-Z]{26})_([A-Za-z0-9_-]{43})")


class Minted(NamedTuple):
    """A fresh token: its text goes to the person, once; its hash is all we keep."""

    text: str
    hash: bytes

    def __repr__(self) -> str:
        return "Minted(…)"


def mint() -> Minted:
    """256 bits of chance: a session cookie, or the secret of a one-time sign-in link."""
    text = secrets.token_urlsafe(TOKEN_BYTES)
    return Minted(text, hash_token(text))


def hash_token(text: str) -> bytes:
    """SHA-256; enough for a secret that nobody chose (a password needs more)."""
    return sha256(text.encode(errors="surrogatepass")).digest()


def is_token(text: str, stored_hash: bytes) -> bool:
    """Compare in a time that says nothing about where the two differ."""
    return hmac.compare_digest(hash_token(text), stored_hash)


class SessionState(StrEnum):
    LIVE = "live"
    #: Idle for too long; the person signs in again.
    IDLE = "idle"
    #: As old as a session may get, however busy.
    EXPIRED = "expired"
    #: Signed out, or ended by an administrator.
    ENDED = "ended"


def session_state(
    *,
    created_at: datetime,
    seen_at: datetime,
    now: datetime,
    ended_at: datetime | None = None,
    idle: timedelta = IDLE,
) -> SessionState:
    """What a session is worth at `now`. One begun in the future has ended: a clock was moved."""
    if ended_at is not None:
        return SessionState.ENDED
    if not -SKEW <= now - created_at < ABSOLUTE:
        return SessionState.EXPIRED
    if now - seen_at >= idle:
        return SessionState.IDLE
    return SessionState.LIVE


def session_ends_at(*, created_at: datetime, seen_at: datetime, idle: timedelta = IDLE) -> datetime:
    """When the session ends if nothing more is done; the page warns WARN_BEFORE it."""
    return min(seen_at + idle, created_at + ABSOLUTE)


def link_works(*, expires_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Whether a one-time link may still be used. The use itself is one conditional update of its row."""
    return used_at is None and now < expires_at


def csrf_token(keyring: Keyring, session_id: str) -> str:
    """What a form of this session carries to show that our page made it."""
    return _sign(keyring.token_keys("csrf")[0], session_id)


def is_csrf_token(keyring: Keyring, session_id: str, token: str) -> bool:
    """Whether the token belongs to the session; tokens from before a key rotation still do."""
    given = token.encode(errors="replace")
    return any(
        hmac.compare_digest(_sign(key, session_id).encode(), given) for key in keyring.token_keys("csrf")
    )


class ApiToken(NamedTuple):
    """An API token as a caller sent it: the id of its row, and the hash to hold against that row's."""

    id: str
    hash: bytes


def mint_api_token(token_id: str) -> Minted:
    """`verify_<id>_<secret>`: the id finds the row, and a leaked token can be told by its first word."""
    if not is_opaque_id(token_id):
        raise ValueError("an API token needs the opaque id of its row")
    secret = mint()
    return Minted(f"verify_{token_id}_{secret.text}", secret.hash)


def read_api_token(text: str) -> ApiToken | None:
    """The parts of an API token, or None for anything else. Compare the hash with `hmac.compare_digest`."""
    parts = _API_TOKEN.fullmatch(text)
    return ApiToken(parts[1], hash_token(parts[2])) if parts else None


def api_token_works(
    token: ApiToken,
    *,
    stored_hash: bytes,
    expires_at: datetime | None,
    revoked_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether the row found by the token's id belongs to it and is still good."""
    same = hmac.compare_digest(token.hash, stored_hash)
    return same and revoked_at is None and (expires_at is None or now < expires_at)


def sign_in_allowed(failures_at: Iterable[datetime], now: datetime) -> bool:
    """Whether one account may try again from one address; others may, so nobody can lock a person out."""
    return sum(at > now - FAILURE_WINDOW for at in failures_at) < FAILURES_ALLOWED


def who_index(keyring: Keyring, account: str, address: str) -> bytes:
    """Failures are counted per account and address; neither is stored in clear."""
    message = f"{account.strip().casefold()}|{address}".encode(errors="replace")
    return hmac.digest(keyring.index_key("", "sign_in"), message, sha256)


def _sign(key: bytes, session_id: str) -> str:
    return hmac.digest(key, session_id.encode(), sha256).hex()
