"""A spreadsheet is read by its headings, and what cannot be read is said beside its row in plain words."""

import time
from datetime import date

import pytest

from verify.intake.columns import COLUMNS, field_of, folded
from verify.intake.rows import MOST_ROWS, Row, Sheet, UnreadableFile
from verify.intake.spreadsheet import read_csv

HEADINGS = "Last name,First name,DOB,Insurance,Member ID,Treatment,Appointment"
ADA = "Example,Ada,1988-04-02,Blue Hollow,ACT1,TMS,2026-12-01"


def read(*lines: str, headings: str = HEADINGS, encoding: str = "utf-8") -> Sheet:
    return read_csv("\n".join([headings, *lines]).encode(encoding))


def only(*lines: str, headings: str = HEADINGS) -> Row:
    (row,) = read(*lines, headings=headings).rows
    return row


def problems(*lines: str, headings: str = HEADINGS) -> list[str]:
    return [str(problem) for problem in only(*lines, headings=headings).problems]


def with_cell(heading: str, text: str) -> list[str]:
    """The problems of an otherwise good row with this cell in it."""
    return problems(f'{ADA},"{text}"', headings=f"{HEADINGS},{heading}")


def with_birth_date(text: str, *others: str) -> Row:
    lines = [f'Example,{name},"{born}",P,M1,TMS,2026-12-01' for name, born in enumerate((text, *others))]
    return read(*lines).rows[0]


def born(row: Row) -> date | None:
    assert row.submission is not None, row.problems
    return row.submission.patient.birth_date


# --- headings -------------------------------------------------------------------------------------------


def test_columns_are_matched_by_name_whatever_their_order() -> None:
    made = only(
        "12/1/2026,spravato,Ada,Example,BHHP,ACT1,4/2/1988",
        headings="Appt Date,TREATMENT,Pt First Name,Surname,Payor,Policy Number,Date of Birth (MM/DD/YYYY)",
    ).submission
    assert made is not None
    assert (made.patient.last_name, made.patient.first_name) == ("Example", "Ada")
    assert (made.coverage.payer, made.coverage.member_id) == ("BHHP", "ACT1")
    assert made.patient.birth_date == date(1988, 4, 2)
    assert (made.service_lines, made.date_of_service) == (["spravato_medical"], date(2026, 12, 1))


def test_no_heading_means_two_fields() -> None:
    said = [
        (name, column.field)
        for column in COLUMNS
        for name in {folded(column.label), folded(column.field), *column.synonyms}
    ]
    assert len({name for name, _ in said}) == len(said)
    assert all(field_of(name) == field and folded(name) == name for name, field in said)


@pytest.mark.parametrize("heading", ["ID", "Date", "Notes", "", "Secondary insurance", "Copay", "Start date"])
def test_a_heading_nobody_can_be_sure_of_is_not_used(heading: str) -> None:
    assert field_of(heading) is None


def test_columns_that_are_not_used_are_named() -> None:
    sheet = read(f"{ADA},blue", headings=f"{HEADINGS},Favorite color")
    assert sheet.unused == ("Favorite color",)
    assert ("DOB", "Birth date") in sheet.columns


def test_headings_may_stand_below_a_title() -> None:
    sheet = read_csv(f"Visits of the week,,\n\n{HEADINGS}\n{ADA}\n".encode())
    assert [row.number for row in sheet.rows] == [4]
    assert any("row 3" in note for note in sheet.notes)


def test_two_columns_for_one_field_must_agree() -> None:
    headings = f"{HEADINGS},Birthdate"
    assert problems(f"{ADA},1988-04-02", headings=headings) == []
    assert problems(f"{ADA},1988-04-03", headings=headings) == [
        "Birth date stands in two columns that say different things"
    ]


def test_one_column_may_hold_the_whole_name() -> None:
    headings = "Patient,Service,Visit date"
    made = only('"Example, Ada",TMS,2026-12-01', headings=headings).submission
    assert made is not None
    assert (made.patient.last_name, made.patient.first_name) == ("Example", "Ada")
    assert problems("Ada Example,TMS,2026-12-01", headings=headings) == [
        "Patient name needs a comma between last and first name: “Last, First”"
    ]


# --- files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_accents_survive_every_encoding_clinics_send(encoding: str) -> None:
    sheet = read(ADA.replace("Example", "Núñez"), encoding=encoding)
    assert sheet.rows[0].submission is not None
    assert sheet.rows[0].submission.patient.last_name == "Núñez"
    assert bool(sheet.notes) is (encoding == "cp1252")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    sheet = read(ADA.replace(",", delimiter), headings=HEADINGS.replace(",", delimiter))
    assert sheet.rows[0].submission is not None


def test_a_spreadsheets_own_hint_of_its_delimiter_is_taken() -> None:
    sheet = read_csv(f"sep=;\r\n{HEADINGS};\r\n{ADA}".replace(",", ";").encode())
    assert [row.number for row in sheet.rows] == [3]
    assert sheet.rows[0].submission is not None


def test_a_quoted_cell_may_hold_commas_quotes_and_line_breaks() -> None:
    first, second = read('"Example\n-Smith, ""Jr""",Ada,1988-04-02,P,M1,TMS,2026-12-01', ADA).rows
    assert first.submission is not None
    assert first.submission.patient.last_name == 'Example -Smith, "Jr"'
    assert (first.number, second.number) == (2, 3)


def test_empty_rows_are_left_out_and_the_others_keep_their_numbers() -> None:
    sheet = read("", ",,,,,,", ADA)
    assert [row.number for row in sheet.rows] == [4]


def test_a_short_row_has_empty_cells_and_a_long_one_a_problem() -> None:
    assert problems("Example,Ada") == ["Service is missing", "First visit is missing"]
    (said,) = problems(f"{ADA},surplus")
    assert "more cells than there are headings" in said


def test_a_quotation_mark_never_closed_costs_what_follows_and_nothing_else() -> None:
    sheet = read(ADA, '"Broken,Bo,1990-01-01,P,M2,TMS,2026-12-01', *[ADA] * 40)
    assert sheet.rows[0].submission is not None
    assert "never closed" in str(sheet.rows[1].problems[0])
    assert len(sheet.rows) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"Last\x00name", "not a text file"),
        (b"Last name,\x81", "cannot be read"),
        (b"just some words\nand more", "No headings"),
        (b"Last name,First name,DOB\nExample,Ada,1988-04-02", "Service, First visit"),
        (HEADINGS.encode(), "no rows"),
    ],
)
def test_a_file_nothing_can_be_made_of_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read_csv(content)


def test_more_rows_than_can_be_taken_is_said_with_the_number() -> None:
    with pytest.raises(UnreadableFile, match="more than 10,000 rows"):
        read(*[ADA] * (MOST_ROWS + 1))
    assert len(read(*[ADA] * MOST_ROWS).rows) == MOST_ROWS


def test_ten_thousand_rows_are_read_in_seconds() -> None:
    lines = [ADA.replace("ACT1", f"ACT{number}") for number in range(MOST_ROWS)]
    begun = time.perf_counter()
    sheet = read(*lines)
    assert all(row.submission and row.same_as is None for row in sheet.rows)
    assert time.perf_counter() - begun < 10


# --- dates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("1984-03-12", "1984/3/12", "19840312", "1984-03-12 00:00:00", "3/12/1984", "03-12-1984"),
        *("3/12/1984 12:00 AM", "Mar 12, 1984", "March 12 1984", "12-Mar-1984", "12 march 1984"),
    ],
)
def test_a_date_is_read_as_us_clinics_and_iso_write_it(text: str) -> None:
    assert born(with_birth_date(text)) == date(1984, 3, 12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("25/12/1984", "day before the month"),
        ("3/12/84", "four digits"),
        ("30753", "format the column as a date"),
        ("12.03.1984", "not a date"),
        ("2/30/1984", "not in the calendar"),
        ("1884-03-12", "before 1900"),
        ("12-Foo-1984", "no month"),
        ("soon", "not a date"),
    ],
)
def test_a_date_that_cannot_be_sure_is_refused_without_repeating_it(text: str, said: str) -> None:
    (problem,) = with_birth_date(text).problems
    assert problem.column == "Birth date"
    assert said in problem.words
    assert text not in problem.words


def test_a_date_that_could_be_either_is_month_first_and_the_preview_says_so() -> None:
    sheet = read("Example,Ada,3/4/1988,P,M1,TMS,2026-12-01", "Example,Bo,4/4/1988,P,M2,TMS,2026-12-01")
    assert born(sheet.rows[0]) == date(1988, 3, 4)
    assert [note for note in sheet.notes if note.startswith("1 dates could be read two ways")]


def test_one_date_with_the_day_first_makes_every_doubtful_one_of_its_column_a_problem() -> None:
    row = with_birth_date("3/4/1988", "25/12/1984")
    assert "could be read two ways" in row.problems[0].words
    assert born(with_birth_date("1988-04-03", "25/12/1984")) == date(1988, 4, 3)


def test_one_slip_among_many_dates_with_the_month_first_costs_no_other_row() -> None:
    row = with_birth_date("3/4/1988", "25/12/1984", *["12/25/1984"] * 50)
    assert born(row) == date(1988, 3, 4)


def test_a_heading_that_says_day_first_is_believed() -> None:
    (said,) = problems(
        "Example,Ada,3/4/1988,P,M1,TMS,2026-12-01", headings=HEADINGS.replace("DOB", "DOB (DD/MM/YYYY)")
    )
    assert "could be read two ways" in said


def test_a_visit_may_have_a_short_year() -> None:
    made = only("Example,Ada,1988-04-02,P,M1,TMS,12/1/26").submission
    assert made is not None
    assert made.date_of_service == date(2026, 12, 1)


# --- cells ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "@SUM(A1)", "+cmd", "-2+3"])
def test_what_looks_like_a_formula_is_refused(text: str) -> None:
    assert with_cell("Group", text) == ["Group number begins like a formula: write the plain value"]


@pytest.mark.parametrize(
    ("heading", "text"), [("Phone", "+1 (555) 010-0100"), ("Group", "'=77"), ("Group", '=""0077""')]
)
def test_what_only_looks_like_one_is_taken(heading: str, text: str) -> None:
    assert with_cell(heading, text) == []


def test_leading_zeros_kept_by_a_text_formula_survive() -> None:
    made = only(f'{ADA},"=""0077"""', headings=f"{HEADINGS},Group").submission
    assert made is not None
    assert made.coverage.group_number == "0077"


def test_a_number_cut_by_the_spreadsheet_is_refused() -> None:
    (said,) = problems("Example,Ada,1988-04-02,P,1.23457E+11,TMS,2026-12-01")
    assert said.startswith("Member ID lost its digits")


def test_a_missing_payer_or_member_id_goes_on_and_is_known_to_be_missing() -> None:
    made = only("Example,Ada,,n/a,-,TMS,2026-12-01").submission
    assert made is not None
    assert made.missing() == ["payer", "member_id", "birth_date"]


def test_a_person_called_na_or_null_keeps_the_name() -> None:
    made = only("Null,Na,1988-04-02,P,M1,TMS,2026-12-01").submission
    assert made is not None
    assert (made.patient.last_name, made.patient.first_name) == ("Null", "Na")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("TMS", ["tms"]),
        ("Transcranial magnetic stimulation (TMS)", ["tms"]),
        ("IV Ketamine", ["ketamine_iv"]),
        ("Spravato + therapy", ["spravato_medical", "psychotherapy"]),
        ("tms; psychotherapy; TMS", ["tms", "psychotherapy"]),
        ("medication_management", ["medication_management"]),
    ],
)
def test_treatments_are_known_by_the_words_clinics_use(text: str, lines: list[str]) -> None:
    made = only(f'Example,Ada,1988-04-02,P,M1,"{text}",2026-12-01').submission
    assert made is not None
    assert made.service_lines == lines


def test_ketamine_alone_is_not_guessed_at() -> None:
    (said,) = problems("Example,Ada,1988-04-02,P,M1,Ketamine,2026-12-01")
    assert "ketamine_iv or spravato_medical" in said


@pytest.mark.parametrize(
    ("heading", "text", "said"),
    [
        ("Gender", "whatever", "Sex must be F, M or U"),
        ("Priority", "yesterday", "Priority must be urgent, standard or nightly"),
        ("NPI", "12345", "Provider NPI must have ten digits"),
        ("Relationship", "child", "Subscriber name is missing: the relationship says that another holds the policy"),
        ("Middle", "M" * 90, "Middle name is longer than 80 letters"),
        ("Phone", "555\x07", "Phone holds characters that cannot be printed"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_what_to_write(heading: str, text: str, said: str) -> None:
    assert with_cell(heading, text) == [said]


def test_every_problem_of_a_row_is_said_at_once() -> None:
    assert len(problems("Example,,3/12/84,P,1E+11,Ketamine,soon")) == 4


def test_a_birth_date_after_the_visit_is_a_problem_of_the_row() -> None:
    assert problems("Example,Ada,2027-04-02,P,M1,TMS,2026-12-01") == [
        "the patient's birth date is after the date of service"
    ]


def test_a_subscriber_who_is_the_patient_is_none() -> None:
    headings = f"{HEADINGS},Subscriber,Relationship"
    for cells in ('"Example, Ada",', ",self", '"Example, Ada",Self'):
        made = only(f"{ADA},{cells}", headings=headings).submission
        assert made is not None
        assert made.coverage.subscriber is None
    made = only(f'{ADA},"Example, Bo",child', headings=headings).submission
    assert made is not None
    assert made.coverage.subscriber is not None
    assert (made.coverage.subscriber.first_name, made.coverage.subscriber.relationship) == ("Bo", "child")


# --- the same row again ---------------------------------------------------------------------------------


def test_the_same_row_again_names_the_first() -> None:
    again = "EXAMPLE,ada,4/2/1988,blue  hollow,act-1,tms,12/1/2026"
    sheet = read(ADA, "Example,Bo,1988-04-02,P,M2,TMS,2026-12-01", again)
    assert [row.same_as for row in sheet.rows] == [None, None, 2]


def test_another_treatment_or_day_is_another_row() -> None:
    sheet = read(ADA, ADA.replace("TMS", "Spravato"), ADA.replace("2026-12-01", "2026-12-02"))
    assert [row.same_as for row in sheet.rows] == [None, None, None]
