"""A key file of its own for each test."""

from pathlib import Path

import pytest

from verify.security.keys import Keyring


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """Read-only, so one for all tests; those that rotate make their own."""
    return Keyring.create(tmp_path_factory.mktemp("keys") / "keys.json")
