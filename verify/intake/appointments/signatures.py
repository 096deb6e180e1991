"""Signatures: who sent these very bytes; decided before anything in them is read.

Each function says whether one secret fits, raises for nothing a sender can write, and compares in constant
time. Sources: the senders' own documents, and for Standard Webhooks its specification 1.0.0.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verify.intake.appointments.notice import Call

#: Both ways; exactly on it still counts (Standard Webhooks 1.0.0 leaves the figure to us).
TOLERANCE = timedelta(minutes=5)
#: More entries than any rotation has are not looked at.
MOST_SIGNATURES = 16

Signed = Callable[[Call, str, datetime], bool]

_ID = re.compile(r"[\x21-\x7e]{1,256}")
_SECONDS = re.compile(r"\d{1,12}")


def standard(call: Call, secret: str, now: datetime) -> bool:
    """Standard Webhooks: `v1,<base64 HMAC-SHA256 of id.timestamp.body>`; Svix's names of the headers too.

    Example: webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
    """
    sent_id, stamp = _named(call, "id"), _named(call, "timestamp")
    # A dot in the id would let two different messages sign alike.
    if not _ID.fullmatch(sent_id) or "." in sent_id or not _SECONDS.fullmatch(stamp):
        return False
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        return False
    key = standard_key(secret)
    if key is None:
        return False
    expected = hmac.digest(key, f"{sent_id}.{stamp}.".encode() + call.body, sha256)
    # Every entry is compared, so that the time taken tells nothing of which one fits.
    fits = [_same(_base64(entry), expected) for entry in _entries(_named(call, "signature"))]
    return any(fits)


def standard_key(secret: str) -> bytes | None:
    """The key of `whsec_<base64>`; None where there is none, or too short a one to protect anything."""
    text = secret.removeprefix("whsec_")
    key = _base64(text + "=" * (-len(text) % 4))
    return key if key is not None and len(key) >= 16 else None


def athenahealth(call: Call, secret: str, _now: datetime) -> bool:
    """WebSub: `X-Hub-Signature: sha256=<hex HMAC-SHA256 of the body>`."""
    method, _, sent = call.headers.get("x-hub-signature", "").strip().partition("=")
    return method == "sha256" and _same_text(sent.lower(), _hex(secret, call.body))


def elation(call: Call, secret: str, _now: datetime) -> bool:
    """`El8-Ed25519-Signature`: base64 Ed25519 over the body; the secret is the subscription's public key."""
    signature = _base64(call.headers.get("el8-ed25519-signature", "").strip())
    key = _base64(secret)
    if signature is None or len(signature) != 64 or key is None or len(key) != 32:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, call.body)
    except InvalidSignature:
        return False
    return True


def healthie(call: Call, secret: str, _now: datetime) -> bool:
    """`Signature: sig1=<hex>` over method, path, query, digest, type and length; not RFC 9421 despite its headers.

    Their sample cuts the digest's padding off; both forms are accepted. It also leaves the digest
    itself unchecked; we do not.
    """
    algorithm, _, sent_digest = call.headers.get("content-digest", "").strip().partition("=")
    label, _, sent = call.headers.get("signature", "").strip().partition("=")
    if algorithm.lower() != "sha-256" or label != "sig1" or not _is_digest(sent_digest, call.body):
        return False
    fits = [
        _same_text(sent.lower(), _hex(secret, _healthie_text(call, form).encode()))
        for form in (sent_digest, sent_digest.rstrip("="))
    ]
    return any(fits)


def _healthie_text(call: Call, digest: str) -> str:
    return " ".join(
        [call.method.lower(), call.path, call.query, digest, "application/json", str(len(call.body))]
    )


def drchrono(call: Call, secret: str, _now: datetime) -> bool:
    """`X-drchrono-signature`: the secret token itself, by the documents; the body's HMAC, by some clients."""
    sent = call.headers.get("x-drchrono-signature", "").strip()
    fits = [_same_text(sent, secret), _same_text(sent.lower(), _hex(secret, call.body))]
    return any(fits)


def drchrono_token(secret: str, message: str) -> str:
    """What `GET ?msg=…` is answered with, to show that we know the secret."""
    return _hex(secret, message.encode("utf-8", "surrogatepass"))


def bearer(call: Call, secret: str, _now: datetime) -> bool:
    """A shared secret: `Authorization: Bearer S`, or `Basic` with S as `user:password`, or S as it stands."""
    sent = call.headers.get("authorization", "").strip()
    kind, _, rest = sent.partition(" ")
    user_and_password = _base64(rest.strip()) if kind.lower() == "basic" else None
    fits = [
        _same_text(sent, secret),
        kind.lower() == "bearer" and _same_text(rest.strip(), secret),
        _same(user_and_password, secret.encode()),
    ]
    return any(fits)


def _named(call: Call, name: str) -> str:
    return (call.headers.get(f"webhook-{name}") or call.headers.get(f"svix-{name}", "")).strip()


def _entries(header: str) -> list[str]:
    """The base64 of every v1 entry; one without a comma, or of another version, is passed over."""
    split = [entry.partition(",") for entry in header.split()[:MOST_SIGNATURES]]
    return [value for version, comma, value in split if version == "v1" and comma]


def _is_digest(sent: str, body: bytes) -> bool:
    """Hex or base64, with or without padding: the sender's documents do not say which."""
    actual = sha256(body).digest()
    forms = [actual.hex(), base64.b64encode(actual).decode()]
    fits = [
        _same_text(sent.lower(), forms[0]),
        _same_text(sent, forms[1]),
        _same_text(sent, forms[1].rstrip("=")),
    ]
    return any(fits)


def _hex(secret: str, message: bytes) -> str:
    return hmac.digest(secret.encode(), message, sha256).hex()


def _base64(text: str) -> bytes | None:
    """The bytes of the one text that stands for them: with other bits past the end it would be a second one."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded) == text.encode() else None


def _same(sent: bytes | None, expected: bytes) -> bool:
    return sent is not None and hmac.compare_digest(sent, expected)


def _same_text(sent: str, expected: str) -> bool:
    # As bytes: comparing texts that are not ASCII raises.
    return bool(expected) and hmac.compare_digest(
        sent.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
