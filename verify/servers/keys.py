"""Whether a key file is the one of this database: another reads nothing that is there."""

from pathlib import Path

from sqlalchemy import Engine

from verify.security.key_file import KeyFileError
from verify.security.keys import Keyring
from verify.store.sealing import keys_in_use


def keys_for(file: Path, engine: Engine) -> Keyring:
    """The keys of this database, made where nothing is sealed in it yet. Raises KeyFileError."""
    with engine.connect() as connection:
        used = keys_in_use(connection)
    # New keys beside old data would seal the next patients so that the old file, found again, reads none of them.
    ring = Keyring.load(file) if used else Keyring.load_or_create(file)
    if not used.issubset(ring.ids):
        raise KeyFileError(
            "other",
            f"{file} does not open the data of this database; restore the file that does from its copy",
        )
    return ring
