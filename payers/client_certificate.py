"""The certificate an account shows in TLS: its secrets `client_certificate`, `client_key`, `client_key_password`.

All are PEM text: the certificate with any that lead to its authority, in any order, and the private key. A secret of
several lines is written with `\\n` in JSON.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLContext, SSLError

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from payers.account import Account
from payers.errors import AccountError

PEM = serialization.Encoding.PEM


def show(context: SSLContext, account: Account, now: datetime) -> datetime | None:
    """Puts the account's certificate into a TLS context. When it ends; None for an account without one.

    Raises AccountError: missing_secret for half a pair or a locked key without its password, tls for what cannot
    be read, does not belong together or is not valid now.
    """
    if not (account.secrets.get("client_certificate") or account.secrets.get("client_key")):
        return None
    chain, key = _read(account)
    own = next((one for one in chain if _der(one.public_key()) == _der(key.public_key())), None)
    if own is None or not own.not_valid_before_utc <= now < own.not_valid_after_utc:
        raise AccountError("tls", account.name)
    try:
        load(context, [own, *(one for one in chain if one is not own)], key)
    except SSLError:
        raise AccountError("tls", account.name) from None
    return own.not_valid_after_utc


def load(context: SSLContext, chain: list[x509.Certificate], key: PrivateKeyTypes) -> None:
    """Puts a certificate and its key into a TLS context. Raises SSLError where OpenSSL takes neither.

    The ssl module reads them from a file only. The key in that file is locked with a password that exists in this
    call alone, so that it never lies on disk in clear, not even when the process dies before the file is removed.
    """
    password = secrets.token_bytes(32).hex().encode()
    locked = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(password)
    )
    # Mode 0600, in a name nobody can foresee.
    descriptor, name = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join(one.public_bytes(PEM) for one in chain) + locked)
        context.load_cert_chain(name, password=password)
    finally:
        Path(name).unlink()


def _read(account: Account) -> tuple[list[x509.Certificate], PrivateKeyTypes]:
    certificate = account.secrets.get("client_certificate", "").encode()
    key = account.secrets.get("client_key", "").encode()
    password = account.secrets.get("client_key_password", "").encode() or None
    locked = b"ENCRYPTED" in key
    if not certificate or not key or (locked and password is None):
        raise AccountError("missing_secret", account.name)
    try:
        chain = x509.load_pem_x509_certificates(certificate)
        # A password for a key that is not locked does no harm.
        return chain, serialization.load_pem_private_key(key, password if locked else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without its cause: the library's message may hold what it could not read.
        raise AccountError("tls", account.name) from None


def _der(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def ended(ends: datetime | None, now: datetime | None = None) -> bool:
    """Whether a certificate that was good when it was loaded has ended since."""
    return ends is not None and (now or datetime.now(UTC)) >= ends
