"""The batch endpoints: what they demand and how they page is what Stedi documents."""

import gzip
import http.client
import json
from contextlib import closing
from typing import Any

import pytest

from payers.simulator import stedi_batch
from payers.simulator.envelope import Credentials
from payers.simulator.server import Simulator
from tests.payers.simulator.test_json_doors import OLD, without

KEY = Credentials().api_key


def call(
    simulator: Simulator,
    path: str,
    said: object = None,
    *,
    key: str = KEY,
    gzipped: bool = False,
    patience: float = 10,
) -> tuple[int, Any]:
    """POST where something is said, else GET."""
    headers = {"Authorization": key, "Accept-Encoding": "gzip" if gzipped else "identity"}
    body = None if said is None else json.dumps(said).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=patience)) as connection:
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        packed = answer.getheader("Content-Encoding") == "gzip"
        read = answer.read()
    return answer.status, json.loads(gzip.decompress(read) if packed else read)


def question(number: int, member: str = "ACT") -> dict[str, Any]:
    told = without(OLD, "/submitterTransactionIdentifier", f"T{number}")
    return without(told, "/subscriber/memberId", f"{member}{number}-")


def submit(simulator: Simulator, *questions: object, patience: float = 10, **more: object) -> tuple[int, Any]:
    return call(simulator, stedi_batch.SUBMIT_PATH, {"items": questions, **more}, patience=patience)


def poll(simulator: Simulator, query: str, *, gzipped: bool = False) -> tuple[int, Any]:
    return call(simulator, f"{stedi_batch.POLLING_PATH}?{query}", gzipped=gzipped)


def test_a_batch_is_taken_and_its_answers_are_those_of_the_json_door(simulator: Simulator):
    status, taken = submit(simulator, question(1), question(2))
    assert status == 200
    _, page = poll(simulator, f"batchId={taken['batchId']}")
    assert [each["submitterTransactionIdentifier"] for each in page["items"]] == ["T1", "T2"]
    assert {each["batchId"] for each in page["items"]} == {taken["batchId"]}
    assert all(each["x12"].startswith("ISA*") for each in page["items"])
    assert "nextPageToken" not in page


@pytest.mark.parametrize("path", [stedi_batch.POLLING_PATH, f"{stedi_batch.BATCH_PATH}b1"])
def test_a_wrong_key_is_forbidden(simulator: Simulator, path: str):
    assert call(simulator, path, key="another") == (403, {"message": "Forbidden"})
    assert call(simulator, stedi_batch.SUBMIT_PATH, {"items": [question(1)]}, key="another")[0] == 403


def test_one_wrong_item_refuses_the_whole_batch_by_its_place(simulator: Simulator):
    known = len(simulator.batches.traces())
    wrong = without(question(2), "/provider/npi", "12")
    nameless = without(question(3), "/submitterTransactionIdentifier")
    status, said = submit(simulator, question(1), wrong, nameless, "no item")
    paths = [each["path"] for each in said["fieldList"]]
    assert (status, paths) == (
        400,
        ["/items/1/provider/npi", "/items/2/submitterTransactionIdentifier", "/items/3"],
    )
    assert len(simulator.batches.traces()) == known


@pytest.mark.parametrize(
    ("more", "path"),
    [({"name": "a b"}, "/name"), ({"maxRetryHours": 7}, "/maxRetryHours"), ({"items": []}, "/items")],
)
def test_a_batch_that_is_none_is_refused(simulator: Simulator, more: dict[str, object], path: str):
    status, said = call(simulator, stedi_batch.SUBMIT_PATH, {"items": [question(1)]} | more)
    assert (status, [each["path"] for each in said["fieldList"]]) == (400, [path])


def test_more_than_ten_thousand_are_refused(simulator: Simulator):
    assert submit(simulator, *[question(1)] * 10_001)[0] == 400


def test_a_name_is_given_once(simulator: Simulator):
    assert submit(simulator, question(1), name="only-once")[0] == 200
    assert submit(simulator, question(1), name="only-once")[0] == 409


def test_pages_follow_each_other_until_none_is_named(simulator: Simulator):
    _, taken = submit(simulator, *map(question, range(25)))
    query, found = f"batchId={taken['batchId']}", []
    token: str | None = ""
    while token is not None:
        _, page = poll(simulator, query + (f"&pageToken={token}" if token else ""))
        found += [each["submitterTransactionIdentifier"] for each in page["items"]]
        token = page.get("nextPageToken")
    assert found == [f"T{number}" for number in range(25)]


def test_a_large_page_goes_out_gzipped_and_to_nobody_who_does_not_take_that(simulator: Simulator):
    _, taken = submit(simulator, *map(question, range(25)))
    query = f"batchId={taken['batchId']}&pageSize=200"
    assert poll(simulator, query)[0] == 400
    status, page = poll(simulator, query, gzipped=True)
    assert (status, len(page["items"])) == (200, 25)


@pytest.mark.parametrize(
    "query",
    ["", "batchId=b1&pageSize=0", "batchId=b1&pageSize=201", "batchId=b1&pageToken=x", "startDateTime=now"],
)
def test_a_query_that_makes_no_sense_is_refused(simulator: Simulator, query: str):
    assert poll(simulator, query, gzipped=True)[0] == 400


def test_what_ended_since_a_time_is_of_every_batch_and_bears_its_name(simulator: Simulator):
    submit(simulator, question(1), name="since-a-time")
    _, page = poll(simulator, "startDateTime=2026-01-01T00:00:00Z&pageSize=200", gzipped=True)
    assert "since-a-time" in {each["batchName"] for each in page["items"]}
    assert poll(simulator, "startDateTime=2999-01-01T00:00:00Z")[1]["items"] == []


def test_a_batch_nobody_knows_is_not_found(simulator: Simulator):
    assert call(simulator, f"{stedi_batch.BATCH_PATH}b1")[0] == 404
    assert call(simulator, f"{stedi_batch.BATCH_PATH}b1/items")[0] == 404


def test_the_states_of_a_batch_are_those_of_its_payers(simulator: Simulator):
    _, taken = submit(simulator, question(1), question(2, "H503"), question(3, "HANG"), question(4, "DROP"))
    path = f"{stedi_batch.BATCH_PATH}{taken['batchId']}"
    _, standing = call(simulator, path)
    assert (standing["status"], standing["successCount"], standing["errorCount"]) == (
        "COMPLETED_WITH_ERRORS",
        2,
        2,
    )
    _, failed = call(simulator, f"{path}/items?state=VALIDATION_FAILED&state=COMPLETED_WITH_ERRORS")
    infos = [each["additionalInfo"]["eligibility"] for each in failed["items"]]
    assert [(each["submitterTransactionIdentifier"], len(each["aaaErrors"])) for each in infos] == [
        ("T2", 1),
        ("T3", 0),
    ]
    _, every = call(simulator, f"{path}/items")
    assert [each["index"] for each in every["items"]] == [0, 1, 2]


def test_an_item_whose_date_is_none_is_refused_by_name_as_by_every_door(simulator: Simulator):
    status, refused = submit(simulator, without(question(1), "/subscriber/dateOfBirth", "19901399"))
    assert status == 400
    assert "dateOfBirth" in json.dumps(refused)


def test_looks_can_be_refused_for_a_while(simulator: Simulator):
    simulator.batches.refuse_looks(429, 2, retry_after=5)
    assert [poll(simulator, "batchId=b1")[0] for _ in range(3)] == [429, 429, 200]


def test_a_receipt_that_takes_its_time_is_of_a_batch_that_was_taken_before():
    with Simulator() as simulator:
        simulator.batches.receipt_seconds = 30.0
        with pytest.raises(TimeoutError):
            submit(simulator, question(1), name="night-1", patience=0.5)
        assert simulator.batches.traces() == ["T1"]
        assert submit(simulator, question(2), name="night-1")[0] == 409
