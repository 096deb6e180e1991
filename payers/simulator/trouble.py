"""What goes wrong on the way back, whatever protocol is spoken: a decision -> the decision as trouble leaves it."""

import random
import zlib
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache

from msgspec.structs import replace

from payers.simulator.decision import Decision, Delivery
from payers.simulator.scenarios import Behavior, Scenario

LOGIN_PAGE = b"<!doctype html><title>Sign in</title><form>User <input name=user></form>"
NOISE_BYTES = 600
#: What a bomb is, unpacked; it travels as a two-hundredth of it.
BOMB_BYTES = 32 * 1024 * 1024
DELIVERIES = {
    Behavior.HANG: Delivery.HANG,
    Behavior.RESET: Delivery.RESET,
    Behavior.DROP: Delivery.DROP,
    Behavior.TRUNCATE: Delivery.TRUNCATE,
    Behavior.FLOOD: Delivery.FLOOD,
}


def impose(
    decision: Decision, scenario: Scenario, now: datetime, *, time: int = 1, seed: int = 0
) -> Decision:
    """The decision after the scenario's trouble; itself where the scenario has none of this kind.

    `time` counts how often this very question has come, from 1.
    """
    parameter = scenario.parameter or 0
    match scenario.behavior:
        case Behavior.HTTP:
            return _status(decision, scenario, now)
        case Behavior.FAIL_FIRST if time <= parameter:
            return _instead(decision, "http_503", b"try again\n", status=503)
        case Behavior.NOISE:
            noise = random.Random(seed).randbytes(NOISE_BYTES)  # noqa: S311 - not a secret
            return _instead(decision, scenario.outcome, noise, content_type="application/octet-stream")
        case Behavior.LOGIN_PAGE:
            return _instead(decision, scenario.outcome, LOGIN_PAGE, content_type="text/html")
        case Behavior.BOMB:
            packed = _instead(decision, scenario.outcome, _bomb(), content_type=decision.content_type)
            return replace(packed, headers={"Content-Encoding": "gzip"})
        case Behavior.SLOW:
            return replace(decision, wait_seconds=float(parameter))
        case Behavior.LATE if time == 1:
            return replace(decision, wait_seconds=float(parameter))
        case _:
            return _delivered(decision, scenario)


def _delivered(decision: Decision, scenario: Scenario) -> Decision:
    """The right answer, sent wrongly."""
    match scenario.behavior:
        case Behavior.HALF:
            return replace(decision, body=decision.body[: len(decision.body) // 2])
        case Behavior.WRONG_TYPE:
            return replace(decision, content_type="text/html; charset=iso-8859-1")
        case Behavior.GZIP:
            return replace(decision, body=_packed(decision.body), headers={"Content-Encoding": "gzip"})
        case Behavior.DRIP:
            pause = (scenario.parameter or 0) / 1000
            return replace(decision, delivery=Delivery.DRIP, pause_seconds=pause)
        case behavior if behavior in DELIVERIES:
            return replace(decision, delivery=DELIVERIES[behavior])
        case _:
            return decision


def _status(decision: Decision, scenario: Scenario, now: datetime) -> Decision:
    headers = {}
    if scenario.parameter is not None:
        headers["Retry-After"] = str(scenario.parameter)
        if scenario.as_date:
            again = now + timedelta(seconds=scenario.parameter)
            headers["Retry-After"] = format_datetime(again, usegmt=True)
    refused = _instead(decision, scenario.outcome, b"not now\n", status=int(scenario.code))
    return replace(refused, headers=headers)


def _instead(
    decision: Decision, outcome: str, body: bytes, *, status: int = 200, content_type: str = "text/plain"
) -> Decision:
    return replace(
        decision,
        outcome=outcome,
        body=body,
        status=status,
        content_type=content_type,
        headers={},
    )


@cache
def _bomb() -> bytes:
    megabyte = bytes(1024 * 1024)
    return _packed(megabyte, times=BOMB_BYTES // len(megabyte))


def _packed(body: bytes, times: int = 1) -> bytes:
    """gzip; without holding what is packed `times` over."""
    packer = zlib.compressobj(zlib.Z_BEST_SPEED, wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(body) for _ in range(times)) + packer.flush()
