"""The files of the worksheet, and faulty ones handed to the loader."""

from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from verify.catalogue import load as catalogue
from verify.facts import FactName, FieldKind
from verify.worksheet import How, Need, Of, Treatment, WorksheetError, load, read_folder, treatment_of

LINES = catalogue().service_lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in files("verify.worksheet").iterdir():
        if file.name.endswith(".toml"):
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def faults(folder: Path, name: str, change: Callable[[str], str]) -> tuple[str, ...]:
    file = folder / name
    before = file.read_text(encoding="utf-8")
    file.write_text(change(before), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before, "the fault was not put in"
    with pytest.raises(WorksheetError) as caught:
        read_folder(folder)
    return caught.value.faults


def line_of(text: str, marked: str) -> int:
    """The line of the table in which a line of the file stands."""
    lines = text.splitlines()
    at = lines.index(marked)
    return max(number for number, line in enumerate(lines[:at], 1) if line.startswith("[["))


def test_the_files_are_read_as_they_are(folder: Path):
    assert read_folder(folder).fields == load().fields


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("fields.toml", 'key = "referral"', 'key = "Referral!"', "matching regex"),
        ("fields.toml", 'how = "contract"', 'how = "guess"', "Invalid enum value 'guess'"),
        ("fields.toml", 'fact = "referral"', 'fact = "weather"', "Invalid enum value 'weather'"),
        ("fields.toml", 'label = "Referral needed?"', 'color = "red"', "unknown field `color`"),
        ("payer.toml", "number = 13", "number = 0", ">= 1"),
    ],
)
def test_an_entry_that_is_none_is_told_with_its_line(folder: Path, name: str, old: str, new: str, told: str):
    changed = (folder / name).read_text(encoding="utf-8").replace(old, new, 1)
    (fault,) = faults(folder, name, lambda text: text.replace(old, new, 1))
    assert told in fault
    assert fault.startswith(f"{name}:{line_of(changed, new)}: ")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'ask = "Is a referral needed for {codes}, and from whom?"\n',
            "",
            "referral has no question: one of its fields needs `ask`",
        ),
        ('key = "referral"', 'key = "telehealth"', "telehealth stands twice for the same treatment"),
        ("needed for {codes}", "needed for {name}", "{name} is nothing that is filled in"),
        ('script = "hub"', 'script = "doctor"', "'doctor' is no script"),
        (
            'fact = "facility_fee"\n',
            'fact = "facility_fee"\nwhen = [{ fact = "copay", says = ["value"] }]\n',
            "facility_fee is optional, so nothing decides whether it is needed",
        ),
        (
            'fact = "referral"\n',
            'fact = "referral"\nwhen = [{ fact = "authorization_route", says = ["value"] }]\n',
            None,
        ),
    ],
)
def test_fields_that_contradict_each_other_are_told_with_their_line(
    folder: Path, old: str, new: str, told: str | None
):
    if told is None:
        (folder / "fields.toml").write_text(
            (folder / "fields.toml").read_text().replace(old, new, 1), encoding="utf-8"
        )
        assert read_folder(folder).fields
        return
    found = faults(folder, "fields.toml", lambda text: text.replace(old, new, 1))
    assert any(fault.endswith(told) for fault in found), found
    assert all(fault.split(":")[1].isdecimal() for fault in found if fault.startswith("fields.toml"))


def test_a_field_whose_need_depends_on_itself_is_told(folder: Path):
    circle = '\nwhen = [{ fact = "decision_days", says = ["value"] }]\nbeside = ["authorization"]\n'

    def change(text: str) -> str:
        return text.replace(
            'fact = "authorization"\n',
            f'fact = "authorization"{circle}'.replace('beside = ["authorization"]\n', ""),
            1,
        )

    found = faults(folder, "fields.toml", change)
    assert "whether authorization is needed depends on itself" in " ".join(found)
    assert "whether decision_days is needed depends on itself" in " ".join(found)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("payer.toml", "number = 13", "number = 1", "payer.toml: lines are in the order of the call"),
        (
            "payer.toml",
            "Is a referral needed, and",
            "Is a referral needed by {doctor}, and",
            "payer.toml: line 4: {doctor} is nothing that is filled in",
        ),
        (
            "payer.toml",
            'facts = ["referral"]',
            'facts = ["covered"]',
            "payer.toml: no line asks for referral",
        ),
        ("hub.toml", 'key = "hub"', 'key = "club"', "hub.toml: its script has another key"),
    ],
)
def test_scripts_that_contradict_themselves_are_told(folder: Path, name: str, old: str, new: str, told: str):
    assert told in faults(folder, name, lambda text: text.replace(old, new, 1))


def test_a_file_that_is_no_toml_and_one_that_is_missing_are_told(folder: Path):
    (folder / "hub.toml").write_text("key = ", encoding="utf-8")
    (folder / "pharmacy.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(WorksheetError) as caught:
        read_folder(folder)
    told = " ".join(caught.value.faults)
    assert "hub.toml: " in told
    assert "pharmacy.toml: " in told
    (folder / "fields.toml").unlink()
    with pytest.raises(WorksheetError, match=r"hub\.toml"):
        read_folder(folder)
    for name in ("hub.toml", "pharmacy.toml", "payer.toml"):
        (folder / name).unlink()
    with pytest.raises(WorksheetError, match=r"fields\.toml: is missing"):
        read_folder(folder)


def test_every_file_has_its_source_and_the_day_somebody_read_it():
    for name, by in load().reviews.items():
        assert date(2026, 12, 1) < by < date(2028, 1, 1), name
    for script in load().scripts.values():
        assert script.source
        assert script.read_on <= date(2026, 11, 28)


@pytest.mark.parametrize("name", FactName)
def test_every_fact_is_a_field_of_the_worksheet(name: FactName):
    assert load().field(name).fact is name


def test_the_minimum_is_what_makes_a_verification_usable():
    minimum = {field.fact for field in load().fields if field.need is Need.MINIMUM}
    assert minimum == {
        FactName.PLAN_NAME,
        FactName.ADMINISTRATOR,
        FactName.ACTIVE,
        FactName.IN_NETWORK,
        FactName.COVERED,
        FactName.COPAY,
        FactName.COINSURANCE,
        FactName.DEDUCTIBLE_APPLIES,
        FactName.DEDUCTIBLE_REMAINING,
        FactName.OUT_OF_POCKET_REMAINING,
        FactName.AUTHORIZATION,
        FactName.DRUG_BENEFIT,
    }


@pytest.mark.parametrize(
    ("line", "treatment"),
    [
        ("tms", Treatment.STIMULATION),
        ("spravato_medical", Treatment.ESKETAMINE),
        ("ketamine_iv", Treatment.RACEMIC_KETAMINE),
        ("psychotherapy", Treatment.VISITS),
        ("medication_management", Treatment.VISITS),
    ],
)
def test_a_line_is_of_one_kind(line: str, treatment: Treatment):
    assert treatment_of(LINES[line]) is treatment


def test_a_treatment_has_its_own_fields_and_those_of_all():
    of_tms = {field.key for field in load().of_line(LINES["tms"])}
    of_spravato = {field.key for field in load().of_line(LINES["spravato_medical"])}
    assert {"taper_included", "copay"} <= of_tms
    assert {"rems_enrolled", "copay"} <= of_spravato
    assert "rems_enrolled" not in of_tms
    assert "taper_included" not in of_spravato


def test_questions_stand_in_the_order_of_the_calls():
    order = load().order
    calls = [FactName.ACTIVE, FactName.IN_NETWORK, FactName.COPAY, FactName.AUTHORIZATION]
    assert sorted([calls[3], calls[1], calls[0], calls[2]], key=order) == calls
    assert order(FactName.AUTHORIZATION) < order(FactName.REMS_PHARMACY) < order(FactName.REMS_ENROLLED)
    # What no line asks for comes after all that a call asks.
    assert order(FactName.PLAN_NAME)[:2] == (1, 99)


def test_only_what_is_of_the_plan_is_asked_once_for_all_treatments():
    for field in load().fields:
        if field.fact.kind is FieldKind.COMPANIES or field.fact in (FactName.PLAN_NAME, FactName.PRODUCT):
            assert field.of is Of.PLAN
    assert load().field(FactName.IN_NETWORK).of is Of.PLACE
    assert load().field(FactName.BUY_AND_BILL).how is How.CONTRACT
