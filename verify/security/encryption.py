"""Seals one field of one row with AES-256-GCM; a sealed value opens in its own place only.

    version (1 byte) | key id (6) | nonce (12) | ciphertext and tag

The place is authenticated, not stored: `practice|table|column|row id|key id`. Moved to another row,
column or practice, a value no longer opens. Inside, one byte says whether the rest is compressed.
Lengths show: a sealed value is 36 bytes longer than the (compressed) plaintext.
"""

import os
import zlib
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag

from verify.security.keys import KEY_ID_BYTES, KeyId, Keyring

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = 1 + KEY_ID_BYTES + _NONCE_BYTES

_PLAIN, _DEFLATED = b"\x00", b"\x01"
#: Below this a field gains little, and its length would say something about its content.
COMPRESS_FROM_BYTES = 1024
#: Far above any answer of a payer (4 MiB); a bound on what a sealed value may unfold to.
MAX_PLAIN_BYTES = 64 * 1024 * 1024


class Unsealable(Exception):
    """A sealed value does not open. Neither the value nor its place is in the text.

    Codes: malformed (not one of ours), unknown_key (its key is not in the file), refused (changed,
    moved, or of another practice), too_large, not_json.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def seal(
    keyring: Keyring, plaintext: bytes, *, practice_id: str, table: str, column: str, row_id: str
) -> bytes:
    """`plaintext` encrypted for one column of one row. Raises ValueError for a place that cannot be bound."""
    if len(plaintext) > MAX_PLAIN_BYTES:
        raise ValueError("too large to seal")
    key_id = keyring.current_id
    place = _place(practice_id, table, column, row_id, key_id)
    nonce = os.urandom(_NONCE_BYTES)
    ciphertext = keyring.cipher(key_id, practice_id).encrypt(nonce, _pack(plaintext), place)
    return _VERSION + bytes.fromhex(key_id) + nonce + ciphertext


def unseal(
    keyring: Keyring, sealed: bytes, *, practice_id: str, table: str, column: str, row_id: str
) -> bytes:
    """The plaintext sealed for this very place. Raises Unsealable."""
    key_id = sealing_key(sealed)
    if key_id not in keyring:
        raise Unsealable("unknown_key")
    place = _place(practice_id, table, column, row_id, key_id)
    nonce = sealed[_HEADER_BYTES - _NONCE_BYTES : _HEADER_BYTES]
    try:
        packed = keyring.cipher(key_id, practice_id).decrypt(nonce, sealed[_HEADER_BYTES:], place)
    except InvalidTag:
        raise Unsealable("refused") from None
    return _unpack(packed)


def seal_json(
    keyring: Keyring, value: Any, *, practice_id: str, table: str, column: str, row_id: str
) -> bytes:
    """Any value msgspec can write, sealed as JSON."""
    plaintext = msgspec.json.encode(value)
    return seal(keyring, plaintext, practice_id=practice_id, table=table, column=column, row_id=row_id)


def unseal_json(
    keyring: Keyring,
    sealed: bytes,
    *,
    practice_id: str,
    table: str,
    column: str,
    row_id: str,
    type_: Any = Any,
) -> Any:
    """The JSON sealed for this very place, as `type_` where one is given. Raises Unsealable."""
    plaintext = unseal(keyring, sealed, practice_id=practice_id, table=table, column=column, row_id=row_id)
    try:
        return msgspec.json.decode(plaintext, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # Without a cause: the decoder's text could quote the plaintext.
        raise Unsealable("not_json") from None


def sealing_key(sealed: bytes) -> KeyId:
    """The id of the key a value was sealed with, read without any key. Raises Unsealable."""
    if sealed[:1] != _VERSION or len(sealed) < _HEADER_BYTES + _TAG_BYTES + 1:
        raise Unsealable("malformed")
    return KeyId(sealed[1 : 1 + KEY_ID_BYTES].hex())


def _place(practice_id: str, table: str, column: str, row_id: str, key_id: KeyId) -> bytes:
    parts = (practice_id, table, column, row_id, key_id)
    if any(not part or "|" in part for part in parts):
        raise ValueError("a place needs a practice, table, column and row, none with a bar in it")
    return "|".join(parts).encode()


def _pack(plaintext: bytes) -> bytes:
    if len(plaintext) >= COMPRESS_FROM_BYTES:
        deflated = zlib.compress(plaintext, 6)
        if len(deflated) < len(plaintext):
            return _DEFLATED + deflated
    return _PLAIN + plaintext


def _unpack(packed: bytes) -> bytes:
    flag, content = packed[:1], packed[1:]
    if flag == _PLAIN:
        return content
    if flag != _DEFLATED:
        raise Unsealable("malformed")
    inflater = zlib.decompressobj()
    try:
        plaintext = inflater.decompress(content, MAX_PLAIN_BYTES)
    except zlib.error:
        raise Unsealable("malformed") from None
    if inflater.unconsumed_tail:
        raise Unsealable("too_large")
    return plaintext
