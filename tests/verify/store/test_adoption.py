"""A payer is taken over from an account's list, or from what ships with the program."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.exc import NoResultFound

from payers.directory import ListedPayer, Support, known_payers
from tests.verify.store.payer_lists import Place, add_place, listed
from verify.security.keys import Keyring
from verify.store import clinic, connect
from verify.store.adoption import CannotAdopt, adopt_known, adopt_listed, code_of
from verify.store.directory import company, listed_company
from verify.store.payer_lists import import_list
from verify.store.routes import routes_of
from verify.store.tables import payers
from verify.store.tables_directory import listed_payers


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = connect(postgres_url, pool_size=5)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        yield connection


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.load_or_create(tmp_path / "keys.json")


@pytest.fixture
def place(connection: Connection, keyring: Keyring) -> Place:
    return add_place(connection, keyring)


def take(connection: Connection, place: Place, *rows: ListedPayer, account_id: str = "") -> list[str]:
    """The ids of the listed payers, in their order."""
    account_id = account_id or place.stedi
    import_list(connection, place.practice_id, account_id, rows, may_shrink=True)
    by_name = {
        row.name: row.id
        for row in connection.execute(select(listed_payers).where(listed_payers.c.account_id == account_id))
    }
    return [by_name[row.name] for row in rows]


def payer(connection: Connection, payer_id: str) -> Row[tuple[object, ...]]:
    return connection.execute(select(payers).where(payers.c.id == payer_id)).one()


def test_a_listed_payer_becomes_one_of_the_practice_with_its_way_and_names(
    connection: Connection, place: Place
) -> None:
    (row_id,) = take(
        connection,
        place,
        listed("T1", "Lakeside Health of Texas", names=["LHT", "Lakeside Health TX"]),
    )
    made = adopt_listed(connection, place.practice_id, row_id)
    assert (made.code, made.is_new, made.is_new_way) == ("lakeside_health_of_texas", True, True)
    row = payer(connection, made.payer_id)
    assert (row.name, row.aliases, row.kind, row.quirks) == ("Lakeside Health of Texas", ["LHT"], "", {})
    (way,) = routes_of(connection, made.payer_id)
    assert (way.account_id, way.their_id, way.support) == (place.stedi, "T1", "supported")
    again = adopt_listed(connection, place.practice_id, row_id)
    assert (again.payer_id, again.is_new, again.is_new_way) == (made.payer_id, False, False)


def test_the_same_payer_in_another_list_is_one_more_way_to_it(connection: Connection, place: Place) -> None:
    (first,) = take(connection, place, listed("T1", "Lakeside Health"))
    (second,) = take(connection, place, listed("LK9", "LAKESIDE HEALTH, INC."), account_id=place.optum)
    made = adopt_listed(connection, place.practice_id, first)
    more = adopt_listed(connection, place.practice_id, second)
    assert (more.payer_id, more.is_new, more.is_new_way) == (made.payer_id, False, True)
    assert [(way.account_id, way.their_id) for way in routes_of(connection, made.payer_id)] == [
        (place.stedi, "T1"),
        (place.optum, "LK9"),
    ]


def test_a_payer_of_the_same_name_and_another_id_there_is_for_a_person(
    connection: Connection, place: Place
) -> None:
    _, second = take(connection, place, listed("T1", "Lakeside Health"), listed("T2", "Lakeside Health Inc"))
    clinic.add_payer(
        connection,
        practice_id=place.practice_id,
        code="lakeside",
        name="Lakeside Health",
        account_id=place.stedi,
        payer_id="T1",
    )
    with pytest.raises(CannotAdopt, match="lakeside has another id"):
        adopt_listed(connection, place.practice_id, second)


def test_codes_are_made_of_names_and_taken_once(connection: Connection, place: Place) -> None:
    ids = take(connection, place, listed("T1", "\u4fdd\u967a"), listed("T2", "\u5065\u5eb7"))
    made = [adopt_listed(connection, place.practice_id, row_id).code for row_id in ids]
    assert made == ["payer", "payer_2"]
    assert code_of("  Caf\u00e9 d\u2019Or  ") == "cafe_dor"
    assert code_of("\u4fdd\u967a") == "payer"
    assert len(code_of("long " * 40)) <= 40


def test_what_is_known_of_a_listed_payer_comes_along(connection: Connection, place: Place) -> None:
    by_name, by_id, by_neither = take(
        connection,
        place,
        listed("X1", "Carelon Behavioral Health"),
        listed("87726", "UHC of all States", eligibility=Support.SUPPORTED),
        listed("60054", "Quartz Mutual"),
    )
    carelon = payer(connection, adopt_listed(connection, place.practice_id, by_name).payer_id)
    assert carelon.kind == "behavioral_administrator"
    assert "Beacon Health Options" in carelon.aliases
    uhc = payer(connection, adopt_listed(connection, place.practice_id, by_id).payer_id)
    assert (uhc.name, uhc.kind) == ("UHC of all States", "commercial")
    assert "United Behavioral Health" in uhc.aliases, "it is asked for those it answers for"
    quartz = payer(connection, adopt_listed(connection, place.practice_id, by_neither).payer_id)
    assert (quartz.kind, quartz.aliases) == ("", []), "an id alone makes nobody the same"


def test_a_known_payer_is_adopted_by_its_own_id_where_there_is_no_list(
    connection: Connection, place: Place
) -> None:
    made = adopt_known(connection, place.practice_id, place.stedi, known_payers()["aetna"])
    assert made.code == "aetna"
    (way,) = routes_of(connection, made.payer_id)
    assert (way.their_id, way.support) == ("60054", "unknown")


def test_a_known_payer_is_looked_up_in_the_list_there_is(connection: Connection, place: Place) -> None:
    take(
        connection,
        place,
        listed("CRL01", "Carelon Behavioral Health", eligibility=Support.ENROLLMENT_REQUIRED),
        listed("87726", "Quartz Mutual"),
        listed("M1", "Magellan"),
        listed("M2", "Magellan Behavioral Health"),
    )
    made = adopt_known(connection, place.practice_id, place.stedi, known_payers()["carelon_behavioral"])
    (way,) = routes_of(connection, made.payer_id)
    assert (made.code, way.their_id, way.support) == ("carelon_behavioral", "CRL01", "enrollment_required")
    with pytest.raises(CannotAdopt, match="has several"):
        adopt_known(connection, place.practice_id, place.stedi, known_payers()["magellan"])
    with pytest.raises(CannotAdopt, match="does not have it"):
        adopt_known(connection, place.practice_id, place.stedi, known_payers()["humana"])


def test_a_known_payer_whose_id_nobody_read_needs_a_list(connection: Connection, place: Place) -> None:
    with pytest.raises(CannotAdopt, match="import the account's list"):
        adopt_known(connection, place.practice_id, place.stedi, known_payers()["lucet"])


def test_who_is_asked_at_another_is_adopted_there(connection: Connection, place: Place) -> None:
    with pytest.raises(CannotAdopt, match="adopt uhc"):
        adopt_known(connection, place.practice_id, place.stedi, known_payers()["optum_behavioral"])
    made = adopt_known(connection, place.practice_id, place.stedi, known_payers()["uhc"])
    meant = company(connection, place.practice_id, place.stedi, their_id="", name="Optum Behavioral")
    assert meant == made.payer_id


def test_a_carve_out_named_in_text_alone_is_a_payer_once_it_was_adopted(
    connection: Connection, place: Place
) -> None:
    take(connection, place, listed("CRL01", "Carelon Behavioral Health"))

    def meant() -> str | None:
        return company(connection, place.practice_id, place.stedi, their_id="", name="Carelon Behavioral")

    assert meant() is None
    made = adopt_known(connection, place.practice_id, place.stedi, known_payers()["carelon_behavioral"])
    assert meant() == made.payer_id


def test_a_company_is_ours_by_its_id_first_then_by_any_spelling(connection: Connection, place: Place) -> None:
    by_id = clinic.add_payer(
        connection,
        practice_id=place.practice_id,
        code="one",
        name="Lakeside Health",
        account_id=place.stedi,
        payer_id="T1",
    )
    by_name = clinic.add_payer(
        connection, practice_id=place.practice_id, code="two", name="Hillside of TX", aliases=["HHT"]
    )

    def meant(their_id: str, name: str) -> str | None:
        return company(connection, place.practice_id, place.stedi, their_id=their_id, name=name)

    assert meant("t1", "Hillside of TX") == by_id
    assert meant("T9", "HILLSIDE TEXAS, INC.") == by_name
    assert meant("", "Hillside") is None
    assert meant("T9", "") is None


def test_a_company_of_the_list_is_one_that_can_be_asked(connection: Connection, place: Place) -> None:
    good, _, same, _ = take(
        connection,
        place,
        listed("T1", "Lakeside Health"),
        listed("T2", "Hillside", eligibility=Support.NOT_SUPPORTED),
        listed("T3", "Seaside"),
        listed("T3", "Brookside"),
    )

    def meant(their_id: str, name: str = "", account_id: str = "") -> str | None:
        at = account_id or place.stedi
        return listed_company(connection, place.practice_id, at, their_id=their_id, name=name)

    assert meant("T1", "ANYBODY") == good
    assert meant("T2", "Hillside") is None
    assert meant("T3", "SEASIDE") == same
    assert meant("T3", "Somebody") is None
    assert meant("", "Lakeside Health") is None, "a name alone is not enough"
    assert meant("T1", account_id=place.optum) is None


def test_two_that_find_the_same_company_at_once_make_one_payer(engine: Engine, keyring: Keyring) -> None:
    with engine.begin() as connection:
        place = add_place(connection, keyring)
        (row_id,) = take(connection, place, listed("T1", "Lakeside Health"))

    def adopt(_: int) -> str:
        with engine.begin() as connection:
            return adopt_listed(connection, place.practice_id, row_id).payer_id

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(adopt, range(4)))) == 1


def test_nobody_adopts_from_another_practices_list(
    connection: Connection, place: Place, keyring: Keyring
) -> None:
    elsewhere = add_place(connection, keyring)
    (row_id,) = take(connection, elsewhere, listed("T1", "Lakeside Health"))
    with pytest.raises(NoResultFound):
        adopt_listed(connection, place.practice_id, row_id)
