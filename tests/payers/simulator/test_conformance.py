"""Broken X12 gets a TA1 for its wrapping and a 999 for what is inside."""

from collections.abc import Callable

import pytest

from payers.simulator.server import Simulator
from payers.x12 import parse, read_999, read_ta1s
from tests.payers.simulator.asking import Reply, fields, multipart, payload, post, segments


def refused(simulator: Simulator, text: str) -> Reply:
    return post(simulator, multipart(fields(Payload=text)))


@pytest.mark.parametrize(
    ("break_it", "note"),
    [
        (lambda text: text.partition("IEA")[0], "023"),
        (lambda text: text.replace("IEA*1*000004711", "IEA*1*000004712"), "001"),
        (lambda text: text.replace("IEA*1*", "IEA*2*"), "021"),
        (lambda text: text + text, "022"),
    ],
    ids=["no IEA", "control number", "count", "two interchanges"],
)
def test_a_broken_interchange_gets_a_ta1(simulator: Simulator, break_it: Callable[[str], str], note: str):
    reply = refused(simulator, break_it(payload()))
    assert reply.fields["PayloadType"] == "X12_TA1_Response_00501X231A1"
    [ta1] = read_ta1s(parse(reply.fields["Payload"]))
    assert (ta1.control_number, ta1.status, ta1.note) == ("000004711", "R", note)


def without(segment_id: str) -> str:
    return payload([segment for segment in segments() if segment[0] != segment_id])


def changed(segment_id: str, element: int, value: str) -> str:
    body = [list(segment) for segment in segments()]
    for segment in body:
        if segment[0] == segment_id:
            segment[element] = value
    return payload(body)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (without("BHT"), "IK304=3 at BHT"),
        (without("EQ"), "IK304=3 at EQ"),
        (without("NM1"), "IK304=3 at NM1"),
        (changed("BHT", 2, "01"), "IK403=7 at BHT02"),
        (changed("DMG", 2, "19901302"), "IK403=8 at DMG02"),
        (changed("DTP", 3, "2026-3-2"), "IK403=8 at DTP03"),
        (changed("EQ", 1, ""), "IK403=1 at EQ01"),
        (payload().replace("ST*270*0001*005010X279A1", "ST*270*0001*005010X279"), "IK403=7 at ST03"),
    ],
)
def test_a_broken_270_gets_a_999_with_the_place(simulator: Simulator, text: str, place: str):
    reply = refused(simulator, text)
    assert reply.fields["PayloadType"] == "X12_999_Response_005010X231A1"
    [transaction] = parse(reply.fields["Payload"]).transactions
    [said] = read_999(transaction)
    assert (said.status, said.group_control_number) == ("R", "4711")
    assert any(place in fault.place for fault in said.faults)


def test_a_wrong_count_of_segments_is_refused_as_such(simulator: Simulator):
    reply = refused(simulator, payload().replace("~SE*", "~SE*9"))
    [transaction] = parse(reply.fields["Payload"]).transactions
    [said] = read_999(transaction)
    assert (said.status, said.codes) == ("R", ["4"])
