from datetime import date
from pathlib import Path

import pytest

from verify.catalogue import (
    BenefitDomain,
    CatalogueError,
    FdaStatus,
    load,
    next_service_type,
    opening_service_types,
    read_folder,
)

LINES = load().service_lines
FOLDER = Path(__file__).parents[3] / "verify" / "catalogue" / "service_lines"


def test_the_five_lines_of_the_clinic_are_there_and_read_once():
    assert set(LINES) == {"tms", "ketamine_iv", "spravato_medical", "psychotherapy", "medication_management"}
    assert load() is load()


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_every_line_names_its_source_and_the_day_it_was_read(line):
    assert line.source
    assert line.read_on >= date(2026, 11, 23)
    assert all(code.source for code in line.codes)


def test_esketamine_changes_its_code_with_the_year():
    spravato = LINES["spravato_medical"]
    drugs = {
        day: [code.code for code in spravato.codes_on(day) if code.role == "drug"]
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    }
    assert drugs == {date(2025, 12, 31): ["S0013"], date(2026, 1, 1): ["J0013"]}


def test_racemic_ketamine_is_never_presented_as_approved_for_depression():
    assert LINES["ketamine_iv"].fda_status is FdaStatus.OFF_LABEL
    assert LINES["spravato_medical"].fda_status is FdaStatus.APPROVED


def test_a_tms_course_counts_its_first_treatment_once():
    tms = LINES["tms"]
    assert tms.course.sessions == 36
    assert sum(code.usual_units for code in tms.codes) == tms.course.sessions


@pytest.mark.parametrize("keys", [["tms"], ["ketamine_iv"], ["spravato_medical", "psychotherapy", "tms"]])
def test_the_plan_and_mental_health_are_asked_at_once_each_once(keys):
    assert opening_service_types(LINES[key] for key in keys) == ["30", "MH"]


def test_nothing_is_asked_for_no_lines():
    assert opening_service_types([]) == []


def test_the_next_service_type_follows_the_lines_own_order():
    asked = ["30", "MH"]
    order = []
    while (code := next_service_type(LINES["tms"], asked)) is not None:
        order.append(code)
        asked.append(code)
    assert order == ["A8", "CF", "A4"]
    assert next_service_type(LINES["ketamine_iv"], {"30", "MH"}) == "98"


def test_what_is_read_for_a_line_has_the_whole_plan_last_or_not_at_all():
    assert LINES["tms"].reads == ("MH", "A8", "CF", "A4")
    assert LINES["ketamine_iv"].reads == ("98", "MH", "30")
    assert LINES["ketamine_iv"].benefit_domain is BenefitDomain.MEDICAL


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("tms", ('key = "tms"', 'key = "tmz"'), "belongs in tmz.toml"),
        ("tms", ('label = "Trans', 'lable = "Trans'), "unknown field `lable`"),
        ("tms", ("read_on = 2026-11-23", ""), "missing required field `read_on`"),
        ("tms", ("read_on = 2026-11-23", "read_on = soon"), "at line"),
        ("tms", ('source = "NeuroStar coding guide; ', 'source = "  " #'), "source is empty"),
        ("tms", ('role = "mapping"', 'role = "magic"'), "Invalid enum value 'magic'"),
        ("tms", ('code = "90867"', 'code = "9086"'), "'9086' is no procedure code"),
        ("tms", ('code = "90869"', 'code = "90868"'), "90868 is valid twice on the same day"),
        ("tms", ('"A8", "CF"', '"mental", "CF"'), "'mental' is no service type"),
        ("tms", ('"A8", "CF"', '"MH", "CF"'), "service type MH stands twice"),
        ("tms", ('ask = ["MH", "A8", "CF", "A4"]', "ask = []"), "need at least one entry"),
        ("tms", ("fewest = 30", "fewest = 40"), "must rise from 1"),
        ("tms", ("per_week = [5, ", "per_week = [4, "), "per_week must add up to sessions"),
        ("tms", ("per_week = [5, 5,", "per_week = [6, 4,"), "at most 5 a week"),
        ("tms", ("further_per_week = 5", "further_per_week = 0"), "1 to 5 further sessions a week"),
        ("tms", ('code = "90868"\nbut', 'code = "96365"\nbut'), "96365 is no code of the line"),
        ("tms", ("usual_units = 33", "usual_units = 0"), "fewer than one unit"),
        ("tms", ('label = "TMS treatment session"', 'label = ""'), "90868 has no label or no source"),
        ("ketamine_iv", ('"off_label"', '"approved"'), "racemic ketamine is off-label"),
        ("spravato_medical", ("valid_until = 2025-12-31", ""), "needs an end and a successor"),
        ("spravato_medical", ('successor = "J0013"', 'successor = "J9999"'), "needs an end and a successor"),
        (
            "spravato_medical",
            ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_until = 2025-01-01"),
            "ends before it begins",
        ),
    ],
)
def test_a_faulty_file_is_refused_with_its_name_and_the_reason(tmp_path, name, change, reason):
    text = (FOLDER / f"{name}.toml").read_text()
    assert change[0] in text
    (tmp_path / f"{name}.toml").write_text(text.replace(*change))
    with pytest.raises(CatalogueError) as caught:
        read_folder(tmp_path)
    assert str(caught.value).startswith(f"{name}.toml: ")
    assert reason in str(caught.value)


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path):
    (tmp_path / "tms.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogueError, match=r"^tms\.toml: "):
        read_folder(tmp_path)
