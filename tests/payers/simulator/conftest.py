"""One simulator for the tests that do not look at its log."""

from collections.abc import Iterator

import pytest

from payers.simulator.server import Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running
