"""999 and TA1 say what became of what we sent, by the numbers we sent it under."""

from payers import x12
from payers.x12_mapping import inquiry_to_270
from tests.payers.x12.messages import ACCOUNT, ENVELOPE, NOW, inquiry

SENT = inquiry_to_270(inquiry(), ACCOUNT, now=NOW)
[RECEIVED] = x12.parse(SENT).transactions


def test_a_999_joins_to_the_numbers_sent() -> None:
    [transaction] = x12.parse(x12.write_999(RECEIVED, ENVELOPE)).transactions
    [said] = x12.read_999(transaction)
    assert (said.group_control_number, said.set_id, said.control_number) == ("905", "270", "0001")
    assert said.accepted


def test_a_rejection_names_segment_and_element() -> None:
    faults = [
        x12.Fault(segment="NM1", position="8", loop="2100", code="8"),
        x12.Fault(segment="NM1", position="8", element="9", element_code="1"),
    ]
    [transaction] = x12.parse(x12.write_999(RECEIVED, ENVELOPE, faults=faults)).transactions
    [said] = x12.read_999(transaction)
    assert not said.accepted
    assert [fault.place for fault in said.faults] == ["IK304=8 at NM1 8", "IK403=1 at NM109"]


def test_a_ta1_joins_to_the_interchange_sent() -> None:
    isa = x12.parse(SENT).interchanges[0].isa
    document = x12.parse(x12.write_ta1(isa, ENVELOPE, status="R", note="006"))
    [said] = x12.read_ta1s(document)
    assert (said.control_number, said.status, said.note, said.accepted) == ("000000905", "R", "006", False)
    assert not document.problems
