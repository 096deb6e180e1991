"""A clearinghouse's list is taken in whole, and says what it knows of the ways to the practice's payers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from payers.directory import ListedPayer, Problem, Support
from tests.verify.store.payer_lists import Place, add_place, listed
from verify.security.keys import Keyring
from verify.store import clinic, connect
from verify.store.payer_lists import Imported, ListShrank, NothingListed, import_list, listed_by_id
from verify.store.payer_names import spelled
from verify.store.payer_search import search
from verify.store.routes import enroll, routes_of
from verify.store.tables_directory import listed_names, listed_payers, payer_routes


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    engine = connect(postgres_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def place(connection: Connection, tmp_path: Path) -> Place:
    return add_place(connection, Keyring.load_or_create(tmp_path / "keys.json"))


def take(connection: Connection, place: Place, *rows: ListedPayer | Problem, **more: bool) -> Imported:
    return import_list(connection, place.practice_id, place.stedi, rows, **more)


def counts(came: Imported) -> tuple[int, int, int, int]:
    return came.new, came.changed, came.same, came.gone


def names(connection: Connection) -> list[str]:
    return sorted(connection.execute(select(listed_names.c.words)).scalars())


MANY = [listed(f"M{n:02}", f"Meadow {n}") for n in range(30)]


def test_a_list_is_counted_by_what_it_changes(connection: Connection, place: Place) -> None:
    first = [listed("T1", "Lakeside"), listed("T2", "Hillside"), listed("T3", "Seaside")]
    assert counts(take(connection, place, *first)) == (3, 0, 0, 0)
    assert counts(take(connection, place, *first)) == (0, 0, 3, 0)
    second = [first[0], listed("T2", "Hillside", names=["Hill of TX"]), listed("T4", "Brookside")]
    assert counts(take(connection, place, *second)) == (1, 1, 1, 1)
    assert names(connection) == ["brookside", "hill texas", "hillside", "lakeside", "t1", "t2", "t4"]


def test_one_id_may_have_several_payers_and_one_payer_stands_once(
    connection: Connection, place: Place
) -> None:
    twice = listed("T1", "Lakeside", eligibility=Support.NOT_SUPPORTED)
    came = take(connection, place, listed("T1", "Lakeside"), listed("T1", "Hillside"), twice)
    assert counts(came) == (2, 0, 0, 0)
    said = select(listed_payers.c.eligibility).where(listed_payers.c.name == "Lakeside")
    assert connection.execute(said).scalar_one() == "supported"


def test_what_could_not_be_read_is_told_and_the_rest_taken(connection: Connection, place: Place) -> None:
    came = take(connection, place, Problem(2, "no name"), listed("T1", "Lakeside"))
    assert (counts(came), came.problems) == ((1, 0, 0, 0), (Problem(2, "no name"),))


@pytest.mark.parametrize("rows", [[], [Problem(0, "the file is empty")]])
def test_a_list_of_nothing_does_not_empty_the_one_before(
    connection: Connection, place: Place, rows: list[Problem]
) -> None:
    take(connection, place, *MANY)
    with pytest.raises(NothingListed) as caught:
        take(connection, place, *rows, may_shrink=True)
    assert caught.value.problems == rows
    assert search(connection, place.practice_id, "meadow")


def test_half_a_list_is_not_believed_unless_somebody_says_so(connection: Connection, place: Place) -> None:
    take(connection, place, *MANY)
    with pytest.raises(ListShrank) as caught:
        take(connection, place, *MANY[:14])
    assert (caught.value.gone, caught.value.known) == (16, 30)
    assert counts(take(connection, place, *MANY[:15])) == (0, 0, 15, 15)
    assert counts(take(connection, place, *MANY[:2], may_shrink=True)) == (0, 0, 2, 13)


def test_each_account_has_a_list_of_its_own(connection: Connection, place: Place) -> None:
    take(connection, place, listed("T1", "Lakeside"))
    import_list(connection, place.practice_id, place.optum, [listed("T1", "Lakeside")])
    take(connection, place, listed("T2", "Hillside"))
    kept = connection.execute(select(listed_payers.c.account_id, listed_payers.c.name)).all()
    assert set(map(tuple, kept)) == {(place.stedi, "Hillside"), (place.optum, "Lakeside")}


def test_a_list_longer_than_a_batch_and_names_of_any_kind_are_taken(
    connection: Connection, place: Place
) -> None:
    rows = [listed(f"N{n:05}", f"Northern {n}", aliases=[f"n{n:05}", f"A{n}"]) for n in range(2_345)]
    odd = listed("Z1", "Nul\0l Nation\u00e9 \N{SNOWMAN}" + "x" * 280, names=["\t", "b c" * 90])
    assert counts(take(connection, place, *rows, odd)) == (2_346, 0, 0, 0)
    assert counts(take(connection, place, *rows, odd)) == (0, 0, 2_346, 0)
    assert search(connection, place.practice_id, "z1")[0].name.startswith("Null Nation\u00e9")


# --- the ways to our payers -------------------------------------------------------------------------------


def own(connection: Connection, place: Place, their_id: str, name: str = "Lakeside Health") -> str:
    return clinic.add_payer(
        connection,
        practice_id=place.practice_id,
        code=spelled(name).replace(" ", ""),
        name=name,
        account_id=place.stedi,
        payer_id=their_id,
    )


def support(connection: Connection, payer_id: str) -> str:
    return str(routes_of(connection, payer_id)[0].support)


def test_a_list_says_whether_questions_to_our_payers_pass(connection: Connection, place: Place) -> None:
    payer_id = own(connection, place, "t1")
    came = take(connection, place, listed("T1", "Whatever", eligibility=Support.NOT_SUPPORTED))
    assert came.routes == {"lakesidehealth": "not_supported"}
    assert support(connection, payer_id) == "not_supported"
    assert take(connection, place, listed("T1", "Whatever")).routes == {"lakesidehealth": "supported"}
    assert take(connection, place, listed("T1", "Whatever")).routes == {}


def test_a_list_that_does_not_say_leaves_what_was_known(connection: Connection, place: Place) -> None:
    payer_id = own(connection, place, "T1")
    take(connection, place, listed("T1", "Lakeside Health"))
    take(connection, place, listed("T1", "Lakeside Health", eligibility=Support.UNKNOWN))
    assert support(connection, payer_id) == "supported"


def test_of_several_under_one_id_the_one_of_our_name_counts(connection: Connection, place: Place) -> None:
    payer_id = own(connection, place, "T1")
    take(
        connection,
        place,
        listed("T1", "Lakeside Health, Inc.", eligibility=Support.SUPPORTED),
        listed("T1", "Quartz Mutual", eligibility=Support.NOT_SUPPORTED),
    )
    assert support(connection, payer_id) == "supported"


def test_several_under_one_id_that_differ_say_nothing_of_one_of_another_name(
    connection: Connection, place: Place
) -> None:
    payer_id = own(connection, place, "T1")
    take(
        connection,
        place,
        listed("T1", "Quartz Mutual", eligibility=Support.NOT_SUPPORTED),
        listed("T1", "Granite Fund"),
    )
    assert support(connection, payer_id) == "unknown"


def test_a_clinic_that_was_never_answered_is_not_enrolled_by_a_list(
    connection: Connection, place: Place
) -> None:
    payer_id = own(connection, place, "T1")
    take(connection, place, listed("T1", "Lakeside Health", eligibility=Support.ENROLLMENT_REQUIRED))
    (way,) = routes_of(connection, payer_id)
    assert (way.support, way.enrolled_at) == ("enrollment_required", None)
    assert enroll(connection, payer_id, place.stedi, datetime(2026, 11, 2, tzinfo=UTC))
    take(connection, place, listed("T1", "Lakeside Health"))
    take(connection, place, listed("T1", "Lakeside Health", eligibility=Support.ENROLLMENT_REQUIRED))
    (way,) = routes_of(connection, payer_id)
    assert way.enrolled_at is not None, "what a person said stays"


def test_a_way_through_another_account_is_not_touched(connection: Connection, place: Place) -> None:
    payer_id = own(connection, place, "T1")
    connection.execute(update(payer_routes).values(account_id=place.optum))
    assert take(connection, place, listed("T1", "Lakeside Health")).routes == {}
    assert support(connection, payer_id) == "unknown"


# --- one of it --------------------------------------------------------------------------------------------


def test_a_listed_payer_is_found_by_its_id_and_told_apart_by_name(
    connection: Connection, place: Place
) -> None:
    take(
        connection,
        place,
        listed("T1", "Lakeside Health"),
        listed("T1", "Quartz Mutual"),
        listed("T2", "Granite Fund", aliases=["T3", "T1"], stable_id="GRNTF"),
    )

    def named(their_id: str, *called: str) -> str | None:
        row = listed_by_id(connection, place.practice_id, place.stedi, their_id, [*map(spelled, called)])
        return row and str(row.name)

    assert named("t2") == named("T3") == named("grntf") == "Granite Fund"
    assert named("T1", "QUARTZ MUTUAL INC") == "Quartz Mutual"
    assert named("T1") is None, "two have it, and nothing tells them apart"
    assert named("T1", "Granite Fund") is None, "an own id is not another's other one"
    assert named("T9") is None
    assert listed_by_id(connection, place.practice_id, place.optum, "T2") is None
