"""What the catalogue holds: every line of the clinic, sourced and dated; and what it never says."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from verify.catalogue import (
    RACEMIC_KETAMINE,
    BenefitDomain,
    CodeRole,
    FdaStatus,
    Group,
    is_verified,
    load,
    next_service_type,
    opening_service_types,
    own_folder,
)
from verify.catalogue.source import SourceStatus

CATALOGUE = load()
LINES = CATALOGUE.service_lines
FOLDER = Path(str(own_folder()))
#: Data beside the catalogue's that other rooms read and review.
OTHER_ROOMS = {"depression_scales.toml", "drug_classes.toml", "medicare_contractors.toml"}
#: Of the program's first version: forms, demo, spreadsheets and stored verifications name them.
FIRST_KEYS = {"tms", "ketamine_iv", "spravato_medical", "psychotherapy", "medication_management"}


def texts(value: Any) -> Iterator[str]:
    """Every text in a struct, however deep."""
    plain = msgspec.to_builtins(value)
    inner = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, (list, tuple)) else ()
    if isinstance(plain, str):
        yield plain
    for one in inner:
        yield from texts(one)


def every_text() -> list[str]:
    return [*texts(list(LINES.values())), *texts([CATALOGUE.codes, CATALOGUE.rules, CATALOGUE.wrong_codes])]


def test_every_line_of_the_clinic_is_there_and_read_once() -> None:
    assert set(LINES) >= FIRST_KEYS
    assert {line.group for line in LINES.values()} == set(Group)
    assert len(LINES) == 18
    assert load() is load()


def test_every_source_that_is_named_is_there_and_every_one_that_is_there_is_named() -> None:
    written = "\n".join(file.read_text() for file in FOLDER.rglob("*.toml"))
    named = set(
        re.findall(r'"(\w+)"', " ".join(re.findall(r"^(?:sources|seen) = (\[.*\])$", written, re.MULTILINE)))
    )
    assert named == set(CATALOGUE.sources)
    assert all(source.read_on >= date(2026, 11, 23) for source in CATALOGUE.sources.values())


def test_what_nobody_checked_is_marked_so() -> None:
    practice = CATALOGUE.sources["practice"]
    assert practice.status is SourceStatus.UNVERIFIED
    assert not is_verified(LINES["evaluation"].benefit.sources, CATALOGUE.sources)
    assert is_verified(LINES["tms"].course.sources, CATALOGUE.sources)
    assert is_verified(["practice", "mims"], CATALOGUE.sources)


def test_every_file_says_when_it_is_to_be_read_again() -> None:
    assert {review.file for review in CATALOGUE.reviews} == {
        str(file.relative_to(FOLDER))
        for file in FOLDER.rglob("*.toml")
        if file.name != "sources.toml" and file.name not in OTHER_ROOMS and file.parent.name != "policy_cards"
    }
    first = min(review.by for review in CATALOGUE.reviews)
    assert CATALOGUE.overdue(first) == []
    late = CATALOGUE.overdue(first + timedelta(days=1))
    assert late and {review.by for review in late} == {first}


# --- what it says -----------------------------------------------------------------------------------------


def test_esketamine_changes_its_code_with_the_year() -> None:
    spravato = LINES["spravato_medical"]
    for asked in ("S0013", "J0013"):
        found = [spravato.code_on(asked, day) for day in (date(2025, 12, 31), date(2026, 1, 1))]
        assert [code.code for code in found if code] == ["S0013", "J0013"]
    assert LINES["tms"].code_on("J0013", date(2026, 1, 1)) is None


def test_spravato_has_a_line_for_each_way_its_drug_is_paid() -> None:
    spravato = {key: line for key, line in LINES.items() if line.substance == "esketamine"}
    drug = {
        key: {code.code for code in line.codes if code.role is CodeRole.DRUG}
        for key, line in spravato.items()
    }
    assert drug == {
        "spravato_medical": {"S0013", "J0013"},
        "spravato_medicare": set(),
        "spravato_specialty_pharmacy": set(),
        "spravato_pharmacy_benefit": set(),
    }
    assert {code.code for code in spravato["spravato_medicare"].codes} == {"G2082", "G2083"}
    assert spravato["spravato_pharmacy_benefit"].benefit_domain is BenefitDomain.PHARMACY
    for key in ("spravato_specialty_pharmacy", "spravato_pharmacy_benefit"):
        assert spravato[key].benefit.billed_elsewhere


def test_a_program_of_the_clinics_own_is_self_pay_and_takes_no_code_of_a_plan() -> None:
    program = LINES["gratitude_therapy"]
    assert program.benefit_domain is BenefitDomain.SELF_PAY
    assert not {service.code for service in program.course.services} & {code.code for code in CATALOGUE.codes}


@pytest.mark.parametrize(
    ("key", "fewest", "usual", "most", "weeks"),
    [
        ("tms", 30, 36, 46, 9),
        ("tms_saint", 6, 6, 6, 2),
        ("tms_deep", 20, 20, 44, 4),
        ("ketamine_iv", 6, 6, 8, 3),
        ("spravato_medical", 8, 12, 12, 8),
        ("psychotherapy", 12, 12, 20, 12),
        ("medication_management", 2, 6, 6, 26),
    ],
)
def test_a_course_model_counts_its_stretches(
    key: str, fewest: int, usual: int, most: int, weeks: int
) -> None:
    course = LINES[key].course
    assert (course.fewest, course.sessions, course.most, course.weeks) == (fewest, usual, most, weeks)


@pytest.mark.parametrize("code", ["J0222", "J3000", "J3301", "99354", "99355", "0160T", "0161T"])
def test_a_wrong_code_in_circulation_is_listed_with_its_reason(code: str) -> None:
    (wrong,) = [one for one in CATALOGUE.wrong_codes if one.code == code]
    assert wrong.reason and wrong.instead
    assert any(wrong in line.wrong_codes for line in LINES.values())


def test_a_code_alone_means_one_line_or_none() -> None:
    assert CATALOGUE.line_meant_by("90868") == "tms"
    assert CATALOGUE.line_meant_by("99214") == "medication_management"
    assert CATALOGUE.line_meant_by("J3490") == "", "it may be any drug without a code of its own"
    assert CATALOGUE.line_meant_by("11111") == ""


def test_no_closed_day_is_a_weekend() -> None:
    assert all(day.weekday() < 5 for day in CATALOGUE.closed_days)
    assert date(2026, 12, 25) in CATALOGUE.closed_days


# --- what it never says -----------------------------------------------------------------------------------


def test_racemic_ketamine_is_never_presented_as_approved_for_depression() -> None:
    racemic = [line for line in LINES.values() if line.substance == RACEMIC_KETAMINE]
    assert {line.key for line in racemic} == {
        "ketamine_iv",
        "ketamine_im",
        "ketamine_oral",
        "ketamine_intranasal",
    }
    assert {line.fda_status for line in racemic} == {FdaStatus.OFF_LABEL}
    for line in racemic:
        assert "anesthetic" in line.fda.note and "off-label" in line.fda.note
        others = [text for text in texts(line) if text != line.fda.note]
        assert [text for text in others if re.search(r"(?i)approv", text)] == []


def test_no_text_of_the_catalogue_says_so_of_ketamine_without_saying_off_label() -> None:
    said = [text for text in every_text() if re.search(r"(?i)approv", text)]
    of_ketamine = [text for text in said if re.search(r"(?i)(?<!es)ketamine", text)]
    assert of_ketamine and all("off-label" in text for text in of_ketamine)
    # All others are about what the FDA says of esketamine; none is about a payer.
    assert {text for text in said if text not in of_ketamine} <= {
        "approved",
        LINES["spravato_medical"].fda.note,
    }


def test_labels_are_short_words_of_our_own() -> None:
    assert all(len(code.label) <= 70 for code in CATALOGUE.codes)


# --- what is asked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [["tms"], ["ketamine_iv"], ["spravato_medical", "psychotherapy", "tms"]])
def test_the_plan_and_mental_health_are_asked_at_once_each_once(keys: list[str]) -> None:
    assert opening_service_types(LINES[key] for key in keys) == ["30", "MH"]


def test_nothing_is_asked_for_no_lines() -> None:
    assert opening_service_types([]) == []


def test_the_next_service_type_follows_the_lines_own_order() -> None:
    asked = ["30", "MH"]
    order = []
    while (code := next_service_type(LINES["tms"], asked)) is not None:
        order.append(code)
        asked.append(code)
    assert order == ["A8", "CF", "A4"]
    assert next_service_type(LINES["ketamine_iv"], {"30", "MH"}) == "98"


def test_a_drug_under_the_pharmacy_benefit_is_asked_for_there() -> None:
    line = LINES["spravato_pharmacy_benefit"]
    assert opening_service_types([line]) == ["30"]
    assert [next_service_type(line, asked) for asked in ({"30"}, {"30", "88"})] == ["88", "91"]


def test_what_is_read_for_a_line_has_the_whole_plan_last_or_not_at_all() -> None:
    assert LINES["tms"].reads == ("MH", "A8", "CF", "A4")
    assert LINES["ketamine_iv"].reads == ("98", "MH", "30")
    assert LINES["ketamine_iv"].benefit_domain is BenefitDomain.MEDICAL
