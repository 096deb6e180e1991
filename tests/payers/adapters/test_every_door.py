"""By whichever door the same payer is asked, the same answers come out."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from payers import reading
from payers.benefits import Benefits
from payers.inquiry import Inquiry
from payers.json_mapping import benefits_of_2026, benefits_of_v3, decode
from payers.registry import adapter_for
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
    by_json, response = ask(simulator, adapter, asked)
    assert told(by_json, asked) == told(by_core, asked)
    said = decode(response)
    assert said is not None
    assert told(DOORS[adapter](said), asked) == told(by_core, asked)
