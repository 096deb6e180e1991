"""The ways in: path -> who answers there, and for each adapter the account that reaches it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from payers.simulator import optum, stedi, stedi_2026
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.decision import Decision
from payers.simulator.envelope import Credentials

CORE_PATH = "/core"

#: Headers, body and the time of one POST -> what will be done about it.
Door = Callable[[Mapping[str, str], bytes, datetime], Decision]


class Way(msgspec.Struct, frozen=True):
    """What an account needs to reach the simulator by one adapter."""

    path: str
    secrets: dict[str, str]
    options: dict[str, Any] = {}


def doors(
    clearinghouse: Clearinghouse, credentials: Credentials, of_optum: optum.OptumDesk
) -> dict[str, Door]:
    """Every path that takes questions."""
    of_stedi = stedi.StediDesk(clearinghouse, credentials)
    return {
        CORE_PATH: lambda headers, body, now: clearinghouse.decide(
            headers.get("Content-Type", ""), body, now
        ),
        stedi.JSON_PATH: of_stedi.check,
        stedi.RAW_PATH: of_stedi.check_raw,
        stedi_2026.PATH: stedi_2026.Stedi2026Desk(clearinghouse, credentials).check,
        optum.PATH: of_optum.check,
        optum.RAW_PATH: of_optum.check_raw,
        optum.TOKEN_PATH: of_optum.grant,
    }


def way(adapter: str, credentials: Credentials) -> Way:
    """How an account of this adapter gets in; by CAQH CORE where the adapter is none of these."""
    key = {"api_key": credentials.api_key}
    client = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    ways = {
        "optum_v3": Way(optum.PATH, client, {"echoes_trace": True}),
        "stedi_2026": Way(stedi_2026.PATH, key, {"trace_field": "externalPatientId", "echoes_trace": True}),
        "stedi_json": Way(stedi.JSON_PATH, key, {"echoes_trace": True}),
        "stedi_x12": Way(stedi.RAW_PATH, key),
    }
    core = Way(CORE_PATH, {"username": credentials.username, "password": credentials.password})
    return ways.get(adapter, core)
