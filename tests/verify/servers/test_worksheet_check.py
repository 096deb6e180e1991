from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from verify.servers.diagnosis import Level
from verify.servers.worksheet_check import check_worksheet
from verify.worksheet import load


def test_the_worksheet_is_well_until_its_day_of_review():
    review = min(load().reviews.values())
    (well,) = check_worksheet(review)
    (late,) = check_worksheet(review + timedelta(days=1))
    assert (well.level, late.level) == (Level.OK, Level.WARNING)
    assert "hub.toml" in late.what


def test_a_faulty_file_is_named_with_its_line(tmp_path: Path):
    for file in files("verify.worksheet").iterdir():
        if file.name.endswith(".toml"):
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"))
    wrong = (tmp_path / "fields.toml").read_text().replace('need = "minimum"', 'need = "perhaps"', 1)
    (tmp_path / "fields.toml").write_text(wrong)
    (found,) = check_worksheet(date(2026, 12, 1), tmp_path)
    assert found.level is Level.FAULT
    line = wrong.splitlines().index("[[fields]]") + 1
    assert found.what.startswith(f"fields.toml:{line}: ")
