"""The API of evidence, policy and authorizations: versions, roles, and nothing of it in an error."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from tests.verify.authorizations.records import authorization
from tests.verify.policies.sheets import sheet, trial
from tests.verify.steps.conftest import run_all
from tests.verify.web.conftest import Site, Visit
from verify.store.tables import access_rows, metadata, payers

SHEET = sheet(
    trials=[trial()],
    diagnoses=[{"code": "F33.2"}],
    scores=[{"scale": "PHQ-9", "points": 21, "on": "2026-11-01"}],
).model_dump(mode="json")
RECORD = authorization(diagnosis="F33.2").model_dump(mode="json")


@pytest.fixture
def path(site: Site) -> str:
    with site.work.engine.begin() as connection:
        connection.execute(update(payers).values(aliases=["Aetna"]))
    return f"/api/v1/verifications/{site.submit()}"


def test_a_sheet_is_saved_read_and_saved_again(site: Site, path: str) -> None:
    program = site.program("clinician")
    empty = program.get(f"{path}/evidence").json()
    assert (empty["version"], empty["recorded_at"], empty["sheet"]["trials"]) == (0, None, [])
    saved = program.put(f"{path}/evidence", json={"version": 0, "sheet": SHEET})
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    read = site.program("coordinator").get(f"{path}/evidence").json()
    assert (read["sheet"], read["recorded_by"]) == (SHEET, "Larkspur clinician")
    assert program.put(f"{path}/evidence", json={"version": 1, "sheet": {}}).json()["version"] == 2


def test_a_version_that_is_not_the_newest_is_refused(site: Site, path: str) -> None:
    program = site.program()
    program.put(f"{path}/evidence", json={"version": 0, "sheet": SHEET})
    for version in (0, 2):
        answer = program.put(f"{path}/evidence", json={"version": version, "sheet": {}})
        assert answer.status_code == 409
    assert program.get(f"{path}/evidence").json()["sheet"] == SHEET


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"version": 0, "sheet": {"trials": [{"drug": "MARKED", "weeks": -1}]}}, "/sheet/trials/0/weeks"),
        (
            {"version": 0, "sheet": {"scores": [{"scale": "PHQ-9", "points": 99, "on": "2026-11-01"}]}},
            "/sheet/scores/0",
        ),
        ({"version": 0, "sheet": {"MARKED": 1}}, "/sheet/MARKED"),
        ({"version": -1, "sheet": {}}, "/version"),
        ({"sheet": {}}, "/version"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused_by_its_place_and_without_its_values(
    site: Site, path: str, body: dict[str, Any], pointer: str
) -> None:
    answer = site.program().put(f"{path}/evidence", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert "MARKED" not in error["detail"]


def test_each_look_and_each_change_is_one_row_of_the_access_record(site: Site, path: str) -> None:
    program = site.program()
    program.put(f"{path}/evidence", json={"version": 0, "sheet": SHEET})
    program.get(f"{path}/evidence")
    program.get(f"{path}/policy")
    program.post(f"{path}/authorizations", json=RECORD)
    program.get(f"{path}/authorizations")
    with site.work.engine.connect() as connection:
        found = connection.execute(select(access_rows).order_by(access_rows.c.id)).all()
    assert [(row.action, row.object_type, row.outcome) for row in found] == [
        ("change", "evidence", "done"),
        ("read", "evidence", "done"),
        ("read", "evidence", "done"),
        ("read", "authorization", "done"),
    ]


def test_the_policy_is_told_criterion_by_criterion(site: Site, path: str) -> None:
    program = site.program()
    program.put(f"{path}/evidence", json={"version": 0, "sheet": SHEET})
    (found,) = program.get(f"{path}/policy").json()
    assert (found["service_line"], found["card"], found["purpose"]) == ("tms", "aetna_tms", "initial")
    results = {one["key"]: one for one in found["criteria"]}
    assert results["diagnosis"]["result"] == "met"
    assert results["diagnosis"]["evidence"] == ["diagnoses/0"]
    assert results["severity"]["result"] == "unknown"
    assert found["authorization_required"] == "not_stated"
    assert found["missing"]
    assert found["wanted"]
    assert found["caveats"][0].startswith("The card is for commercial plans")
    assert "decision on the medical necessity" in found["inputs_missing"][0]
    assert "approved" not in program.get(f"{path}/policy").text


def test_without_a_card_the_policy_is_not_stated(site: Site) -> None:
    with site.work.engine.begin() as connection:
        connection.execute(update(payers).values(aliases=[]))
    (found,) = site.program().get(f"/api/v1/verifications/{site.submit()}/policy").json()
    assert (found["card"], found["criteria"], found["authorization_required"]) == (None, [], None)
    assert found["sentence"] == "There is no policy card: what the payer's written policy says is not stated."


@pytest.mark.parametrize("query", ["network=inside", "program=private"])
def test_a_network_or_program_nobody_knows_is_refused(site: Site, path: str, query: str) -> None:
    assert site.program().get(f"{path}/policy?{query}").status_code == 422


def test_network_and_program_may_be_given(site: Site, path: str) -> None:
    with site.work.engine.begin() as connection:
        connection.execute(update(payers).values(aliases=["Cigna"]))
    found = site.program().get(f"{path}/policy?network=out&program=commercial").json()[0]
    assert found["authorization_required"] == "yes"
    assert not found["caveats"][0].startswith("The card is for")


def test_an_authorization_is_recorded_shown_against_the_course_and_changed(site: Site, path: str) -> None:
    program = site.program()
    first = date.today() + timedelta(days=9)
    record = {
        **RECORD,
        "payer": "Blue Hollow Health Plan",
        "granted": [{"codes": ["90867", "90868", "90869"], "units": 30}],
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=90)).isoformat(),
    }
    made = program.post(f"{path}/authorizations", json=record)
    assert made.status_code == 201
    (shown,) = program.get(f"{path}/authorizations").json()
    assert (shown["id"], shown["version"]) == (made.json()["id"], 1)
    assert [alert["kind"] for alert in shown["alerts"]] == ["units_short"]
    assert "6 short" in shown["alerts"][0]["sentence"]
    assert shown["units"] == [
        {"codes": ["90867", "90868", "90869"], "granted": 30, "used": 0, "left": 30, "planned": 36}
    ]
    more = {**record, "granted": [{"codes": ["90867", "90868", "90869"], "units": 36}]}
    changed = program.put(f"/api/v1/authorizations/{made.json()['id']}", json={"version": 1, "record": more})
    assert changed.status_code == 200
    (shown,) = program.get(f"{path}/authorizations").json()
    assert (shown["version"], shown["alerts"]) == (2, [])
    late = program.put(f"/api/v1/authorizations/{made.json()['id']}", json={"version": 1, "record": record})
    assert late.status_code == 409


def test_the_policy_is_told_for_a_renewal_too(site: Site, path: str) -> None:
    (found,) = site.program().get(f"{path}/policy?renewal=true").json()
    assert (found["card"], found["purpose"], found["lengths"]) == ("aetna_tms", "renewal", [])
    assert "age" not in {one["key"] for one in found["criteria"]}
    assert "What the policy asks for a renewal is not stated in our copy; ask the payer." in found["caveats"]
    assert site.program("front_desk").get(f"{path}/policy?renewal=true").status_code == 403
    assert site.program().get(f"{path}/policy?renewal=perhaps").status_code == 422


def test_a_role_without_the_clinical_part_sees_no_diagnosis(site: Site, path: str) -> None:
    site.program().post(f"{path}/authorizations", json=RECORD)
    for role, diagnosis in (("clinician", "F33.2"), ("biller", ""), ("front_desk", "")):
        answer = site.program(role).get(f"{path}/authorizations")
        assert answer.json()[0]["record"]["diagnosis"] == diagnosis
        assert answer.json()[0]["record"]["number"] == "A1"
        assert ("F33" in answer.text) is bool(diagnosis)


@pytest.mark.parametrize("part", ["evidence", "policy"])
@pytest.mark.parametrize("role", ["biller", "front_desk", "auditor", "service"])
def test_the_clinical_part_is_closed_to_roles_without_it(site: Site, path: str, part: str, role: str) -> None:
    assert site.program(role).get(f"{path}/{part}").status_code == 403


def test_an_authorization_that_cannot_be_is_refused_by_its_place(site: Site, path: str) -> None:
    answer = site.program().post(f"{path}/authorizations", json={**RECORD, "status": "approved"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/status"]
    answer = site.program().post(f"{path}/authorizations", json={**RECORD, "status": "not_needed"})
    assert "its source and the day of it" in answer.json()["errors"][0]["detail"]


def test_what_is_not_there_is_not_found(site: Site) -> None:
    program = site.program()
    for part in ("evidence", "policy", "authorizations"):
        assert program.get(f"/api/v1/verifications/ver_none/{part}").status_code == 404
    assert (
        program.put("/api/v1/verifications/ver_none/evidence", json={"version": 0, "sheet": {}}).status_code
        == 404
    )
    assert program.post("/api/v1/verifications/ver_none/authorizations", json=RECORD).status_code == 404
    body = {"version": 1, "record": RECORD}
    assert program.put("/api/v1/authorizations/auth_none", json=body).status_code == 404


def test_nothing_of_a_sheet_or_an_authorization_stands_in_any_table_in_clear(site: Site, path: str) -> None:
    program = site.program()
    marked = sheet(
        trials=[trial("ZZMARK", dose="ZZMARK", stopped_because="ZZMARK")],
        therapies=[{"kind": "ZZMARK"}],
        necessity=[{"service_line": "tms", "decision": "necessary", "by": "ZZMARK", "on": "2026-11-01"}],
        crisis={"by": "ZZMARK", "at": "2026-11-28T15:00:00Z"},
        ordering={"name": "ZZMARK"},
    )
    record = authorization(
        number="ZZMARK", vendor="ZZMARK", site="ZZMARK", diagnosis="ZZMARK", said_by="ZZMARK", source="ZZMARK"
    )
    assert program.put(f"{path}/evidence", json={"version": 0, "sheet": marked.model_dump(mode="json")}).ok
    made = program.post(f"{path}/authorizations", json=record.model_dump(mode="json"))
    body = {"version": 1, "record": record.model_dump(mode="json")}
    assert program.put(f"/api/v1/authorizations/{made.json()['id']}", json=body).ok
    program.get(f"{path}/policy")
    forms = ("ZZMARK", b"ZZMARK".hex())
    with site.work.engine.connect() as connection:
        for name in metadata.tables:
            stored = connection.execute(
                text(f"select string_agg(t::text, '') from \"{name}\" t")
            ).scalar_one()
            assert not [form for form in forms if form in (stored or "")], name


CRISIS = {"by": "Dr. Imogen Vale", "at": "2026-11-02T09:00:00-06:00"}
#: What payers refuse, what they take and what some take, with a scale that says otherwise.
ILLNESSES = [
    {"diagnoses": [{"code": "F31.81"}]},
    {"diagnoses": [{"code": "F33.2"}]},
    {"diagnoses": [{"code": "F33.1"}]},
    {"diagnoses": [{"code": "F33.2"}], "scores": [{"scale": "PHQ-9", "points": 4, "on": "2026-11-01"}]},
]


def told(program: Visit, path: str) -> str:
    """Everything that a role can read of a verification, without the day's clock in it."""
    findings = program.get(f"{path}/findings").json()["findings"]
    document = program.get(path).json()
    courses = program.get(f"{path}/courses").json()
    replanned = program.get(f"{path}/courses/tms").json()
    parts = [
        findings,
        document["findings"],
        [one["what"] for one in document["timeline"]],
        courses,
        replanned,
    ]
    return json.dumps(parts, default=str)


@pytest.mark.parametrize("role", ["biller", "front_desk", "service"])
def test_whatever_the_illness_a_role_without_the_sheet_reads_the_same(site: Site, role: str) -> None:
    seen, known = set(), set()
    for number, illness in enumerate(ILLNESSES):
        patient = {"first_name": f"Marguerite {'ABCD'[number]}"}
        made = site.submit(patient=patient, coverage={"member_id": f"BHX10020030{number}"})
        path, program = f"/api/v1/verifications/{made}", site.program("clinician")
        run_all(site.work)
        said = {"version": 0, "sheet": {**illness, "crisis": CRISIS}}
        assert program.put(f"{path}/evidence", json=said).status_code == 200
        run_all(site.work)
        seen.add(without_ids(told(site.program(role), path)))
        known.add(without_ids(told(program, path)))
    assert len(seen) == 1
    assert "crisis" not in seen.pop()
    assert len(known) == len(ILLNESSES)


def test_a_page_shows_the_diagnosis_question_to_roles_that_see_the_sheet_alone(site: Site, path: str) -> None:
    run_all(site.work)
    said = {"version": 0, "sheet": {"diagnoses": [{"code": "F31.81"}]}}
    site.program("clinician").put(f"{path}/evidence", json=said)
    run_all(site.work)
    page = path.removeprefix("/api/v1")
    shown = {role: site.visit(role).get(page).text for role in ("clinician", "front_desk", "biller")}
    assert {role: "ask the psychiatrist" in html.lower() for role, html in shown.items()} == {
        "clinician": True,
        "front_desk": False,
        "biller": False,
    }


def without_ids(text: str) -> str:
    return re.sub(r'"[a-z]+_[0-9A-Z]{26}"', '""', text)
