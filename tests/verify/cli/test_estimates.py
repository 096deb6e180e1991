"""`verify estimate` and its schemas, from the shell."""

import json
from pathlib import Path

from tests.verify.cli.conftest import verify

CASES = Path(__file__).parents[1] / "affordability" / "cases"


def test_cases_are_estimated_in_the_order_given_one_object_a_line() -> None:
    done = verify("estimate", CASES / "E12.json", CASES / "E1.json", "--json")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["expected_cents"] != second["expected_cents"]
    assert sum(session["patient_cents"] for session in second["sessions"]) == second["expected_cents"]


def test_a_faulty_field_is_named_and_ends_in_an_error(tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_text(
        '{"lines": [{"date": "2026-01-05", "code": "90867", "allowed_cents": "$1,2O0"}], "limits": {}}'
    )
    done = verify("estimate", case)
    assert done.returncode == 1
    assert "allowed_cents" in done.stderr


def test_the_schemas_of_a_case_and_of_an_estimate_are_printed() -> None:
    schemas = json.loads(verify("schema", "estimate").stdout)
    assert set(schemas) == {"input", "output"}
