"""What pages and API are shown: lists in order, found patients, documents of one practice alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from verify.intake.submission import Patient, Policy
from verify.security.keys import Keyring
from verify.store import clinic, connect, patients, verifications, views
from verify.store.sealing import Seals
from verify.store.views import BadCursor, Tab
from verify.verification import VerificationState, new_id

S = VerificationState


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    engine = connect(postgres_url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keys.json")


@pytest.fixture
def seals(connection: Connection, keyring: Keyring) -> Seals:
    return practice(connection, keyring)


def practice(connection: Connection, keyring: Keyring) -> Seals:
    made = clinic.add_practice(
        connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )
    return Seals(keyring, made)


def add(
    connection: Connection,
    seals: Seals,
    last_name: str = "Quill",
    *,
    state: VerificationState = S.READY,
    days: int = 3,
    member_id: str = "BHX1",
    born: str = "1984-05-17",
) -> str:
    person = Patient(last_name=last_name, first_name="Ana", birth_date=date.fromisoformat(born))
    policy = Policy(payer="Sunrise", member_id=member_id)
    patient_id = patients.save_patient(connection, seals, person.model_dump(mode="json"))
    coverage_id = patients.save_coverage(connection, seals, patient_id, None, policy.model_dump(mode="json"))
    made = verifications.add(
        connection,
        dedupe_key=new_id("key").encode(),
        practice_id=seals.practice_id,
        patient_id=patient_id,
        coverage_id=coverage_id,
        service_lines=["tms"],
        date_of_service=date(2026, 12, 1) + timedelta(days=days),
        reason="new",
        lane="standard",
        state=state.value,
        requested_by="system",
        created_at=datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=next(SECONDS)),
    )
    assert made is not None
    return made


SECONDS = iter(range(10**6))


def test_pages_of_a_list_join_without_gap_or_overlap(connection: Connection, seals: Seals) -> None:
    made = [add(connection, seals, f"Quill{n}") for n in range(7)]
    seen: list[str] = []
    cursor = None
    while True:
        listed = views.list_newest(connection, seals.practice_id, cursor=cursor, limit=3)
        seen += listed.ids
        cursor = listed.next_cursor
        if cursor is None:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize("tab", [Tab.NEEDS_YOU, Tab.IN_PROGRESS, Tab.VERIFIED])
def test_a_tab_merges_its_states_by_day_and_pages_through_them(
    connection: Connection, seals: Seals, tab: Tab
) -> None:
    states = views.STATES_OF[tab]
    made = [
        (day, add(connection, seals, f"Quill{day}", state=states[day % len(states)], days=day))
        for day in range(6)
    ]
    add(connection, seals, "Other", state=S.CANCELLED)
    wanted = [each for _, each in sorted(made, reverse=tab is Tab.VERIFIED)]
    seen: list[str] = []
    cursor = None
    for _ in range(4):
        listed = views.list_tab(connection, seals.practice_id, tab, cursor=cursor, limit=2)
        seen += listed.ids
        cursor = listed.next_cursor
        if cursor is None:
            break
    assert seen == wanted
    assert views.count_tab(connection, seals.practice_id, tab) == 6


def test_a_cursor_of_another_practice_is_none(connection: Connection, seals: Seals, keyring: Keyring) -> None:
    other = add(connection, practice(connection, keyring))
    for lists in (
        lambda: views.list_newest(connection, seals.practice_id, cursor=other, limit=2),
        lambda: views.list_tab(connection, seals.practice_id, Tab.NEEDS_YOU, cursor=other, limit=2),
    ):
        with pytest.raises(BadCursor):
            lists()


@pytest.mark.parametrize(
    "typed",
    [
        "Rivera",
        "rivera",
        "riv",
        "Rivera, Ana",
        "Ana Rivera",
        "Rivera 1990-02-03",
        "rivera 2/3/1990",
        "ZX-77 1",
    ],
)
def test_a_patient_is_found_by_what_a_person_types(connection: Connection, seals: Seals, typed: str) -> None:
    made = add(connection, seals, "Rivera", born="1990-02-03", member_id="ZX771")
    add(connection, seals, "Quill")
    assert views.list_found(connection, seals, typed, limit=5).ids == (made,)


@pytest.mark.parametrize("typed", ["Rive", "Rivera 1990-02-04", "", "  ", "%", "0000-99-99"])
def test_nobody_is_found_by_half_a_name_another_day_or_nothing(
    connection: Connection, seals: Seals, typed: str
) -> None:
    add(connection, seals, "Rivera", born="1990-02-03", member_id="ZX771")
    assert views.list_found(connection, seals, typed, limit=5).ids == ()


def test_a_search_stays_in_its_practice(connection: Connection, seals: Seals, keyring: Keyring) -> None:
    add(connection, seals, "Rivera")
    assert views.list_found(connection, practice(connection, keyring), "Rivera", limit=5).ids == ()


def test_a_row_says_null_where_nothing_was_stated(connection: Connection, seals: Seals) -> None:
    made = add(connection, seals)
    listed = views.list_newest(connection, seals.practice_id, limit=5)
    row = views.rows(connection, seals, listed).items[0]
    assert (row.id, row.patient.last_name, row.patient.birth_date) == (made, "Quill", date(1984, 5, 17))
    assert row.payer is not None
    assert (row.payer.code, row.payer.name) == (None, "Sunrise")
    assert set(row.summary.model_dump().values()) == {None}
    assert "Quill" not in repr(row)


def test_the_stamp_of_a_page_changes_with_any_of_its_rows(connection: Connection, seals: Seals) -> None:
    made = add(connection, seals)
    before = views.list_newest(connection, seals.practice_id, limit=5).stamp
    assert views.list_newest(connection, seals.practice_id, limit=5).stamp == before
    connection.execute(text("update verifications set updated_at = updated_at + interval '1 second'"))
    assert views.list_newest(connection, seals.practice_id, limit=5).stamp != before
    first = views.stamp(connection, seals.practice_id, made)
    verifications.record(connection, seals.practice_id, made, "judged")
    assert views.stamp(connection, seals.practice_id, made) != first
    assert views.stamp(connection, new_id("prac"), made) is None


def test_a_document_is_one_practices_and_notes_are_asked_for(
    connection: Connection, seals: Seals, keyring: Keyring
) -> None:
    made = add(connection, seals)
    shown = views.document(connection, seals, made, with_notes=True, with_clinical=True)
    assert shown is not None
    assert (shown.coverage.member_id, shown.notes, shown.facts) == ("BHX1", [], [])
    hidden = views.document(connection, seals, made, with_notes=False, with_clinical=False)
    assert hidden is not None
    assert hidden.notes is None
    assert (
        views.document(connection, practice(connection, keyring), made, with_notes=True, with_clinical=True)
        is None
    )


def test_a_count_stops_where_nobody_would_work_through_it(
    connection: Connection, seals: Seals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "COUNT_UP_TO", 2)
    for n in range(3):
        add(connection, seals, f"Quill{n}")
    assert views.count_tab(connection, seals.practice_id, Tab.IN_PROGRESS) == 2
