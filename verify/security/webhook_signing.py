"""Signatures of webhooks as Standard Webhooks 1.0 has them: one per secret, so that secrets can be changed."""

import base64
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
#: Of 24 to 64.
SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh symmetric secret, as its receiver gets it: "whsec_" and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, message_id: str, at_seconds: int, body: bytes) -> str:
    """One signature: "v1," and the HMAC-SHA256 of id, Unix seconds and the body's very bytes."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = b".".join((message_id.encode(), str(at_seconds).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def signature_headers(
    secrets_in_use: Sequence[str], message_id: str, at_seconds: int, body: bytes
) -> dict[str, str]:
    """The three headers; a receiver takes the message when any of the signatures is right."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_seconds),
        "webhook-signature": " ".join(sign(each, message_id, at_seconds, body) for each in secrets_in_use),
    }
