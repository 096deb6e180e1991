"""One HTTP body -> what the simulated payer will do about it; knows no sockets."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import count

import msgspec

from payers.simulator import conformance, envelope
from payers.simulator.answers import Asked, answer, asked, refusal
from payers.simulator.decision import Decision
from payers.simulator.envelope import ANSWER_TYPES, ERROR_TYPE, Credentials, Written
from payers.simulator.latency import Latency
from payers.simulator.scenarios import Behavior, scenario_for
from payers.simulator.trouble import impose
from payers.x12.acknowledgments import Fault, write_999, write_ta1


class Clearinghouse:
    """Decides; safe from many threads."""

    def __init__(self, credentials: Credentials, latency: Latency, seed: int = 0) -> None:
        self._credentials = credentials
        self._latency = latency
        self._seed = seed
        self._numbers = count(1)
        self._times: Counter[str] = Counter()
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
        return self.timed(dress(_act(it, fields, received)), it)

    def timed(self, decision: Decision, it: Asked) -> Decision:
        """The decision with its scenario's trouble, the time it takes and what the log says of its question."""
        troubled = impose(decision, it.scenario, it.now, time=self._time(it), seed=self._seed)
        return msgspec.structs.replace(
            troubled,
            wait_seconds=troubled.wait_seconds + self._latency.seconds(f"{self._seed} {it.question.trace}"),
            member=it.question.subscriber.id,
            trace=it.question.trace,
            service_type=it.service_type,
        )

    def number(self) -> int:
        """A control number of our own for an answer."""
        return next(self._numbers) % 999_999_999 + 1

    def _time(self, it: Asked) -> int:
        """How often this has been asked, this time included."""
        key = f"{it.question.subscriber.id} {it.service_type}"
        with self._lock:
            self._times[key] += 1
            return self._times[key]


def _act(it: Asked, fields: dict[str, str], received: conformance.Received) -> Decision:
    scenario = it.scenario
    match scenario.behavior:
        case Behavior.ENVELOPE:
            return _enveloped(scenario.outcome, _error(fields, scenario.code, it.now))
        case Behavior.X999 | Behavior.TA1:
            return _enveloped(scenario.outcome, _acknowledge(scenario.behavior, fields, received, it.now))
        case _:
            return _answered(it, fields, received)


def _answered(it: Asked, fields: dict[str, str], received: conformance.Received) -> Decision:
    written = envelope.write(fields, ANSWER_TYPES["271"], answer(it, received.reply), it.now)
    code = refusal(it)
    return _enveloped(f"aaa_{code}" if code else it.scenario.outcome, written)


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
