"""Asks the simulator by hand, so that its strictness is tested without our own adapter."""

import http.client
import uuid
from datetime import UTC, date, datetime
from typing import NamedTuple

from payers.simulator.envelope import FIELDS, Credentials
from payers.simulator.server import Simulator
from payers.x12 import Envelope, Writable, compose

KNOWN = Credentials()


def segments(
    member: str = "ACT0001",
    service_type: str = "MH",
    *,
    trace: str = "TRACE1",
    on: date | None = None,
    npi: str = "1234567893",
    birth_date: str = "19900102",
    last: str = "ROE",
    dependent: bool = False,
    payer_id: str = "EXHP1",
) -> list[list[Writable]]:
    """The body of a correct 270, to be asked as it is or broken first."""
    day = f"{on or datetime.now(UTC).date():%Y%m%d}"
    trn: list[Writable] = ["TRN", "1", trace, "9123456789"]
    patient: list[list[Writable]] = [
        ["DMG", "D8", birth_date, "F"],
        ["DTP", "291", "D8", day],
        ["EQ", service_type],
    ]
    subscriber = ["NM1", "IL", "1", last, "JANE", "", "", "", "MI", member]
    people: list[list[Writable]] = [["HL", "3", "2", "22", "0"], trn, subscriber, *patient]
    if dependent:
        child = [["HL", "4", "3", "23", "0"], trn, ["NM1", "03", "1", "ROE", "JIM"], *patient]
        people = [["HL", "3", "2", "22", "1"], subscriber, *child]
    return [
        ["BHT", "0022", "13", trace, day, "0915"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", "EXAMPLE HEALTH", "", "", "", "", "PI", payer_id],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "2", "QUIET CLINIC", "", "", "", "", "XX", npi],
        *people,
    ]


def payload(body: list[list[Writable]] | None = None) -> str:
    envelope = Envelope(
        sender_id=KNOWN.sender_id, receiver_id=KNOWN.receiver_id, control_number=4711, now=datetime.now(UTC)
    )
    return compose([body or segments()], envelope, set_id="270")


def fields(**changes: str | None) -> dict[str, str]:
    """The ten fields; a change to None leaves one out."""
    values: dict[str, str | None] = {
        "PayloadType": "X12_270_Request_005010X279A1",
        "ProcessingMode": "RealTime",
        "PayloadID": str(uuid.uuid4()),
        "TimeStamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "UserName": KNOWN.username,
        "Password": KNOWN.password,
        "SenderID": KNOWN.sender_id,
        "ReceiverID": KNOWN.receiver_id,
        "CORERuleVersion": "2.2.0",
        "Payload": "",
    }
    values |= {"Payload": payload()} | changes
    assert values.keys() >= set(FIELDS)
    return {name: value for name, value in values.items() if value is not None}


def multipart(values: dict[str, str] | list[tuple[str, str]], boundary: str = "b1") -> bytes:
    pairs = values.items() if isinstance(values, dict) else values
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        boundary = self.headers["content-type"].partition('boundary="')[2].rstrip('"')
        parts = self.body.decode().split(f"--{boundary}")[1:-1]
        named = (part.partition("\r\n\r\n") for part in parts)
        return {
            head.partition('name="')[2].partition('"')[0]: value.removesuffix("\r\n")
            for head, _, value in named
        }

    @property
    def segments(self) -> list[str]:
        return self.fields["Payload"].split("~")


def post(
    simulator: Simulator,
    body: bytes,
    content_type: str = "multipart/form-data; boundary=b1",
    path: str = "/core",
    method: str = "POST",
) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, headers, answer.read())
    finally:
        connection.close()


def ask(simulator: Simulator, member: str = "ACT0001", service_type: str = "MH", **changes: object) -> Reply:
    """A correct question about a member."""
    text = payload(segments(member, service_type, **changes))
    return post(simulator, multipart(fields(Payload=text)))
