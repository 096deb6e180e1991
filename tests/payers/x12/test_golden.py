"""Invented answers of payers, one feature each; the folder says whether all of it is read."""

import json
from datetime import date
from pathlib import Path

import pytest

from payers.x12_mapping import exit_code, read_file, to_json

CASES = Path(__file__).parent / "cases" / "271"


def cases(folder: str) -> list[str]:
    return sorted(path.stem for path in (CASES / folder).glob("*.271"))


def read(folder: str, name: str) -> tuple[dict, dict]:
    expected = json.loads((CASES / folder / f"{name}.json").read_text())
    transactions, problems = read_file((CASES / folder / f"{name}.271").read_bytes())
    asked, on = expected.get("asked", []), expected.get("on")
    shape = to_json(
        name,
        transactions,
        problems,
        service_types=asked,
        on=date.fromisoformat(on) if on else None,
        procedures=expected.get("procedures", []),
    )
    shape["exit_code"] = exit_code(transactions, problems)
    return shape, expected


@pytest.mark.parametrize("name", cases("pass"))
def test_an_answer_is_read_as_the_payer_meant_it(name: str) -> None:
    shape, expected = read("pass", name)
    assert shape["exit_code"] == expected["exit_code"]
    [transaction] = shape["transactions"]
    assert seen(transaction, shape, expected) == {key: expected[key] for key in expected if key not in ASKING}


ASKING = {"asked", "on", "procedures"}


def seen(transaction: dict, shape: dict, expected: dict) -> dict:
    """What was read, under the names the expectations use, and only what they speak of."""
    member = transaction["members"][-1] if transaction["members"] else {}
    lines = member.get("benefits", [])
    views = {
        "exit_code": shape["exit_code"],
        "version": transaction["version"],
        "rejections": [brief(each) for each in transaction["rejections"]],
        "member_rejections": [brief(each) for each in member.get("rejections", [])],
        "line_rejections": [brief(each) for line in lines for each in line["rejections"]],
        "problems": sorted({each["severity"] for each in [*transaction["problems"], *shape["problems"]]}),
        "roles": [[each["role"], each["subscriber"]] for each in transaction["members"]],
        "corrected": member.get("identity", {}).get("corrected"),
        "codes": codes(lines[0]) if lines else None,
        "answers": {name: member["answers"][name] for name in expected.get("answers", {})},
    }
    kept = ("coverage", "deductibles", "out_of_pockets", "other_payers", "carve_outs")
    views |= {name: member.get(name) for name in kept}
    return {name: views[name] for name in expected if name not in ASKING}


def brief(rejection: dict) -> list:
    return [rejection["loop"], rejection["reason"], rejection["follow_up"], rejection["segments"]]


def codes(line: dict) -> list:
    return [
        line[n] for n in ("information_code", "coverage_level", "service_types", "insurance_type", "period")
    ]


@pytest.mark.parametrize("name", cases("fail"))
def test_what_is_lost_is_said_and_the_rest_is_kept(name: str) -> None:
    shape, expected = read("fail", name)
    found = [*shape["problems"], *(p for t in shape["transactions"] for p in t["problems"])]
    assert shape["exit_code"] == expected["exit_code"]
    assert found
    if "transactions" in expected:
        assert len(shape["transactions"]) == expected["transactions"]
    for name_of in ("coverage", "deductibles"):
        if name_of in expected:
            assert shape["transactions"][0]["members"][0][name_of] == expected[name_of]
    if "deductible_count" in expected:
        assert len(shape["transactions"][0]["members"][0]["deductibles"]) == expected["deductible_count"]
    if "severities" in expected:
        assert sorted(p["severity"] for p in found) == sorted(expected["severities"])
