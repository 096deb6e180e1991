"""What people record of a patient's illness and of authorizations, and what is made of it when somebody looks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.verify.authorizations.records import authorization
from tests.verify.policies.sheets import sheet, trial
from tests.verify.steps.conftest import rows, run_all, set_rows, verification
from tests.verify.web.conftest import Practice, active_fact
from verify import steps
from verify.authorizations import AlertKind
from verify.catalogue.criteria import Purpose
from verify.catalogue.policy_card import Network, Program, Required
from verify.facts import Fact, merge
from verify.policies import Result
from verify.steps import NotAllowed, NotFound, Work
from verify.steps.authorizations import (
    Held,
    add_authorization,
    authorizations_of,
    change_authorization,
    near_ends,
)
from verify.steps.clinical import (
    LinePolicy,
    clinical_of,
    policies_of,
    policy_findings_of,
    save_sheet,
    sheet_of,
)
from verify.steps.renewal import renewals_of
from verify.store import clinic, evidence, verifications
from verify.store.charts import chart
from verify.store.tables import events, follow_ups, jobs, payers, practices
from verify.store.tables import verifications as verifications_table

Submit = Callable[..., str]
#: A day on which the usual course of TMS lies ahead, however long the tests run.
SOON = date.today() + timedelta(days=9)


@pytest.fixture
def made(submit: Submit, work: Work, practice: Practice) -> str:
    """A verification for TMS of a payer that goes by the name of Aetna."""
    set_rows(work, payers, {"aliases": ["Aetna"]}, practice_id=practice.id)
    return submit()


def look(work: Work, practice: Practice, verification_id: str, **more: Any) -> list[LinePolicy]:
    with work.engine.connect() as connection:
        found = policies_of(connection, work, practice.id, verification_id, **more)
    assert found is not None
    return found


def kept(work: Work, practice: Practice, verification_id: str) -> Any:
    with work.engine.connect() as connection:
        return sheet_of(connection, work, practice.id, verification_id)


def held(work: Work, practice: Practice, verification_id: str, **more: Any) -> list[Held]:
    with work.engine.connect() as connection:
        found = authorizations_of(connection, work, practice.id, verification_id, **more)
    assert found is not None
    return found


def told(work: Work, verification_id: str) -> list[str]:
    return [row.what for row in rows(work, events, verification_id=verification_id)]


# --- the sheet ----------------------------------------------------------------------------------------------


def test_a_sheet_is_the_patients_and_each_saving_a_version(
    work: Work, practice: Practice, made: str, submit: Submit
) -> None:
    assert kept(work, practice, made).version == 0
    first = sheet(trials=[trial()])
    assert save_sheet(work, made, practice.id, practice.user_ids["coordinator"], first, after=0) == 1
    again = submit(service_lines=["psychotherapy"])
    seen = kept(work, practice, again)
    assert (seen.sheet, seen.version, seen.recorded_by) == (first, 1, "Larkspur coordinator")
    assert told(work, made)[-1] == "evidence_recorded"


def test_a_sheet_that_changed_meanwhile_is_not_overwritten(work: Work, practice: Practice, made: str) -> None:
    save_sheet(work, made, practice.id, "user_1", sheet(trials=[trial()]), after=0)
    with pytest.raises(NotAllowed, match="newer version"):
        save_sheet(work, made, practice.id, "user_2", sheet(), after=0)
    assert kept(work, practice, made).version == 1
    assert told(work, made).count("evidence_recorded") == 1


def test_another_practices_patient_has_no_sheet_here(work: Work, practice: Practice, made: str) -> None:
    with work.engine.connect() as connection:
        assert sheet_of(connection, work, "prac_elsewhere", made) is None
        assert policies_of(connection, work, "prac_elsewhere", made) is None
        assert authorizations_of(connection, work, "prac_elsewhere", made) is None
    with pytest.raises(NotFound):
        save_sheet(work, made, "prac_elsewhere", "user_1", sheet(), after=0)
    with pytest.raises(NotFound):
        add_authorization(work, made, "prac_elsewhere", "user_1", authorization())


def test_a_crisis_moves_open_work_to_the_urgent_lane_due_the_same_day(
    work: Work, practice: Practice, made: str
) -> None:
    run_all(work)
    later = datetime.now(UTC) + timedelta(days=30)
    set_rows(work, follow_ups, {"due_at": later}, verification_id=made)
    set_rows(work, jobs, {"state": "queued"}, subject_id=made)
    cannot_wait = sheet(crisis={"by": "Dr. Larkspur", "at": "2026-11-28T15:00:00Z"})
    save_sheet(work, made, practice.id, "user_1", cannot_wait, after=0)
    assert verification(work, made).lane == "urgent"
    (task,) = rows(work, follow_ups, verification_id=made)
    assert task.due_at < datetime.now(UTC) + timedelta(days=4)
    assert {row.lane for row in rows(work, jobs, subject_id=made)} == {"urgent"}
    assert told(work, made)[-2:] == ["evidence_recorded", "crisis_raised"]


def test_a_crisis_known_already_hurries_nobody_again(work: Work, practice: Practice, made: str) -> None:
    cannot_wait = sheet(crisis={"by": "Dr. Larkspur", "at": "2026-11-28T15:00:00Z"})
    for version in range(2):
        save_sheet(work, made, practice.id, "user_1", cannot_wait, after=version)
    assert told(work, made).count("crisis_raised") == 1
    save_sheet(work, made, practice.id, "user_1", sheet(), after=2)
    assert verification(work, made).lane == "urgent", "what was hurried stays so"


def test_what_is_over_is_not_hurried(work: Work, practice: Practice, made: str) -> None:
    steps.cancel(work, made, practice.id, practice.user_ids["coordinator"])
    cannot_wait = sheet(crisis={"by": "Dr. Larkspur", "at": "2026-11-28T15:00:00Z"})
    save_sheet(work, made, practice.id, "user_1", cannot_wait, after=0)
    assert verification(work, made).lane == "standard"


def test_a_task_due_sooner_stays_due_sooner(work: Work, practice: Practice, made: str) -> None:
    run_all(work)
    past = datetime(2026, 1, 1, tzinfo=UTC)
    set_rows(work, follow_ups, {"due_at": past}, verification_id=made)
    cannot_wait = sheet(crisis={"by": "Dr. Larkspur", "at": "2026-11-28T15:00:00Z"})
    save_sheet(work, made, practice.id, "user_1", cannot_wait, after=0)
    assert [row.due_at for row in rows(work, follow_ups, verification_id=made)] == [past]


# --- the policy ---------------------------------------------------------------------------------------------


def test_the_payers_card_is_held_against_the_sheet_and_the_birth_date(
    work: Work, practice: Practice, made: str
) -> None:
    save_sheet(work, made, practice.id, "user_1", sheet(diagnoses=[{"code": "F33.2"}]), after=0)
    (found,) = look(work, practice, made)
    assert found.chosen.card is not None
    assert found.chosen.card.key == "aetna_tms"
    assert found.evaluation is not None
    results = {one.key: one.result for one in found.evaluation.criteria}
    assert (results["age"], results["diagnosis"], results["trials"]) == (
        Result.MET,
        Result.MET,
        Result.UNKNOWN,
    )
    assert "missing" in found.inputs_missing[0]


def test_the_kind_of_plan_that_is_known_says_which_card_answers(
    work: Work, practice: Practice, submit: Submit
) -> None:
    set_rows(work, payers, {"aliases": ["Lakeside Advantage"]}, practice_id=practice.id)
    made = submit()
    with work.engine.begin() as connection:
        clinic.add_location(connection, practice_id=practice.id, name="Mill Road", address={"state": "TX"})
    assert look(work, practice, made)[0].chosen.card is None
    with work.engine.begin() as connection:
        row = verifications.read(connection, made)
        kind = said("product", "value", "medicare_advantage", service_type="30")
        evidence.add_facts(connection, row, [kind])
    assert look(work, practice, made)[0].chosen.card.key == "medicare_novitas_tms"  # type: ignore[union-attr]
    assert look(work, practice, made, program=Program.COMMERCIAL)[0].chosen.card is None


def test_a_payer_without_a_card_has_none(work: Work, practice: Practice, submit: Submit) -> None:
    (found,) = look(work, practice, submit())
    assert (found.chosen.card, found.evaluation) == (None, None)
    assert found.chosen.sentence.startswith("There is no policy card")


def test_who_administers_decides(work: Work, practice: Practice, made: str) -> None:
    with work.engine.begin() as connection:
        row = verifications.lock(connection, made)
        assert row is not None
        verifications.change(connection, row, administered_by="Optum")
    (found,) = look(work, practice, made)
    assert found.chosen.card is not None
    assert found.chosen.card.key == "uhc_tms"


def test_medicare_is_answered_by_the_state_of_the_practices_places(
    work: Work, practice: Practice, submit: Submit
) -> None:
    set_rows(work, payers, {"aliases": ["Medicare"]}, practice_id=practice.id)
    made = submit()
    assert look(work, practice, made)[0].chosen.card is None
    with work.engine.begin() as connection:
        for name in ("Mill Road", "Harbor"):
            clinic.add_location(connection, practice_id=practice.id, name=name, address={"state": "tx"})
    assert look(work, practice, made)[0].chosen.card.key == "medicare_novitas_tms"  # type: ignore[union-attr]
    with work.engine.begin() as connection:
        clinic.add_location(connection, practice_id=practice.id, name="Far", address={"state": "FL"})
    assert look(work, practice, made)[0].chosen.card is None, "which place it is given at is not known"


def said(name: str, standing: str, value: object = None, **about: str) -> Fact:
    fact = msgspec.to_builtins(active_fact(datetime.now(UTC)))
    changed = {"name": name, "standing": standing, "value": value, "about": about}
    return msgspec.convert({**fact, **changed}, Fact)


def in_network(standing: str, domain: str = "") -> Fact:
    return said("in_network", standing, service_line="tms", tier="any", domain=domain)


@pytest.mark.parametrize(
    ("known", "required"),
    [
        ([in_network("yes")], Required.NO),
        ([in_network("no")], Required.YES),
        ([], Required.NOT_STATED),
        ([in_network("yes", "behavioral")], Required.NOT_STATED),
        ([in_network("no", "behavioral")], Required.NOT_STATED),
        ([in_network("yes", "behavioral"), in_network("yes", "medical")], Required.NO),
        ([in_network("no", "behavioral"), in_network("no", "medical")], Required.YES),
        ([in_network("yes"), said("provider_in_network", "no", service_line="tms")], Required.NOT_STATED),
        ([in_network("yes", "behavioral"), in_network("no", "medical")], Required.NOT_STATED),
    ],
)
def test_authorization_by_the_card_follows_what_is_known_of_the_network(
    work: Work, practice: Practice, submit: Submit, known: list[Fact], required: Required
) -> None:
    set_rows(work, payers, {"aliases": ["Cigna"]}, practice_id=practice.id)
    made = submit()
    with work.engine.begin() as connection:
        evidence.add_facts(connection, verifications.read(connection, made), known)
    (found,) = look(work, practice, made)
    assert found.evaluation is not None
    assert found.evaluation.authorization.required is required
    (asked,) = look(work, practice, made, network=Network.OUT, program=Program.COMMERCIAL)
    assert asked.evaluation is not None
    assert asked.evaluation.authorization.required is Required.YES


def test_a_judging_gets_findings_that_hold_nothing_of_the_patients_health(
    work: Work, practice: Practice, made: str
) -> None:
    save_sheet(work, made, practice.id, "user_1", sheet(trials=[trial("markedine")]), after=0)
    with work.engine.connect() as connection:
        row = chart(connection, practice.id, made)
        assert row is not None
        found = policy_findings_of(clinical_of(connection, work, row), merge([], now=work.now()))
    assert {one.rule: one.service_line for one in found} == {
        "policy": "tms",
        "policy_authorization": "tms",
        "medical_necessity": "tms",
    }
    assert not [one for one in found if "markedine" in one.sentence]


# --- authorizations -----------------------------------------------------------------------------------------


def fitting(**fields: Any) -> Any:
    """Granted for the whole course of the verification."""
    dates = {"starts_on": SOON.isoformat(), "ends_on": (SOON + timedelta(days=90)).isoformat()}
    return authorization(payer="Blue Hollow Health Plan", **{**dates, **fields})


def test_an_authorization_is_held_against_the_usual_course(work: Work, practice: Practice, made: str) -> None:
    granted = [{"codes": ["90867", "90868", "90869"], "units": 30}]
    one = add_authorization(work, made, practice.id, "user_1", fitting(granted=granted))
    (found,) = held(work, practice, made)
    assert (found.kept.id, found.kept.version) == (one, 1)
    assert [alert.kind for alert in found.alerts] == [AlertKind.UNITS_SHORT]
    assert [(reach.left, reach.planned) for reach in found.reaches] == [(30, 36)]
    assert told(work, made)[-1] == "authorization_recorded"


def test_one_that_fits_raises_nothing_until_the_payer_changes(
    work: Work, practice: Practice, made: str, submit: Submit
) -> None:
    add_authorization(work, made, practice.id, "user_1", fitting())
    assert held(work, practice, made)[0].alerts == ()
    moved = submit(coverage={"payer": "Lakeside", "member_id": "L1"})
    (seen,) = held(work, practice, moved)
    assert [alert.kind for alert in seen.alerts] == [AlertKind.PAYER_CHANGED]


def test_one_of_another_service_line_is_not_shown(work: Work, practice: Practice, made: str) -> None:
    add_authorization(work, made, practice.id, "user_1", fitting(service_line="ketamine_iv"))
    assert held(work, practice, made) == []


def test_tax_id_diagnosis_and_the_cards_caps_are_held_against_it(
    work: Work, practice: Practice, made: str
) -> None:
    save_sheet(work, made, practice.id, "user_1", sheet(diagnoses=[{"code": "F33.1"}]), after=0)
    add_authorization(
        work,
        made,
        practice.id,
        "user_1",
        fitting(tax_id="11-1111111", diagnosis="F33.2", card="medicare_palmetto_tms"),
    )
    (found,) = held(work, practice, made)
    assert {alert.kind for alert in found.alerts} == {AlertKind.TAX_ID_DIFFERS, AlertKind.DIAGNOSIS_DIFFERS}


def test_the_decision_clock_runs_for_medicaid_and_not_for_a_drug(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit(service_lines=["tms", "spravato_medical"])
    asked = datetime(2026, 9, 1, 9, tzinfo=UTC)
    for line, code in (("tms", "90868"), ("spravato_medical", "J0013")):
        waiting = fitting(
            service_line=line, status="pended", granted=[{"codes": [code]}], requested_at=asked.isoformat()
        )
        add_authorization(work, made, practice.id, "user_1", waiting)
    found = {
        one.kept.record.service_line: one for one in held(work, practice, made, program=Program.MEDICAID)
    }
    assert found["tms"].decision_due_at == asked + timedelta(days=7)
    assert AlertKind.OVERDUE in {alert.kind for alert in found["tms"].alerts}
    assert found["spravato_medical"].decision_due_at is None
    assert held(work, practice, made)[0].decision_due_at is None, "which kind of coverage it is is not known"


def test_a_change_is_a_version_and_is_told_where_the_coverage_speaks(
    work: Work, practice: Practice, made: str
) -> None:
    one = add_authorization(work, made, practice.id, "user_1", fitting(status="submitted"))
    assert change_authorization(work, one, practice.id, "user_2", fitting(), after=1) == 2
    assert held(work, practice, made)[0].kept.record.status == "granted"
    assert told(work, made).count("authorization_recorded") == 2
    with pytest.raises(NotAllowed, match="newer version"):
        change_authorization(work, one, practice.id, "user_1", fitting(), after=1)
    with pytest.raises(NotFound):
        change_authorization(work, one, "prac_elsewhere", "user_1", fitting(), after=2)


# --- the renewal --------------------------------------------------------------------------------------------


def renewals(work: Work, practice: Practice, verification_id: str, **more: Any) -> list[LinePolicy]:
    with work.engine.connect() as connection:
        found = renewals_of(connection, work, practice.id, verification_id, **more)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("since", "result"), [(15, Result.MET), (16, Result.NOT_MET), (None, Result.UNKNOWN)]
)
def test_a_renewal_is_held_against_the_scores_since_the_course_began(
    work: Work, practice: Practice, submit: Submit, since: int | None, result: Result
) -> None:
    set_rows(work, practices, {"time_zone": "UTC"}, id=practice.id)
    with work.engine.begin() as connection:
        clinic.add_location(connection, practice_id=practice.id, name="Main", address={"state": "KS"})
    set_rows(work, payers, {"aliases": ["Medicare"]}, practice_id=practice.id)
    began = datetime.now(UTC).date() - timedelta(days=20)
    made = submit(date_of_service=SOON)
    set_rows(work, verifications_table, {"first_visit_on": began}, id=made)
    points = [(20, began), *([(since, began + timedelta(days=14))] if since is not None else [])]
    scores = [{"scale": "PHQ-9", "points": number, "on": day.isoformat()} for number, day in points]
    save_sheet(work, made, practice.id, "user_1", sheet(scores=scores), after=0)
    (found,) = renewals(work, practice, made, program=Program.MEDICARE)
    assert found.chosen.card is not None and found.chosen.card.key == "medicare_wps_tms"
    assert found.evaluation is not None and found.evaluation.purpose is Purpose.RENEWAL
    assert {one.key: one.result for one in found.evaluation.criteria}["improvement"] is result
    with work.engine.connect() as connection:
        assert renewals_of(connection, work, "prac_elsewhere", made) is None


def test_without_a_card_nothing_is_said_of_a_renewal(work: Work, practice: Practice, made: str) -> None:
    set_rows(work, payers, {"aliases": ["Nobody knows them"]}, practice_id=practice.id)
    assert [one.evaluation for one in renewals(work, practice, made)] == [None]


def test_a_night_learns_when_an_authorization_comes_near_its_end(
    work: Work, practice: Practice, made: str, submit: Submit
) -> None:
    other = submit(patient={"first_name": "Odette"})
    ends = SOON + timedelta(days=20)
    add_authorization(work, made, practice.id, "user_1", fitting(ends_on=ends.isoformat()))
    add_authorization(work, made, practice.id, "user_1", fitting(service_line="ketamine_iv"))
    add_authorization(work, other, practice.id, "user_1", fitting())
    with work.engine.connect() as connection:
        from sqlalchemy import select

        from verify.store.tables import verifications as table

        looked_at = connection.execute(
            select(
                table.c.id,
                table.c.coverage_id,
                table.c.service_lines,
                table.c.date_of_service.label("first_visit_on"),
            )
        ).all()
        assert near_ends(connection, work, practice.id, looked_at) == {made: ends - timedelta(days=14)}
