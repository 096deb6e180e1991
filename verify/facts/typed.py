"""What is typed into a field of a form, read by the field's kind; what cannot be read is never repeated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from verify.facts.amounts import cents_of
from verify.facts.fact import Standing
from verify.facts.names import FieldKind

LONGEST_TEXT = 200

_UNKNOWN = "unknown"
#: Words for what was not said: typed as a text they would read as if somebody had said them.
_NOTHING = frozenset({"not stated", "not asked", "not known", "n/a", "?"})
_COPAY = re.compile(
    r"\$?(?P<amount>[\d,]+(?:\.\d\d?)?)(?:\s*(?:/|per)\s*(?P<per>visit|day|service))?", re.IGNORECASE
)
_LIMIT = re.compile(
    r"(?P<quantity>\d{1,4})\s*(?P<unit>visits?|days?|hours?|sessions?)?"
    r"(?:\s*(?:/|per)\s*(?P<period>year|month|week|day|lifetime))?"
    r"(?:\s*,\s*(?P<remaining>\d{1,4})\s*left)?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(r"(\d{1,2})[-/](\d{1,2})")
#: Procedure codes, and a drug's NDC.
_CODE = re.compile(r"[0-9A-Z]{4,6}|\d{4,5}-\d{3,4}-\d{1,2}")


class Unreadable(Exception):
    """An answer its field cannot take; the text says what is expected."""


def read_typed(kind: FieldKind, answer: object, choices: Sequence[str] = ()) -> tuple[Standing, object]:
    """How the answer stands, and its value; blank is not asked. Raises Unreadable."""
    if answer is not None and not isinstance(answer, str):
        raise Unreadable("text, as typed into the form")
    said = (answer or "").strip()
    if not said:
        return Standing.NOT_ASKED, None
    if said.lower() == _UNKNOWN:
        return Standing.UNKNOWN, None
    return _read(kind, said, choices)


def _read(kind: FieldKind, said: str, choices: Sequence[str]) -> tuple[Standing, object]:
    match kind:
        case FieldKind.YES_NO:
            return _yes_no(said), None
        case FieldKind.YES_NOTE:
            return _yes_note(said)
        case FieldKind.MONEY:
            return Standing.VALUE, _money(said)
        case FieldKind.PERCENT:
            return Standing.VALUE, _percent(said)
        case FieldKind.DATE:
            return Standing.VALUE, _day(said)
        case FieldKind.MONTH_DAY:
            return Standing.VALUE, _month_day(said)
        case FieldKind.TEXT:
            return Standing.VALUE, _text(said)
        case FieldKind.WORD:
            return Standing.VALUE, _word(said, choices)
        case FieldKind.NUMBER:
            return Standing.VALUE, _number(said)
        case FieldKind.CODES:
            return Standing.VALUE, _codes(said)
        case FieldKind.COPAY:
            return Standing.VALUE, _copay(said)
        case FieldKind.COMPANY:
            return _company(said)
        case FieldKind.COMPANIES:
            standing, company = _company(said)
            return standing, [company | {"order": None}] if company else None
        case FieldKind.LIMIT:
            return (Standing.NO, None) if said.lower() in {"no", "none"} else (Standing.VALUE, [_limit(said)])


def _yes_no(said: str) -> Standing:
    if said.lower() in {"yes", "no"}:
        return Standing(said.lower())
    raise Unreadable("yes, no or unknown")


def _yes_note(said: str) -> tuple[Standing, str | None]:
    """ "yes, with psychotherapy": a no explains nothing."""
    word, _, note = _text(said).partition(",")
    standing = _yes_no(word.strip())
    if standing is Standing.NO and note.strip():
        raise Unreadable("yes with a few words, or no alone")
    return standing, note.strip() or None


def _money(said: str) -> int:
    cents = cents_of(said.removeprefix("$").replace(",", ""))
    if cents is None:
        raise Unreadable("dollars, as 1500 or 1500.00")
    return cents


def _percent(said: str) -> int:
    number = said.removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", number) or Decimal(number) > 100:
        raise Unreadable("a percentage from 0 to 100")
    return int((Decimal(number) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _day(said: str) -> str:
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise Unreadable("a date, as 2026-01-31") from None


def _month_day(said: str) -> str:
    """ "01-01"; a leap day begins no plan year, so it is a day of every year."""
    found = _MONTH_DAY.fullmatch(said)
    try:
        if found is None:
            raise ValueError
        return f"{date(2001, int(found[1]), int(found[2])):%m-%d}"
    except ValueError:
        raise Unreadable("month and day, as 01-01") from None


def _text(said: str) -> str:
    if len(said) > LONGEST_TEXT:
        raise Unreadable(f"at most {LONGEST_TEXT} characters")
    if said.lower() in _NOTHING:
        raise Unreadable("what was said; “unknown” where they could not say, and nothing where nobody asked")
    return said


def _word(said: str, choices: Sequence[str]) -> str:
    word = said.lower().replace(" ", "_").replace("-", "_")
    if word not in choices:
        raise Unreadable(f"one of {', '.join(choice.replace('_', ' ') for choice in choices)}")
    return word


def _number(said: str) -> int:
    if not re.fullmatch(r"\d{1,4}", said):
        raise Unreadable("a whole number")
    return int(said)


def _codes(said: str) -> list[str]:
    codes = [code for code in re.split(r"[,;\s]+", said.upper()) if code]
    if not codes or len(codes) > 20 or not all(_CODE.fullmatch(code) for code in codes):
        raise Unreadable("codes, as 90867, 90868")
    return list(dict.fromkeys(codes))


def _copay(said: str) -> dict[str, object]:
    found = _COPAY.fullmatch(said)
    if found is None:
        raise Unreadable("dollars, with per visit, per day or per service where it was said")
    return {"cents": _money(found["amount"]), "per": found["per"].lower() if found["per"] else None}


def _company(said: str) -> tuple[Standing, dict[str, object] | None]:
    """The other company's name and phone, "no" for none; "yes" alone leaves the name open."""
    if said.lower() == "no":
        return Standing.NO, None
    name, _, phone = _text(said).partition(",")
    named = None if name.lower() == "yes" else name.strip()
    return Standing.YES, {"name": named, "payer_id": None, "phone": phone.strip() or None}


def _limit(said: str) -> dict[str, object]:
    found = _LIMIT.fullmatch(said)
    if found is None:
        raise Unreadable('a limit, as "20 visits per year, 12 left"')
    # In the plural, as answers have it (`payers.reading`): one limit is told in one word.
    unit = (found["unit"] or "visits").lower().removesuffix("s") + "s"
    period = found["period"].lower() if found["period"] else None
    return {"quantity": found["quantity"], "unit": unit, "period": period, "remaining": found["remaining"]}
