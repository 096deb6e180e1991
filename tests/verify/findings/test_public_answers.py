"""Public 271 messages, read in place: whatever a payer sends is judged without a crash or a leak."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from payers.benefits import Member
from payers.reading import answers
from payers.x12_mapping import read_file
from verify.catalogue import load
from verify.facts import Fact, Source, SourceKind, facts_from_answers, facts_from_member
from verify.findings import judge
from verify.followup import Asked, Situation, next_work
from verify.verification import InquiryState, Lane, VerificationState

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("VERIFY_CORPUS", ROOT.parent / "shared" / "corpus")) / "x12-271"
FILES = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []

ON = date(2026, 3, 4)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = Source(kind=SourceKind.X12_271, reference="exc_1", by="system", obtained_at=NOW)

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus of public messages is not here (VERIFY_CORPUS)")


def members() -> Iterator[tuple[str, Member]]:
    for file in FILES:
        for benefits in read_file(file.read_bytes())[0]:
            for member in benefits.members:
                yield file.name, member


def facts_of(member: Member, service_type: str) -> list[Fact]:
    said = answers(member, [service_type], ON)
    return [
        *facts_from_answers(said, source=SOURCE, service_type=service_type, member=member),
        *facts_from_member(member, source=SOURCE, on=ON),
    ]


def test_every_public_answer_is_judged_and_leaves_somebody_the_next_move():
    lines = list(load().service_lines.values())
    for name, member in members():
        facts = [fact for service_type in ("30", "MH") for fact in facts_of(member, service_type)]
        judgement = judge(facts, lines, ON, now=NOW)
        work = next_work(
            Situation(
                state=VerificationState.ASKING,
                lane=Lane.STANDARD,
                date_of_service=ON,
                service_lines=lines,
                now=NOW,
                zone=UTC,
                inquiries=[Asked("inq_1", "30", InquiryState.ANSWERED)],
                findings=judgement.findings,
                questions=judgement.questions,
            )
        )
        assert work.follow_ups, name


def test_no_public_answers_facts_name_the_person():
    for name, member in members():
        stored = msgspec.json.encode(facts_of(member, "MH")).decode().upper()
        person = member.identity
        for identifier in (person.last, person.first, person.member_id, person.birth_date):
            if identifier and len(identifier) > 3:
                assert identifier.upper() not in stored, name


def test_every_fact_of_one_answer_has_a_key_of_its_own():
    for name, member in members():
        keys = [fact.key for fact in facts_of(member, "MH")]
        assert len(set(keys)) == len(keys), name
