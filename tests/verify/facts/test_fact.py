from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from verify.facts import About, Fact, FactName, Source, SourceKind, Standing, Status, Tier, expiry
from verify.facts.names import LASTING

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("America/Chicago"))


def fact(**changes) -> Fact:
    said = {
        "name": FactName.COPAY,
        "about": About(service_type="MH", tier=Tier.IN_NETWORK),
        "standing": Standing.VALUE,
        "status": Status.STATED,
        "value": {"cents": 30_00, "per": "visit"},
        "segments": (17,),
        "source": Source(kind=SourceKind.X12_271, reference="exc_1", by="system", obtained_at=NOON),
    }
    return Fact(**{**said, **changes})


def test_a_fact_survives_the_way_through_json():
    stored = msgspec.json.encode(fact(expires_at=NOON))
    assert msgspec.json.decode(stored, type=Fact) == fact(expires_at=NOON)
    assert msgspec.convert(msgspec.to_builtins(fact()), Fact) == fact()


def test_the_key_is_the_same_however_often_the_same_words_are_judged():
    later = Source(kind=SourceKind.X12_271, reference="exc_1", by="system", obtained_at=NOON.replace(hour=15))
    assert fact().key == fact(source=later, expires_at=NOON).key
    assert fact().key.startswith("copay:exc_1:")
    assert fact(value={"per": "visit", "cents": 30_00}).key == fact().key


@pytest.mark.parametrize(
    "change",
    [
        {"name": FactName.COINSURANCE},
        {"about": About(service_type="98", tier=Tier.IN_NETWORK)},
        {"value": {"cents": 40_00, "per": "visit"}},
        {"segments": (18,)},
        {"source": Source(kind=SourceKind.X12_271, reference="exc_2", by="system", obtained_at=NOON)},
        {"source": Source(kind=SourceKind.CALL, reference="exc_1", by="system", obtained_at=NOON)},
        {"status": Status.DERIVED},
    ],
)
def test_the_key_differs_when_something_else_was_said(change):
    assert fact(**change).key != fact().key


SILENT = "what is not stated has no value"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"standing": Standing.NOT_STATED}, SILENT),
        ({"standing": Standing.NOT_STATED, "status": Status.NOT_STATED}, SILENT),
        ({"status": Status.NOT_STATED, "value": None}, SILENT),
        ({"standing": Standing.NOT_ASKED, "value": None}, "what was not asked is no fact"),
        ({"value": None}, "a value stands for itself"),
        ({"status": Status.AMBIGUOUS}, "what is ambiguous is unknown"),
    ],
)
def test_a_fact_that_contradicts_itself_is_refused(wrong, problem):
    with pytest.raises(ValueError, match=rf"^{problem}$"):
        fact(**wrong)


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match=r"^obtained_at needs a zone$"):
        Source(kind=SourceKind.CALL, reference="c", by="u", obtained_at=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("standing", Standing)
def test_yes_no_and_a_value_settle_a_matter(standing):
    if standing is Standing.NOT_ASKED:
        return
    silent = standing is Standing.NOT_STATED
    made = fact(
        standing=standing,
        status=Status.NOT_STATED if silent else Status.STATED,
        value=1 if standing is Standing.VALUE else None,
    )
    assert made.settled == (standing in {Standing.YES, Standing.NO, Standing.VALUE})


@pytest.mark.parametrize(
    ("name", "obtained", "holds_until"),
    [
        (FactName.ACTIVE, "2026-03-02T12:00", "2026-04-01T00:00"),
        (FactName.ACTIVE, "2026-03-31T23:59", "2026-04-01T00:00"),
        (FactName.ACTIVE, "2026-12-05T12:00", "2027-01-01T00:00"),
        (FactName.DEDUCTIBLE_REMAINING, "2026-03-02T12:00", "2026-03-09T12:00"),
        (FactName.OUT_OF_POCKET_MET, "2026-12-30T12:00", "2027-01-01T00:00"),
        (FactName.DEDUCTIBLE_TOTAL, "2026-03-02T12:00", "2026-05-31T12:00"),
        (FactName.AUTHORIZATION, "2026-11-02T12:00", "2027-01-01T00:00"),
        (FactName.ACTIVE, "2026-03-31T23:59:59.999999", "2026-04-01T00:00"),
    ],
)
def test_facts_expire_with_the_week_the_month_the_quarter_or_the_year(name, obtained, holds_until):
    zone = ZoneInfo("America/Chicago")
    until = expiry(name, datetime.fromisoformat(obtained).replace(tzinfo=zone))
    assert until == datetime.fromisoformat(holds_until).replace(tzinfo=zone)


@pytest.mark.parametrize("name", FactName)
def test_every_fact_expires_after_it_was_obtained(name):
    for month in range(1, 13):
        obtained = datetime(2026, month, 28, 23, 59, tzinfo=UTC)
        latest = obtained + timedelta(days=365) if name in LASTING else datetime(2027, 1, 1, tzinfo=UTC)
        assert obtained < expiry(name, obtained) <= latest
