"""A long file through real workers, one of them killed in the middle: each row once (`--rows`)."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.conftest import administrate, database_url
from tests.house import House, house, wait_for
from verify import steps
from verify.intake.spreadsheet import read_csv
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey
from verify.store import imports
from verify.store.tables import verifications
from verify.store.tables_imports import import_rows
from verify.store.tables_imports import imports as import_table

pytestmark = pytest.mark.flow

#: Seconds for all of it where eight others share two cores; by itself it needs a fraction.
BOUND_SECONDS = 900


@pytest.fixture
def import_house(postgres_server: Postgres, tmp_path: Path) -> Iterator[House]:
    """Without the nightly worker: the verifications wait, and only the file's way in is looked at."""
    with administrate(postgres_server) as session:
        session.execute("CREATE DATABASE imports")
    broker = Valkey(tmp_path / "valkey")
    redis_url = broker.start()
    url = database_url(postgres_server, "imports")
    with house(tmp_path / "house", url, redis_url, concurrency=8, lease_seconds=5) as built:
        built.start("worker-urgent", "worker-standard", "beat")
        yield built
    broker.stop()


def file(how_many: int) -> bytes:
    """Every tenth row is rejected, every twentieth repeats the one before."""
    lines = ["Last name,First name,DOB,Payer,Member ID,Service,First visit"]
    for number in range(how_many):
        born = "someday" if number % 10 == 3 else "3/4/1988"
        first = f"P{number - 1 if number % 20 == 11 else number}"
        lines.append(f"Example,{first},{born},bluehollow,ACT1,TMS,2026-12-01")
    return "\n".join(lines).encode()


def counts(built: House, import_id: str) -> dict[str, int]:
    with built.work.engine.connect() as connection:
        return imports.counts(connection, [import_id])[import_id]


def test_a_long_file_survives_a_killed_worker_and_each_row_is_accepted_once(
    import_house: House, request: pytest.FixtureRequest
) -> None:
    built = import_house
    rows = request.config.getoption("--rows")
    rejected, repeated = rows // 10, rows // 20
    practice_id = built.add_clinic()
    begun = time.monotonic()
    made = steps.preview_import(
        built.work, read_csv(file(rows)), practice_id=practice_id, actor="system", file_format="csv"
    )
    previewed = time.monotonic() - begun
    good = rows - rejected - repeated
    assert counts(built, made) == {"waiting": good, "rejected": rejected, "repeated": repeated}

    steps.confirm_import(built.work, made, practice_id, "system")
    accepted = wait_for(
        lambda: n if (n := counts(built, made).get("accepted", 0)) > good // 4 else None,
        BOUND_SECONDS // 2,
        "a quarter",
    )
    built.kill("worker-standard")
    at_kill = counts(built, made).get("accepted", 0)
    assert accepted <= at_kill < good
    built.start("worker-standard")
    wait_for(lambda: True if state(built, made) == "done" else None, BOUND_SECONDS, "the end of the file")
    took = time.monotonic() - begun

    assert counts(built, made) == {"accepted": good, "rejected": rejected, "repeated": repeated}
    assert built.count(verifications) == good
    linked = select(func.count(import_rows.c.verification_id.distinct()))
    with built.work.engine.connect() as connection:
        assert connection.execute(linked).scalar_one() == good
    print(json.dumps({"rows": rows, "preview_s": round(previewed, 1), "all_s": round(took, 1)}))
    assert took < BOUND_SECONDS


def state(built: House, import_id: str) -> str:
    (row,) = built.rows(import_table, id=import_id)
    return str(row.state)
