"""An answer that is not bought twice, and the day to ask about."""

from datetime import UTC, date, datetime, timedelta

import pytest

from payers.directory import Quirks
from verify.asking import day_to_ask, fresh_since
from verify.verification import Reason

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_how_long_an_answer_serves(reason):
    assert timedelta(0) < NOW - fresh_since(reason, NOW) <= timedelta(hours=24)


def test_a_recheck_takes_no_answer_of_the_day_before():
    assert fresh_since(Reason.RECHECK, NOW) > NOW - timedelta(hours=12)


def look(ahead=None, back=None):
    return Quirks(source="a portal", read_on=TODAY, days_ahead=ahead, days_back=back)


@pytest.mark.parametrize(
    ("on", "quirks", "asked"),
    [
        (date(2027, 3, 1), Quirks(), date(2027, 3, 1)),
        (date(2026, 12, 28), look(ahead=30), date(2026, 12, 28)),
        (date(2026, 12, 29), look(ahead=30), TODAY),
        (date(2026, 11, 27), look(back=1), date(2026, 11, 27)),
        (date(2026, 11, 26), look(back=1), TODAY),
        (date(2026, 11, 29), look(ahead=0), TODAY),
    ],
)
def test_beyond_what_the_payer_looks_at_today_is_asked(on, quirks, asked):
    assert day_to_ask(on, TODAY, quirks) == asked
