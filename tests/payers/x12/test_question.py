"""The 270 we write: what a payer reads in it is what we asked."""

from datetime import date

import msgspec
import pytest

from payers import x12
from payers.errors import Rejected
from payers.inquiry import Address, Npi, Person, Requester
from payers.x12_mapping import inquiry_to_270
from tests.payers.x12.messages import ACCOUNT, JANE, NOW, SAM, inquiry


def question(asked=None, **options) -> x12.Question:
    account = msgspec.structs.replace(ACCOUNT, options=options)
    document = x12.parse(inquiry_to_270(asked or inquiry(), account, now=NOW))
    assert not document.problems
    [transaction] = document.transactions
    assert not transaction.problems
    assert (transaction.set_id, transaction.version) == ("270", "005010X279A1")
    [found] = x12.read_270(transaction)
    return found


def test_a_question_about_the_subscriber() -> None:
    asked = question()
    assert (asked.payer.last, asked.payer.id, asked.provider.id) == ("MERIDIAN HEALTH", "MER01", "1999999984")
    patient = asked.patient
    assert (patient.entity, patient.last, patient.first, patient.id) == ("IL", "ROE", "JANE", "W100200300")
    assert (patient.birth_date, patient.sex) == ("19800102", "F")
    assert (asked.traces, asked.date_of_service) == ([("T-000905", "1123456789")], "20260302")
    assert (asked.service_types, asked.procedures, asked.purpose, asked.reference) == (
        ["MH"],
        [],
        "13",
        "T-000905",
    )


def test_a_question_about_a_dependent_asks_below_the_subscriber() -> None:
    asked = question(inquiry(dependent=SAM, relationship="19"))
    assert (asked.patient.entity, asked.patient.first, asked.patient.relationship) == ("03", "SAM", "19")
    assert (asked.subscriber.id, asked.subscriber.birth_date) == ("W100200300", "")
    assert asked.service_types == ["MH"]


def test_a_dependent_may_be_sent_as_the_subscriber() -> None:
    asked = question(inquiry(dependent=SAM), dependent_as_subscriber=True)
    assert (asked.dependent, asked.patient.first, asked.patient.id) == (None, "SAM", "W100200300")


def test_a_question_by_procedure_with_modifiers() -> None:
    asked = question(inquiry(procedure=("HC", "90867", "GT")))
    assert (asked.service_types, asked.procedures) == ([], [["HC", "90867", "GT"]])


def test_group_number_tax_id_and_taxonomy_are_sent_where_wanted() -> None:
    requester = Requester(name="Lakeside", npi=Npi("1999999984"), tax_id="123456789", taxonomy="2084P0800X")
    asked = question(inquiry(group_number="GRP-7", requester=requester), send_tax_id=True)
    assert asked.subscriber.references == {"6P": "GRP-7"}
    assert asked.provider.references == {"TJ": "123456789"}


@pytest.mark.parametrize(
    ("left_out", "kept"),
    [
        (["first"], ("ROE", "", "19800102", "F")),
        (["birth_date"], ("ROE", "JANE", "", "F")),
        (["birth_date", "sex"], ("ROE", "JANE", "", "")),
        (["first", "sex"], ("ROE", "", "19800102", "")),
    ],
)
def test_search_options_leave_elements_out(left_out: list[str], kept: tuple) -> None:
    patient = question(leave_out=left_out).patient
    assert (patient.last, patient.first, patient.birth_date, patient.sex) == kept


LIVING = msgspec.structs.replace(
    JANE,
    ssn="987-65-4320",
    address=Address(street="1 Invented St", city="Lakeside", state="OH", zip="44000-1234"),
)


def test_a_search_by_ssn_and_zip_without_a_member_id() -> None:
    asked = question(inquiry(subscriber=LIVING), leave_out=["member_id"], search_by=["ssn", "zip"])
    patient = asked.patient
    assert (patient.last, patient.id, patient.references) == ("ROE", "", {"SY": "987654320"})
    assert patient.address == ("", "", "", "440001234")


def test_a_search_by_the_whole_address_of_a_dependent() -> None:
    sam = msgspec.structs.replace(SAM, ssn="987654321", address=LIVING.address)
    asked = question(inquiry(subscriber=LIVING, dependent=sam), search_by=["ssn", "address"])
    assert asked.patient.address == ("1 INVENTED ST", "LAKESIDE", "OH", "440001234")
    assert asked.patient.references == {"SY": "987654321"}
    assert (asked.subscriber.address, asked.subscriber.references) == (("", "", "", ""), {})


def test_ssn_address_and_diagnoses_stay_at_home_unless_the_payer_searches_by_them() -> None:
    text = inquiry_to_270(inquiry(subscriber=LIVING, diagnoses=("F33.2",)), ACCOUNT, now=NOW)
    assert not [name for name in ("REF*SY", "~N3*", "~N4*", "~HI*") if name in text]
    assert "~EQ*MH~" in text


def test_a_search_by_id_and_birth_date_alone() -> None:
    patient = question(leave_out=["last", "first", "sex"]).patient
    assert (patient.last, patient.first, patient.id, patient.birth_date) == ("", "", "W100200300", "19800102")


@pytest.mark.parametrize("changes", [{}, {"dependent": SAM}], ids=["subscriber", "dependent"])
def test_diagnoses_are_sent_with_the_patient_and_pointed_at(changes: dict) -> None:
    codes = ("F33.2", "f411", "F43.10", "R45.851", "Z91.51")
    asked = question(inquiry(procedure=("HC", "90867"), diagnoses=codes, **changes), search_by=["diagnoses"])
    assert asked.diagnoses[:2] == [("ABK", "F332"), ("ABF", "F411")]
    assert [code for _, code in asked.diagnoses[2:]] == ["F4310", "R45851", "Z9151"]
    assert (asked.procedures, asked.diagnosis_pointers) == ([["HC", "90867"]], [["1", "2", "3", "4"]])


def test_what_a_payer_searches_by_stands_in_the_order_of_the_guide() -> None:
    account = msgspec.structs.replace(ACCOUNT, options={"search_by": ["ssn", "address", "diagnoses"]})
    asked = inquiry(subscriber=LIVING, group_number="GRP-7", diagnoses=("F33.2",))
    [transaction] = x12.parse(inquiry_to_270(asked, account, now=NOW)).transactions
    ids = [segment[0] for segment in transaction.segments]
    assert ids[ids.index("TRN") : -1] == [
        *("TRN", "NM1", "REF", "REF", "N3", "N4", "DMG", "HI", "DTP", "EQ"),
    ]
    assert transaction.segments[-2] == ["EQ", "MH", "", "", "", "1"]


def test_no_date_lets_the_payer_assume_today() -> None:
    assert question(leave_out=["date_of_service"]).date_of_service == ""


def test_the_envelope_follows_the_account() -> None:
    account = msgspec.structs.replace(
        ACCOUNT, usage="P", options={"sender_qualifier": "30", "application_sender": "APP"}
    )
    [interchange] = x12.parse(inquiry_to_270(inquiry(), account, now=NOW)).interchanges
    assert (interchange.isa[5], interchange.usage, interchange.control_number) == ("30", "P", "000000905")
    assert interchange.groups[0].gs[2] == "APP"


def test_names_are_cleaned_to_the_basic_set() -> None:
    person = Person(last="O’Brien-Núñez*", first="José~", birth_date=date(1980, 1, 2))
    patient = question(inquiry(subscriber=person)).patient
    assert (patient.last, patient.first) == ("O'BRIEN-NUNEZ", "JOSE")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subscriber": msgspec.structs.replace(JANE, last="R" * 61)}, "subscriber.last"),
        ({"subscriber": msgspec.structs.replace(JANE, first="Ж")}, "subscriber.first"),
        ({"dependent": msgspec.structs.replace(SAM, first="S" * 36)}, "dependent.first"),
        ({"member_id": "1" * 81}, "member_id"),
        ({"payer_name": ""}, "payer_name"),
        ({"trace": "T" * 51}, "trace"),
        ({"control_number": 1_000_000_000}, "control_number"),
        ({"service_type": "MHX"}, "service_type"),
        ({"subscriber": msgspec.structs.replace(LIVING, ssn="98765432")}, "subscriber.ssn"),
        (
            {"subscriber": msgspec.structs.replace(JANE, address=Address(zip="OH 440"))},
            "subscriber.address.zip",
        ),
        ({"diagnoses": ("depression",)}, "diagnoses"),
        ({"diagnoses": ("F33.2",) * 9}, "diagnoses"),
    ],
)
def test_what_does_not_fit_is_an_error_that_names_the_field_alone(change: dict, field: str) -> None:
    account = msgspec.structs.replace(ACCOUNT, options={"search_by": ["ssn", "zip", "diagnoses"]})
    with pytest.raises(Rejected) as refused:
        inquiry_to_270(inquiry(**change), account, now=NOW)
    assert refused.value.code == "unwritable"
    assert refused.value.detail.startswith(f"{field}:")
    assert not [value for value in ("RRR", "98765432", "440", "depression") if value in refused.value.detail]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"leave_out": ["payer"]}, "leave_out"),
        ({"search_by": ["shoe_size"]}, "search_by"),
        ({"leave_out": ["member_id", "last"]}, "leave_out"),
        ({"searches": [["shoe_size"]]}, "searches"),
        ({"searches": "last"}, "searches"),
        ({"member_id_pattern": "["}, "member_id_pattern"),
    ],
)
def test_an_option_that_cannot_be_is_named(options: dict, field: str) -> None:
    with pytest.raises(Rejected) as refused:
        question(**options)
    assert refused.value.detail.startswith(f"{field}:")


# What a payer must be given

ONE_OF = {"searches": [["member_id", "last", "birth_date"], ["member_id", "last", "first"]]}


@pytest.mark.parametrize("left_out", [[], ["first"], ["birth_date"], ["first", "sex"]])
def test_a_question_with_all_of_one_search_goes_out(left_out: list[str]) -> None:
    assert question(leave_out=left_out, **ONE_OF).patient.id == "W100200300"


@pytest.mark.parametrize(
    ("left_out", "person"),
    [
        (["first", "birth_date"], JANE),
        (["last"], JANE),
        (["member_id"], JANE),
        ([], Person(last="ROE")),
        (["birth_date"], Person(last="ROE", birth_date=date(1980, 1, 2))),
    ],
)
def test_a_question_that_no_search_can_use_stays_at_home(left_out: list[str], person: Person) -> None:
    with pytest.raises(Rejected) as refused:
        question(inquiry(subscriber=person), leave_out=left_out, **ONE_OF)
    assert (refused.value.code, refused.value.detail) == ("unwritable", "searches: not enough to search by")


def test_a_dependent_stays_at_home_where_everybody_is_a_subscriber() -> None:
    with pytest.raises(Rejected) as refused:
        question(inquiry(dependent=SAM), dependents=False)
    assert refused.value.detail.startswith("dependent:")
    assert (
        question(inquiry(dependent=SAM), dependents=False, dependent_as_subscriber=True).patient.first
        == "SAM"
    )
    assert question(dependents=False).patient.first == "JANE"


def test_marks_in_a_member_id_are_left_out_where_a_payer_has_none() -> None:
    patient = question(
        inquiry(member_id="1AB2-cd3 4"), member_id_strip="- ", member_id_pattern="1AB2CD34"
    ).patient
    assert patient.id == "1AB2CD34"


@pytest.mark.parametrize("member_id", ["1AB2CD3", "1AB2CD345", "x1AB2CD34"])
def test_a_member_id_of_another_form_stays_at_home_unsaid(member_id: str) -> None:
    with pytest.raises(Rejected) as refused:
        question(inquiry(member_id=member_id), member_id_pattern="1AB2CD34")
    assert refused.value.detail == "member_id: does not look like an id of this payer"


def test_a_person_and_an_address_are_never_printed() -> None:
    assert repr(inquiry(subscriber=LIVING).subscriber) + repr(LIVING.address) == "Person(…)Address(…)"
