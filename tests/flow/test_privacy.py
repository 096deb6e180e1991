"""Nothing of a patient reaches the broker or a log line, while jobs wait and after they ran.

What a whole running system leaves on disk is searched in tests/verify/cli/test_system.py.
"""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.conftest import administrate, database_url
from tests.house import WORKERS, House, house
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey

pytestmark = pytest.mark.flow

MARKS = ("ZZMARKLAST", "ZZMARKFIRST", "ZZMARKGROUP", "ZZMARKID", "1947-02-27", "19470227")
#: One outcome each that could carry something into a message or a line.
MEMBERS = ("ACT77", "AAA7277", "NOISE77", "H50377", "PERSON77", "X99977", "TRUNC77", "LUWF77", "")


@pytest.fixture
def own_house(postgres_server: Postgres, tmp_path: Path) -> Iterator[tuple[House, Valkey]]:
    with administrate(postgres_server) as session:
        session.execute("CREATE DATABASE privacy")
    broker = Valkey(tmp_path / "valkey")
    try:
        url = broker.start()
        with house(
            tmp_path / "data", database_url(postgres_server, "privacy"), url, concurrency=8, log_level="DEBUG"
        ) as built:
            yield built, broker
    finally:
        broker.stop()
        with administrate(postgres_server) as session:
            session.execute("DROP DATABASE privacy WITH (FORCE)")


def test_no_key_value_file_or_log_line_holds_a_patient(
    own_house: tuple[House, Valkey], tmp_path: Path
) -> None:
    built, broker = own_house
    practice_id = built.add_clinic(total_deadline_seconds=3)
    made = [submit_marked(built, practice_id, member) for member in MEMBERS]
    with redis.Redis.from_url(broker.url) as client:
        waiting = snapshot(client)
        assert len(waiting) > 0, "hints wait while no worker runs"
        built.start(*WORKERS)
        for verification_id in made:
            built.wait_for(
                verification_id, lambda asked: all(row.asked_at or row.ask_again_at for row in asked)
            )
        built.wait_until_settled(made[0])
        after = snapshot(client)
    written = [
        path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "simulator" not in path.name
    ]
    assert sum(b'"event"' in content for content in written) >= len(WORKERS), "the logs were looked at"
    for content in (*waiting, *after, *written):
        assert not found_in(content)


def submit_marked(built: House, practice_id: str, member_id: str) -> str:
    return built.submit(
        practice_id,
        f"{member_id}ZZMARKID" if member_id else "",
        patient={
            "last_name": "Zzmarklast",
            "first_name": f"Zzmarkfirst{member_id}",
            "birth_date": "1947-02-27",
        },
        coverage={
            "payer": "unionfund" if member_id.startswith("LUWF") else "bluehollow",
            "group_number": "ZZMARKGROUP",
        },
    )


def snapshot(client: "redis.Redis[bytes]") -> list[bytes]:
    """Every key, with its value as the server would write it to disk."""
    return [
        part for key in client.scan_iter() for part in (key, client.dump(key) or b"", *items(client, key))
    ]


def items(client: "redis.Redis[bytes]", key: bytes) -> list[bytes]:
    """A list's members: DUMP compresses them."""
    return client.lrange(key, 0, -1) if client.type(key) == b"list" else []


def found_in(content: bytes) -> list[str]:
    """The marks in it, plain, as hex or as base64 at any of its three offsets."""
    upper = content.upper()
    return [
        mark
        for mark in MARKS
        if any(form in upper for form in plain_forms(mark))
        or any(form in content for form in base64_forms(mark))
    ]


def plain_forms(mark: str) -> list[bytes]:
    return [mark.encode(), mark.encode().hex().upper().encode()]


def base64_forms(mark: str) -> list[bytes]:
    """What is certain of the mark's base64, wherever in the text it stands and however it is cased."""
    written = {mark, mark.title(), mark.lower()}
    encoded = [base64.b64encode(b"x" * offset + each.encode()) for each in written for offset in range(3)]
    return [form[4:-4] for form in encoded if len(form[4:-4]) >= 6]
