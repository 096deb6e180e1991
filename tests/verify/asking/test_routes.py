"""Through which account a payer is asked now, and through which after one failed."""

from datetime import UTC, datetime

import pytest

from verify.asking import OUTAGE, Route, after_failure, awaiting_enrollment, to_try, usable

LATER = datetime(2026, 11, 28, 13, tzinfo=UTC)
FIRST, SECOND = Route("acct_1", "stedi_json"), Route("acct_2", "optum_v3")
PHONE = Route("acct_3", "phone")


def names(routes):
    return [route.account_id for route in routes]


def test_routes_are_tried_in_their_order_and_the_phone_last():
    assert names(usable([PHONE, FIRST, SECOND])) == ["acct_1", "acct_2", "acct_3"]


@pytest.mark.parametrize(
    ("route", "is_usable"),
    [
        (FIRST._replace(support="not_supported"), False),
        (FIRST._replace(support="enrollment_required"), False),
        (FIRST._replace(support="enrollment_required", enrolled=True), True),
        (FIRST._replace(support="supported"), True),
        (FIRST._replace(support="unknown"), True),
    ],
)
def test_a_way_that_answers_no_eligibility_is_none(route, is_usable):
    assert bool(usable([route])) is is_usable


def test_the_current_way_is_kept_while_it_is_open():
    assert to_try([FIRST, SECOND], "acct_2") == SECOND


@pytest.mark.parametrize("shut", [{"paused_code": "unauthorized"}, {"closed_until": LATER}])
def test_the_next_open_way_is_taken_when_one_is_shut(shut):
    assert to_try([FIRST._replace(**shut), SECOND], "acct_1") == SECOND


def test_an_account_whose_circuit_is_open_is_passed_over():
    assert to_try([FIRST, SECOND], "acct_1", resting={"acct_1"}) == SECOND
    assert to_try([FIRST, SECOND], "acct_1", resting={"acct_1", "acct_2"}) is None


def test_the_phone_is_no_way_around_a_pause_of_minutes():
    assert to_try([FIRST._replace(closed_until=LATER), PHONE], "acct_1") is None


def test_a_payer_that_has_only_the_phone_is_phoned():
    assert to_try([PHONE], "acct_3") == PHONE


def test_a_payer_without_any_way_has_none():
    assert to_try([], "acct_1") is None


def test_an_unknown_account_begins_with_the_first():
    assert to_try([FIRST, SECOND], "acct_9") == FIRST


@pytest.mark.parametrize("code", ["connect", "timeout", "dropped", "http_5xx", "http_429", "receiver_fault"])
def test_after_a_failure_of_the_way_the_next_goes_through_another(code):
    assert after_failure([FIRST, SECOND], "acct_1", code, account_failed=False) == SECOND


@pytest.mark.parametrize("code", ["aaa_42", "aaa_80"])
def test_a_payer_that_is_away_is_away_through_every_door(code):
    assert after_failure([FIRST, SECOND], "acct_1", code, account_failed=False) is None


def test_refused_credentials_leave_the_other_door_open():
    assert after_failure([FIRST, SECOND], "acct_1", "unauthorized", account_failed=True) == SECOND


def test_there_is_no_other_way_but_the_phone_or_a_shut_one():
    assert after_failure([FIRST, PHONE], "acct_1", "connect", account_failed=False) is None
    shut = SECOND._replace(paused_code="tls")
    assert after_failure([FIRST, shut], "acct_1", "connect", account_failed=False) is None


def test_after_the_last_door_comes_the_first_again():
    assert after_failure([FIRST, SECOND], "acct_2", "connect", account_failed=False) == FIRST


CLOSED = FIRST._replace(support="enrollment_required")


@pytest.mark.parametrize(
    ("routes", "awaiting"),
    [
        ([CLOSED], ["acct_1"]),
        ([CLOSED, PHONE], ["acct_1"]),
        ([CLOSED, SECOND._replace(support="not_supported")], ["acct_1"]),
        ([CLOSED, SECOND], []),
        ([CLOSED._replace(enrolled=True)], []),
        ([PHONE], []),
        ([], []),
    ],
)
def test_an_enrollment_is_missing_only_where_nothing_else_carries_the_question(routes, awaiting):
    assert names(awaiting_enrollment(routes)) == awaiting


def test_a_way_that_is_out_is_still_one():
    assert awaiting_enrollment([CLOSED, SECOND._replace(closed_until=LATER, closed_code=OUTAGE)]) == []
