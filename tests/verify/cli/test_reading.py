"""`verify read` and `verify schema`: files on disk, no database."""

import json
from pathlib import Path

import pytest

from tests.verify.cli.conftest import verify


def test_a_271_is_read_as_a_table_with_the_answers_for_a_treatment(answer: Path) -> None:
    done = verify("read", answer, "--service", "tms", "--on", "2026-12-01")
    assert (done.returncode, done.stderr) == (0, "")
    assert "INVENTED HEALTH INV01" in done.stdout
    assert "remaining $350.00" in done.stdout
    line = next(line for line in done.stdout.splitlines() if "authorization" in line)
    assert line.split() == ["authorization", "stated", "required", "[16]"]


def test_what_is_not_stated_is_said_to_be_so_and_is_not_zero(answer: Path) -> None:
    done = verify("read", answer, "--service", "tms", "--on", "2026-12-01")
    line = next(line for line in done.stdout.splitlines() if "copay" in line)
    assert line.split() == ["copay", "not", "stated"]
    assert "$0" not in done.stdout


def test_json_is_one_object_a_file_in_the_order_of_the_arguments(answer: Path, tmp_path: Path) -> None:
    other = tmp_path / "bare.271"
    other.write_text("".join(answer.read_text().splitlines(keepends=True)[2:17]))
    done = verify("read", other, answer, "--json", "--service", "MH", "--on", "2026-12-01")
    first, second = map(json.loads, done.stdout.splitlines())
    assert [first["file"], second["file"]] == [str(other), str(answer)]
    member = second["transactions"][0]["members"][0]
    assert set(member["answers"]) >= {
        "active",
        "deductible",
        "out_of_pocket",
        "copay",
        "limits",
        "administered_by",
    }
    assert member["answers"]["authorization"]["segments"] == [16]
    assert first["transactions"][0]["members"][0]["benefits"][0]["segments"] == [11]


def test_without_a_service_there_are_no_answers(answer: Path) -> None:
    done = verify("read", answer, "--json")
    assert json.loads(done.stdout)["transactions"][0]["members"][0]["answers"] == {}


def test_the_raw_segments_behind_a_figure_can_be_seen(answer: Path) -> None:
    done = verify("read", answer, "--show", "14")
    assert done.stdout == "    14  EB*C*IND*30***23*1500*****Y\n"


def test_a_segment_that_is_not_there_is_not_found(answer: Path) -> None:
    done = verify("read", answer, "--show", "99")
    assert done.returncode == 3
    assert "no segment 99" in done.stderr


def test_the_worst_of_all_files_decides_the_exit_code(answer: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleagues, the plan is active.\n")
    assert verify("read", answer).returncode == 0
    assert verify("read", letter, answer).returncode == 4


def test_something_lost_in_a_file_ends_with_1(answer: Path) -> None:
    lines = answer.read_text().splitlines(keepends=True)
    answer.write_text("".join([*lines[:12], "EB~\n", "???\n", *lines[12:15]]))
    done = verify("read", answer)
    assert done.returncode == 1
    assert "! structure" in done.stdout


def test_what_steers_a_terminal_is_taken_out_of_a_payers_text(answer: Path) -> None:
    answer.write_bytes(answer.read_bytes().replace(b"INVENTED HEALTH", b"EVIL\x1b[2JPAYER"))
    done = verify("read", answer)
    assert "\x1b" not in done.stdout
    assert "EVIL" in done.stdout


@pytest.mark.parametrize("arguments", [("no-such-file",), ("--show", "1"), ()])
def test_wrong_arguments_are_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert verify("read", *arguments).returncode == 2


def test_an_unknown_treatment_lists_the_known_ones(answer: Path) -> None:
    done = verify("read", answer, "--service", "acupuncture")
    assert done.returncode == 2
    assert "ketamine_iv" in done.stderr
    assert done.stdout == ""


def test_the_schema_of_a_submission_has_its_fields() -> None:
    done = verify("schema", "submission")
    assert {"patient", "coverage", "service_lines", "date_of_service"} <= set(
        json.loads(done.stdout)["properties"]
    )


def test_the_schema_of_benefits_has_the_published_shape() -> None:
    schema = json.loads(verify("schema", "benefits").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "transactions" in json.dumps(schema)


def test_an_unknown_schema_lists_the_known_ones() -> None:
    done = verify("schema", "claims")
    assert done.returncode == 2
    assert "submission, benefits, estimate, appointment, evidence and authorization" in done.stderr
