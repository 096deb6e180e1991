"""A file that cannot be used is refused with its name, its line and the reason."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from verify.catalogue import CatalogueError, Fault, own_folder, read_folders
from verify.courses import Outline, plan_course

OURS = Path(str(own_folder()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue to break."""
    for name in ("codes", "service_lines"):
        shutil.copytree(OURS / name, tmp_path / name)
    for name in ("sources.toml", "closed_days.toml"):
        shutil.copy(OURS / name, tmp_path)
    return tmp_path


def faults(*folders: Path) -> tuple[Fault, ...]:
    with pytest.raises(CatalogueError) as caught:
        read_folders(*folders)
    return tuple(caught.value.faults)


TMS, SPRAVATO, KETAMINE = (f"service_lines/{key}.toml" for key in ("tms", "spravato_medical", "ketamine_iv"))
TMS_CODES, ESKETAMINE, VISITS = "codes/tms.toml", "codes/esketamine.toml", "codes/visits.toml"


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        # An unknown key, a missing one, no source, nothing in it, no TOML.
        (TMS, 'label = "Trans', 'lable = "Trans', "the key lable is not known"),
        (TMS, "review_by = 2027-02-28", "", "the key review_by is missing"),
        (TMS, 'sources = ["southern_colorado"]', "", "benefit: the key sources is missing"),
        (TMS, 'sources = ["southern_colorado"]', "sources = []", "sources: needs at least one entry"),
        (TMS, '["southern_colorado"]', '["hearsay"]', "no source is called 'hearsay'"),
        (TMS, "review_by = 2027-02-28", "review_by = soon", "no TOML: Invalid value"),
        (TMS, 'group = "tms"', 'group = "tms"\ngroup = "tms"', "no TOML: Cannot overwrite a value"),
        (TMS, 'label = "Transcranial magnetic stimulation (TMS)"', 'label = "  "', "label: is empty"),
        (
            "sources.toml",
            'title = "NeuroStar coding guides"',
            'tittle = "NeuroStar"',
            "the key tittle is not known",
        ),
        ("closed_days.toml", "on = 2026-05-25", "on = 2026-01-01", "2026-01-01 stands twice"),
        # Codes and their validity.
        (TMS_CODES, 'role = "mapping"', 'role = "magic"', "role: Invalid enum value 'magic'"),
        (TMS_CODES, 'code = "90867"', 'code = "9086"', "9086 is no procedure code"),
        (TMS_CODES, 'code = "90869"', 'code = "90868"', "90868 is valid twice on the same day"),
        (VISITS, 'code = "90791"', 'code = "90868"', "90868 is valid twice on the same day"),
        (ESKETAMINE, "valid_until = 2025-12-31", "valid_until = 2026-02-30", "no TOML"),
        (ESKETAMINE, 'code = "J0013"\nrole', 'code = "S0013"\nrole', "S0013 is followed by J0013"),
        (ESKETAMINE, 'successor = "J0013"', 'successor = "J9999"', "J9999, which is in no file"),
        (ESKETAMINE, "valid_until = 2025-12-31\n", "", "S0013 has a successor and no last day"),
        (
            ESKETAMINE,
            "valid_from = 2026-01-01",
            "valid_from = 2026-01-01\nvalid_until = 2025-01-01",
            "J0013 ends before it begins",
        ),
        (ESKETAMINE, "up_to_mg = 56", "above_mg = 56, up_to_mg = 56", "G2082 has a unit that nothing fits"),
        (
            VISITS,
            "from_minutes = 16, up_to_minutes = 37",
            "from_minutes = 40, up_to_minutes = 37",
            "nothing fits",
        ),
        (VISITS, '{ per = "time", from', '{ per = "mile", from', "per: Invalid value 'mile'"),
        # Rules, and the wrong codes.
        (TMS_CODES, 'kind = "days_apart"', 'kind = "always"', "kind: Invalid value 'always'"),
        (TMS_CODES, '"95860-95870"', '"95860 to 95870"', "is no procedure code and no run of them"),
        ("codes/ketamine.toml", 'modifiers = ["25"]', 'modifiers = ["twenty"]', "'twenty' is no modifier"),
        (
            ESKETAMINE,
            'code = "J0222"',
            'code = "J0013"',
            "is valid twice|is a code of the catalogue and a wrong one",
        ),
        (ESKETAMINE, 'instead = ["J0013"]', 'instead = ["J1313"]', "J1313 is in no file of codes"),
        # A line and what it takes from elsewhere.
        (TMS, 'key = "tms"', 'key = "tmz"', "which belongs in tmz.toml"),
        (
            TMS,
            'codes = ["90867", "90868", "90869"]',
            'codes = ["90867", "90868", "11111"]',
            "11111 is in no file",
        ),
        (TMS, 'codes = ["90867",', 'codes = ["90867", "90867",', "90867 stands twice"),
        (TMS, 'meant_by = ["90867",', 'meant_by = ["0889T",', "0889T is no code of the line"),
        (SPRAVATO, 'meant_by = ["S0013",', 'meant_by = ["G2082",', "G2082 means"),
        (TMS, '"A8", "CF"', '"mental", "CF"', "'mental' is no service type"),
        (TMS, '"A8", "CF"', '"MH", "CF"', "service type MH stands twice"),
        (TMS, 'order = ["MH", "A8", "CF", "A4"]', "order = []", "order: needs at least one entry"),
        (TMS, 'usual = ["11"]', 'usual = ["office"]', "'office' is no place of service"),
        (TMS, '"F32.2", "F33.2"', '"severe", "F33.2"', "'severe' is no diagnosis code"),
        (TMS, 'modifier = "76"', 'modifier = "XXX"', "'XXX' is no modifier"),
        (KETAMINE, '"off_label"', '"approved"', "racemic ketamine is off-label for depression"),
        # A course.
        (TMS, "per_week = [5, 5, 5, 5, 5, 5]", "per_week = [5, 8]", "Expected `int` <= 7"),
        (TMS, "per_week = [3, 2, 1]", "every_weeks = 2", "per_week, or every_weeks and visits"),
        (TMS, 'phase = "acute"', 'phase = "acute"\nstands = "usually"', "that always stand come first"),
        (TMS, 'code = "90868"\nbut', 'code = "96365"\nbut', "96365 is no code of the line"),
        (SPRAVATO, "from_session = 1", "from_session = 2", "doses begin with session 1 and rise"),
        (SPRAVATO, "at_least_weeks = 1", "at_least_weeks = 3", "between at_least_weeks and at_most_weeks"),
        (KETAMINE, "minutes = 40\n", "", "the units of 96365 need the course's minutes"),
    ],
)
def test_a_faulty_file_is_refused_with_its_name_its_line_and_the_reason(
    folder: Path, file: str, before: str, after: str, reason: str
) -> None:
    text = (folder / file).read_text()
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1))
    found = faults(folder)
    spoken = [fault for fault in found if any(words in fault.reason for words in reason.split("|"))]
    assert spoken, found
    assert str(spoken[0]).startswith(f"{spoken[0].file}:{spoken[0].line}: ")
    assert 1 <= spoken[0].line <= len((folder / spoken[0].file).read_text().splitlines())


@pytest.mark.parametrize(
    ("file", "before", "after", "line_holds"),
    [
        (TMS, 'label = "Trans', 'lable = "Trans', "lable"),
        (TMS, '"A8", "CF"', '"A8", "mental"', "order"),
        (TMS, "per_week = [3, 2, 1]", "per_week = [3, 9, 1]", "per_week = [3, 9, 1]"),
        (TMS, 'sources = ["southern_colorado"]', "", "[benefit]"),
        (TMS, '["southern_colorado"]', '["hearsay"]', "hearsay"),
        (TMS_CODES, 'code = "90869"', 'code = "90868"', 'code = "90868"'),
        (TMS_CODES, 'role = "redetermination"', 'role = "magic"', 'role = "magic"'),
        (ESKETAMINE, 'successor = "J0013"', 'successor = "J9999"', 'code = "S0013"'),
        (VISITS, "up_to_minutes = 37", "up_to_minuets = 37", "up_to_minuets"),
        (SPRAVATO, "mg = 84", 'mg = "84"', 'mg = "84"'),
        ("sources.toml", 'title = "MIMS, Spravato"', "title = 7", "title = 7"),
    ],
)
def test_the_line_is_the_one_that_is_wrong(
    folder: Path, file: str, before: str, after: str, line_holds: str
) -> None:
    text = (folder / file).read_text().replace(before, after, 1)
    (folder / file).write_text(text)
    of_file = [fault for fault in faults(folder) if fault.file == file]
    assert line_holds in text.splitlines()[of_file[0].line - 1], of_file


def test_a_file_that_is_no_text_is_refused_by_name_and_line(folder: Path) -> None:
    (folder / TMS).write_bytes(b"key = 1\n\xff\xfe")
    assert faults(folder)[0] == Fault(TMS, 2, "is no UTF-8 text")


def test_every_fault_of_every_file_is_told_at_once(folder: Path) -> None:
    for file, before, after in ((TMS, '"A8"', '"mental"'), (KETAMINE, '"off_label"', '"approved"')):
        (folder / file).write_text((folder / file).read_text().replace(before, after, 1))
    (folder / SPRAVATO).write_text("key =")
    assert [fault.file for fault in faults(folder)] == [KETAMINE, SPRAVATO, TMS]


# --- a clinic's own folder --------------------------------------------------------------------------------


def own(tmp_path: Path, name: str, text: str) -> Path:
    file = tmp_path / "clinic" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return tmp_path / "clinic"


def test_a_clinics_file_takes_the_place_of_ours_and_the_others_stay(tmp_path: Path) -> None:
    text = (OURS / TMS).read_text().replace("Transcranial magnetic stimulation (TMS)", "Magnet")
    read = read_folders(OURS, own(tmp_path, TMS, text))
    assert read.service_lines["tms"].label == "Magnet"
    assert set(read.service_lines) == set(read_folders(OURS).service_lines)


def test_a_clinic_adds_a_line_of_its_own_with_its_own_sources(tmp_path: Path) -> None:
    text = (OURS / TMS).read_text().replace('key = "tms"', 'key = "tms_at_home"')
    text = text.replace('meant_by = ["90867", "90868", "90869"]\n', "").replace("neurostar", "our_device")
    clinic = own(tmp_path, "service_lines/tms_at_home.toml", text)
    own(tmp_path, "sources.toml", '[our_device]\ntitle = "Device guide"\nread_on = 2026-11-28\n')
    read = read_folders(OURS, clinic)
    assert "tms_at_home" in read.service_lines
    assert {"our_device", "neurostar"} <= set(read.sources)


def test_a_clinic_counts_ketamine_by_the_milligram_where_its_payer_wants_it_so(tmp_path: Path) -> None:
    codes = (OURS / "codes/ketamine.toml").read_text().replace('{ per = "dose" }', '{ per = "milligram" }', 1)
    clinic = own(tmp_path, "codes/ketamine.toml", codes)
    lines = ("service_lines/ketamine_im.toml", KETAMINE)
    assert {fault.reason for fault in faults(OURS, clinic)} == {"the units of J3490 need the course's doses"}
    for file in lines:
        own(tmp_path, file, (OURS / file).read_text() + "\n[[course.doses]]\nfrom_session = 1\nmg = 40\n")
    line = read_folders(OURS, clinic).service_lines["ketamine_iv"]
    first = plan_course(line, Outline(starts_on=date(2026, 3, 2))).sessions[0]
    assert [(it.code, it.units) for it in first.services] == [("96365", 1), ("J3490", 40)]


def test_a_fault_in_a_clinics_file_names_its_folder(tmp_path: Path) -> None:
    text = (OURS / TMS).read_text().replace('label = "Trans', 'lable = "Trans')
    clinic = own(tmp_path, TMS, text)
    (fault,) = [fault for fault in faults(OURS, clinic) if "lable" in fault.reason]
    assert fault.file == f"{clinic}/{TMS}"
