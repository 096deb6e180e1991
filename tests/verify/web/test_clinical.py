"""The page of evidence, policy and authorizations: what it shows to whom, and what people save there."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from tests.verify.authorizations.records import authorization
from tests.verify.policies.sheets import sheet, trial
from tests.verify.web.conftest import Site, Visit
from verify.authorizations import Authorization
from verify.catalogue.criteria import Screen
from verify.policies import EvidenceSheet, Reply
from verify.store.tables import payers
from verify.web import authorization_form, evidence_form
from verify.web.evidence_form import EMPTY_ROWS, TABLES, Part

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)


@pytest.fixture
def made(site: Site) -> str:
    with site.work.engine.begin() as connection:
        connection.execute(update(payers).values(aliases=["Aetna"]))
    return site.submit()


def show(visit: Visit, verification_id: str) -> str:
    answer = visit.get(f"/verifications/{verification_id}/clinical")
    assert answer.status_code == 200
    return answer.text


def save(visit: Visit, verification_id: str, section: str, version: int, **fields: Any) -> Any:
    sent = {
        "section": section,
        "version": str(version),
        **{name: str(value) for name, value in fields.items()},
    }
    return visit.send_form(f"/verifications/{verification_id}/evidence", **sent)


def kept(site: Site, verification_id: str) -> EvidenceSheet:
    answer = site.program().get(f"/api/v1/verifications/{verification_id}/evidence").json()
    return EvidenceSheet.model_validate(answer["sheet"])


# --- the page -----------------------------------------------------------------------------------------------


def test_the_verification_leads_to_the_page(site: Site, made: str) -> None:
    text = site.visit().get(f"/verifications/{made}").text
    assert f"/verifications/{made}/clinical" in text
    assert "Evidence, written policy and authorizations" in text
    assert "Evidence, written policy" not in site.visit("front_desk").get(f"/verifications/{made}").text


def test_the_policy_is_shown_criterion_by_criterion_with_its_sources(site: Site, made: str) -> None:
    save(site.visit(), made, "diagnoses", 0, rows=1, code_0="F33.2")
    text = show(site.visit(), made)
    assert "Aetna CPB 0469, transcranial magnetic stimulation" in text
    assert "The policy asks for F32.2 or F33.2. On the sheet: F33.2." in text
    assert "The payer decides; this program does not." in text
    assert "Missing evidence" in text
    assert "d3rx.com" in text
    assert "approved" not in text.lower()


def test_a_granted_authorization_brings_what_the_policy_asks_to_renew_it(site: Site, made: str) -> None:
    visit = site.visit()
    assert "to renew it" not in show(visit, made)
    visit.send_form(f"/verifications/{made}/authorizations", **record(status="submitted"))
    assert "to renew it" not in show(visit, made)
    visit.send_form(f"/verifications/{made}/authorizations", **record())
    text = show(visit, made)
    assert text.count("The written policy on") == 2
    assert 'id="renewal-tms"' in text
    assert "What the policy asks for a renewal is not stated in our copy; ask the payer." in text
    assert "to renew it" not in show(site.visit("front_desk"), made)


def test_a_payer_without_a_card_says_so(site: Site) -> None:
    assert "There is no policy card" in show(site.visit(), site.submit())


@pytest.mark.parametrize("role", ["biller", "front_desk"])
def test_roles_without_the_clinical_part_see_authorizations_alone(site: Site, made: str, role: str) -> None:
    visit = site.visit()
    save(visit, made, "trials", 0, rows=1, drug_0="markedine")
    visit.send_form(f"/verifications/{made}/authorizations", **record(diagnosis="F33.2"))
    text = show(site.visit(role), made)
    assert "A77" in text
    assert "markedine" not in text
    assert "written policy on" not in text
    assert "F33" not in text
    assert "markedine" in show(visit, made)


def test_who_may_read_and_not_work_sees_no_form_for_authorizations(site: Site, made: str) -> None:
    assert "Record an authorization" not in show(site.visit("clinician"), made)
    assert "Record an authorization" in show(site.visit("coordinator"), made)
    assert "Save drug trials" in show(site.visit("clinician"), made)


def test_ids_on_the_page_are_there_once(site: Site, made: str) -> None:
    visit = site.visit()
    visit.send_form(f"/verifications/{made}/authorizations", **record())
    ids = re.findall(r'\bid="([^"]+)"', show(visit, made))
    assert sorted(ids) == sorted(set(ids))


# --- evidence -----------------------------------------------------------------------------------------------


def test_each_part_is_saved_by_itself_onto_the_newest_sheet(site: Site, made: str) -> None:
    visit = site.visit("clinician")
    assert (
        save(
            visit, made, "diagnoses", 0, rows=2, code_0="f33.2", code_1="F41.1", since_1="2024-01-01"
        ).status_code
        == 303
    )
    assert (
        save(
            visit,
            made,
            "trials",
            1,
            rows=3,
            drug_0="sertraline",
            role_0="antidepressant",
            outcome_0="no_response",
            weeks_0=9,
            this_episode_0="yes",
            drug_2="aripiprazole",
            role_2="augmentation",
            ongoing_2="true",
            trials_complete="yes",
        ).status_code
        == 303
    )
    assert (
        save(visit, made, "scores", 2, rows=1, points_0=21, scale_0="PHQ-9", on_0="2026-11-01").status_code
        == 303
    )
    assert (
        save(visit, made, "therapies", 3, rows=1, kind_0="cognitive", therapies_complete="no").status_code
        == 303
    )
    assert save(visit, made, "priors", 4, rows=1, treatment_0="ect", percent_better_0=40).status_code == 303
    assert save(visit, made, "answers", 5, answer_psychosis="no", answer_bipolar="unknown").status_code == 303
    found = kept(site, made)
    assert [one.code for one in found.diagnoses] == ["F33.2", "F41.1"]
    assert [(one.drug, one.ongoing, one.weeks) for one in found.trials] == [
        ("sertraline", False, 9),
        ("aripiprazole", True, None),
    ]
    assert (found.trials_complete, found.therapies_complete, found.priors_complete) == (
        "yes",
        "no",
        "not_asked",
    )
    assert found.answers == {Screen.PSYCHOSIS: Reply.NO, Screen.BIPOLAR: Reply.UNKNOWN}
    text = show(visit, made)
    assert "version 6, by Larkspur clinician" in text
    assert 'value="sertraline"' in text


def test_the_psychiatrists_decisions_are_recorded_with_by_whom_and_when(site: Site, made: str) -> None:
    answer = save(
        site.visit(),
        made,
        "decisions",
        0,
        decision_tms="necessary",
        by_tms="Dr. Larkspur",
        on_tms="2026-11-20",
        ordering_name="Dr. Larkspur",
        ordering_npi="1999999984",
        ordering_credential="psychiatrist",
        protocol="theta_burst",
        crisis_by="Dr. Larkspur",
    )
    assert answer.status_code == 303
    found = kept(site, made)
    decision = found.decision("tms")
    assert decision is not None
    assert (decision.decision, decision.by, str(decision.on)) == ("necessary", "Dr. Larkspur", "2026-11-20")
    assert (found.ordering.npi, found.ordering.credential, found.protocol) == (
        "1999999984",
        "psychiatrist",
        "theta_burst",
    )
    assert found.crisis is not None
    assert "Urgent" in site.visit().get(f"/verifications/{made}").text


@pytest.mark.parametrize(
    ("section", "fields", "field", "words"),
    [
        ("trials", {"rows": 2, "drug_1": "x", "weeks_1": "-1"}, "trials-weeks_1", "Weeks must be greater"),
        (
            "trials",
            {"rows": 1, "drug_0": "x", "ongoing_0": "true", "ended_on_0": "2026-01-01"},
            "trials-drug_0",
            "goes on has no last day",
        ),
        (
            "scores",
            {"rows": 1, "points_0": "99", "scale_0": "PHQ-9", "on_0": "2026-11-01"},
            "scores-points_0",
            "at most 27",
        ),
        ("scores", {"rows": 1, "points_0": "9", "scale_0": "PHQ-9"}, "scores-on_0", "Day is required"),
        ("decisions", {"decision_tms": "necessary"}, "decision_tms", "who made it and on which day"),
        ("decisions", {"ordering_npi": "12"}, "ordering_npi", "is not written as it should be"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    site: Site, made: str, section: str, fields: dict[str, Any], field: str, words: str
) -> None:
    answer = save(site.visit(), made, section, 0, **fields)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert words in answer.text
    if "drug_1" in fields:
        assert 'value="-1"' in answer.text
    assert kept(site, made) == EvidenceSheet()


@pytest.mark.parametrize("version", ["0", "7", "x"])
def test_a_sheet_that_changed_meanwhile_is_shown_and_not_overwritten(
    site: Site, made: str, version: str
) -> None:
    visit = site.visit()
    save(visit, made, "diagnoses", 0, rows=1, code_0="F33.2")
    answer = visit.send_form(
        f"/verifications/{made}/evidence", section="diagnoses", version=version, rows="1", code_0="F32.2"
    )
    assert answer.status_code == 422
    assert "Somebody saved a newer version meanwhile" in answer.text
    assert [one.code for one in kept(site, made).diagnoses] == ["F33.2"]


def test_a_part_nobody_knows_is_not_there(site: Site, made: str) -> None:
    assert save(site.visit(), made, "weather", 0).status_code == 404


def test_who_may_not_write_saves_nothing(site: Site, made: str) -> None:
    assert save(site.visit("biller"), made, "diagnoses", 0, rows=1, code_0="F33.2").status_code == 403


# --- authorizations -----------------------------------------------------------------------------------------


def record(**changes: Any) -> dict[str, str]:
    first = date.today() + timedelta(days=9)
    return {
        "service_line": "tms",
        "status": "granted",
        "form": "prior_authorization",
        "payer": "Blue Hollow Health Plan",
        "number": "A77",
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=90)).isoformat(),
        "codes_0": "90867, 90868 90869",
        "units_0": "30",
        **changes,
    }


def test_an_authorization_is_recorded_and_the_taper_missed(site: Site, made: str) -> None:
    visit = site.visit()
    assert visit.send_form(f"/verifications/{made}/authorizations", **record()).status_code == 303
    text = show(visit, made)
    assert "A77" in text
    assert "36 are planned: 6 short" in text
    assert "Ask for 6 more units" in text
    assert "30</b> of 30 units left, 36 planned" in text


def test_a_change_is_a_new_version(site: Site, made: str) -> None:
    visit = site.visit()
    visit.send_form(f"/verifications/{made}/authorizations", **record())
    (one,) = site.program().get(f"/api/v1/verifications/{made}/authorizations").json()
    path = f"/verifications/{made}/authorizations/{one['id']}"
    assert visit.send_form(path, version="1", **record(units_0="36")).status_code == 303
    text = show(visit, made)
    assert "Fits the course" in text
    assert "version 2" in text
    again = visit.send_form(path, version="1", **record())
    assert again.status_code == 422
    assert "newer version" in again.text
    assert (
        visit.send_form(
            f"/verifications/{made}/authorizations/auth_none", version="1", **record()
        ).status_code
        == 404
    )


def test_the_rems_number_of_the_site_is_kept_with_the_authorization(site: Site) -> None:
    made, visit = site.submit(service_lines=["spravato_medical"]), site.visit()
    given = record(
        service_line="spravato_medical", codes_0="J0013", units_0="672", rems_site="RS-4471", site="Larkspur"
    )
    assert visit.send_form(f"/verifications/{made}/authorizations", **given).status_code == 303
    (one,) = site.program().get(f"/api/v1/verifications/{made}/authorizations").json()
    assert (one["record"]["rems_site"], one["record"]["site"]) == ("RS-4471", "Larkspur")
    field = re.search(r'<label for="(auth_\w+-rems_site)">REMS site ID', show(visit, made))
    assert field is not None
    assert re.search(rf'<input id="{field[1]}"[^>]* value="RS-4471"', show(visit, made))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"payer": ""}, "payer", "Payer is required"),
        ({"status": "approved"}, "status", "Status must be"),
        ({"status": "not_needed"}, "source", "its source and the day of it"),
        (
            {"requested_at": "2026-11-02T09:00", "decided_at": "2026-11-01T09:00"},
            "decided_at",
            "decided before it was requested",
        ),
        ({"used_0": "3"}, "codes_0", "its day, and the day its count"),
        ({"codes_0": "TMS"}, "codes_0", "Codes and units"),
        ({"units_0": "-2"}, "units_0", "Codes and units"),
        ({"codes_1": "90868"}, "codes_0", "in two groups of units"),
        ({"ends_on": "2020-01-01"}, "ends_on", "ends before it begins"),
        ({"requested_at": "yesterday"}, "requested_at", "Payer received it must be a date and time"),
        ({"rendering_npi": "1"}, "rendering_npi", "Rendering NPI"),
    ],
)
def test_a_faulty_record_is_said_beside_its_field(
    site: Site, made: str, changes: dict[str, str], field: str, words: str
) -> None:
    visit = site.visit()
    answer = visit.send_form(f"/verifications/{made}/authorizations", **record(**changes))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert words in answer.text
    assert 'value="A77"' in answer.text, "what was typed is still there"


def test_a_faulty_change_points_into_its_own_form(site: Site, made: str) -> None:
    visit = site.visit()
    visit.send_form(f"/verifications/{made}/authorizations", **record())
    (one,) = site.program().get(f"/api/v1/verifications/{made}/authorizations").json()
    answer = visit.send_form(
        f"/verifications/{made}/authorizations/{one['id']}", version="1", **record(payer="")
    )
    assert answer.status_code == 422
    assert f'href="#{one["id"]}-payer"' in answer.text
    assert f'id="{one["id"]}-payer"' in answer.text


# --- the forms by themselves --------------------------------------------------------------------------------


def test_every_part_of_a_sheet_survives_its_form() -> None:
    whole = sheet(
        diagnoses=[{"code": "F33.2", "since": "2024-01-01"}],
        trials=[
            trial(dose="150 mg", percent_better=10, stopped_because="no effect"),
            trial("x", ended_on=None, ongoing=True),
        ],
        trials_complete="yes",
        scores=[{"scale": "MADRS", "points": 0, "on": "2026-11-01"}],
        therapies=[{"kind": "cognitive", "sessions": 12, "ongoing": True}],
        therapies_complete="unknown",
        priors=[{"treatment": "tms", "percent_better": 0, "kept_months": 3}],
        priors_complete="no",
    )
    for part, table in TABLES.items():
        typed = {"section": part.value, "rows": str(len(evidence_form.rows(part, whole, {})))}
        for row in evidence_form.rows(part, whole, {}):
            typed.update({f"{name}_{row.number}": value for name, value in row.values.items()})
        if table.complete:
            typed[table.complete] = getattr(whole, table.complete).value
        read, errors = evidence_form.read(part, typed, EvidenceSheet(), ["tms"], NOW)
        assert errors == {}
        assert read is not None
        assert getattr(read, part.value) == getattr(whole, part.value), part
        if table.complete:
            assert getattr(read, table.complete) == getattr(whole, table.complete)


def test_there_are_always_empty_rows_and_after_an_error_those_typed() -> None:
    one = sheet(diagnoses=[{"code": "F33.2"}])
    assert len(evidence_form.rows(Part.DIAGNOSES, one, {})) == 1 + EMPTY_ROWS
    typed = {"section": "diagnoses", "rows": "1", "code_0": "what"}
    assert [row.values["code"] for row in evidence_form.rows(Part.DIAGNOSES, one, typed)] == ["what"]
    assert len(evidence_form.rows(Part.TRIALS, one, typed)) == EMPTY_ROWS


@pytest.mark.parametrize(
    ("rows", "count"), [("2", 2), ("", 0), ("x", 0), ("-1", 0), ("999", 62), ("99999", 0)]
)
def test_a_number_of_rows_that_cannot_be_is_none(rows: str, count: int) -> None:
    typed = {"section": "diagnoses", "rows": rows}
    assert len(evidence_form.rows(Part.DIAGNOSES, EvidenceSheet(), typed)) == count


def test_decisions_about_other_lines_and_the_moment_of_a_crisis_stay() -> None:
    before = sheet(
        necessity=[
            {"service_line": "ketamine_iv", "decision": "pending"},
            {"service_line": "tms", "decision": "pending"},
        ],
        crisis={"by": "Dr. A", "at": "2026-11-01T10:00:00Z"},
    )
    typed = {"decision_tms": "", "crisis_by": "Dr. B"}
    read, _ = evidence_form.read(Part.DECISIONS, typed, before, ["tms"], NOW)
    assert read is not None
    assert [one.service_line for one in read.necessity] == ["ketamine_iv"]
    assert read.crisis is not None
    assert (read.crisis.by, read.crisis.at) == ("Dr. B", datetime(2026, 11, 1, 10, tzinfo=UTC))
    calm, _ = evidence_form.read(Part.DECISIONS, {}, before, ["tms"], NOW)
    assert calm is not None
    assert calm.crisis is None


def test_a_record_survives_its_form() -> None:
    whole = authorization(
        granted=[
            {"codes": ["90867"], "units": 1},
            {"codes": ["90868"], "units": 0, "used": 0, "used_as_of": "2026-11-01"},
        ],
        frequencies=[{"codes": ["90868"], "most": 1, "per": "day"}],
        requested_at="2026-07-01T15:30:00Z",
        decided_at="2026-12-01T15:30:00Z",
        urgent=True,
        benefit="behavioral",
        vendor="V",
        diagnosis="F33.2",
        tax_id="99-0000001",
        source_on="2026-11-01",
    )
    typed = authorization_form.values(whole, ZONE)
    assert typed["requested_at"] == "2026-07-01T10:30", "on the practice's clock"
    read, errors = authorization_form.read(typed, ZONE, whole)
    assert errors == {}
    assert read is not None
    assert Authorization.model_validate(read.model_dump()) == whole
    new, _ = authorization_form.read(typed, ZONE)
    assert new is not None
    assert new.frequencies == [], "the form does not show them"
    assert authorization_form.values(None, ZONE) == {}
