"""A process takes up the clinic's own catalogue when it starts, and does not start with one that does not hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.catalogue import CatalogueError, load, own_folder, use_folder
from verify.intake.cells import known_services
from verify.security.keys import Keyring
from verify.settings import Settings
from verify.steps import open_work

TMS = (Path(str(own_folder())) / "service_lines" / "tms.toml").read_text()


@pytest.fixture(autouse=True)
def ours_again() -> Iterator[None]:
    yield
    use_folder(None)


def started(folder: Path, text: str, postgres_url: str, valkey_url: str) -> None:
    file = folder / "catalogue" / "service_lines" / "tms.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    key_file = folder / "keys.json"
    Keyring.create(key_file)
    open_work(
        Settings(
            data_folder=folder,
            database_url=postgres_url,
            redis_url=valkey_url,
            key_file=key_file,
            catalogue_folder=folder / "catalogue",
        )
    ).close()


def test_the_clinics_words_are_known_everywhere(tmp_path: Path, postgres_url: str, valkey_url: str) -> None:
    assert "magnet of ours" not in known_services()
    started(
        tmp_path,
        TMS.replace("Transcranial magnetic stimulation (TMS)", "Magnet of ours"),
        postgres_url,
        valkey_url,
    )
    assert load().service_lines["tms"].label == "Magnet of ours"
    assert known_services()["magnet of ours"] == "tms"


def test_nothing_starts_with_a_file_that_does_not_hold(
    tmp_path: Path, postgres_url: str, valkey_url: str
) -> None:
    with pytest.raises(CatalogueError, match="the key lable is not known"):
        started(tmp_path, TMS.replace('label = "Trans', 'lable = "Trans'), postgres_url, valkey_url)
    assert load().service_lines["tms"].label == "Transcranial magnetic stimulation (TMS)"
