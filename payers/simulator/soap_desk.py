"""The SOAP door: unwraps a question, puts it to the clearinghouse as MIME, and dresses what that says as SOAP.

So every scenario answers by SOAP as it does by MIME; this desk knows none of them.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from payers.simulator import soap
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.decision import Decision
from payers.simulator.envelope import Part

PATH = "/core/soap"
#: How an envelope error is said: as the rule has it, the same with HTTP 500, or as a SOAP fault.
Errors = Literal["envelope", "envelope_500", "fault"]
#: HTTP status of a fault. Source: SOAP 1.2 part 2, table 20.
FAULT_STATUS = {"Sender": 400}


class SoapDesk:
    """Answers in its `style`, and says errors in its `errors`; both may be changed while it runs."""

    def __init__(self, clearinghouse: Clearinghouse) -> None:
        self._clearinghouse = clearinghouse
        self.style = soap.Style()
        self.errors: Errors = "envelope"

    def ask(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:
        """`POST /core/soap`."""
        try:
            fields = soap.read(headers, body)
        except soap.Fault as fault:
            return _said(Decision(outcome=f"fault:{fault.code}"), fault)
        boundary = uuid.uuid4().hex
        return self._clearinghouse.decide(
            f"multipart/form-data; boundary={boundary}", _as_mime(fields, boundary), now, dress=self._dress
        )

    def _dress(self, decision: Decision) -> Decision:
        fields = _of_mime(decision)
        code = fields["ErrorCode"]
        if code != "Success" and self.errors == "fault":
            return _said(decision, _fault(code))
        written = soap.write(fields, self.style)
        status = 500 if code != "Success" and self.errors == "envelope_500" else decision.status
        return msgspec.structs.replace(
            decision, status=status, content_type=written.content_type, body=written.body
        )


def _as_mime(fields: list[Part], boundary: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


def _of_mime(decision: Decision) -> dict[str, str]:
    """The fields of an answer that the clearinghouse wrote."""
    boundary = decision.content_type.partition("boundary=")[2].strip('"')
    parts = decision.body.decode().split(f"--{boundary}")[1:-1]
    named = (part.partition("\r\n\r\n") for part in parts)
    return {
        head.partition('name="')[2].partition('"')[0]: value.removesuffix("\r\n") for head, _, value in named
    }


def _fault(code: str) -> soap.Fault:
    match code:
        case "UnAuthorized":
            return soap.Fault("Sender", "not let in", subcode="FailedAuthentication")
        case "Receiver":
            return soap.Fault("Receiver", "not able to")
        case _:
            return soap.Fault("Sender", code)


def _said(decision: Decision, fault: soap.Fault) -> Decision:
    written = soap.write_fault(fault)
    status = FAULT_STATUS.get(fault.code, 500)
    return msgspec.structs.replace(
        decision, status=status, content_type=written.content_type, body=written.body
    )
