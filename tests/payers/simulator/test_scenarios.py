"""The table of scenarios, its parameters and its page."""

from pathlib import Path

import pytest

from payers.simulator.benefits import KINDS
from payers.simulator.scenarios import SCENARIOS, UNKNOWN, scenario_for, table

PAGE = Path(__file__).parents[3] / "docs" / "payers" / "simulator.md"


def test_the_page_holds_the_table_as_it_is():
    assert table() in PAGE.read_text()


def test_every_beginning_is_listed_once():
    prefixes = [scenario.prefix for scenario in SCENARIOS]
    assert len(prefixes) == len(set(prefixes))


def test_every_plan_named_exists():
    assert {scenario.plan for scenario in SCENARIOS} <= KINDS.keys()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.prefix)
def test_an_id_finds_its_scenario_in_any_case(scenario: object):
    assert scenario_for(f"{scenario.prefix}0001") == scenario
    assert scenario_for(f"{scenario.prefix.lower()}-x") == scenario


@pytest.mark.parametrize(
    ("member_id", "parameter"),
    [("SLOW5-01", 5), ("SLOW-01", 3), ("SLOW01", 3), ("FAIL1-ABC", 1), ("RATE30-1", 30), ("ACT5-1", None)],
)
def test_a_number_before_a_hyphen_is_the_parameter(member_id: str, parameter: int | None):
    assert scenario_for(member_id).parameter == parameter


@pytest.mark.parametrize("member_id", ["", "W100200300", "XACT", "AAA", "AAA99"])
def test_any_other_id_is_not_found(member_id: str):
    assert scenario_for(member_id) == UNKNOWN
