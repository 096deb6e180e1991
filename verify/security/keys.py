"""The keys of one installation: several with ids, one current, and what is derived from them.

Rotation adds a key and makes it current; values sealed before stay readable until the old key is
taken out. Look-ups need one key for all rows, so the index secret does not rotate with the others.
A key's id is derived from the key, so a damaged key is found on load.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NewType, NoReturn, Self

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from verify.security.key_file import (
    SECRET_BYTES,
    KeyFile,
    KeyFileError,
    StoredKey,
    decode,
    encode,
    read,
    write,
)

KeyId = NewType("KeyId", str)

KEY_ID_BYTES = 6


class Keyring:
    """The keys of one installation, in memory. Handed in; never printed, pickled or sent anywhere."""

    def __init__(self, document: KeyFile) -> None:
        """Raises KeyFileError for a document whose keys are not what it says they are."""
        self._made_at = {KeyId(key.id): key.made_at for key in document.keys}
        self._secrets = {KeyId(key.id): decode(key.secret) for key in document.keys}
        self._index_secret = decode(document.index_secret)
        self._derived: dict[tuple[str, ...], bytes] = {}
        self._ciphers: dict[tuple[KeyId, str], AESGCM] = {}
        self.current_id = KeyId(document.current)
        self._check(document)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keys in the file at `path`. Raises KeyFileError."""
        return cls(read(path))

    @classmethod
    def create(cls, path: Path) -> Self:
        """Write a new file with fresh keys, readable by its owner alone. Raises KeyFileError if one is there.

        Only for a database without sealed rows: a new key reads nothing that an old one sealed.
        """
        key = _new_key()
        document = KeyFile(
            format=1, current=key.id, keys=[key], index_secret=encode(secrets.token_bytes(SECRET_BYTES))
        )
        write(path, document, replace=False)
        return cls.load(path)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """The keys at `path`, made first where there are none. Safe when several processes start at once."""
        try:
            return cls.load(path)
        except KeyFileError as error:
            if error.code != "absent":
                raise
        try:
            return cls.create(path)
        except KeyFileError as error:
            if error.code != "exists":
                raise
        # Another process was first; its file is as good as ours.
        return cls.load(path)

    @property
    def ids(self) -> tuple[KeyId, ...]:
        """The key ids, in the order of the file."""
        return tuple(self._secrets)

    def __contains__(self, key_id: KeyId) -> bool:
        return key_id in self._secrets

    def made_at(self, key_id: KeyId) -> datetime:
        return self._made_at[key_id]

    def cipher(self, key_id: KeyId, practice_id: str) -> AESGCM:
        """The cipher of one practice under one key. Raises KeyError for a key that is not here.

        Each practice has a key of its own, so the bound of 2^32 random nonces counts per practice.
        """
        place = (key_id, practice_id)
        if place not in self._ciphers:
            self._ciphers[place] = AESGCM(_derive(self._secrets[key_id], "seal", practice_id))
        return self._ciphers[place]

    def index_key(self, practice_id: str, column: str) -> bytes:
        """The key of a blind index: another for every practice and column, the same across rotations."""
        return self._remember(("index", practice_id, column), self._index_secret)

    def token_keys(self, purpose: str) -> tuple[bytes, ...]:
        """Keys that sign short-lived tokens: make with the first, accept any (others made before a rotation)."""
        older = [key_id for key_id in self.ids if key_id != self.current_id]
        order = [self.current_id, *reversed(older)]
        return tuple(self._remember(("token", purpose, key_id), self._secrets[key_id]) for key_id in order)

    def _remember(self, place: tuple[str, ...], secret: bytes) -> bytes:
        if place not in self._derived:
            self._derived[place] = _derive(secret, *place)
        return self._derived[place]

    def _check(self, document: KeyFile) -> None:
        if (
            document.format != 1
            or len(self._secrets) != len(document.keys)
            or self.current_id not in self._secrets
        ):
            raise KeyFileError("damaged", "restore the key file from its copy")
        for key_id, secret in self._secrets.items():
            if _id_of(secret) != key_id:
                raise KeyFileError(
                    "damaged", "a key does not match its id; restore the key file from its copy"
                )

    def __repr__(self) -> str:
        return f"Keyring(current={self.current_id!r}, keys={len(self._secrets)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a keyring stays in its process")


def add_key(path: Path) -> Keyring:
    """Rotate: add a fresh key and make it current. Running processes seal with the old one until restarted."""
    key = _new_key()
    return _change(path, lambda old: msgspec.structs.replace(old, keys=[*old.keys, key], current=key.id))


def remove_key(path: Path, key_id: KeyId) -> Keyring:
    """Take an old key out; what it sealed and nobody sealed again is then lost. Raises KeyFileError."""

    def without(old: KeyFile) -> KeyFile:
        if key_id == old.current:
            raise KeyFileError("last_key", "the current key cannot be removed; add another first")
        return msgspec.structs.replace(old, keys=[key for key in old.keys if key.id != key_id])

    return _change(path, without)


def _change(path: Path, change: Callable[[KeyFile], KeyFile]) -> Keyring:
    changed = change(read(path))
    Keyring(changed)
    write(path, changed, replace=True)
    return Keyring.load(path)


def _new_key() -> StoredKey:
    secret = secrets.token_bytes(SECRET_BYTES)
    return StoredKey(
        id=_id_of(secret), made_at=datetime.now(UTC).replace(microsecond=0), secret=encode(secret)
    )


def _id_of(secret: bytes) -> KeyId:
    return KeyId(_derive(secret, "id")[:KEY_ID_BYTES].hex())


def _derive(secret: bytes, *purpose: str) -> bytes:
    """HKDF-SHA256. Each word is preceded by its length, so no two purposes read alike."""
    info = b"verify/1" + b"".join(len(word := part.encode()).to_bytes(2) + word for part in purpose)
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=info).derive(secret)
