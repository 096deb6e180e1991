"""`verify catalogue`: what is there, one treatment whole, and files that do not hold."""

import json
import re
from pathlib import Path

import pytest

from tests.verify.cli.conftest import verify
from verify.catalogue import RACEMIC_KETAMINE, load, own_folder

LINES = load().service_lines
TMS = Path(str(own_folder())) / "service_lines" / "tms.toml"


def clinic(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "catalogue" / "service_lines" / "tms.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return tmp_path / "catalogue"


def test_every_treatment_is_listed() -> None:
    done = verify("catalogue", "list")
    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines()[1:]} == set(LINES)
    objects = [json.loads(line) for line in verify("catalogue", "list", "--json").stdout.splitlines()]
    assert {one["key"] for one in objects} == set(LINES)
    assert all(one["codes"] and one["sources"] for one in objects)


def test_a_treatment_is_shown_with_its_sources_and_what_nobody_checked_is_marked() -> None:
    shown = verify("catalogue", "show", "spravato_medical").stdout
    assert "Wrong code: J0222 for esketamine" in shown
    assert "until 2025-12-31" in shown
    assert "[not verified: Known from practice]" in shown
    assert "MIMS, Spravato" in shown


def test_a_treatment_nobody_knows_is_not_found() -> None:
    done = verify("catalogue", "show", "acupuncture")
    assert (done.returncode, "there are evaluation" in done.stderr) == (3, True)


def test_racemic_ketamine_is_shown_as_off_label_and_never_as_approved_for_depression() -> None:
    for key in [key for key, line in LINES.items() if line.substance == RACEMIC_KETAMINE]:
        shown = verify("catalogue", "show", key).stdout
        assert "FDA: off-label." in shown
        said = [line for line in shown.splitlines() if re.search(r"(?i)approv", line)]
        assert said and all("off-label" in line and "anesthetic" in line for line in said)


def test_our_own_files_hold_and_old_ones_are_said() -> None:
    done = verify("catalogue", "check", "--on", "2026-11-28")
    assert (done.returncode, done.stderr) == (0, "")
    assert "18 treatments" in done.stdout
    late = verify("catalogue", "check", "--on", "2099-01-01")
    assert late.returncode == 0
    assert "codes/tms.toml: its sources were to be read again by" in late.stderr


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('label = "Trans', 'lable = "Trans', "the key lable is not known"),
        ('sources = ["southern_colorado"]', "", "the key sources is missing"),
        ('"A8", "CF"', '"MH", "CF"', "service type MH stands twice"),
    ],
)
def test_a_clinics_file_that_does_not_hold_is_said_with_file_line_and_reason(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    folder = clinic(tmp_path, TMS.read_text().replace(before, after, 1))
    done = verify("catalogue", "check", folder)
    assert done.returncode == 2
    assert re.search(rf"{re.escape(str(folder))}/service_lines/tms\.toml:\d+: .*{said}", done.stderr)


def test_a_clinics_own_file_is_used_where_the_setting_names_its_folder(tmp_path: Path) -> None:
    text = TMS.read_text().replace("Transcranial magnetic stimulation (TMS)", "Magnet of ours")
    changes = {"VERIFY_CATALOGUE": str(clinic(tmp_path, text))}
    assert "Magnet of ours" in verify("catalogue", "show", "tms", changes=changes).stdout
    assert "Magnet of ours" not in verify("catalogue", "show", "tms").stdout


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = verify("catalogue", "list", changes={"VERIFY_CATALOGUE": str(tmp_path / "nowhere")})
    assert (done.returncode, "nowhere:1: is no folder" in done.stderr) == (2, True)
