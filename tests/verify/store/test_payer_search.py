"""A payer is found by whatever people type, the practice's own before a listed one, never another practice's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete

from payers.directory import ListedPayer, ListKind, Support, read_list
from tests.payers.directory.test_names import LIST, MEANT
from tests.verify.store.payer_lists import Place, add_place, listed
from verify.security.keys import Keyring
from verify.store import clinic, connect, migrate
from verify.store.directory import add_alias
from verify.store.payer_lists import import_list
from verify.store.payer_names import write_in_this_spelling
from verify.store.payer_search import Found, search
from verify.store.routes import add_route, remove_route
from verify.store.tables_directory import listed_names, name_spelling, payer_names


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.load_or_create(tmp_path / "keys.json")


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    engine = connect(postgres_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def place(connection: Connection, keyring: Keyring) -> Place:
    return add_place(connection, keyring)


def take(connection: Connection, place: Place, *rows: ListedPayer, account_id: str = "") -> None:
    import_list(connection, place.practice_id, account_id or place.stedi, rows, may_shrink=True)


def add(
    connection: Connection, place: Place, code: str, name: str, their_id: str = "", **more: object
) -> str:
    return clinic.add_payer(
        connection,
        practice_id=place.practice_id,
        code=code,
        name=name,
        account_id=place.stedi if their_id else "",
        payer_id=their_id,
        **more,
    )


def found(connection: Connection, place: Place, text: str) -> list[str]:
    return [each.code or each.name for each in search(connection, place.practice_id, text)]


def first(connection: Connection, place: Place, text: str) -> Found:
    return search(connection, place.practice_id, text)[0]


def test_what_people_type_finds_the_payer_they_mean(connection: Connection, place: Place) -> None:
    rows = [each for each in read_list(LIST.read_bytes(), ListKind.CSV) if isinstance(each, ListedPayer)]
    take(connection, place, *rows)
    assert {text: first(connection, place, text).their_ids[place.stedi] for text in MEANT} == MEANT


def test_the_practices_own_payer_comes_before_a_listed_one_that_is_as_likely(
    connection: Connection, place: Place
) -> None:
    take(connection, place, listed("T1", "Lakeside Health"), listed("T2", "Lakeside Health of Ohio"))
    add(connection, place, "lakeside", "Lakeside Health", "OTHER")
    assert found(connection, place, "lakeside health") == [
        "lakeside",
        "Lakeside Health",
        "Lakeside Health of Ohio",
    ]
    assert found(connection, place, "lakeside health oh")[0] == "Lakeside Health of Ohio"


def test_a_listed_payer_is_not_shown_beside_the_own_one_it_is(connection: Connection, place: Place) -> None:
    take(connection, place, listed("T1", "Lakeside Health"))
    add(connection, place, "lakeside", "Lakeside Health", "t1")
    assert found(connection, place, "lakeside") == ["lakeside"]


def test_another_name_under_the_same_id_is_shown_where_it_is_what_was_typed(
    connection: Connection, place: Place
) -> None:
    take(connection, place, listed("T1", "Lakeside Health"), listed("T1", "Quartz Mutual"))
    add(connection, place, "lakeside", "Lakeside Health", "T1")
    assert found(connection, place, "quartz mutual") == ["Quartz Mutual"]


def test_an_id_that_was_typed_comes_before_any_name(connection: Connection, place: Place) -> None:
    take(
        connection,
        place,
        listed("00540", "Lakeside Health", aliases=["QRT01"]),
        listed("QRT01", "Hillside"),
        listed("H2", "QRT01 Fund"),
    )
    assert found(connection, place, " qrt01 ") == ["Hillside", "Lakeside Health", "QRT01 Fund"]
    assert found(connection, place, "540") == []


def test_what_a_listed_payer_takes_is_said(connection: Connection, place: Place) -> None:
    take(connection, place, listed("T1", "Lakeside Health", eligibility=Support.ENROLLMENT_REQUIRED))
    only = first(connection, place, "lakeside")
    assert (only.support, only.enrollment, only.their_ids) == (
        "enrollment_required",
        "needed",
        {place.stedi: "T1"},
    )


def test_an_own_payer_is_found_by_each_alias_and_by_its_ids_as_they_change(
    connection: Connection, place: Place
) -> None:
    payer_id = add(connection, place, "lakeside", "Lakeside Health", "T1", aliases=["LHP of TX"])
    assert found(connection, place, "lhp texas") == ["lakeside"]
    add_alias(connection, place.practice_id, payer_id, "Northern Pines")
    assert found(connection, place, "northern pine") == ["lakeside"]
    add_route(
        connection, practice_id=place.practice_id, payer_id=payer_id, account_id=place.optum, their_id="OPT9"
    )
    assert found(connection, place, "opt9") == ["lakeside"]
    assert remove_route(connection, payer_id, place.optum)
    assert found(connection, place, "opt9") == []


def test_nobody_finds_what_another_practice_has(
    connection: Connection, place: Place, keyring: Keyring
) -> None:
    elsewhere = add_place(connection, keyring)
    take(connection, elsewhere, listed("T1", "Lakeside Health"))
    add(connection, elsewhere, "lakeside", "Lakeside Health", "T9")
    for text in ("lakeside", "t1", "t9"):
        assert found(connection, place, text) == []
        assert found(connection, elsewhere, text)


@pytest.mark.parametrize("text", ["", "   ", "zzz", "!", "%", "_", "'"])
def test_what_is_like_nothing_finds_nobody(connection: Connection, place: Place, text: str) -> None:
    take(connection, place, listed("T1", "Lakeside Health"))
    assert search(connection, place.practice_id, text) == []


def test_no_more_are_given_than_asked_for(connection: Connection, place: Place) -> None:
    take(connection, place, *(listed(f"T{n}", f"Lakeside Health {n}") for n in range(9)))
    assert len(search(connection, place.practice_id, "lakeside", 4)) == 4


def test_a_card_is_matched_in_any_spelling_and_two_of_one_name_are_nobody(
    connection: Connection, place: Place
) -> None:
    add(connection, place, "bcbstx", "Blue Cross Blue Shield of Texas")

    def means(card: str) -> str | None:
        row = clinic.find_payer(connection, place.practice_id, card)
        return row and row.code

    assert [means(card) for card in ("BCBS of TX", "blue  cross blue shield, Texas", "BCBSTX")] == [
        "bcbstx"
    ] * 3
    assert means("blue cross texas") is None, "alike is not the same"
    add(connection, place, "bcbstx_ppo", "BCBS Texas PPO", aliases=["BCBS TX"])
    assert means("BCBS of TX") is None
    assert means("bcbstx") == "bcbstx", "a code is nobody else's"


def test_names_are_written_anew_when_the_spelling_changes(
    connection: Connection, place: Place, postgres_url: str
) -> None:
    add(connection, place, "lakeside", "Lakeside Health of TX", "T1")
    take(connection, place, listed("T2", "Hillside of OK"))
    for table in (payer_names, listed_names):
        connection.execute(delete(table).where(table.c.kind == "name"))
    connection.execute(delete(name_spelling))
    connection.execute(name_spelling.insert().values(digest="of another program"))
    assert found(connection, place, "hillside") == []
    assert write_in_this_spelling(connection)
    assert found(connection, place, "lakeside texas") == ["lakeside"]
    assert found(connection, place, "hillside oklahoma") == ["Hillside of OK"]
    assert not write_in_this_spelling(connection), "once is enough"


def test_migrating_writes_the_names(postgres_url: str, keyring: Keyring) -> None:
    engine = connect(postgres_url)
    with engine.begin() as connection:
        place = add_place(connection, keyring)
        add(connection, place, "lakeside", "Lakeside Health", "T1")
        connection.execute(delete(payer_names))
        connection.execute(delete(name_spelling))
    migrate(engine)
    with engine.connect() as connection:
        assert found(connection, place, "lakeside") == ["lakeside"]
    engine.dispose()
