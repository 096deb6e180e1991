"""For which benefit, and for which codes, the clinic has to be in network."""

from datetime import date

import pytest

from verify.catalogue import CodeRole, load
from verify.worksheet import Place, network_places
from verify.worksheet.places import group_of

LINES = load().service_lines
ON = date(2026, 12, 1)


@pytest.mark.parametrize("line", ["psychotherapy", "medication_management", "ketamine_iv"])
def test_one_answer_is_enough_where_all_codes_are_of_one_benefit(line: str):
    (place,) = network_places(LINES[line], ON)
    assert (place.domain, place.group, place.is_either) == ("", "", False)
    assert place.codes == tuple(code.code for code in LINES[line].codes_on(ON))


def test_tms_is_taken_from_either_benefit():
    found = network_places(LINES["tms"], ON)
    codes = ("90867", "90868", "90869")
    assert found == (Place("behavioral", "", codes, True), Place("medical", "", codes, True))


def test_spravato_is_a_drug_and_a_visit():
    drug, visit = network_places(LINES["spravato_medical"], ON)
    assert (drug.domain, drug.group, drug.is_either) == ("medical", "drug", False)
    assert (visit.domain, visit.group, visit.is_either) == ("behavioral", "visit", False)
    assert drug.codes == ("J0013", "G2082", "G2083")
    assert visit.codes == ("99213", "99214", "99417")


def test_the_codes_are_those_of_the_day_and_of_the_plan():
    before = network_places(LINES["spravato_medical"], date(2025, 12, 31))
    assert "S0013" in before[0].codes
    assert "J0013" not in before[0].codes
    planned = network_places(LINES["spravato_medical"], ON, {"J0013", "99214"})
    assert [place.codes for place in planned] == [("J0013",), ("99214",)]
    (medicare,) = network_places(LINES["spravato_medical"], ON, {"G2082", "G2083"})
    assert (medicare.domain, medicare.codes) == ("", ("G2082", "G2083"))


@pytest.mark.parametrize("role", CodeRole)
def test_every_role_belongs_to_a_group(role: CodeRole):
    expected = {
        CodeRole.DRUG: "drug",
        CodeRole.ADMINISTRATION: "drug",
        CodeRole.PLANNING: "treatment",
        CodeRole.MAPPING: "treatment",
        CodeRole.DELIVERY: "treatment",
        CodeRole.REDETERMINATION: "treatment",
    }
    assert group_of(role) == expected.get(role, "visit")
