"""Cells of a row: what each field's text may be, read without guessing; problems in plain words."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from verify.catalogue import Catalogue, load
from verify.intake.columns import BY_FIELD, NAMES, folded
from verify.intake.dates import NoDate, read_date

#: What people write into a cell that has nothing in it. Not in names: there are people called Na.
_EMPTY = frozenset({"", "-", "--", "n/a", "na", "none", "null", "nil", "?", "tbd"})
#: What a spreadsheet makes of a long number: digits are lost.
_CUT_NUMBER = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_PHONE = re.compile(r"\+?[\d ().\-x]{3,40}")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_BETWEEN_SERVICES = re.compile(r"\s*(?:[;,/+&|\n]|\band\b)\s*", re.IGNORECASE)

_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M", "u": "U", "unknown": "U", "x": "U"}
_RELATIONSHIPS = {
    **dict.fromkeys(("self", "patient", "insured", "subscriber", "18"), "self"),
    **dict.fromkeys(("spouse", "husband", "wife", "domestic partner", "partner", "01"), "spouse"),
    **dict.fromkeys(("child", "son", "daughter", "stepchild", "19"), "child"),
    **dict.fromkeys(("other", "dependent", "g8"), "other"),
}
_RANKS = {**dict.fromkeys(("1", "primary", "p"), 1), **dict.fromkeys(("2", "secondary", "s"), 2)} | {
    **dict.fromkeys(("3", "tertiary", "t"), 3)
}
_PRIORITIES = {
    **dict.fromkeys(("urgent", "stat", "asap", "high"), "urgent"),
    **dict.fromkeys(("standard", "normal", "routine", "regular"), "standard"),
    **dict.fromkeys(("nightly", "overnight", "low"), "nightly"),
}
_REASONS = {
    **dict.fromkeys(("new", "new patient", "initial"), "new"),
    **dict.fromkeys(("recheck", "re check", "reverification", "re verification"), "recheck"),
    **dict.fromkeys(("change", "coverage change", "new card", "new insurance"), "change"),
}
#: Words for a treatment beside its key and label; "ketamine" alone is not among them.
_SERVICES = {
    "tms": ("rtms", "transcranial magnetic stimulation", "neurostar"),
    "tms_theta_burst": ("itbs", "theta burst", "intermittent theta burst"),
    "tms_deep": ("dtms", "deep tms", "brainsway"),
    "tms_accelerated": ("accelerated tms",),
    "tms_saint": ("saint", "saint tms"),
    "tms_maintenance": ("maintenance tms",),
    "ketamine_iv": ("iv ketamine", "ketamine iv", "ketamine infusion", "ketamine infusions"),
    "ketamine_im": ("im ketamine", "ketamine im", "ketamine injection", "intramuscular ketamine"),
    "ketamine_oral": ("oral ketamine", "ketamine oral", "sublingual ketamine", "ketamine troche"),
    "ketamine_intranasal": ("intranasal ketamine", "ketamine nasal spray"),
    "spravato_medical": ("spravato", "esketamine"),
    "spravato_medicare": ("spravato medicare",),
    "evaluation": ("psych eval", "psychiatric eval", "initial evaluation"),
    "gratitude_therapy": ("gratitude therapy", "structured gratitude therapy"),
    "psychotherapy": ("therapy", "talk therapy", "individual therapy"),
    "medication_management": ("med management", "medication mgmt", "med mgmt", "medication check"),
}


class Unreadable(ValueError):
    """The cell cannot be used; the message says what to do, and never repeats what the cell holds."""


def trimmed(field: str, text: str) -> str:
    """The text without what spreadsheets and people put around it. Raises Unreadable for a formula."""
    text = text.strip()
    if kept := _TEXT_FORMULA.fullmatch(text):
        text = kept[1].strip()
    elif text.startswith("'"):
        # A spreadsheet's mark for "this is text"; our own file of rejected rows writes it too.
        text = text[1:].lstrip()
    elif field not in NAMES and text.casefold() in _EMPTY:
        return ""
    elif text.startswith(FORMULA_STARTS) and not (field == "phone" and _PHONE.fullmatch(text)):
        raise Unreadable("begins like a formula: write the plain value")
    if not text.isprintable() and any(ord(letter) < 32 and letter not in "\n\t\r" for letter in text):
        raise Unreadable("holds characters that cannot be printed")
    return " ".join(text.split())


def read_cell(field: str, text: str, *, doubtful: bool = False) -> Any:
    """What the field's text says, as the submission takes it. Raises Unreadable."""
    reader = _READERS.get(field)
    try:
        return reader(text, doubtful) if reader else text
    except NoDate as problem:
        raise Unreadable(str(problem)) from None


def split_name(text: str) -> tuple[str, str]:
    """ "Last, First" in one cell. Raises Unreadable where it is not clear which is which."""
    last, comma, first = (part.strip() for part in text.partition(","))
    if not (comma and last and first) or "," in first:
        raise Unreadable("needs a comma between last and first name: “Last, First”")
    return last, first


def _birth(text: str, doubtful: bool) -> date:
    return read_date(text, doubtful=doubtful, short_year=False)


def _visit(text: str, doubtful: bool) -> date:
    return read_date(text, doubtful=doubtful, short_year=True)


def _one_of(words: Mapping[str, Any], said: str) -> Callable[[str, bool], Any]:
    def read(text: str, _: bool) -> Any:
        meant = words.get(folded(text))
        if meant is None:
            raise Unreadable(f"must be {said}")
        return meant

    return read


def _number_as_text(text: str, _: bool) -> str:
    if _CUT_NUMBER.fullmatch(text):
        raise Unreadable(
            "lost its digits in the spreadsheet: format the column as text, type it again, save again"
        )
    return text


def _services(text: str, _: bool) -> list[str]:
    whole = known_services().get(folded(text))
    if whole:
        return [whole]
    parts = [part for part in _BETWEEN_SERVICES.split(text) if part]
    keys = [known_services().get(folded(part)) for part in parts]
    if any(folded(part) == "ketamine" for part in parts):
        raise Unreadable(
            "can be an infusion, an injection, compounded, or Spravato: write ketamine_iv or spravato_medical"
        )
    found = [key for key in keys if key]
    if not found or len(found) < len(keys):
        raise Unreadable(
            f"names a treatment we do not know; there are {', '.join(sorted(load().service_lines))}"
        )
    return list(dict.fromkeys(found))


def known_services() -> dict[str, str]:
    """Every word for a treatment, and its key in the catalogue."""
    return _words_of(load())


@cache
def _words_of(catalogue: Catalogue) -> dict[str, str]:
    lines = catalogue.service_lines
    said = {key: (key, line.label, *_SERVICES.get(key, ())) for key, line in lines.items()}
    return {folded(word): key for key, words in said.items() for word in words}


def _npi(text: str, _: bool) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{10}", digits):
        raise Unreadable("must have ten digits")
    return digits


_READERS: dict[str, Callable[[str, bool], Any]] = {
    "birth_date": _birth,
    "subscriber_birth_date": _birth,
    "date_of_service": _visit,
    "sex": _one_of(_SEXES, "F, M or U"),
    "relationship": _one_of(_RELATIONSHIPS, "self, spouse, child or other"),
    "rank": _one_of(_RANKS, "1, 2 or 3"),
    "priority": _one_of(_PRIORITIES, "urgent, standard or nightly"),
    "reason": _one_of(_REASONS, "new, recheck or change"),
    "member_id": _number_as_text,
    "group_number": _number_as_text,
    "external_id": _number_as_text,
    "service_lines": _services,
    "provider_npi": _npi,
}
assert set(_READERS) <= set(BY_FIELD)
