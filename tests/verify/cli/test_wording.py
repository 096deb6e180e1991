"""A verification in words: what is not stated stays not stated, and every figure keeps its unit."""

from typing import Any

import pytest

from verify.cli import answer_wording, terminal, wording

DOCUMENT: dict[str, Any] = {
    "id": "ver_1",
    "state": "needs_person",
    "state_text": "Needs a person",
    "date_of_service": "2026-12-01",
    "service_lines": ["tms"],
    "patient": {"last_name": "Example", "first_name": "Ada", "birth_date": "1988-04-02"},
    "payer": {"code": "invented", "name": "Invented Health"},
    "coverage": {"member_id": "INV700100"},
    "next_action": {
        "text": "Work the open follow-ups",
        "owner_role": "coordinator",
        "due_at": "2026-11-30T22:00:00Z",
    },
    "summary": {
        "coverage_status": "active",
        "plan_name": None,
        "deductible_remaining": {"amount": "1350.00", "currency": "USD"},
        "out_of_pocket_remaining": {"amount": "0.00", "currency": "USD"},
        "copay": None,
        "coinsurance_percent": "20",
        "authorization": None,
        "administered_by": None,
    },
    "findings": [
        {
            "rule": "cost_share",
            "service_line": "tms",
            "conclusion": "x",
            "sentence": "The payer states a share of 20 %.",
        }
    ],
    "questions": [
        {"fact": "copay", "service_line": "", "text": "What is the copay for 90868?", "how": "phone"}
    ],
    "notes": None,
    "facts": [
        {
            "name": "authorization",
            "about": {"service_line": "tms"},
            "standing": "unknown",
            "status": "ambiguous",
            "value": ["required", "not_required"],
            "source": {
                "kind": "x12_271",
                "reference": "exc_1",
                "by": "system",
                "obtained_at": "2026-11-23T18:00:00Z",
            },
            "segments": [16, 18],
        }
    ],
}


def shown() -> list[str]:
    return list(wording.lines(DOCUMENT))


def line_with(word: str) -> str:
    return next(line for line in shown() if word in line)


def test_absent_is_not_stated_and_zero_is_zero() -> None:
    assert line_with("Copay").split() == ["Copay", "not", "stated"]
    assert line_with("Out-of-pocket").split() == ["Out-of-pocket", "remaining", "$0.00"]
    assert line_with("Deductible").endswith("$1,350.00")
    assert line_with("Coinsurance").endswith("20 %")


def test_a_fact_shows_how_it_stands_and_where_it_comes_from() -> None:
    line = line_with("271 segments 16, 18")
    assert "authorization" in line
    assert "unknown: required; not_required" in line
    assert "ambiguous" in line


def test_the_next_action_has_its_owner_and_its_time() -> None:
    assert line_with("Next:").strip().startswith("Next: Work the open follow-ups (coordinator, by 2026-")


def test_findings_and_questions_are_sentences_with_what_they_are_about() -> None:
    assert "  tms: The payer states a share of 20 %." in shown()
    assert "  What is the copay for 90868? (by phone)" in shown()


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        ({}, "Invented Health, service type 30, asking, attempt 1"),
        (
            {"batch_state": "gathering", "handed_in_at": None},
            "Invented Health, service type 30, in tonight's batch, not handed in yet",
        ),
        (
            {"batch_state": "submitted", "handed_in_at": "2026-11-24T08:01:00Z"},
            "Invented Health, service type 30, in tonight's batch, handed in at 2026-11-24 08:01 UTC",
        ),
    ],
)
def test_a_question_that_is_out_in_a_batch_says_so(batch: dict[str, Any], words: str) -> None:
    asked = {"payer": {"name": "Invented Health"}, "service_type": "30", "state": "asking", "attempt": 1}
    assert list(wording.inquiries({"inquiries": [{**asked, **batch}]})) == [words]


def test_what_a_person_wrote_down_was_asked_with_no_service_type() -> None:
    asked = {"payer": {"name": "Invented Health"}, "service_type": "", "state": "answered", "attempt": 1}
    [line] = wording.inquiries({"inquiries": [{**asked, "outcome_code": "written_down"}]})
    assert line == "Invented Health, answered, written down, attempt 1"


def test_parts_without_content_have_no_heading() -> None:
    assert "NOTES" not in shown()
    assert "FACTS AND WHERE THEY COME FROM" in shown()


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("deductible_remaining", 135000, "$1,350.00"),
        ("coinsurance", 2000, "20 %"),
        ("coinsurance", 1250, "12.5 %"),
        ("copay", {"cents": 3000, "per": "visit"}, "$30.00, per visit"),
        ("plan_name", "Invented PPO", "Invented PPO"),
        ("administrator", {"name": "Elsewhere", "phone": None}, "name Elsewhere"),
        (
            "copay",
            [{"amount": "15", "per": "visit"}, {"amount": "35"}],
            "amount $15.00, per visit; amount $35.00",
        ),
        (
            "limits",
            [{"quantity": "20", "unit": "visits", "remaining": "16"}, {"quantity": "5"}],
            "quantity 20, unit visits, remaining 16; quantity 5",
        ),
    ],
)
def test_the_value_of_a_fact_is_shown_in_its_unit(name: str, said: object, words: str) -> None:
    assert wording.amount(name, said) == words


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ({"name": "active", "standing": "yes"}, "yes"),
        ({"name": "active", "standing": "no"}, "no"),
        ({"name": "active", "standing": "not_stated"}, "not stated"),
        ({"name": "active", "standing": "unknown"}, "unknown"),
        ({"name": "administrator", "standing": "yes", "value": {"name": "Elsewhere"}}, "yes: name Elsewhere"),
        ({"name": "deductible_met", "standing": "value", "value": 0}, "$0.00"),
    ],
)
def test_yes_no_unknown_and_not_stated_are_four_things(fact: dict[str, Any], words: str) -> None:
    assert wording.value(fact) == words


def test_money_of_another_currency_keeps_its_name() -> None:
    assert wording.money({"amount": "5.00", "currency": "CAD"}) == "CAD 5.00"
    assert wording.money(None) is None


def test_control_characters_and_line_breaks_are_taken_out() -> None:
    assert terminal.clean("a\x1b[31mb\nc\x9bd") == "a [31mb c d"


@pytest.mark.parametrize(
    ("segments", "words"), [([], ""), ([7], "7"), ([20, 18, 19, 31, 19], "18-20, 31"), ([4, 5], "4-5")]
)
def test_neighboring_segments_are_drawn_together(segments: list[int], words: str) -> None:
    assert terminal.places(segments) == words


def test_columns_are_as_wide_as_their_content() -> None:
    assert terminal.table(("A", "B"), [("long word", None), ("x", "y")]) == [
        "A          B",
        "long word",
        "x          y",
    ]


@pytest.mark.parametrize(
    ("sent", "words"), [(None, "not stated"), ("0", "$0.00"), ("1500", "$1,500.00"), ("12x", "12x")]
)
def test_an_amount_that_is_none_is_not_zero_and_a_strange_one_is_shown_as_sent(
    sent: str | None, words: str
) -> None:
    assert answer_wording.money(sent) == words


def test_candidates_of_an_ambiguous_answer_are_all_shown() -> None:
    said = [{"amount": "30.00", "per": "visit"}, {"amount": "45.00", "per": None}]
    assert answer_wording.words(said) == "amount $30.00, per visit; or amount $45.00"


def test_a_share_is_shown_in_percent() -> None:
    assert answer_wording.share(".2") == "20 %"
