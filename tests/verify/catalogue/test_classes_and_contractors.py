"""Drug classes and Medicare contractors: dated, sourced data, and what cannot be told from them."""

from datetime import date

import pytest

from verify.catalogue import CatalogueError
from verify.catalogue.drug_classes import load_drug_classes, read_drug_classes
from verify.catalogue.medicare_contractors import load_contractors, read_contractors
from verify.catalogue.states import US_STATES

DRUGS = load_drug_classes()
CONTRACTORS = load_contractors()

CLASSES = 'read_on = 2026-11-01\nreview_by = 2027-11-01\nsource = "S"\n'
A_CLASS = (
    '[[classes]]\nkey = "ssri"\nlabel = "SSRI"\ndrugs = [{ name = "sertraline", brands = ["Zoloft"] }]\n'
)
A_CONTRACTOR = '[[contractors]]\nkey = "wps"\nname = "WPS"\nstates = ["IA"]\n'


@pytest.mark.parametrize(
    ("drug", "classes"),
    [
        ("sertraline", {"ssri"}),
        ("Zoloft", {"ssri"}),
        ("  EFFEXOR xr ", {"snri"}),
        ("bupropion", {"ndri"}),
        ("mirtazapine", {"nassa"}),
        ("trazodone", {"sari"}),
        ("Pamelor", {"tca"}),
        ("phenelzine", {"maoi"}),
        ("vortioxetine", {"serotonin_modulator"}),
        ("Viibryd", {"ssri", "serotonin_modulator"}),
        ("larkspurine", set()),
        ("", set()),
    ],
)
def test_a_drug_is_found_by_generic_or_brand_name(drug: str, classes: set[str]) -> None:
    assert DRUGS.of(drug) == classes


def test_brands_lead_to_the_generic_name_and_unknown_names_stay() -> None:
    assert [DRUGS.generic(name) for name in ("Zoloft", "SERTRALINE", "Larkspurine XR")] == [
        "sertraline",
        "sertraline",
        "larkspurine xr",
    ]
    assert DRUGS.names == sorted(DRUGS.names)
    assert DRUGS.names.count("vilazodone") == 1


def test_the_classes_are_dated_and_sourced() -> None:
    assert DRUGS.source
    assert DRUGS.read_on < DRUGS.review_by
    assert all(one.drugs for one in DRUGS.classes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CLASSES.replace('"S"', '" "') + A_CLASS, "source is empty"),
        (CLASSES + A_CLASS + A_CLASS, "a class stands twice"),
        (CLASSES + A_CLASS.replace('"SSRI"', '" "'), "a key, a label and drugs"),
        (CLASSES + A_CLASS.replace('key = "ssri"', 'key = ""'), "a key, a label and drugs"),
        (CLASSES + '[[classes]]\nkey = "ssri"\nlabel = "SSRI"\ndrugs = []\n', "a key, a label and drugs"),
        (CLASSES + A_CLASS + "note = 1\n", "the key note is not known"),
        (CLASSES.replace("review_by", "look_by") + A_CLASS, "the key look_by is not known"),
        ("classes = ", "no TOML"),
    ],
)
def test_a_faulty_list_of_classes_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CatalogueError, match=r"^drug_classes\.toml:\d+: ") as caught:
        read_drug_classes(text)
    assert reason in str(caught.value)


def test_a_sound_list_of_classes_is_read() -> None:
    assert read_drug_classes(CLASSES + A_CLASS).of("zoloft") == {"ssri"}


@pytest.mark.parametrize(
    ("state", "key"),
    [
        ("CA", "noridian_je"),
        ("WA", "noridian_jf"),
        ("MI", "wps"),
        ("NY", "ngs"),
        ("OH", "cgs"),
        ("TX", "novitas"),
        ("NC", "palmetto"),
        ("FL", "first_coast"),
    ],
)
def test_the_state_of_the_place_of_treatment_leads_to_its_contractor(state: str, key: str) -> None:
    found = CONTRACTORS.of_state(state)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("state", ["", "ZZ", "tx"])
def test_what_is_no_state_leads_to_nobody(state: str) -> None:
    assert CONTRACTORS.of_state(state) is None


def test_every_state_has_one_contractor() -> None:
    states = [state for one in CONTRACTORS.contractors for state in one.states]
    assert sorted(states) == sorted(US_STATES)
    assert CONTRACTORS.read_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CLASSES.replace('"S"', '""') + A_CONTRACTOR, "source is empty"),
        (CLASSES + A_CONTRACTOR.replace('"IA"', '"ZZ"'), "'ZZ' is no state, or stands twice"),
        (CLASSES + A_CONTRACTOR.replace('"IA"', '"IA", "IA"'), "'IA' is no state, or stands twice"),
        (CLASSES + A_CONTRACTOR + "phone = 1\n", "the key phone is not known"),
        ("contractors = ", "no TOML"),
    ],
)
def test_a_faulty_list_of_contractors_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CatalogueError, match=r"^medicare_contractors\.toml:\d+: ") as caught:
        read_contractors(text)
    assert reason in str(caught.value)


def test_a_sound_list_of_contractors_is_read() -> None:
    assert read_contractors(CLASSES + A_CONTRACTOR).of_state("IA") is not None
