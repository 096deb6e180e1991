"""The access record: rows are added, listed by object, and never changed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from verify.security.access import Access, Action
from verify.store import access, clinic, connect, users
from verify.verification import new_id


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    engine = connect(postgres_url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def practice_id(connection: Connection) -> str:
    return clinic.add_practice(
        connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )


def look(connection: Connection, practice_id: str, actor: str, object_id: str) -> None:
    row = Access(
        practice_id=practice_id,
        actor=actor,
        action=Action.READ,
        object_type="verification",
        object_id=object_id,
        fields=("member_id",),
        request_id=new_id("req"),
    )
    access.record(connection, row)


def test_rows_are_listed_newest_first_with_who_it_was(connection: Connection, practice_id: str) -> None:
    user_id = users.add(connection, practice_id=practice_id, email="a@example.org", name="Ada", role="admin")
    objects = [new_id("ver") for _ in range(3)]
    for object_id in objects:
        look(connection, practice_id, user_id, object_id)
    rows = access.newest(connection, practice_id)
    assert [row.object_id for row in rows] == objects[::-1]
    assert {(row.actor_name, row.action, row.outcome) for row in rows} == {("Ada", "read", "done")}
    assert rows[0].fields == ["member_id"]
    assert [row.object_id for row in access.newest(connection, practice_id, before=rows[0].id)] == objects[
        1::-1
    ]
    assert len(access.newest(connection, practice_id, object_id=objects[0])) == 1


def test_another_practice_sees_none_of_it(connection: Connection, practice_id: str) -> None:
    look(connection, practice_id, "system", new_id("ver"))
    assert access.newest(connection, new_id("prac")) == []


@pytest.mark.parametrize("change", ["update access_rows set actor = 'x'", "delete from access_rows"])
def test_a_row_is_never_changed_or_removed(connection: Connection, practice_id: str, change: str) -> None:
    look(connection, practice_id, "system", new_id("ver"))
    with pytest.raises(DBAPIError), connection.begin_nested():
        connection.execute(text(change))
    assert len(access.newest(connection, practice_id)) == 1
