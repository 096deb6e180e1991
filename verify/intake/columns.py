"""Columns of a spreadsheet: which heading means which field, by name and common synonyms."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple


class Column(NamedTuple):
    """One field a file may bring; docs/spreadsheets.md lists these."""

    field: str
    label: str
    #: Headings that mean it, as `folded` leaves them; the label and the field's own name always do.
    synonyms: tuple[str, ...]
    #: What a cell may hold, in words for the documents.
    holds: str


COLUMNS = (
    Column(
        "last_name",
        "Last name",
        ("last", "surname", "family name", "lname"),
        "as on the card",
    ),
    Column(
        "first_name",
        "First name",
        ("first", "given name", "forename", "fname"),
        "as on the card",
    ),
    Column(
        "patient_name",
        "Patient name",
        ("patient", "client", "name", "full name", "client name"),
        "“Last, First” in one cell, instead of the two above",
    ),
    Column(
        "middle_name",
        "Middle name",
        ("middle", "middle initial", "mi"),
        "",
    ),
    Column(
        "birth_date",
        "Birth date",
        ("dob", "date of birth", "birthdate", "birthday", "born"),
        "a date, the year with four digits",
    ),
    Column("sex", "Sex", ("gender", "sex on file", "legal sex"), "F, M or U, as the plan has it"),
    Column("phone", "Phone", ("phone number", "telephone", "mobile", "cell", "cell phone", "home phone"), ""),
    Column(
        "external_id",
        "Patient number",
        (
            "patient id",
            "client id",
            "mrn",
            "chart number",
            "chart",
            "account number",
            "medical record number",
        ),
        "your own number for the patient",
    ),
    Column(
        "payer",
        "Payer",
        (
            *("insurance", "insurance company", "insurance name", "insurer", "carrier", "payer name"),
            *("payor", "payor name", "health plan", "insurance carrier"),
        ),
        "the payer's code, name or alias, as on the card; empty makes a task",
    ),
    Column(
        "member_id",
        "Member ID",
        (
            *(
                "member",
                "member number",
                "member no",
                "memberid",
                "subscriber id",
                "insurance id",
                "policy id",
            ),
            *("policy number", "insured id", "insurance id number", "id on card"),
        ),
        "as on the card; empty makes a task",
    ),
    Column("group_number", "Group number", ("group", "group id", "group no", "grp"), ""),
    Column(
        "subscriber_last_name",
        "Subscriber last name",
        ("insured last name", "policy holder last name", "policyholder last name"),
        "of the policy's holder, when it is not the patient",
    ),
    Column(
        "subscriber_first_name",
        "Subscriber first name",
        ("insured first name", "policy holder first name", "policyholder first name"),
        "",
    ),
    Column(
        "subscriber_name",
        "Subscriber name",
        ("subscriber", "insured", "insured name", "policy holder", "policyholder", "policy holder name"),
        "“Last, First” in one cell, instead of the two above",
    ),
    Column(
        "subscriber_birth_date",
        "Subscriber birth date",
        (
            "subscriber dob",
            "insured dob",
            "policy holder dob",
            "policyholder dob",
            "subscriber date of birth",
        ),
        "a date, the year with four digits",
    ),
    Column(
        "relationship",
        "Relationship",
        ("relation", "relationship to subscriber", "relationship to insured", "patient relationship"),
        "what the patient is to the subscriber: self, spouse, child or other",
    ),
    Column(
        "rank", "Coverage rank", ("coverage order", "insurance order", "cob order"), "1 primary, 2 secondary"
    ),
    Column(
        "service_lines",
        "Service",
        (
            *("services", "service line", "treatment", "treatments", "procedure"),
            *("service key", "planned treatment", "visit type", "appointment type"),
        ),
        "a treatment, such as TMS; several with a semicolon between them",
    ),
    Column(
        "date_of_service",
        "First visit",
        (
            *("dos", "service date", "appointment", "appointment date", "appt", "appt date", "visit date"),
            *("planned start", "planned start date", "next visit", "next appointment", "date of visit"),
        ),
        "a date",
    ),
    Column("priority", "Priority", ("urgency", "how soon"), "urgent, standard or nightly"),
    Column("reason", "Reason", ("why",), "new, recheck or change"),
    Column(
        "provider_npi",
        "Provider NPI",
        ("npi", "rendering npi", "rendering provider npi", "treating provider npi"),
        "ten digits; the practice's own when empty",
    ),
)
BY_FIELD = {column.field: column for column in COLUMNS}
DATES = ("birth_date", "subscriber_birth_date", "date_of_service")
NAMES = frozenset(field for field in BY_FIELD if field.endswith("_name"))

#: What people write before a heading without meaning anything else by it.
_PREFIXES = ("patient ", "pt ", "client ", "primary ")
_DAY_FIRST = re.compile(r"dd?\W{0,2}mm?\W", re.IGNORECASE)


def folded(text: str) -> str:
    """Small words with single spaces: "Patient's DOB (MM/DD/YYYY)" is "patients dob"; "memberID" is "member id"."""
    plain = unicodedata.normalize("NFKC", re.sub(r"\(.*?\)|['’]", "", text))
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return " ".join("".join(c if c.isalnum() else " " for c in spaced.casefold()).split())


_MEANING = {
    name: column.field
    for column in COLUMNS
    for name in (folded(column.label), folded(column.field), *column.synonyms)
}


def field_of(heading: str) -> str | None:
    """The field a heading means; None for one nobody can be sure of, such as "ID" or "Date"."""
    name = folded(heading)
    shorter = (name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix))
    return next((_MEANING[each] for each in (name, *shorter) if each in _MEANING), None)


def is_day_first(heading: str) -> bool:
    """Whether the heading itself says that its dates begin with the day: "DOB (DD/MM/YYYY)"."""
    return _DAY_FIRST.search(heading) is not None


class Headings(NamedTuple):
    """What the headings of a file mean, in the file's order."""

    names: tuple[str, ...]
    #: One field per heading; None for a column that is not used.
    fields: tuple[str | None, ...]

    @property
    def known(self) -> int:
        return len({field for field in self.fields if field})

    @property
    def unused(self) -> list[str]:
        pairs = zip(self.names, self.fields, strict=True)
        return [name for name, field in pairs if field is None and name.strip()]

    def absent(self) -> list[str]:
        """The labels of what every file needs and this one has not."""
        has = set(self.fields)
        absent = [] if "patient_name" in has else [f for f in ("last_name", "first_name") if f not in has]
        absent += [f for f in ("service_lines", "date_of_service") if f not in has]
        return [BY_FIELD[field].label for field in absent]


def read_headings(names: Sequence[str]) -> Headings:
    return Headings(tuple(names), tuple(field_of(name) for name in names))
