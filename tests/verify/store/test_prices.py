"""Prices are dated and kept: a new one ends the one before, a person confirms, none is rewritten."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import IntegrityError

from tests.verify.store.price_list import BEGUN, price
from verify.store import clinic, connect, prices, users
from verify.store.prices import Added
from verify.store.tables_prices import prices as table
from verify.verification import new_id

JULY = date(2026, 7, 1)


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    engine: Engine = connect(postgres_url)
    with engine.connect() as open_connection:
        yield open_connection
    engine.dispose()


@pytest.fixture
def practice_id(connection: Connection) -> str:
    return clinic.add_practice(
        connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )


def held(connection: Connection, practice_id: str) -> list[tuple[int, date, date | None]]:
    rows = prices.shown(connection, practice_id, until=date(2020, 1, 1))
    return [(row.cents, row.valid_from, row.valid_until) for row in rows]


def test_a_new_price_ends_the_one_before_it(connection: Connection, practice_id: str) -> None:
    assert prices.add(connection, practice_id, price(), by="system") is Added.NEW
    changed = prices.add(connection, practice_id, price(dollars=260, valid_from=JULY), by="system")
    assert changed is Added.CHANGED
    assert held(connection, practice_id) == [
        (250_00, BEGUN, date(2026, 6, 30)),
        (260_00, JULY, None),
    ]


def test_an_earlier_price_ends_where_the_later_one_begins(connection: Connection, practice_id: str) -> None:
    prices.add(connection, practice_id, price(dollars=260, valid_from=JULY), by="system")
    assert prices.add(connection, practice_id, price(), by="system") is Added.NEW
    assert held(connection, practice_id)[0] == (250_00, BEGUN, date(2026, 6, 30))


def test_the_same_price_again_changes_nothing_and_another_on_its_day_is_refused(
    connection: Connection, practice_id: str
) -> None:
    prices.add(connection, practice_id, price(), by="system")
    assert prices.add(connection, practice_id, price(), by="system") is Added.SAME
    assert prices.add(connection, practice_id, price(dollars=255), by="system") is Added.TAKEN
    assert held(connection, practice_id) == [(250_00, BEGUN, None)]


def test_other_codes_kinds_payers_and_practices_stand_apart(connection: Connection, practice_id: str) -> None:
    elsewhere = clinic.add_practice(
        connection, name="Fernwood", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )
    for each in (price(), price("90867"), price(kind="self_pay"), price(kind="contract", payer="bluehollow")):
        assert prices.add(connection, practice_id, each, by="system") is Added.NEW
    assert prices.add(connection, elsewhere, price(dollars=1), by="system") is Added.NEW
    assert len(held(connection, practice_id)) == 4
    assert {one.cents for one in prices.for_codes(connection, elsewhere, ["90868"])} == {1_00}
    (row,) = prices.shown(connection, elsewhere, until=BEGUN)
    assert not prices.confirm(connection, practice_id, row.id, by="system")
    assert not prices.end(connection, practice_id, row.id, BEGUN)


def test_only_a_person_verifies_and_the_first_one_stays(connection: Connection, practice_id: str) -> None:
    prices.add(connection, practice_id, price(verified=True), by="system")
    (row,) = prices.shown(connection, practice_id, until=BEGUN)
    assert (row.verified_by, prices.as_price(row).verified) == (None, False)
    people = [
        users.add(connection, practice_id=practice_id, email=f"{name}@p.example", name=name, role="biller")
        for name in ("ines", "omar")
    ]
    for user_id in people:
        assert prices.confirm(connection, practice_id, row.id, by=user_id)
    (row,) = prices.shown(connection, practice_id, until=BEGUN)
    assert (row.verified_by, row.verified_name) == (people[0], "ines")
    assert prices.for_codes(connection, practice_id, ["90868"])[0].verified


def test_an_ended_price_holds_to_its_last_day_and_a_withdrawn_one_for_none(
    connection: Connection, practice_id: str
) -> None:
    prices.add(connection, practice_id, price(), by="system")
    (row,) = prices.shown(connection, practice_id, until=BEGUN)
    assert prices.end(connection, practice_id, row.id, JULY)
    (ended,) = prices.for_codes(connection, practice_id, ["90868"])
    assert (ended.holds_on(JULY), ended.holds_on(date(2026, 7, 2))) == (True, False)
    assert prices.end(connection, practice_id, row.id, date(2000, 1, 1))
    assert prices.for_codes(connection, practice_id, ["90868"]) == []
    assert not prices.end(connection, practice_id, row.id, JULY)
    # Its day is free again, for the price that is right.
    assert prices.add(connection, practice_id, price(dollars=251), by="system") is Added.NEW


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "guessed"},
        {"cents": -1},
        {"kind": "contract", "payer": ""},
        {"valid_until": date(2025, 1, 1)},
    ],
)
def test_the_table_refuses_what_makes_no_sense(
    connection: Connection, practice_id: str, odd: dict[str, object]
) -> None:
    row = {
        "id": new_id("price"),
        "practice_id": practice_id,
        "code": "90868",
        "kind": "typical",
        "cents": 1,
        "valid_from": BEGUN,
        "source": "survey",
        "added_by": "system",
    }
    with pytest.raises(IntegrityError):
        connection.execute(insert(table).values(**{**row, **odd}))
