"""Cases an adapter's class calls not applicable are left out, and with --matrix the suite ends with a table."""

import pytest

from tests.payers.adapters.matrix import Matrix, reason_against


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if reason_against(item)]
    if left_out:
        items[:] = [item for item in items if not reason_against(item)]
        config.hook.pytest_deselected(items=left_out)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--matrix"):
        config.pluginmanager.register(Matrix(), "contract-matrix")
