"""Lists of payers are read leniently, row by row; ids are text, and what a list does not say stays unknown."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.directory import ListedPayer, ListKind, Problem, Support, read_list
from tests.payers.x12.corpus import corpus

PUBLIC = corpus() / "payers"
needs_lists = pytest.mark.skipif(
    not PUBLIC.is_dir(), reason="the public lists are not on this machine: no corpus"
)

STEDI = {
    "stediId": "QWERT",
    "primaryPayerId": "00540",
    "displayName": "Blue Hollow Health Plan",
    "conciseName": "Blue Hollow",
    "names": ["BHHP", "Blue Hollow"],
    "aliases": ["00540", "BHHP1"],
    "coverageTypes": ["medical", "dental"],
    "operatingStates": ["TX", "OK"],
    "parentPayerGroupId": "GROUP",
    "urls": {"website": "https://bluehollow.example"},
    "transactionSupport": {
        "eligibilityCheck": "ENROLLMENT_REQUIRED",
        "coordinationOfBenefits": "NOT_SUPPORTED",
    },
    "enrollment": {
        "transactionEnrollmentProcesses": {"eligibilityInquiry": {"type": "ONE_CLICK", "timeframe": "DAYS"}}
    },
}
WHOLE = ListedPayer(
    their_id="00540",
    stable_id="QWERT",
    name="Blue Hollow Health Plan",
    names=("Blue Hollow Health Plan", "Blue Hollow", "BHHP"),
    aliases=("BHHP1",),
    coverage_types=("medical", "dental"),
    states=("TX", "OK"),
    eligibility=Support.ENROLLMENT_REQUIRED,
    coordination_of_benefits=Support.NOT_SUPPORTED,
    enrollment_kind="one_click",
    enrollment_timeframe="days",
    parent_group="GROUP",
    website="https://bluehollow.example",
)


def read(said: object, kind: ListKind) -> list[ListedPayer | Problem]:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    return list(read_list(data, kind))


def only(said: object, kind: ListKind) -> ListedPayer:
    [payer] = read(said, kind)
    assert isinstance(payer, ListedPayer)
    return payer


# Stedi


@pytest.mark.parametrize(
    "said",
    [
        {"items": [STEDI], "nextPageToken": "t"},
        {"items": [{"payer": STEDI, "score": 2314894167593451500, "matches": {}}], "stats": {"total": 1}},
        {"payer": STEDI},
        {"items": [STEDI | {"aNewField": {"of": ["any", "kind"]}}]},
    ],
    ids=["page", "search", "record", "unknown field"],
)
def test_stedis_list_search_and_record_are_read_alike(said: object):
    assert only(said, ListKind.STEDI_JSON) == WHOLE


def test_what_a_list_does_not_say_stays_unknown():
    payer = only({"items": [{"primaryPayerId": "1", "displayName": "A"}]}, ListKind.STEDI_JSON)
    assert payer == ListedPayer(their_id="1", name="A", names=("A",))
    assert payer.eligibility is Support.UNKNOWN


@pytest.mark.parametrize(
    "odd",
    [
        {"names": None, "aliases": 5, "transactionSupport": [], "urls": "x", "enrollment": []},
        {"names": {"a": 1}, "coverageTypes": [1, None], "operatingStates": "", "stediId": ["x"]},
        {"transactionSupport": {"eligibilityCheck": "PERHAPS"}, "urls": {"website": "javascript:alert(1)"}},
    ],
)
def test_a_field_of_another_kind_is_left_out(odd: dict[str, Any]):
    payer = only({"items": [{"primaryPayerId": "1", "displayName": "A"} | odd]}, ListKind.STEDI_JSON)
    assert payer == ListedPayer(their_id="1", name="A", names=("A",))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"displayName": "A"}, "no payer id"),
        ({"primaryPayerId": " ", "displayName": "A"}, "no payer id"),
        ({"primaryPayerId": "1"}, "no name"),
        ({"primaryPayerId": "1" * 81, "displayName": "A"}, "this is no payer id"),
        ({"primaryPayerId": "1\n2", "displayName": "A"}, "this is no payer id"),
        ({"primaryPayerId": "1", "displayName": "A" * 301}, "this is no name"),
        ("text", "this is no payer"),
        (None, "this is no payer"),
    ],
)
def test_a_row_that_makes_no_sense_is_told_by_its_place_and_passed_over(row: object, reason: str):
    found = read({"items": [STEDI, row, STEDI]}, ListKind.STEDI_JSON)
    assert found == [WHOLE, Problem(2, reason), WHOLE]


@pytest.mark.parametrize("kind", [ListKind.STEDI_JSON, ListKind.OPTUM_JSON])
@pytest.mark.parametrize("said", [b"", b"<html>", b"{}", b'{"items": 5}', b"5", b'{"items": [', b"[" * 9000])
def test_json_without_a_list_is_one_problem(kind: ListKind, said: bytes):
    assert read(said, kind) == [Problem(0, "there is no list in it")]


HEADER = (
    "StediId,PrimaryPayerId,DisplayName,Names,Aliases,EligibilityInquiry,"
    "EligibilityInquiryEnrollmentRequired,EligibilityInquiryEnrollmentType,"
    "EligibilityInquiryEnrollmentTimeframe,CoordinationOfBenefits,CoverageTypes,OperatingStates,"
    "ParentPayerGroupId,WebsiteUrl,SomethingNew\n"
)
ROW = (
    "QWERT,00540,Blue Hollow Health Plan,Blue Hollow|BHHP,00540|BHHP1,true,true,ONE_CLICK,DAYS,false,"
    "medical|dental,TX|OK,GROUP,https://bluehollow.example,x\n"
)


def test_stedis_csv_says_the_same_as_its_json():
    assert only((HEADER + ROW).encode(), ListKind.STEDI_CSV) == WHOLE


@pytest.mark.parametrize(
    ("passes", "enrollment", "support"),
    [
        ("true", "false", Support.SUPPORTED),
        ("true", "", Support.SUPPORTED),
        ("true", "true", Support.ENROLLMENT_REQUIRED),
        ("false", "true", Support.NOT_SUPPORTED),
        ("", "true", Support.UNKNOWN),
        ("maybe", "", Support.UNKNOWN),
    ],
)
def test_what_passes_is_told_from_what_needs_enrollment(passes: str, enrollment: str, support: Support):
    data = (
        "PrimaryPayerId,DisplayName,EligibilityInquiry,EligibilityInquiryEnrollmentRequired\n"
        f"1,A,{passes},{enrollment}\n"
    )
    assert only(data.encode(), ListKind.STEDI_CSV).eligibility is support


# Office Ally

OFFICE_ALLY = (
    "PAYER NAME,PAYER ID,TRANSACTION,AVAILABLE,NON PAR,ENROLLMENT,SECONDARY,ATTACHMENT,WC / AUTO,NOTES\n"
)


def test_rows_of_one_payer_become_one_and_only_its_row_for_eligibility_counts():
    data = OFFICE_ALLY + (
        'Alder Plan,00540 ,Professional Claims 837P,Yes,No,Yes,No,No,,"Notes,\nof two lines"\n'
        "Alder Plan,00540,Eligibility 270 / 271,Yes,No,No,No,No,,\n"
        "Birch Plan,BP-1,Eligibility 270 / 271,Yes,No,Yes,No,No,,\n"
        "Cedar Plan,00540,Remits 835,Yes,No,No,No,No,,\n"
    )
    payers = read(data.encode(), ListKind.OFFICE_ALLY_CSV)
    assert [(each.their_id, each.name, each.eligibility.value) for each in payers] == [
        ("00540", "Alder Plan", "supported"),
        ("BP-1", "Birch Plan", "enrollment_required"),
        ("00540", "Cedar Plan", "not_supported"),
    ]


# Optum

OPTUM: dict[str, Any] = {
    "payerPlanName": "Blue Hollow Health Plan",
    "payerPlanAlias": "Blue Hollow",
    "imnPayerId": "BHHP1",
    "payerId": "00540",
    "industryPayerId": "00540",
    "linkedPayerIds": {"exchangeProfessionalCPID": "7001", "additionalPayerIDs": ["7002", ""]},
    "transactionType": "Eligibility",
    "status": "Active",
    "enrollment": {"required": False},
    "stateDoingBusiness": [{"label": "Texas", "value": "TX"}, {"label": "Oklahoma", "value": "OK"}],
}


@pytest.mark.parametrize("name", ["payers", "data"])
def test_optums_list_is_read(name: str):
    payer = only({name: [OPTUM], "page": 1, "total": 1}, ListKind.OPTUM_JSON)
    assert payer == ListedPayer(
        their_id="BHHP1",
        name="Blue Hollow Health Plan",
        names=("Blue Hollow Health Plan", "Blue Hollow"),
        aliases=("00540", "7001", "7002"),
        states=("TX", "OK"),
        eligibility=Support.SUPPORTED,
    )


@pytest.mark.parametrize(
    ("changes", "support"),
    [
        ({"enrollment": {"required": True}}, Support.ENROLLMENT_REQUIRED),
        ({"enrollment": None}, Support.SUPPORTED),
        ({"status": "Inactive"}, Support.NOT_SUPPORTED),
        ({"status": "Standby"}, Support.UNKNOWN),
        ({"status": None}, Support.UNKNOWN),
        ({"transactionType": "Claim Status"}, Support.UNKNOWN),
        ({"transactionType": ["Claim Status", "Eligibility"]}, Support.SUPPORTED),
        ({"transactionType": None}, Support.UNKNOWN),
    ],
)
def test_optum_says_of_eligibility_only_in_a_row_for_it(changes: dict[str, Any], support: Support):
    assert only({"payers": [OPTUM | changes]}, ListKind.OPTUM_JSON).eligibility is support


def test_optums_rows_of_one_payer_become_one():
    rows = [OPTUM | {"transactionType": "Claim Status"}, OPTUM, OPTUM | {"stateDoingBusiness": "KS, TX"}]
    payer = only({"payers": rows}, ListKind.OPTUM_JSON)
    assert (payer.eligibility, payer.states) == (Support.SUPPORTED, ("TX", "OK", "KS"))


def test_a_number_for_an_id_is_taken_as_its_digits():
    said = {"payers": [{"payerId": 60054, "payerPlanName": "Alder"}]}
    assert only(said, ListKind.OPTUM_JSON).their_id == "60054"


# Our own

OWN = (
    "payer_id,name,stable_id,other_names,aliases,coverage_types,states,eligibility,coordination_of_benefits,"
    "enrollment_kind,enrollment_timeframe,parent_group,website\n"
    "00540,Blue Hollow Health Plan,QWERT,Blue Hollow | BHHP,BHHP1,medical|dental,TX|OK,Enrollment_Required,"
    "not_supported,one_click,days,GROUP,https://bluehollow.example\n"
)


def test_our_own_csv_is_read():
    assert only(OWN.encode(), ListKind.CSV) == WHOLE


def test_an_id_and_a_name_are_enough():
    found = read(b"name,payer_id\nAlder,00540\n", ListKind.CSV)
    assert found == [ListedPayer(their_id="00540", name="Alder", names=("Alder",))]


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        ("payer_id,name\n1,Salud Peña\n".encode(), "Salud Peña"),
        ("payer_id,name\n1,Salud Peña\n".encode("utf-8-sig"), "Salud Peña"),
        ("payer_id,name\n1,Salud Peña\n".encode("cp1252"), "Salud Peña"),
        (b"payer_id,name\r\n1,Salud Pe\x81a\r\n", "Salud Pe\ufffda"),
    ],
    ids=["utf-8", "utf-8 with mark", "cp1252", "neither"],
)
def test_letters_are_read_in_the_encodings_spreadsheets_write(encoded: bytes, name: str):
    assert only(encoded, ListKind.CSV).name == name


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("2,Birch,extra\n", Problem(3, "3 cells, but 2 columns")),
        ("2\n", Problem(3, "1 cells, but 2 columns")),
        (",Birch\n", Problem(3, "no payer id")),
        ('"2"x,Birch\n', Problem(3, "this is no CSV")),
        ('\n\n,"Birch\nBeech"\n', Problem(5, "no payer id")),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_passed_over(rows: str, problem: Problem):
    found = read(f"payer_id,name\n1,Alder\n{rows}3,Cedar\n".encode(), ListKind.CSV)
    assert [each.name for each in found if isinstance(each, ListedPayer)] == ["Alder", "Cedar"]
    assert [each for each in found if isinstance(each, Problem)] == [problem]


def test_a_quote_that_never_ends_is_told_where_it_begins():
    found = read(b'payer_id,name\n1,Alder\n2,"Birch\n3,Cedar\n', ListKind.CSV)
    assert found[1:] == [Problem(3, "this is no CSV")]


def test_a_word_for_support_that_nobody_knows_is_told():
    found = read(b"payer_id,name,eligibility\n1,Alder,yes\n", ListKind.CSV)
    assert isinstance(found[0], Problem)
    assert found[0].reason.startswith("eligibility is none of supported")


@pytest.mark.parametrize("kind", [ListKind.STEDI_CSV, ListKind.OFFICE_ALLY_CSV, ListKind.CSV])
@pytest.mark.parametrize("said", [b"", b"\n\n", b"<!doctype html>\n<title>Sign in</title>\n", b"a,b\n1,2\n"])
def test_csv_without_the_columns_is_one_problem(kind: ListKind, said: bytes):
    [problem] = read(said, kind)
    assert isinstance(problem, Problem)


@given(st.binary(max_size=200), st.sampled_from(ListKind))
def test_whatever_the_bytes_reading_them_ends_in_payers_and_problems(data: bytes, kind: ListKind):
    assert all(isinstance(each, ListedPayer | Problem) for each in read_list(data, kind))


# Public lists, read in place


@needs_lists
@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("stedi__ListPayerRecords_example1-response200.json", ListKind.STEDI_JSON),
        ("stedi__GetPayerRecord_example1-response200.json", ListKind.STEDI_JSON),
        ("stedi__ListPayerRecordsCsv_example1-response200.csv", ListKind.STEDI_CSV),
    ],
)
def test_the_published_payer_is_the_same_in_every_form(file: str, kind: ListKind):
    payer = only((PUBLIC / file).read_bytes(), kind)
    first = only(
        (PUBLIC / "stedi__ListPayerRecords_example1-response200.json").read_bytes(), ListKind.STEDI_JSON
    )
    assert payer == first
    assert (payer.eligibility, payer.coordination_of_benefits) == (Support.SUPPORTED, Support.NOT_SUPPORTED)
    assert "00420" in payer.aliases


@needs_lists
def test_a_public_list_of_thousands_is_read_without_a_problem():
    found = read((PUBLIC / "officeally__payers.csv").read_bytes(), ListKind.OFFICE_ALLY_CSV)
    payers = [each for each in found if isinstance(each, ListedPayer)]
    assert len(payers) == len(found) > 5000
    assert len({(each.their_id, each.name) for each in payers}) == len(payers)
    assert Counter(each.eligibility for each in payers)[Support.SUPPORTED] > 500
    assert "00965" in {each.their_id for each in payers}
