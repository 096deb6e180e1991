"""What came back as JSON: the answer, or the right error; and the two readings held against each other."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.json_mapping import STEDI_2026, V3
from payers.x12 import compose
from tests.payers.json_mapping.samples import ACCOUNT, answer, read, refusal, x12
from tests.payers.x12 import messages


def failure(*arguments, **named) -> PayerError | AccountError:
    with pytest.raises((PayerError, AccountError)) as caught:
        read(*arguments, **named)
    assert caught.value.exchange is not None
    return caught.value


# The JSON alone


def test_an_active_plan_is_read_from_the_json():
    reply = read(answer())
    assert reply.benefits.members[0].coverage.status == "active"
    assert reply.benefits.read_from == "json"
    assert reply.benefits.problems == []
    assert reply.exchange.http_status == 200


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "text/html", "", "application/edi-x12"]
)
def test_a_wrong_content_type_is_no_matter(content_type: str):
    assert read(answer(), content_type=content_type).benefits.members


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", Unreadable, "not_json"),
        (b"<!doctype html><title>Sign in</title>", Unreadable, "not_json"),
        (b"\x00\xff" * 40, Unreadable, "not_json"),
        (b"[1, 2]", Unreadable, "not_json"),
        (b"null", Unreadable, "not_json"),
        (b"{}", Unreadable, "no_transaction"),
        (b'{"message":"ok"}', Unreadable, "no_transaction"),
        (b'{"payer":{"name":"MERIDIAN"},"benefitsInf', Unavailable, "truncated"),
        (b'{"a":' + b"[" * 5000 + b"}", Unreadable, "not_json"),
    ],
)
def test_what_is_no_answer_is_told_apart(body: bytes, kind: type[Exception], code: str):
    error = failure(body)
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"lastName": "STRANGER", "firstName": "SOME", "memberId": "Z9", "dateOfBirth": "19510203"},
        {"dateOfBirth": "19800103"},
        {"firstName": "WALTER", "dateOfBirth": "", "memberId": "Q5"},
    ],
)
def test_a_member_who_is_not_our_patient_is_never_accepted(changes: dict[str, str]):
    error = failure(answer(subscriber=answer()["subscriber"] | changes))
    assert (type(error), error.code) == (Unreadable, "wrong_person")


def test_a_trace_that_is_another_is_refused_only_where_the_source_returns_ours():
    other = answer(subscriberTraceNumbers=[{"traceTypeCode": "2", "referenceIdentification": "OTHER"}])
    assert read(other).benefits.members
    assert failure(other, traced=True).code == "wrong_trace"
    ours = answer(subscriberTraceNumbers=[{"traceTypeCode": "2", "referenceIdentification": "T-000905"}])
    assert read(ours, traced=True).benefits.members


# Refusals


@pytest.mark.parametrize(
    ("errors", "kind", "code"),
    [
        ([refusal("75")], Rejected, "aaa"),
        ([refusal("42", "Resubmission Allowed")], Unavailable, "aaa_42"),
        ([refusal("42", "Resubmission Not Allowed")], Unavailable, "aaa_42"),
        ([refusal("80", "Resubmission Not Allowed")], Unavailable, "aaa_80"),
        ([refusal("42"), refusal("79")], Unavailable, "aaa_42"),
        ([refusal("42"), refusal("75")], Rejected, "aaa"),
        ([refusal("79")], Rejected, "aaa"),
    ],
)
def test_aaa_codes_mean_what_an_intermediary_means_by_them(errors: list, kind: type[Exception], code: str):
    error = failure(answer(subscriber={}, benefitsInformation=[], errors=errors))
    assert (type(error), error.code) == (kind, code)


def test_a_rejection_comes_with_what_was_said_and_no_word_of_the_payers():
    error = failure(
        answer(subscriber={}, benefitsInformation=[], errors=[refusal("MARQUISE"), refusal("75")])
    )
    assert isinstance(error, Rejected)
    assert error.detail == "AAA03=other in 2100C, AAA03=75 in 2100C"
    assert error.benefits is not None


def test_waiting_thirty_days_is_kept():
    error = failure(
        answer(
            subscriber={}, benefitsInformation=[], errors=[refusal("42", "Please Wait 30 Days and Resubmit")]
        )
    )
    assert isinstance(error, Unavailable)
    assert error.retry_after_seconds == 30 * 86_400


def test_a_rejection_beside_benefits_stays_an_answer():
    said = answer()
    said["subscriber"] |= {"aaaErrors": [refusal("33", location="Loop 2110C")]}
    reply = read(said)
    assert [each.reason for each in reply.benefits.members[0].rejections] == ["33"]


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "detail"),
    [
        (400, {"errors": [refusal("33", location="")], "status": "ERROR"}, Rejected, "aaa", "AAA03=33 in the answer"),
        (400, {"errors": [refusal("79", location="")]}, Rejected, "aaa", "AAA03=79 in the answer"),
        (400, {"message": "no", "fieldList": [{"path": "/subscriber/memberId", "message": "x"}]}, Rejected,
         "http_4xx", "/subscriber/memberId"),
        (400, {"errors": [{"field": "/controlNumber", "description": "x"}]}, Rejected, "http_4xx", "/controlNumber"),
        (400, {"fieldList": [{"path": "/subscriber/JANE"}, {"path": "ROE"}]}, Rejected, "http_4xx", ""),
        (404, {"message": "no"}, Rejected, "http_4xx", ""),
        (401, {"message": "no"}, AccountError, "unauthorized", ""),
        (403, {"errors": [refusal("75")]}, AccountError, "unauthorized", ""),
        (408, {"message": "no"}, Unavailable, "timeout", ""),
        (429, {"message": "throttled", "code": "TOO_MANY_REQUESTS"}, Unavailable, "http_429", ""),
        (500, {"errors": [refusal("75")]}, Unavailable, "http_5xx", ""),
        (503, {}, Unavailable, "http_5xx", ""),
        (302, {}, AccountError, "bad_url", ""),
    ],
)  # fmt: skip
def test_the_status_decides_before_the_body(
    status: int, body: dict, kind: type[Exception], code: str, detail: str
):
    error = failure(body, status=status)
    assert (type(error), error.code, getattr(error, "detail", "")) == (kind, code, detail)


def test_test_answers_never_reach_a_production_account():
    said = answer(meta={"applicationMode": "test"})
    assert read(said).benefits.members
    error = failure(said, account=msgspec.structs.replace(ACCOUNT, usage="P"))
    assert (type(error), error.code) == (AccountError, "bad_option")


# The raw 271 beside the JSON


def test_the_benefits_are_those_of_the_raw_271_with_its_places():
    reply = read(answer(x12=x12()))
    assert reply.benefits.problems == []
    assert reply.benefits.members[0].benefits[0].segments[0] > 1
    assert reply.benefits.read_from == "x12"
    assert reply.benefits.version == "005010X279A1"


DISAGREEMENTS = {
    "a line more in the JSON": (
        answer({"code": "1", "serviceTypeCodes": ["30"], "insuranceTypeCode": "PR", "planCoverage": "GOLD"},
               {"code": "C", "benefitAmount": "500"}),
        "benefits", "1 lines are only in the JSON (EB01 C)"),
    "another amount": (
        answer({"code": "1", "serviceTypeCodes": ["30"], "insuranceTypeCode": "PR", "planCoverage": "GOLD",
                "benefitAmount": "1"}),
        "benefits", "1 lines are only in the 271 (EB01 1)"),
    "another coverage": (
        answer({"code": "6", "serviceTypeCodes": ["30"], "insuranceTypeCode": "PR", "planCoverage": "GOLD"}),
        "coverage", "active in the 271, inactive in the JSON"),
    "a member id of other letters": (
        answer(subscriber=answer()["subscriber"] | {"memberId": "W10020030001"}), "member", "member_id differs"),
    "a rejection": (
        answer(errors=[refusal("33")]), "rejections", "the AAA codes are not the same"),
}  # fmt: skip


@pytest.mark.parametrize("case", DISAGREEMENTS)
def test_a_disagreement_of_the_two_is_a_problem_of_the_answer(case: str):
    said, place, message = DISAGREEMENTS[case]
    reply = read(said | {"x12": x12()})
    assert reply.benefits.members[0].coverage.status == "active"
    found = {each.place: each for each in reply.benefits.problems}
    assert found[place].message.startswith("JSON and 271 disagree: ")
    assert message in " ".join(each.message for each in reply.benefits.problems)
    assert found[place].severity == "structure"


def test_a_disagreement_says_nothing_of_the_patient():
    said = answer(subscriber=answer()["subscriber"] | {"lastName": "ROW", "memberId": "W10020030001"})
    said_of = msgspec.json.encode(read(said | {"x12": x12()}).benefits.problems).upper()
    assert b"DIFFERS" in said_of
    assert not [mark for mark in (b"ROW", b"ROE", b"JANE", b"W1002") if mark in said_of]


@pytest.mark.parametrize(
    ("amount", "percent"), [("0", "0"), ("0.00", ".0"), ("00", "0.0")], ids=["plain", "decimals", "zeros"]
)
def test_the_same_figure_in_other_digits_is_no_disagreement(amount: str, percent: str):
    line = {"code": "1", "serviceTypeCodes": ["30"], "insuranceTypeCode": "PR", "planCoverage": "GOLD"}
    said = answer(line | {"benefitAmount": amount, "benefitPercent": percent})
    raw = x12(["EB", "1", "", "30", "PR", "GOLD", "", "0", "0"])
    assert read(said | {"x12": raw}).benefits.problems == []


def test_neither_of_the_two_may_be_about_someone_else():
    stranger = {"lastName": "STRANGER", "firstName": "SOME", "memberId": "Z9", "dateOfBirth": "19510203"}
    assert failure(answer(subscriber=stranger, x12=x12())).code == "wrong_person"
    foreign = x12(last="STRANGER", first="SOME", member="Z9", born="19510203")
    assert failure(answer(x12=foreign)).code == "wrong_person"


def test_raw_x12_that_cannot_be_read_leaves_the_json_and_a_problem():
    reply = read(answer(x12="garbage"))
    assert reply.benefits.members[0].coverage.status == "active"
    assert reply.benefits.read_from == "json"
    assert [each.place for each in reply.benefits.problems] == ["x12"]


def test_a_999_in_place_of_an_answer_is_a_rejection_under_whatever_number():
    body = [
        ["AK1", "HS", "777", "005010X279A1"],
        ["AK2", "270", "0001"],
        ["IK5", "R", "5"],
        ["AK9", "R", "1", "1", "0"],
    ]
    refused = compose([body], messages.ENVELOPE, set_id="999")
    error = failure({"x12": refused, "errors": []})
    assert (type(error), error.code) == (Rejected, "x999")


@pytest.mark.parametrize("shape", [V3, STEDI_2026], ids=["v3", "2026"])
@given(data=st.data())
def test_whatever_comes_back_is_read_or_is_one_of_our_errors(shape, data: st.DataObject):
    body = bytearray(msgspec.json.encode(answer(x12=x12())))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=9)
    ):
        body[place] = byte
    kept = bytes(body[: data.draw(st.integers(0, len(body)))])
    try:
        read(kept, shape=shape, status=data.draw(st.sampled_from([200, 400])))
    except (PayerError, AccountError) as error:
        assert error.exchange is not None


JSONISH = st.recursive(
    st.sampled_from([None, True, 0, -1, 2.5, 10**30, "", " ", "ROE", "20260231", "2026-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "payer",
                    "subscriber",
                    "dependents",
                    "benefitsInformation",
                    "errors",
                    "plans",
                    "benefits",
                    "statuses",
                    "code",
                    "name",
                    "person",
                    "network",
                    "serviceLimits",
                    "delivery",
                    "dates",
                    "plan",
                    "aaaErrors",
                    "location",
                    "benefitsDateInformation",
                    "meta",
                    "x12",
                    "quantity",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("shape", [V3, STEDI_2026], ids=["v3", "2026"])
@given(
    said=st.dictionaries(
        st.sampled_from(["payer", "subscriber", "plans", "errors", "benefitsInformation"]), JSONISH
    )
)
def test_fields_of_any_kind_are_never_fatal(shape, said: dict):
    try:
        read(msgspec.json.encode(said), shape=shape)
    except PayerError as error:
        assert error.exchange is not None
