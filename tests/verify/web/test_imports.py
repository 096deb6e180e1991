"""Files of rows by page and by API: what is read, what is refused, and what nobody else is shown."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.verify.web.conftest import Site, Visit
from verify import steps
from verify.store.tables import access_rows, jobs, verifications
from verify.web.files import MAX_FILE_BYTES

API = "/api/v1/imports"
HEADINGS = "Last,First,DOB,Payer,Member ID,Service,First visit\n"
GOOD = "Quill,Marguerite,3/4/1984,bluehollow,BHX1,TMS,2027-01-05\n"
BAD = "Quill,Odette,=1+1,bluehollow,BHX2,TMS,2027-01-05\n"


def send(program: Visit, text: str = HEADINGS + GOOD + BAD, kind: str = "text/csv") -> Any:
    return program.post(API, data=text.encode(), headers={"Content-Type": kind})


def drop(visit: Visit, content: bytes = (HEADINGS + GOOD + BAD).encode(), name: str = "visits.csv") -> Any:
    return visit.post("/imports", data={"csrf": visit.csrf}, files={"file": (name, content)})


def dropped(visit: Visit, **options: Any) -> str:
    answer = drop(visit, **options)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def work_off(site: Site) -> None:
    """Runs the batches that wait, as a worker would."""
    with site.work.engine.connect() as connection:
        waiting = list(connection.execute(select(jobs.c.id).where(jobs.c.step == "import_rows")).scalars())
    for job_id in waiting:
        steps.run(site.work, job_id)


def count(site: Site) -> int:
    with site.work.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(verifications)).scalar_one()


# --- API ------------------------------------------------------------------------------------------------


def test_a_file_is_previewed_confirmed_and_counted(site: Site) -> None:
    program = site.program()
    answer = send(program)
    it = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{API}/{it['id']}")
    assert it["state"] == "previewed"
    assert (it["rows"]["waiting"], it["rows"]["rejected"], count(site)) == (1, 1, 0)
    assert it["problems"] == [
        {
            "row": 3,
            "problems": [{"column": "Birth date", "detail": "begins like a formula: write the plain value"}],
        }
    ]
    assert ["DOB", "Birth date"] in it["columns"]
    assert any("month first" in note for note in it["notes"])
    assert program.post(f"{API}/{it['id']}/confirm").json()["state"] == "running"
    work_off(site)
    after = program.get(f"{API}/{it['id']}").json()
    assert (after["state"], after["rows"]["accepted"], after["rows"]["waiting"]) == ("done", 1, 0)
    assert after["verifications"] == {"ready": 1}
    assert count(site) == 1


def test_json_lines_are_taken_as_well(site: Site) -> None:
    line = '{"last": "Quill", "first": "Ada", "service": "tms", "date_of_service": "2027-01-05"}'
    it = send(site.program(), line, "application/x-ndjson").json()
    assert it["rows"]["waiting"] == 1
    assert it["missing"] == {"payer": 1, "member_id": 1, "birth_date": 1}


def test_nothing_the_api_answers_names_a_patient(site: Site) -> None:
    program = site.program()
    answer = send(program)
    address = answer.headers["Location"]
    for each in (answer, program.get(address), program.post(f"{address}/confirm")):
        assert "Quill" not in each.text
        assert "BHX" not in each.text
    with site.work.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(access_rows)).scalar_one() == 0


def test_where_rows_without_a_priority_go_can_be_chosen(site: Site) -> None:
    program = site.program()
    made = send(program).json()["id"]
    answer = program.post(f"{API}/{made}/confirm", json={"priority": "nightly"})
    assert (answer.status_code, answer.json()["priority"]) == (202, "nightly")
    assert program.post(f"{API}/{made}/confirm", json={"priority": "soon"}).status_code == 422


def test_cancelling_twice_is_refused_the_second_time(site: Site) -> None:
    program = site.program()
    made = send(program).json()["id"]
    assert program.post(f"{API}/{made}/cancel").json()["state"] == "cancelled"
    assert program.post(f"{API}/{made}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("PK\x03\x04", "text/csv", 422),
        ("nothing, of, use\n1,2,3", "text/csv", 422),
        ("{}", "application/json", 415),
        ("x", "application/octet-stream", 415),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    site: Site, text: str, kind: str, status: int
) -> None:
    answer = send(site.program(), text, kind)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(answer.json()["detail"]) > 20


def test_an_empty_request_is_refused(site: Site) -> None:
    assert site.program().post(API, headers={"Content-Type": "text/csv"}).status_code == 422


def test_a_file_may_be_ten_mebibytes_and_other_requests_one(site: Site) -> None:
    program = site.program()
    filled = (HEADINGS + GOOD + "\n" * (2 * 1024 * 1024)).encode()
    assert program.post(API, data=filled, headers={"Content-Type": "text/csv"}).status_code == 201
    assert send(program, "\n" * (MAX_FILE_BYTES + 20_000)).status_code == 413
    huge = {"kind": "call", "body": "x" * (2 * 1024 * 1024)}
    assert program.post("/api/v1/verifications/ver_1/notes", json=huge).status_code == 413


# --- pages ----------------------------------------------------------------------------------------------


def test_a_dropped_file_is_shown_with_its_problems_beside_its_rows(site: Site) -> None:
    visit = site.visit()
    page = visit.get(dropped(visit)).text
    for words in ("Row 3", "begins like a formula", "=1+1", "Odette", "Quill, Marguerite", "Mar 4, 1984"):
        assert words in page
    assert "visits.csv" in page


def test_confirming_starts_it_and_the_progress_shows_no_patient(site: Site) -> None:
    visit = site.visit()
    address = dropped(visit)
    assert visit.send_form(f"{address}/confirm", priority="standard").headers["Location"] == address
    running = visit.get(f"{address}/progress").text
    assert "0 of 1 row submitted" in running
    assert "hx-get" in running
    work_off(site)
    done = visit.get(f"{address}/progress").text
    assert "1 of 1 row submitted" in done
    assert "data-done" in done
    assert "Quill" not in running + done
    assert count(site) == 1


def test_rejected_rows_come_back_with_their_reasons_and_nothing_to_run(site: Site) -> None:
    visit = site.visit()
    address = dropped(visit)
    answer = visit.get(f"{address}/rejected.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="rejected-rows.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert dict(zip(heading, row, strict=True)) == {
        "Row in the file": "3",
        "What to correct": "Birth date begins like a formula: write the plain value",
        "Last": "Quill",
        "First": "Odette",
        "DOB": "'=1+1",
        "Payer": "bluehollow",
        "Member ID": "BHX2",
        "Service": "TMS",
        "First visit": "2027-01-05",
    }
    with site.work.engine.connect() as connection:
        (last,) = connection.execute(select(access_rows)).all()
    assert (last.action, last.object_type, last.object_id) == ("export", "import", address.split("/")[-1])


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04", "Excel workbook"), (b"", "The file is empty"), (b"a,b\n1,2", "No headings")],
)
def test_a_file_of_no_use_comes_back_with_words(site: Site, content: bytes, said: str) -> None:
    answer = drop(site.visit(), content)
    assert answer.status_code == 422
    assert said in answer.text


def test_no_file_at_all_is_said(site: Site) -> None:
    visit = site.visit()
    assert "Choose a file first" in visit.send_form("/imports").text
    assert drop(visit, name="").status_code == 422


def test_a_file_needs_the_forms_token_like_any_change(site: Site) -> None:
    visit = site.visit()
    visit.csrf = "wrong"
    assert drop(visit).status_code == 403


def test_markup_in_a_file_stays_text(site: Site) -> None:
    visit = site.visit()
    name = "<script>alert(1)</script>"
    page = visit.get(
        dropped(visit, content=(HEADINGS + BAD.replace("Odette", name)).encode(), name=f"{name}.csv")
    )
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


def test_json_lines_are_known_by_how_they_begin(site: Site) -> None:
    visit = site.visit()
    line = b'{"last": "Quill", "first": "Ada", "service": "tms", "dos": "2027-01-05"}'
    assert "Can be submitted" in visit.get(dropped(visit, content=line, name="export")).text


def test_the_list_of_files_names_nobody(site: Site) -> None:
    visit = site.visit()
    dropped(visit, name="Quill Marguerite.csv")
    page = visit.get("/imports").text
    assert "2 rows" in page
    assert "Quill" not in page
