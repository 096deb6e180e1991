"""The contract suite as a table, adapter by case: `python run.py test tests/payers/adapters --matrix`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pytest

from tests.payers.adapters.contract import AdapterContract

#: Adapters without a contract class, and why.
OUTSIDE: Mapping[str, str] = {"phone": "asks nobody by wire: every question becomes a call"}
#: Cases that have a line for each of their members; of the others the members are counted.
EXPANDED = {"test_an_active_plan_is_read", "test_each_failure_has_its_class_its_code_and_its_evidence"}


class Cell(NamedTuple):
    """One case of one adapter, as far as it has members (parameters)."""

    adapter: str
    case: str
    outcome: str


def adapter_of(item: pytest.Item) -> str | None:
    """The column: the module's adapter, and what its class adds (`optum_v3 WithRawX12`); None outside the contract."""
    kind = getattr(item, "cls", None)
    if kind is None or not issubclass(kind, AdapterContract):
        return None
    module = item.path.stem.removeprefix("test_")
    return " ".join(filter(None, [module, kind.__name__.removeprefix("TestContract")]))


def case_of(item: pytest.Item) -> str:
    """The line: the case in words, and its member where it has a line of its own."""
    function, _, member = item.name.partition("[")
    words = function.removeprefix("test_").replace("_", " ")
    return f"{words}: {member.rstrip(']')}" if member and function in EXPANDED else words


def reason_against(item: pytest.Item) -> str | None:
    """Why the case does not apply to the adapter, by its class's own word."""
    kind = getattr(item, "cls", None)
    if kind is None or not issubclass(kind, AdapterContract):
        return None
    named: Mapping[str, str] = kind.not_applicable
    return named.get(item.name) or named.get(item.name.partition("[")[0])


class Matrix:
    """Collects what became of each contract case, and prints the table at the end."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[str, str]] = {}
        self.outcomes: dict[str, str] = {}
        self.reasons: dict[tuple[str, str], str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if (adapter := adapter_of(item)) is not None:
                self.places[item.nodeid] = (adapter, case_of(item))
                if reason := reason_against(item):
                    self.outcomes[item.nodeid] = "n/a"
                    self.reasons[adapter, case_of(item)] = reason

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid in self.places and (report.when == "call" or not report.passed):
            self.outcomes[report.nodeid] = report.outcome

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("the contract, adapter by case")
        cells = [Cell(*place, self.outcomes.get(nodeid, "not run")) for nodeid, place in self.places.items()]
        for line in table(cells):
            terminalreporter.line(line)
        for (adapter, case), reason in self.reasons.items():
            terminalreporter.line(f"n/a: {adapter}, {case}: {reason}")
        for adapter, reason in OUTSIDE.items():
            terminalreporter.line(f"n/a: {adapter}, everything: {reason}")


def table(cells: Iterable[Cell]) -> Iterator[str]:
    """Lines of a table, cases in the order they came."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        found[cell.case][cell.adapter].append(cell.outcome)
    adapters = sorted({adapter for row in found.values() for adapter in row})
    width = max((len(case) for case in found), default=0)
    widths = [max(len(adapter), 10) for adapter in adapters]
    heads = (adapter.ljust(size) for adapter, size in zip(adapters, widths, strict=True))
    yield f"{'case'.ljust(width)}  {'  '.join(heads)}".rstrip()
    for case, row in found.items():
        words = (said(row[name]).ljust(size) for name, size in zip(adapters, widths, strict=True))
        yield f"{case.ljust(width)}  {'  '.join(words)}".rstrip()


def said(outcomes: list[str]) -> str:
    """`passed`, `passed 43`, `FAILED 2/43`, `n/a`, `skipped`, or nothing where the adapter has no such case."""
    if not outcomes:
        return ""
    if failed := outcomes.count("failed"):
        return "FAILED" if len(outcomes) == 1 else f"FAILED {failed}/{len(outcomes)}"
    kinds = sorted(set(outcomes))
    if kinds == ["passed"]:
        return "passed" if len(outcomes) == 1 else f"passed {len(outcomes)}"
    return kinds[0] if len(kinds) == 1 else ", ".join(f"{kind} {outcomes.count(kind)}" for kind in kinds)
