"""The key file on disk: its format, and reading and writing it for its owner alone.

{"format": 1,
 "note": "Without this file nobody can read the patient data. Keep a copy elsewhere.",
 "current": "4f1c09ab52d7",
 "keys": [{"id": "4f1c09ab52d7", "made_at": "2026-11-23T18:25:00Z", "secret": "<32 bytes, base64>"}],
 "index_secret": "<32 bytes, base64>"}
"""

import base64
import os
import secrets
import stat
from datetime import datetime
from pathlib import Path

import msgspec

SECRET_BYTES = 32

_NOTE = "Without this file nobody can read the patient data. Keep a copy elsewhere."
_MAX_FILE_BYTES = 64 * 1024


class KeyFileError(Exception):
    """The key file cannot be used. The text says what to do; no part of a key is ever in it.

    Codes: absent, exists, unreadable, exposed, foreign, damaged, last_key, other.
    """

    def __init__(self, code: str, advice: str) -> None:
        super().__init__(f"{code}: {advice}")
        self.code = code


class StoredKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    made_at: datetime
    secret: str

    def __repr__(self) -> str:
        return f"StoredKey(id={self.id!r})"


class KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int
    note: str = _NOTE
    current: str
    keys: list[StoredKey]
    index_secret: str

    def __repr__(self) -> str:
        return f"KeyFile(current={self.current!r})"


def encode(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def decode(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise KeyFileError("damaged", "a key has the wrong length; restore the key file from its copy")
    return secret


def read(path: Path) -> KeyFile:
    """Raises KeyFileError for a file that is absent, open to others, or not a key file."""
    try:
        return msgspec.json.decode(_read_private(path), type=KeyFile)
    except msgspec.MsgspecError:
        # Without a cause: the decoder's text could quote the file.
        raise KeyFileError("damaged", f"{path} is not a key file; restore it from its copy") from None


def _read_private(path: Path) -> bytes:
    """The bytes of a file that nobody but its owner can open; checked on the open file, not on its name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise KeyFileError("absent", f"there is no key file at {path}; restore it from its copy") from None
    except OSError:
        raise KeyFileError("unreadable", f"{path} cannot be opened by this user") from None
    try:
        _check_private(os.fstat(descriptor), path)
        return os.read(descriptor, _MAX_FILE_BYTES)
    finally:
        os.close(descriptor)


def _check_private(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileError("unreadable", f"{path} is not a regular file")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyFileError("exposed", f"others can open {path}; run: chmod 600 {path}")
    if status.st_uid not in {os.geteuid(), 0}:
        raise KeyFileError("foreign", f"{path} belongs to another user; run: chown {os.geteuid()} {path}")


def write(path: Path, document: KeyFile, *, replace: bool) -> None:
    """Put the whole file there at once, or leave what was there. Raises KeyFileError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write_draft(draft, msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
        if replace:
            draft.replace(path)
        else:
            # Unlike a rename, a link never lands on a file that is already there.
            os.link(draft, path)
        _flush_folder(path.parent)
    except FileExistsError:
        raise KeyFileError("exists", f"{path} is already there and was left alone") from None
    except OSError as error:
        raise KeyFileError("unreadable", f"{path} cannot be written ({error.strerror})") from None
    finally:
        draft.unlink(missing_ok=True)


def _write_draft(draft: Path, content: bytes) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
