"""Stedi's eligibility checks as they are documented: who is let in, what is refused, what an answer looks like.

Source: Stedi's interface descriptions of 2024-04-01, as of 2026-08.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from payers.simulator import answers_v3, conformance, questions_v3
from payers.simulator.answers import Asked, answer, asked, refusal
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.conformance import Received
from payers.simulator.decision import Decision
from payers.simulator.envelope import Credentials
from payers.simulator.scenarios import NO_PAYER, Behavior, scenario_for
from payers.x12 import Unwritable
from payers.x12.acknowledgments import Fault, write_999, write_ta1

Json = dict[str, Any]

JSON_PATH = "/2024-04-01/change/medicalnetwork/eligibility/v3"
RAW_PATH = f"{JSON_PATH}/raw-x12"
REQUIRED = ("/tradingPartnerServiceId", "/provider", "/subscriber")
#: CORE envelope errors of the scenarios -> status and body of this source.
REFUSED = {
    "UnAuthorized": (403, {"message": "Forbidden"}),
    "Receiver": (500, {"message": "Internal server error"}),
}


class StediDesk:
    """Answers the JSON and the raw X12 endpoint; safe from many threads."""

    def __init__(self, clearinghouse: Clearinghouse, credentials: Credentials) -> None:
        self._clearinghouse = clearinghouse
        self._credentials = credentials

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:
        """`POST …/eligibility/v3`."""
        if not has_key(headers, self._credentials):
            return refused(403, {"message": "Forbidden"}, "unauthorized")
        question = decoded(body)
        if question is None:
            return refused(400, {"message": "Could not parse the body", "fieldList": []}, "not_json")
        if found := questions_v3.faults(question, REQUIRED):
            return refused(400, {"message": "Validation failed", "fieldList": found}, "invalid")
        received = as_270(question, self._clearinghouse.number(), now)
        if received is None:
            return refused(400, _not_sent(question["tradingPartnerServiceId"], "71"), "not_x12")
        return decide(self._clearinghouse, received, now, with_x12=True)

    def check_raw(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:
        """`POST …/eligibility/v3/raw-x12`: `{"x12": "ISA*…"}`."""
        if not has_key(headers, self._credentials):
            return refused(403, {"message": "Forbidden"}, "unauthorized")
        return ask_raw(self._clearinghouse, body, now)


def as_270(question: Json, number: int, now: datetime) -> Received | None:
    """The 270 made of a question; None when it has characters that cannot be put into one."""
    try:
        return conformance.read(questions_v3.inquiry(question, number, now), number, now)
    except (Unwritable, conformance.Refused):
        return None


def has_key(headers: Mapping[str, str], credentials: Credentials) -> bool:
    """Both spellings of the header are let in: which one counts is not documented the same everywhere."""
    return headers.get("Authorization", "").removeprefix("Key ") == credentials.api_key


def ask_raw(clearinghouse: Clearinghouse, body: bytes, now: datetime) -> Decision:
    """What becomes of `{"x12": "ISA*…"}`, by whichever door it came."""
    payload = (decoded(body) or {}).get("x12")
    if not isinstance(payload, str):
        found = [{"path": "/x12", "message": "is required"}]
        return refused(400, {"message": "Validation failed", "fieldList": found}, "invalid")
    if not payload.startswith("ISA"):
        return refused(400, _not_sent("", "71"), "not_x12")
    try:
        received = conformance.read(payload, clearinghouse.number(), now)
    except conformance.Refused as refusal:
        return spoken({"x12": refusal.text, "errors": []}, "refused_" + refusal.set_id.lower())
    return decide(clearinghouse, received, now, with_x12=True)


def decide(clearinghouse: Clearinghouse, received: Received, now: datetime, *, with_x12: bool) -> Decision:
    """What becomes of a question that could be read. `with_x12`: the raw answer stands in the JSON."""
    it = asked(received.question, scenario_for(received.question.subscriber.id), now)
    return clearinghouse.timed(act(it, received, with_x12=with_x12), it)


def act(it: Asked, received: Received, *, with_x12: bool) -> Decision:
    """What a v3 source does with a question it could read."""
    scenario = it.scenario
    if it.question.payer.id.upper().startswith(NO_PAYER):
        return refused(400, _not_sent(it.question.payer.id, "33"), "no_payer")
    match scenario.behavior:
        case Behavior.ENVELOPE:
            status, body = REFUSED.get(scenario.code, (400, _not_sent(it.question.payer.id, "33")))
            return refused(status, body, scenario.outcome)
        case Behavior.X999:
            fault = Fault(segment="NM1", position="5", loop="2100", code="8", element="9", element_code="1")
            text = write_999(received.transaction, received.reply, faults=[fault])
            return spoken({"x12": text, "errors": []}, scenario.outcome)
        case Behavior.TA1:
            return spoken(
                {"x12": write_ta1(received.isa, received.reply, note="006"), "errors": []}, scenario.outcome
            )
        case _:
            return _answered(it, received, with_x12=with_x12)


def _answered(it: Asked, received: Received, *, with_x12: bool) -> Decision:
    text = answer(it, received.reply)
    number = f"{received.reply.control_number:09}"
    body = {
        "id": f"ec_{number}",
        "controlNumber": number,
        "reassociationKey": number,
        "tradingPartnerServiceId": it.question.payer.id,
        "meta": {
            "applicationMode": "test",
            "senderId": "SIMULATOR",
            "traceId": number,
            "outboundTraceId": number,
        },
        **answers_v3.eligibility(text),
        **({"x12": text} if with_x12 else {}),
    }
    code = refusal(it)
    return spoken({"errors": []} | body, f"aaa_{code}" if code else it.scenario.outcome)


def _not_sent(payer_id: str, code: str) -> Json:
    """HTTP 400, variant A: refused by the clearinghouse, not by the payer."""
    error = {
        "code": code,
        "description": "Not configured or not readable",
        "followupAction": "Please Correct and Resubmit",
        "location": "",
        "possibleResolutions": "",
    }
    return {"errors": [error], "status": "ERROR", "tradingPartnerServiceId": payer_id}


def decoded(body: bytes) -> Json | None:
    try:
        question = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return _given(question) if isinstance(question, dict) else None


def _given(said: Any) -> Any:
    """Without what is null: that is the same as left out."""
    if isinstance(said, dict):
        return {name: _given(value) for name, value in said.items() if value is not None}
    return [_given(each) for each in said] if isinstance(said, list) else said


def refused(status: int, body: Json, outcome: str) -> Decision:
    return msgspec.structs.replace(spoken(body, outcome), status=status)


def spoken(body: Json, outcome: str, **more: Any) -> Decision:
    return Decision(outcome=outcome, content_type="application/json", body=msgspec.json.encode(body), **more)
