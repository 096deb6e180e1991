"""The ways in: path -> who answers there, and for each adapter the account that reaches it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from payers.simulator import optum, payer_lists, soap_desk, stedi, stedi_2026, stedi_batch
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.decision import Decision
from payers.simulator.envelope import Credentials

CORE_PATH = "/core"

#: Headers, body and the time of one POST -> what will be done about it.
Door = Callable[[Mapping[str, str], bytes, datetime], Decision]
#: Headers, path, query and the time of one GET -> what will be done about it.
Reader = Callable[[Mapping[str, str], str, Mapping[str, list[str]], datetime], Decision]

#: What a door takes that takes more than the others, in bytes.
LARGEST = {stedi_batch.SUBMIT_PATH: stedi_batch.LARGEST_BATCH}


class Way(msgspec.Struct, frozen=True):
    """What an account needs to reach the simulator by one adapter."""

    path: str
    secrets: dict[str, str]
    options: dict[str, Any] = {}


def doors(
    clearinghouse: Clearinghouse,
    credentials: Credentials,
    of_optum: optum.OptumDesk,
    batches: stedi_batch.BatchDesk,
    of_soap: soap_desk.SoapDesk,
) -> dict[str, Door]:
    """Every path that takes questions."""
    of_stedi = stedi.StediDesk(clearinghouse, credentials)
    return {
        CORE_PATH: lambda headers, body, now: clearinghouse.decide(
            headers.get("Content-Type", ""), body, now
        ),
        soap_desk.PATH: of_soap.ask,
        stedi.JSON_PATH: of_stedi.check,
        stedi.RAW_PATH: of_stedi.check_raw,
        stedi_batch.SUBMIT_PATH: batches.submit,
        stedi_2026.PATH: stedi_2026.Stedi2026Desk(clearinghouse, credentials).check,
        optum.PATH: of_optum.check,
        optum.RAW_PATH: of_optum.check_raw,
        optum.TOKEN_PATH: of_optum.grant,
    }


def readers(batches: stedi_batch.BatchDesk, lists: payer_lists.PayerListDesk) -> dict[str, Reader]:
    """Beginnings of the paths that can be fetched."""
    return {
        stedi_batch.POLLING_PATH: batches.read,
        stedi_batch.BATCH_PATH: batches.read,
        payer_lists.STEDI_PATH: lists.of_stedi,
        payer_lists.OPTUM_PATH: lists.of_optum,
    }


def way(adapter: str, credentials: Credentials) -> Way:
    """How an account of this adapter gets in; by CAQH CORE over MIME where the adapter is none of these."""
    key = {"api_key": credentials.api_key}
    client = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    known = {"username": credentials.username, "password": credentials.password}
    ways = {
        "caqh_core_soap": Way(soap_desk.PATH, known),
        "optum_v3": Way(optum.PATH, client, {"echoes_trace": True}),
        "stedi_2026": Way(
            stedi_2026.PATH,
            key,
            {"trace_field": "externalPatientId", "echoes_trace": True, "batch_url": stedi_batch.ROOT},
        ),
        "stedi_json": Way(stedi.JSON_PATH, key, {"echoes_trace": True, "batch_url": stedi_batch.ROOT}),
        "stedi_x12": Way(stedi.RAW_PATH, key),
    }
    return ways.get(adapter, Way(CORE_PATH, known))
