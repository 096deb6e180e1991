"""New keys are made for an empty database alone, and those of another are refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from verify.security.key_file import KeyFileError
from verify.security.keys import Keyring, add_key
from verify.servers.doctor import check_keys_fit
from verify.servers.keys import keys_for
from verify.settings import Settings
from verify.store import clinic, connect


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    made = connect(postgres_url, pool_size=1)
    yield made
    made.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def seal_something(engine: Engine, keys: Keyring) -> None:
    with engine.begin() as connection:
        practice = clinic.add_practice(
            connection, name="Larkspur", time_zone="UTC", npi="1999999984", tax_id="000000000"
        )
        clinic.add_account(connection, keys, practice_id=practice, name="Phone", adapter="phone", secrets={})


def test_an_empty_database_gets_keys_and_keeps_them(engine: Engine, file: Path) -> None:
    made = keys_for(file, engine)
    seal_something(engine, made)
    add_key(file)
    assert made.current_id in keys_for(file, engine), "rotated keys still fit"


def test_no_new_keys_are_made_for_data_sealed_with_lost_ones(engine: Engine, file: Path) -> None:
    seal_something(engine, keys_for(file, engine))
    file.unlink()
    with pytest.raises(KeyFileError, match="restore it from its copy"):
        keys_for(file, engine)
    assert not file.exists()


def test_the_keys_of_another_database_are_refused(engine: Engine, file: Path) -> None:
    seal_something(engine, keys_for(file, engine))
    file.unlink()
    Keyring.create(file)
    with pytest.raises(KeyFileError, match="does not open the data"):
        keys_for(file, engine)
    (found,) = check_keys_fit(Settings(data_folder=file.parent, key_file=file), engine)
    assert "does not open" in found.what
