"""By whichever door the same payer is asked, the same answers come out."""

import json
from collections.abc import Iterator
from math import ceil
from typing import Any

import msgspec
import pytest

from payers import reading
from payers.benefits import Benefits
from payers.errors import AccountError, PayerError
from payers.inquiry import Inquiry
from payers.json_mapping import benefits_of_2026, benefits_of_v3, decode
from payers.registry import adapter_for
from payers.simulator.scenarios import SCENARIOS, Scenario
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import inquiry

PLANS = ["ACT-", "MIN-", "INA-", "CRV-", "COB-", "MAP-", "MCO-", "MIX-"]
SERVICE_TYPES = ["30", "MH", "A8", "98", "88"]
#: Adapter -> how its answer is read when the raw 271 is left aside; None where the adapter reads nothing else.
DOORS = {
    "stedi_json": benefits_of_v3,
    "stedi_x12": benefits_of_v3,
    "stedi_2026": benefits_of_2026,
    "optum_v3": benefits_of_v3,
    "caqh_core_soap": None,
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


def ask(simulator: Simulator, adapter: str, asked: Inquiry) -> tuple[Benefits, bytes]:
    made = adapter_for(simulator.account(adapter))
    try:
        reply = made.ask(asked)
    finally:
        made.close()
    return reply.benefits, reply.exchange.response


def told(benefits: Benefits, asked: Inquiry) -> Any:
    """What a person is told of an answer: everything that is read from it, without its places."""
    member = benefits.members[-1]
    read = {
        "coverage": member.coverage,
        "answers": reading.answers(member, [asked.service_type], asked.date_of_service),
        "other_payers": member.other_payers,
        "carve_outs": member.carve_outs,
        "deductibles": sorted(member.deductibles, key=repr),
    }
    return unplaced(json.loads(msgspec.json.encode(read)))


def unplaced(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: unplaced(inner) for name, inner in value.items() if name != "segments"}
    return [unplaced(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("adapter", DOORS)
@pytest.mark.parametrize("service_type", SERVICE_TYPES)
@pytest.mark.parametrize("plan", PLANS)
def test_every_door_says_the_same(simulator: Simulator, plan: str, service_type: str, adapter: str):
    asked = inquiry(plan, service_type=service_type)
    by_core, _ = ask(simulator, "caqh_core_mime", asked)
    by_another, response = ask(simulator, adapter, asked)
    assert told(by_another, asked) == told(by_core, asked)
    if (read := DOORS[adapter]) is not None:
        said = decode(response)
        assert said is not None
        assert told(read(said), asked) == told(by_core, asked)


#: Each envelope's own word for an answer that is none.
NO_ENVELOPE = {"not_multipart": "no envelope", "not_soap": "no envelope"}


def ended(simulator: Simulator, adapter: str, asked: Inquiry) -> tuple[Any, str]:
    """How a question ended for who asked: what is told of the answer, or what was raised; and its word in the log."""
    made = adapter_for(simulator.account(adapter, total_deadline=0.8))
    try:
        said = told(made.ask(asked).benefits, asked)
    except (PayerError, AccountError) as error:
        code = NO_ENVELOPE.get(error.code, error.code)
        # A wait that is said as a date has shrunk a little on its way.
        wait = getattr(error, "retry_after_seconds", None)
        said = (type(error), code, getattr(error, "detail", ""), None if wait is None else ceil(wait))
    finally:
        made.close()
    return said, simulator.questions()[-1].outcome


@pytest.fixture(scope="module")
def another() -> Iterator[Simulator]:
    """What is counted by member is counted for each door."""
    with Simulator() as running:
        yield running


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.prefix)
def test_a_scenario_ends_by_soap_as_it_does_by_mime(
    simulator: Simulator, another: Simulator, scenario: Scenario
):
    asked = inquiry(
        scenario.prefix if scenario.parameter is None else f"{scenario.prefix}{scenario.parameter}-"
    )
    assert ended(another, "caqh_core_soap", asked) == ended(simulator, "caqh_core_mime", asked)
