"""Where the public messages are, for the tests that read them in place."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def corpus() -> Path:
    """The folder named by VERIFY_CORPUS, else the one beside the checkout or above it."""
    named = os.environ.get("VERIFY_CORPUS")
    places = [Path(named)] if named else [parent / "shared" / "corpus" for parent in ROOT.parents]
    return next((place for place in places if place.is_dir()), Path("nowhere"))


def files(folder: str) -> list[Path]:
    return sorted((corpus() / folder).glob("*")) if corpus().is_dir() else []


needs_corpus = pytest.mark.skipif(
    not corpus().is_dir(), reason="the public messages are not on this machine: no corpus"
)
