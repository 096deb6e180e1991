"""The API as its contract says it."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from tests.verify.web.conftest import Site, Visit, submission
from verify.store.tables import follow_ups, idempotency_keys, patients, verifications

VERIFICATIONS = "/api/v1/verifications"


def post(program: Visit, body: Any, key: str = "k1") -> Any:
    return program.post(VERIFICATIONS, json=body, headers={"Idempotency-Key": key})


def count(site: Site, table: Any = verifications) -> int:
    with site.work.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_submission_is_accepted_with_its_place(site: Site) -> None:
    program = site.program()
    answer = post(program, submission())
    body = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{VERIFICATIONS}/{body['id']}"
    assert program.get(answer.headers["Location"]).json()["id"] == body["id"]
    assert body["state"] == "ready"
    assert body["patient"]["last_name"] == "Quill"
    assert body["summary"]["copay"] is None
    assert body["next_action"] == {"text": "Ask the payer", "owner_role": "system", "due_at": None}


def test_the_same_key_and_body_answer_the_same_again(site: Site) -> None:
    program = site.program()
    first, again = post(program, submission()), post(program, submission())
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert count(site) == 1


def test_the_kept_answer_is_sealed(site: Site) -> None:
    post(site.program(), submission())
    with site.work.engine.connect() as connection:
        kept = connection.execute(select(idempotency_keys.c.response_sealed)).scalar_one()
    assert b"Quill" not in kept


def test_the_same_key_with_another_body_is_refused(site: Site) -> None:
    program = site.program()
    post(program, submission())
    answer = post(program, submission(reason="recheck"))
    assert answer.status_code == 422
    assert count(site) == 1


def test_a_key_is_nobody_elses(site: Site) -> None:
    first = post(site.program("coordinator"), submission())
    other = post(site.program("admin"), submission(reason="recheck"))
    assert (first.status_code, other.status_code) == (202, 202)


def test_while_the_first_is_at_work_the_second_is_told_to_wait(site: Site) -> None:
    program = site.program()
    with site.work.engine.begin() as held:
        # The practice's row held, the first request waits where it writes the patient.
        held.execute(text("lock table patients in exclusive mode"))
        first = threading.Thread(target=post, args=(program, submission()))
        first.start()
        deadline = datetime.now(UTC) + timedelta(seconds=5)
        while count(site, idempotency_keys) == 0:
            assert datetime.now(UTC) < deadline
        second = post(site_copy(program), submission())
    first.join()
    assert second.status_code == 409
    assert second.headers["Retry-After"]
    assert count(site) == 1


def site_copy(program: Visit) -> Visit:
    copy = Visit(program.url, "", "")
    copy.headers.update(program.headers)
    return copy


def test_without_a_key_nothing_is_done(site: Site) -> None:
    answer = site.program().post(VERIFICATIONS, json=submission())
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]
    assert count(site) == 0


def test_the_same_request_under_another_key_is_the_same_verification(site: Site) -> None:
    program = site.program()
    first, second = post(program, submission(), "k1"), post(program, submission(), "k2")
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["id"] == second.json()["id"]
    assert count(site) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"patient": {"last_name": ""}}, "/patient/last_name"),
        ({"patient": {"birth_date": "Quill"}}, "/patient/birth_date"),
        ({"patient": {"shoe_size": "Quill"}}, "/patient/shoe_size"),
        ({"coverage": {"rank": "Quill"}}, "/coverage/rank"),
        ({"service_lines": []}, "/service_lines"),
        ({"date_of_service": "Quill"}, "/date_of_service"),
        ({"priority": "Quill"}, "/priority"),
        ({"provider_npi": "Quill"}, "/provider_npi"),
    ],
)
def test_a_wrong_field_is_named_and_its_value_is_not(
    site: Site, change: dict[str, Any], pointer: str
) -> None:
    answer = post(site.program(), submission(**change))
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert pointers(answer) == [pointer]
    assert "Quill" not in answer.text
    assert count(site) == count(site, patients) == 0


def test_what_is_not_json_is_said_so(site: Site) -> None:
    program = site.program()
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    broken = program.post(VERIFICATIONS, data='{"patient": {"last_name": "Quill"', headers=headers)
    assert (broken.status_code, "Quill" in broken.text) == (400, False)
    form = program.post(VERIFICATIONS, data={"patient": "Quill"}, headers={"Idempotency-Key": "k"})
    assert (form.status_code, "Quill" in form.text) == (415, False)
    deep = program.post(VERIFICATIONS, data="[" * 100_000, headers=headers)
    assert deep.status_code in {400, 422}
    assert count(site) == 0


def test_an_unknown_payer_and_a_missing_member_id_are_accepted(site: Site) -> None:
    answer = post(site.program(), submission(coverage={"payer": "Sunrise Mutual", "member_id": ""}))
    assert answer.status_code == 202
    assert answer.json()["payer"] == {"code": None, "name": "Sunrise Mutual", "phone": ""}


def test_the_list_is_newest_first_and_stable_while_more_comes_in(site: Site) -> None:
    program = site.program()
    ids = [site.submit(patient={"last_name": f"Quill{n}"}) for n in "abcde"]
    first = program.get(f"{VERIFICATIONS}?limit=2")
    assert [item["id"] for item in first.json()["items"]] == ids[:2:-1]
    site.submit(patient={"last_name": "Later"})
    second = program.get(f"{VERIFICATIONS}?limit=2&cursor={first.json()['next_cursor']}")
    assert [item["id"] for item in second.json()["items"]] == [ids[2], ids[1]]
    following = second.headers["Link"].removeprefix("<").partition(">")
    assert following[2] == '; rel="next"'
    last = program.get(following[0])
    assert [item["id"] for item in last.json()["items"]] == [ids[0]]
    assert last.json()["next_cursor"] is None
    assert "Link" not in last.headers


def test_the_list_by_state_and_its_bounds(site: Site) -> None:
    program = site.program()
    site.submit()
    assert len(program.get(f"{VERIFICATIONS}?state=ready").json()["items"]) == 1
    assert program.get(f"{VERIFICATIONS}?state=verified").json()["items"] == []
    for query in ("state=odd", "limit=0", "limit=201"):
        assert program.get(f"{VERIFICATIONS}?{query}").status_code == 422, query
    elsewhere = site.submit(site.elsewhere)
    for cursor in ("made-up", elsewhere):
        assert program.get(f"{VERIFICATIONS}?cursor={cursor}").status_code == 400, cursor


def test_a_document_holds_all_that_is_known(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    body = site.program().get(f"{VERIFICATIONS}/{verification_id}").json()
    assert body["state"] == "needs_person"
    assert body["summary"]["copay"] == {"amount": "30.00", "currency": "USD"}
    assert body["summary"]["deductible_remaining"] is None
    assert {fact["name"] for fact in body["facts"]} == {"active", "copay"}
    assert body["facts"][0]["source"]["kind"] == "x12_271"
    assert body["questions"][0]["how"] == "phone"
    assert body["follow_ups"][0]["script"]["fields"][0]["name"] == "authorization_tms"
    assert body["next_action"]["text"] == "Call the payer"
    assert body["coverage"]["member_id"] == "BHX100200300"
    assert [event["what"] for event in body["timeline"]] == ["submitted"]


def test_notes_are_for_those_whose_role_includes_them(site: Site) -> None:
    verification_id = site.submit()
    path = f"{VERIFICATIONS}/{verification_id}"
    written = site.program().post(f"{path}/notes", json={"kind": "clinical", "body": "Prior trial."})
    assert written.status_code == 201
    assert site.program("clinician").get(path).json()["notes"][0]["body"] == "Prior trial."
    assert site.program("front_desk").get(path).json()["notes"] is None
    refused = site.program("front_desk").post(f"{path}/notes", json={"kind": "call", "body": "x"})
    assert refused.status_code == 403


def test_corrected_information_asks_again(site: Site) -> None:
    verification_id = site.submit(coverage={"member_id": ""})
    path = f"{VERIFICATIONS}/{verification_id}"
    program = site.program()
    done = program.post(f"{path}/information", json={"coverage": {"member_id": "NEW123"}})
    assert done.status_code == 202
    assert done.json()["coverage"]["member_id"] == "NEW123"
    wrong = program.post(f"{path}/information", json={"patient": {"birth_date": "Quill"}})
    assert (wrong.status_code, "Quill" in wrong.text) == (422, False)


def test_a_call_is_evidence_and_closes_its_task(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    with site.work.engine.connect() as connection:
        task = connection.execute(select(follow_ups.c.id)).scalar_one()
    now = datetime.now(UTC)
    call = {
        "answers": {"authorization_tms": "yes", "copay_tms": "30 per visit"},
        "reference": "R-1",
        "representative": "Dana",
        "started_at": (now - timedelta(minutes=9)).isoformat(),
        "ended_at": now.isoformat(),
    }
    program = site.program()
    path = f"/api/v1/follow-ups/{task}/call"
    odd = program.post(path, json={**call, "answers": {"copay_tms": "Quill"}})
    assert (odd.status_code, pointers(odd)) == (422, ["/answers/copay_tms"])
    backwards = program.post(path, json={**call, "ended_at": (now - timedelta(hours=1)).isoformat()})
    assert pointers(backwards) == ["/ended_at"]
    done = program.post(path, json=call)
    assert done.status_code == 202
    said = {fact["name"] for fact in done.json()["facts"] if fact["source"]["kind"] == "call"}
    assert said == {"authorization", "copay"}
    assert program.post(path, json=call).status_code == 409


def test_a_task_is_done_once(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    with site.work.engine.connect() as connection:
        task = connection.execute(select(follow_ups.c.id)).scalar_one()
    program = site.program()
    done = program.post(f"/api/v1/follow-ups/{task}/done", json={"outcome": "Reached the payer."})
    again = program.post(f"/api/v1/follow-ups/{task}/done", json={"outcome": ""})
    assert (done.status_code, again.status_code) == (204, 409)


def test_cancelled_is_over_and_accepting_needs_the_right_state(site: Site) -> None:
    verification_id = site.submit()
    program = site.program()
    path = f"{VERIFICATIONS}/{verification_id}"
    assert program.post(f"{path}/accept").status_code == 409
    assert program.post(f"{path}/cancel").json()["state"] == "cancelled"
    assert program.post(f"{path}/cancel").status_code == 409


def test_accepting_with_open_questions_is_verified_with_gaps(site: Site) -> None:
    verification_id = site.submit()
    site.answer(verification_id)
    answer = site.program().post(f"{VERIFICATIONS}/{verification_id}/accept")
    assert answer.json()["state"] == "verified_with_gaps"


def test_payers_and_service_lines_can_be_named(site: Site) -> None:
    program = site.program()
    assert program.get("/api/v1/payers").json()[0]["code"] == "bluehollow"
    assert "tms" in {line["key"] for line in program.get("/api/v1/service-lines").json()}


def test_every_operation_is_described_with_its_errors(site: Site) -> None:
    described = site.program().get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    operations = [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) >= 11
    for path, method, operation in operations:
        assert {"401", "403", "500", "503"} <= set(operation["responses"]), path
        problems = [said for status, said in operation["responses"].items() if status >= "400"]
        assert all(set(said["content"]) == {"application/problem+json"} for said in problems), path
        if "{" in path:
            assert "404" in operation["responses"], path
        if method == "post" and "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= set(operation["responses"]), path


def test_bad_credentials_of_every_kind_are_401(site: Site) -> None:
    for value in ("Bearer x", "Bearer verify_tok_1_2", "Basic YTpi", "Bearer", "verify"):
        visit = Visit(site.url, "", "")
        visit.headers["Authorization"] = value
        answer = visit.get(VERIFICATIONS)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json"), (
            value
        )


def test_a_token_is_no_way_into_the_pages(site: Site) -> None:
    assert site.program().get("/worklist").status_code == 303
