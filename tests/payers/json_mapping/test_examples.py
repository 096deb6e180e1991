"""The examples the sources publish, read in place: accepted, and the same by the JSON and by the raw 271."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from payers import x12
from payers.inquiry import Inquiry, MemberId, PayerId, Person
from payers.json_mapping import STEDI, STEDI_2026, V3, benefits_of_v3, decode, inquiry_to_2026, inquiry_to_v3
from payers.simulator import conformance, questions_v3, stedi, stedi_2026
from tests.payers.json_mapping.samples import ACCOUNT, inquiry, read
from tests.payers.x12.corpus import corpus

JSON = corpus() / "json"
EXAMPLES_2026 = corpus().parent / "payers" / "data" / "stedi_2026-06-01_examples.json"
needs_json = pytest.mark.skipif(
    not JSON.is_dir(), reason="the public examples are not on this machine: no corpus"
)
needs_2026 = pytest.mark.skipif(
    not EXAMPLES_2026.is_file(), reason="the examples of 2026 are not on this machine: no corpus"
)


def example(name: str) -> Any:
    return json.loads((JSON / f"stedi__{name}.json").read_text())


def asked_v3() -> Inquiry:
    """The question of the published example, in our words."""
    said = example("EligibilityCheck_example1-request")
    subscriber, [dependent] = said["subscriber"], said["dependents"]
    return inquiry(
        payer_id=PayerId(said["tradingPartnerServiceId"]),
        member_id=MemberId(subscriber["memberId"]),
        subscriber=Person(last=subscriber["lastName"], first=subscriber["firstName"]),
        dependent=Person(
            last=dependent["lastName"],
            first=dependent["firstName"],
            birth_date=date.fromisoformat(dependent["dateOfBirth"]),
        ),
        service_type="30",
    )


@needs_json
def test_the_published_v3_answer_is_read_and_agrees_with_its_271():
    reply = read(example("EligibilityCheck_example1-response200"), asked_v3())
    assert [member.role for member in reply.benefits.members] == ["subscriber", "dependent"]
    assert reply.benefits.members[1].coverage.status == "active"
    assert reply.benefits.problems == []


@needs_json
def test_the_published_v3_answer_says_the_same_without_its_271():
    said = example("EligibilityCheck_example1-response200")
    by_x12 = read(said, asked_v3()).benefits.members[1]
    del said["x12"]
    by_json = read(said, asked_v3()).benefits.members[1]
    for name in ("deductibles", "out_of_pockets"):
        ours, theirs = getattr(by_x12, name), getattr(by_json, name)
        assert [msgspec.structs.replace(each, segments=()) for each in ours] == [
            msgspec.structs.replace(each, segments=()) for each in theirs
        ]
        assert len(ours) > 1


@needs_json
def test_the_published_v3_question_is_ours():
    said = example("EligibilityCheck_example1-request")
    ours = inquiry_to_v3(asked_v3(), ACCOUNT, STEDI)
    assert said["subscriber"].items() <= ours["subscriber"].items()
    assert said["dependents"][0].items() <= ours["dependents"][0].items()
    assert said["encounter"].items() <= ours["encounter"].items()
    assert questions_v3.faults(said, stedi.REQUIRED) == []


@needs_json
def test_the_published_coordination_of_benefits_is_read_with_its_other_payer():
    said = decode((JSON / "stedi__CoordinationOfBenefits_example1-response200.json").read_bytes())
    assert said is not None
    [member] = benefits_of_v3(said).members
    assert ("PRP", "1006") in [(each.entity.type, each.entity.id) for each in member.other_payers]


@needs_json
def test_the_published_raw_question_is_read_as_ours_are_and_taken_by_the_simulator():
    said = example("EligibilityRawX12Check_example1-request")
    [transaction] = x12.parse(said["x12"]).transactions
    [question] = x12.read_270(transaction)
    assert question.dependent is not None
    assert (question.payer.id, question.provider.id, question.service_types) == (
        "87726",
        "1999999984",
        ["30"],
    )
    assert question.dependent.birth_date == "19521121"
    received = conformance.read(said["x12"], 1, datetime.now(UTC))
    assert received.question.trace == question.trace


@needs_json
def test_what_the_published_examples_ask_beside_these_is_not_taken_for_a_question():
    others = [*JSON.glob("pverify__request-*.json"), *JSON.glob("pokitdok-eligibility__request-*.json")]
    others.append(JSON / "stedi__CoordinationOfBenefits_example1-request.json")
    assert len(others) > 5
    for path in others:
        said = json.loads(path.read_text())
        assert questions_v3.faults(said, stedi.REQUIRED), path.name


@needs_json
def test_another_vendors_answer_is_not_taken_for_one_of_these():
    for path in sorted(JSON.glob("pokitdok-eligibility__response-*.json")):
        with pytest.raises(Exception, match=r"no_transaction|wrong_person"):
            read(Path(path).read_bytes(), shape=V3)


@needs_2026
def test_the_published_answer_of_2026_is_read_and_every_line_is_in_its_271():
    said = next(each for each in json.loads(EXAMPLES_2026.read_text()) if "output" in each)
    person = said["input"]["subscriber"]
    asked = inquiry(
        payer_id=PayerId(said["input"]["payerId"]),
        member_id=MemberId(person["memberId"]),
        subscriber=Person(
            last=person["name"]["person"]["lastName"],
            first=person["name"]["person"]["firstName"],
            birth_date=date.fromisoformat(person["dateOfBirth"]),
        ),
        service_type="30",
    )
    reply = read(said["output"], asked, shape=STEDI_2026)
    assert reply.benefits.members[0].coverage.status == "active"
    # The example shows a few lines of each kind; its 271 is whole.
    assert all("only in the 271" in each.message for each in reply.benefits.problems)
    ours = inquiry_to_2026(asked, ACCOUNT)
    assert ours["subscriber"]["memberId"] == person["memberId"]
    assert ours["encounter"]["services"] == said["input"]["encounter"]["services"]
    assert stedi_2026.faults(said["input"]) == []


@needs_2026
def test_the_published_refusal_of_2026_is_a_rejection():
    said = next(each for each in json.loads(EXAMPLES_2026.read_text()) if "error" in each)
    with pytest.raises(Exception, match="http_4xx"):
        read(said["error"]["content"], shape=STEDI_2026, status=400)
