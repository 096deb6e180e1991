"""One HTTP body -> what the simulated payer will do about it; knows no sockets."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import count

import msgspec

from payers.simulator import conformance, envelope
from payers.simulator.answers import Asked, answer, asked, refusal
from payers.simulator.envelope import ANSWER_TYPES, ERROR_TYPE, Credentials, Written
from payers.simulator.latency import Latency
from payers.simulator.scenarios import Behavior, Scenario, scenario_for
from payers.x12.acknowledgments import Fault, write_999, write_ta1

LOGIN_PAGE = b"<!doctype html><title>Sign in</title><form>User <input name=user></form>"
NOISE_BYTES = 600
#: What happens to the connection instead of a whole answer.
BREAKS = {Behavior.HANG, Behavior.DROP, Behavior.TRUNCATE}


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back, when, and whether it goes back whole."""

    outcome: str
    status: int = 200
    content_type: str = "text/plain"
    body: bytes = b""
    headers: dict[str, str] = {}
    wait_seconds: float = 0.0
    breaks: Behavior | None = None
    member: str = ""
    trace: str = ""
    service_type: str = ""


class Clearinghouse:
    """Decides; safe from many threads."""

    def __init__(self, credentials: Credentials, latency: Latency, seed: int = 0) -> None:
        self._credentials = credentials
        self._latency = latency
        self._seed = seed
        self._numbers = count(1)
        self._failed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def decide(
        self,
        content_type: str,
        body: bytes,
        now: datetime,
        *,
        dress: Callable[[Decision], Decision] = lambda decision: decision,
    ) -> Decision:
        """`dress` puts an answer in its MIME envelope into another, before anything happens to it on its way."""
        try:
            fields = envelope.read(content_type, body, self._credentials)
        except envelope.NotMultipart:
            return Decision(outcome="not_multipart", status=400, body=b"multipart/form-data expected\n")
        except envelope.EnvelopeError as error:
            return dress(_enveloped(f"envelope:{error.code}", _error(error.fields, error.code, now)))
        try:
            received = conformance.read(fields["Payload"], self.number(), now)
        except conformance.Refused as refused:
            written = envelope.write(fields, ANSWER_TYPES[refused.set_id], refused.text, now)
            return dress(_enveloped("refused_" + refused.set_id.lower(), written))
        scenario = scenario_for(received.question.subscriber.id)
        it = asked(received.question, scenario, now)
        return self.timed(self.troubled(it) or dress(_act(it, fields, received)), it)

    def timed(self, decision: Decision, it: Asked) -> Decision:
        """The decision with the time it takes and what the log says of its question."""
        return msgspec.structs.replace(
            decision,
            wait_seconds=decision.wait_seconds + self._latency.seconds(f"{self._seed} {it.question.trace}"),
            member=it.question.subscriber.id,
            trace=it.question.trace,
            service_type=it.service_type,
        )

    def number(self) -> int:
        """A control number of our own for an answer."""
        return next(self._numbers) % 999_999_999 + 1

    def troubled(self, it: Asked) -> Decision | None:
        """What goes wrong whatever is spoken; None when the question gets an answer of its protocol."""
        scenario = it.scenario
        match scenario.behavior:
            case Behavior.HTTP:
                return _http(scenario)
            case Behavior.FAIL_FIRST if self._fails_again(it):
                return Decision(outcome="http_503", status=503, body=b"try again\n")
            case Behavior.NOISE:
                noise = random.Random(self._seed).randbytes(NOISE_BYTES)  # noqa: S311 - not a secret
                return Decision(outcome=scenario.outcome, content_type="application/octet-stream", body=noise)
            case Behavior.LOGIN_PAGE:
                return Decision(outcome=scenario.outcome, content_type="text/html", body=LOGIN_PAGE)
            case _:
                return None

    def _fails_again(self, it: Asked) -> bool:
        key = f"{it.question.subscriber.id} {it.service_type}"
        with self._lock:
            self._failed[key] += 1
            return self._failed[key] <= (it.scenario.parameter or 0)


def _act(it: Asked, fields: dict[str, str], received: conformance.Received) -> Decision:
    scenario = it.scenario
    match scenario.behavior:
        case Behavior.ENVELOPE:
            return _enveloped(scenario.outcome, _error(fields, scenario.code, it.now))
        case Behavior.X999 | Behavior.TA1:
            return _enveloped(scenario.outcome, _acknowledge(scenario.behavior, fields, received, it.now))
        case _:
            return _answered(it, fields, received)


def _http(scenario: Scenario) -> Decision:
    headers = {} if scenario.parameter is None else {"Retry-After": str(scenario.parameter)}
    return Decision(outcome=scenario.outcome, status=int(scenario.code), headers=headers, body=b"not now\n")


def _answered(it: Asked, fields: dict[str, str], received: conformance.Received) -> Decision:
    scenario = it.scenario
    written = envelope.write(fields, ANSWER_TYPES["271"], answer(it, received.reply), it.now)
    code = refusal(it)
    decision = _enveloped(f"aaa_{code}" if code else scenario.outcome, written)
    waits = float(scenario.parameter or 0) if scenario.behavior is Behavior.SLOW else 0.0
    breaks = scenario.behavior if scenario.behavior in BREAKS else None
    return msgspec.structs.replace(decision, wait_seconds=waits, breaks=breaks)


def _acknowledge(
    behavior: Behavior, fields: dict[str, str], received: conformance.Received, now: datetime
) -> Written:
    if behavior is Behavior.TA1:
        return envelope.write(
            fields, ANSWER_TYPES["TA1"], write_ta1(received.isa, received.reply, note="006"), now
        )
    fault = Fault(segment="NM1", position="5", loop="2100", code="8", element="9", element_code="1")
    text = write_999(received.transaction, received.reply, faults=[fault])
    return envelope.write(fields, ANSWER_TYPES["999"], text, now)


def _error(fields: dict[str, str], code: str, now: datetime) -> Written:
    return envelope.write(fields, ERROR_TYPE, "", now, error_code=code)


def _enveloped(outcome: str, written: Written) -> Decision:
    return Decision(outcome=outcome, content_type=written.content_type, body=written.body)
