"""The worked cases E1 to E14, to the cent; each file says what it expects."""

import json
from pathlib import Path

import pytest

from verify.affordability import estimate_case

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
PARTS = ("deductible", "copay", "coinsurance", "non_covered", "balance", "secondary", "savings", "plan")


def total(sessions, part):
    return sum(session[f"{part}_cents"] for session in sessions)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_worked_case_comes_out_to_the_cent(file):
    document = json.loads(file.read_text())
    expect = document.pop("expect")
    found = estimate_case(document)
    sessions = found["sessions"]
    known = {
        "patient": found["expected_cents"],
        "low": found["low_cents"],
        "high": found["high_cents"],
        "first": sessions[0]["patient_cents"],
        "last": sessions[-1]["patient_cents"],
        "years": found["by_year"],
        "worths": [question["worth_cents"] for question in found["questions"]],
        "starts": [start["expected_cents"] for start in found["starts"]],
        "codes": {
            code: total([s for s in sessions if s["code"] == code], "patient")
            for code in expect.get("codes", ())
        },
        **{part: total(sessions, part) for part in PARTS},
    }
    assert {key: known[key] for key in expect} == expect


def test_every_example_of_the_list_has_a_case():
    assert {file.stem.split("-")[0] for file in CASES} >= {f"E{number}" for number in range(1, 15)} | {"E2b"}


def test_without_an_unknown_low_expected_and_high_are_one_figure():
    for file in CASES:
        found = estimate_case(json.loads(file.read_text()))
        if not found["questions"]:
            assert found["low_cents"] == found["expected_cents"] == found["high_cents"]
