"""The three answers at the top of a verification's page: who holds the plan, and of which treatment each line speaks."""

from types import SimpleNamespace
from typing import Any

from verify.store.documents import Document
from verify.web.answers import Answer, three_answers

LABELS = {"tms": "TMS", "psychotherapy": "Psychotherapy"}
SOURCE = {
    "kind": "x12_271",
    "obtained_at": "2026-11-28T17:12:00+00:00",
    "payer": "pay_1",
    "reference": "exc_1",
}
ENDS = "plan_end"


def fact(name: str, standing: str, value: object, **about: str) -> dict[str, Any]:
    said = {"name": name, "standing": standing, "value": value, "about": about, "status": "stated"}
    return {"id": f"fact_{name}", "key": name, "revision": 0, "source": SOURCE, **said}


def finding(rule: str, line: str, conclusion: str, *facts: str) -> dict[str, Any]:
    return {"rule": rule, "service_line": line, "conclusion": conclusion, "facts": list(facts)}


def answers(
    facts: list[dict[str, Any]], findings: list[dict[str, Any]], lines: tuple[str, ...] = ("tms",)
) -> list[Answer]:
    """Of a verification that was answered, with only what the answers read."""
    document = Document.model_construct(
        service_lines=list(lines),
        state="needs_person",
        ask_again_at=None,
        revision=0,
        facts=facts,
        findings=findings,
        follow_ups=[],
        inquiries=[SimpleNamespace(answered_at="2026-11-28T17:12:00+00:00")],
        trail={},
        companies={"pay_1": "Demo Medicare"},
        summary=SimpleNamespace(copay=None, coinsurance_percent=None),
    )
    return three_answers(document, "America/Chicago", LABELS)


def lines_of(answer: Answer) -> list[tuple[str, str]]:
    return [(line.label, line.text) for line in answer.lines]


def test_the_company_that_holds_the_whole_plan_is_named_first() -> None:
    company = {"name": "EXAMPLE ADVANTAGE PLAN", "phone": "8005550155", "reason": "medicare_advantage"}
    known = [fact("held_by", "yes", company, domain="plan"), fact("plan_name", "value", "GOLD PPO")]
    covered = answers(known, [])[0]
    assert lines_of(covered)[:2] == [("Held by", "EXAMPLE ADVANTAGE PLAN, 8005550155"), ("Plan", "GOLD PPO")]


def test_a_company_that_holds_a_part_of_it_is_not_said_to_hold_the_plan() -> None:
    company = {"name": "EXAMPLE BEHAVIORAL HEALTH"}
    part = fact("held_by", "yes", company, domain="behavioral")
    assert "Held by" not in dict(lines_of(answers([part], [])[0]))
    silent = fact("held_by", "not_stated", None, domain="plan")
    assert "Held by" not in dict(lines_of(answers([silent], [])[0]))


def test_what_must_be_looked_at_says_of_which_treatment_where_there_are_several() -> None:
    known = [fact(ENDS, "value", "2026-12-31")]
    both = [finding("plan_year", line, "plan_ends_in_course", ENDS) for line in LABELS]
    before = answers(known, both, tuple(LABELS))[2]
    assert lines_of(before) == [
        ("Plan, TMS", "ends within the course"),
        ("Plan, Psychotherapy", "ends within the course"),
    ]
    assert lines_of(answers(known, both[:1])[2]) == [("Plan", "ends within the course")]


def test_an_authorization_on_record_is_told_beside_whether_one_is_required() -> None:
    held = [finding("authorization_held", "tms", conclusion) for conclusion in ("units_short", "ends_soon")]
    assert lines_of(answers([], held)[2]) == [
        ("Authorization on record", "units short"),
        ("Authorization on record", "ends soon"),
    ]
    fits = [finding("authorization_held", "tms", "fits")]
    assert lines_of(answers([], fits, tuple(LABELS))[2]) == [
        ("Authorization on record, TMS", "fits the course")
    ]
