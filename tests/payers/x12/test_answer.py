"""The one answer to an inquiry, or the error that says why there is none."""

import pytest

from payers import reading, x12
from payers.errors import Rejected, Unavailable, Unreadable
from payers.x12_mapping import inquiry_to_270, receive
from tests.payers.x12.messages import (
    ACCOUNT,
    ENVELOPE,
    NOW,
    RECEIVER,
    SAM,
    SOURCE,
    answer,
    inquiry,
    message,
    subscriber,
)

ACTIVE = ["EB", "1", "", "30"]
CORRECTED = ["INS", "Y", "18", "001", "25"]


def dependent(*lines, first="SAM", trace="T-000905", born="20100506"):
    return [
        ["HL", "4", "3", "23", "0"],
        *([["TRN", "2", trace, "9999999984"]] if trace else []),
        ["NM1", "03", "1", "ROE", first],
        ["DMG", "D8", born, "M"],
        *lines,
    ]


def test_the_answer_with_our_trace_is_ours() -> None:
    other = answer(subscriber(["EB", "6", "", "30"], trace="T-OTHER", first="ANN", born="19700101"))
    found = receive(message(other, answer(subscriber(ACTIVE))), inquiry())
    [member] = found.members
    assert member.coverage.status == "active"
    assert reading.patient(found, "T-000905") is member


def test_without_an_echo_the_only_transaction_is_taken() -> None:
    assert (
        receive(message(answer(subscriber(ACTIVE, trace=""))), inquiry()).members[0].coverage.status
        == "active"
    )


def test_without_an_echo_two_transactions_are_not_guessed_between() -> None:
    with pytest.raises(Unreadable, match="wrong_trace"):
        receive(message(*[answer(subscriber(ACTIVE, trace=""))] * 2), inquiry())


def test_another_trace_is_another_answer() -> None:
    with pytest.raises(Unreadable, match="wrong_trace"):
        receive(message(answer(subscriber(ACTIVE, trace="T-OTHER"))), inquiry())


def test_the_payers_own_trace_beside_ours_is_no_matter() -> None:
    level = subscriber(ACTIVE)
    level.insert(1, ["TRN", "1", "PAYER-77", "9000000001"])
    assert receive(message(answer(level)), inquiry()).members


@pytest.mark.parametrize(
    "held",
    [
        {"last": "SMITH", "first": "ANN", "born": "19700101"},
        {"last": "SMITH", "first": "ANN", "member": "X999888777", "born": ""},
        {"first": "ANN", "member": "X999888777", "born": ""},
        {"born": "19800103"},
        {"last": "", "first": "", "member": "X999888777"},
    ],
)
@pytest.mark.parametrize("trace", ["", "T-000905"])
def test_an_answer_about_another_person_is_never_accepted(held: dict, trace: str) -> None:
    with pytest.raises(Unreadable, match="wrong_person"):
        receive(message(answer(subscriber(ACTIVE, trace=trace, **held))), inquiry())


@pytest.mark.parametrize(
    "held",
    [
        {"last": "ROWE"},
        {"last": "ROE-SMITH"},
        {"first": "JAYNE"},
        {"last": "SMITH"},
        {"first": "J"},
        {"member": "100200300"},
        {"member": "W10020030001"},
        {"last": "", "first": ""},
        {"born": ""},
    ],
)
def test_small_differences_with_the_same_id_or_birth_date_are_the_same_person(held: dict) -> None:
    assert receive(message(answer(subscriber(ACTIVE, **held))), inquiry()).members


def test_a_corrected_birth_date_is_accepted_and_shown() -> None:
    found = receive(message(answer(subscriber(CORRECTED, ACTIVE, born="19800112"))), inquiry())
    assert found.members[0].identity.corrected
    assert found.members[0].identity.birth_date == "1980-01-12"


def test_twins_under_one_id_are_told_apart() -> None:
    asked = inquiry(dependent=SAM, relationship="19")
    level = subscriber(trace="")
    data = message(answer(level, dependent(["EB", "6", "", "30"], first="TOM"), dependent(ACTIVE)))
    found = receive(data, asked)
    assert [member.role for member in found.members] == ["subscriber", "dependent"]
    assert (found.members[1].subscriber, found.members[1].identity.first) == (0, "SAM")
    with pytest.raises(Unreadable, match="wrong_person"):
        receive(message(answer(level, dependent(ACTIVE, first="TOM"))), asked)


def test_a_trace_on_the_subscriber_still_finds_the_dependent() -> None:
    found = receive(message(answer(subscriber(), dependent(ACTIVE, trace=""))), inquiry(dependent=SAM))
    patient = reading.patient(found, "T-000905")
    assert patient is not None
    assert patient.role == "dependent"


def test_a_dependent_may_be_answered_as_a_subscriber_of_their_own() -> None:
    level = subscriber(ACTIVE, first="SAM", born="20100506", member="W100200301")
    assert receive(message(answer(level)), inquiry(dependent=SAM)).members[0].identity.first == "SAM"


def test_a_rejection_carries_codes_and_level() -> None:
    data = message(answer(subscriber(["AAA", "N", "", "75", "C"])))
    with pytest.raises(Rejected, match="aaa") as refused:
        receive(data, inquiry())
    assert refused.value.detail == "AAA03=75 in 2100C"
    assert refused.value.benefits is not None
    assert refused.value.benefits.members[0].rejections[0].reason == "75"


def test_a_provider_rejection_has_no_members() -> None:
    data = message(answer(before=[*SOURCE, *RECEIVER, ["AAA", "N", "", "51", "C"]]))
    with pytest.raises(Rejected) as refused:
        receive(data, inquiry())
    assert refused.value.detail == "AAA03=51 in 2100B"


def test_a_rejected_service_beside_benefits_is_a_partial_success() -> None:
    found = receive(
        message(answer(subscriber(ACTIVE, ["EB", "V", "", "MH"], ["AAA", "N", "", "54", "C"]))), inquiry()
    )
    assert found.members[0].benefits[1].rejections[0].loop == "2110C"


def test_only_rejected_services_are_a_rejection() -> None:
    with pytest.raises(Rejected, match="aaa"):
        receive(message(answer(subscriber(["EB", "V", "", "MH"], ["AAA", "N", "", "54", "C"]))), inquiry())


@pytest.mark.parametrize("reason", ["42", "80"])
def test_not_now_is_unavailable(reason: str) -> None:
    data = message(answer(before=[SOURCE[0], ["AAA", "Y", "", reason, "P"], *SOURCE[1:]]))
    with pytest.raises(Unavailable, match=f"aaa_{reason}"):
        receive(data, inquiry())


def test_wait_ten_days_is_the_payers_own_word() -> None:
    data = message(answer(before=[*SOURCE, ["AAA", "Y", "", "42", "X"]]))
    with pytest.raises(Unavailable) as later:
        receive(data, inquiry())
    assert later.value.retry_after_seconds == 864_000


def test_not_now_and_never_again_is_a_rejection() -> None:
    data = message(answer(before=[*SOURCE, ["AAA", "Y", "", "42", "N"]]))
    with pytest.raises(Rejected):
        receive(data, inquiry())


def test_not_now_beside_a_wrong_id_is_a_rejection() -> None:
    data = message(answer(subscriber(["AAA", "N", "", "42", "R"], ["AAA", "N", "", "72", "C"])))
    with pytest.raises(Rejected):
        receive(data, inquiry())


def test_nothing_said_and_nothing_refused_is_an_answer_of_unknown() -> None:
    assert receive(message(answer(subscriber())), inquiry()).members[0].coverage.status == "unknown"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"<html>down</html>", "not_x12"), (b"", "not_x12"), (message(), "no_transaction")],
)
def test_what_holds_no_answer_is_kept_for_us(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        receive(data, inquiry())


def sent(control_number: int = 905) -> x12.Document:
    return x12.parse(inquiry_to_270(inquiry(control_number=control_number), ACCOUNT, now=NOW))


def test_a_999_on_what_we_sent_is_a_rejection_with_its_place() -> None:
    [transaction] = sent().transactions
    fault = x12.Fault(segment="NM1", position="12", code="8")
    with pytest.raises(Rejected, match="x999") as refused:
        receive(x12.write_999(transaction, ENVELOPE, faults=[fault]).encode(), inquiry())
    assert refused.value.detail == "IK501=R, IK502=5; IK304=8 at NM1 12"


def test_a_999_that_accepts_is_no_answer_yet() -> None:
    [transaction] = sent().transactions
    with pytest.raises(Unreadable, match="no_transaction"):
        receive(x12.write_999(transaction, ENVELOPE).encode(), inquiry())


def test_a_ta1_on_what_we_sent_is_a_rejection() -> None:
    isa = sent().interchanges[0].isa
    assert isa is not None
    with pytest.raises(Rejected, match="ta1") as refused:
        receive(x12.write_ta1(isa, ENVELOPE, note="006").encode(), inquiry())
    assert refused.value.detail == "TA104=R, TA105=006"


def test_an_acknowledgment_of_another_interchange_is_not_ours() -> None:
    other = sent(control_number=77)
    isa = other.interchanges[0].isa
    assert isa is not None
    [transaction] = other.transactions
    fault = x12.Fault(segment="NM1", position="12", code="8")
    for data in (x12.write_ta1(isa, ENVELOPE), x12.write_999(transaction, ENVELOPE, faults=[fault])):
        with pytest.raises(Unreadable, match="wrong_trace"):
            receive(data.encode(), inquiry())


def test_no_error_quotes_the_person() -> None:
    for data in (
        message(answer(subscriber(ACTIVE, last="SMITH", born="19700101"))),
        message(answer(subscriber(["AAA", "N", "", "75", "C"]))),
    ):
        with pytest.raises((Unreadable, Rejected)) as refused:
            receive(data, inquiry())
        said = f"{refused.value} {getattr(refused.value, 'detail', '')}"
        assert not any(mark in said.upper() for mark in ("ROE", "SMITH", "JANE", "W100200300", "1980"))
