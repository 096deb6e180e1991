"""Every public message we have: read, or reported with its problem and place; never a crash."""

from datetime import date
from pathlib import Path

import pytest

from payers import reading, x12
from payers.x12_mapping import exit_code, read_file, show, to_json
from tests.payers.x12.corpus import files, needs_corpus

pytestmark = needs_corpus


def name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", files("x12-271"), ids=name)
def test_a_public_271_is_read_line_by_line(path: Path) -> None:
    data = path.read_bytes()
    transactions, problems = read_file(data)
    assert exit_code(transactions, problems) in (0, 1)
    sets = [t for t in x12.parse(data).transactions if t.set_id == "271"]
    lines = [segment for t in sets for segment in t.segments if segment[0] == "EB"]
    benefits = [line for t in transactions for member in t.members for line in member.benefits]
    assert len(benefits) == len(lines)
    for line, eb in zip(benefits, lines, strict=True):
        assert as_sent(line, sets[0].delimiters.repetition) == [*eb[1:13], *[""] * (13 - len(eb))]
        [(number, raw), *_] = show(data, line.segments[0])
        assert (number, raw.split(sets[0].delimiters.element)) == (line.segments[0], eb)
    assert all(problem.place and problem.severity for problem in problems)


def as_sent(line, repetition: str) -> list[str]:
    types = repetition.join(line.service_types)
    said = (line.information_code, line.coverage_level, types, line.insurance_type, line.plan)
    rest = (line.period, line.amount, line.percent, line.quantity_qualifier, line.quantity)
    return [each or "" for each in (*said, *rest, line.authorization_required, line.in_network)]


@pytest.mark.parametrize("path", files("x12-271"), ids=name)
def test_every_answer_names_lines_that_exist(path: Path) -> None:
    transactions, problems = read_file(path.read_bytes())
    asked, on = ["MH", "98", "30"], date(2026, 3, 2)
    for member in (member for t in transactions for member in t.members):
        numbers = {line.segments[0] for line in member.benefits}
        for answer in reading.answers(member, asked, on).values():
            assert answer.status in {"stated", "derived", "ambiguous", "not_stated"}
            assert set(answer.segments) <= numbers
            assert (answer.status == "not_stated") == (not answer.segments)
    assert to_json(path.name, transactions, problems, service_types=asked, on=on)["file"] == path.name


@pytest.mark.parametrize("path", files("x12-271") + files("x12-270") + files("x12-ack"), ids=name)
def test_text_to_model_to_text_is_the_same_segments(path: Path) -> None:
    document = x12.parse(path.read_bytes())
    again = x12.parse(x12.write(document))
    assert [t.segments for t in again.transactions] == [t.segments for t in document.transactions]
    assert [i.isa for i in again.interchanges] == [i.isa for i in document.interchanges]
    assert list(document.transactions)


@pytest.mark.parametrize("path", files("x12-270"), ids=name)
def test_a_public_270_gives_its_questions(path: Path) -> None:
    asking = [t for t in x12.parse(path.read_bytes()).transactions if any(s[0] == "EQ" for s in t.segments)]
    for transaction in asking:
        questions = x12.read_270(transaction)
        assert questions
        assert all(question.payer.entity and question.service_types for question in questions)


@pytest.mark.parametrize("path", files("x12-ack"), ids=name)
def test_a_public_acknowledgment_says_what_it_judges(path: Path) -> None:
    said = [each for t in x12.parse(path.read_bytes()).transactions for each in x12.read_999(t)]
    assert said
    assert all(each.group_control_number and each.status in {"A", "E", "P", "R"} for each in said)


@pytest.mark.parametrize("path", files("negative"), ids=name)
def test_what_is_not_x12_is_said_to_be_none(path: Path) -> None:
    assert exit_code(*read_file(path.read_bytes())) == 4
