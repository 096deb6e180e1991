"""Facts from a call: the form a coordinator fills while speaking with the payer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from verify.facts.answers import cents_of
from verify.facts.fact import About, Fact, FactName, Level, Source, Standing, Status, Tier, expiry


class FieldKind(StrEnum):
    """How a field is typed. Every kind also takes "unknown": asked, and they could not say."""

    YES_NO = "yes_no"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    TEXT = "text"
    COPAY = "copay"
    COMPANY = "company"
    COMPANIES = "companies"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class CallField:
    """One field of the form, the fact it fills, and the number of the script line that asks for it."""

    name: str
    label: str
    kind: FieldKind
    fact: FactName
    line: int
    level: Level = Level.PERSON


#: In the order of one call; `line` is the script line of `verify.followup` that asks for it.
CALL_FIELDS: tuple[CallField, ...] = (
    CallField("active", "Active on the date of service?", FieldKind.YES_NO, FactName.ACTIVE, 2),
    CallField("plan_begin", "Plan begins", FieldKind.DATE, FactName.PLAN_BEGIN, 2),
    CallField("plan_end", "Plan ends", FieldKind.DATE, FactName.PLAN_END, 2),
    CallField("other_payer", "Other insurance on file", FieldKind.COMPANIES, FactName.OTHER_PAYER, 2),
    CallField(
        "administrator", "Administered by another company", FieldKind.COMPANY, FactName.ADMINISTRATOR, 3
    ),
    CallField("in_network", "Are we in network for these codes?", FieldKind.YES_NO, FactName.IN_NETWORK, 4),
    CallField("covered", "Covered benefit?", FieldKind.YES_NO, FactName.COVERED, 5),
    CallField("copay", "Copay", FieldKind.COPAY, FactName.COPAY, 6),
    CallField(
        "coinsurance", "Coinsurance, percent the patient pays", FieldKind.PERCENT, FactName.COINSURANCE, 6
    ),
    CallField(
        "deductible_applies", "Does the deductible apply?", FieldKind.YES_NO, FactName.DEDUCTIBLE_APPLIES, 6
    ),
    CallField("deductible_total", "Deductible", FieldKind.MONEY, FactName.DEDUCTIBLE_TOTAL, 7),
    CallField("deductible_remaining", "Deductible left", FieldKind.MONEY, FactName.DEDUCTIBLE_REMAINING, 7),
    CallField(
        "family_deductible_remaining",
        "Family deductible left",
        FieldKind.MONEY,
        FactName.DEDUCTIBLE_REMAINING,
        7,
        Level.FAMILY,
    ),
    CallField(
        "out_of_pocket_total", "Out-of-pocket maximum", FieldKind.MONEY, FactName.OUT_OF_POCKET_TOTAL, 7
    ),
    CallField(
        "out_of_pocket_remaining", "Out-of-pocket left", FieldKind.MONEY, FactName.OUT_OF_POCKET_REMAINING, 7
    ),
    CallField(
        "family_out_of_pocket_remaining",
        "Family out-of-pocket left",
        FieldKind.MONEY,
        FactName.OUT_OF_POCKET_REMAINING,
        7,
        Level.FAMILY,
    ),
    CallField("limits", "Visit limit", FieldKind.LIMIT, FactName.LIMITS, 8),
    CallField("authorization", "Authorization required?", FieldKind.YES_NO, FactName.AUTHORIZATION, 9),
    CallField(
        "authorization_route", "Where and how to send it", FieldKind.TEXT, FactName.AUTHORIZATION_ROUTE, 9
    ),
)

LONGEST_TEXT = 200

_UNKNOWN = "unknown"
_COPAY = re.compile(
    r"\$?(?P<amount>[\d,]+(?:\.\d\d?)?)(?:\s*(?:/|per)\s*(?P<per>visit|day|service))?", re.IGNORECASE
)
_LIMIT = re.compile(
    r"(?P<quantity>\d{1,4})\s*(?P<unit>visits?|days?|hours?|sessions?)?"
    r"(?:\s*(?:/|per)\s*(?P<period>year|month|week|day|lifetime))?"
    r"(?:\s*,\s*(?P<remaining>\d{1,4})\s*left)?",
    re.IGNORECASE,
)


class UnreadableAnswers(ValueError):
    """Fields of a call form that cannot be read: name -> what is expected. Never repeats what was typed."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = problems


def facts_from_call(
    typed: Mapping[str, str], *, source: Source, service_line: str, tier: Tier = Tier.IN_NETWORK
) -> list[Fact]:
    """The facts in a filled form about one service line. A blank field was not asked and gives none.

    Raises UnreadableAnswers naming every field that cannot be read; then nothing is kept.
    """
    fields = {field.name: field for field in CALL_FIELDS}
    problems = {name: "is not a field of the form" for name in typed if name not in fields}
    facts: list[Fact] = []
    for name, field in fields.items():
        said = typed.get(name, "").strip()
        if not said:
            continue
        try:
            standing, value = _read(field.kind, said)
        except _Unreadable as problem:
            problems[name] = str(problem)
            continue
        facts.append(
            _fact(
                field, standing, value, source, About(service_line=service_line, tier=tier, level=field.level)
            )
        )
    if problems:
        raise UnreadableAnswers(problems)
    return facts


class _Unreadable(Exception):
    pass


def _fact(field: CallField, standing: Standing, value: object, source: Source, about: About) -> Fact:
    return Fact(
        name=field.fact,
        about=about,
        standing=standing,
        status=Status.STATED,
        value=value,
        source=source,
        expires_at=expiry(field.fact, source.obtained_at),
    )


def _read(kind: FieldKind, said: str) -> tuple[Standing, object]:
    """How the answer stands, and its value. Raises _Unreadable with what is expected."""
    if said.lower() == _UNKNOWN:
        return Standing.UNKNOWN, None
    match kind:
        case FieldKind.YES_NO:
            return _yes_no(said), None
        case FieldKind.MONEY:
            return Standing.VALUE, _money(said)
        case FieldKind.PERCENT:
            return Standing.VALUE, _percent(said)
        case FieldKind.DATE:
            return Standing.VALUE, _day(said)
        case FieldKind.TEXT:
            return Standing.VALUE, _text(said)
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
    raise _Unreadable("yes, no or unknown")


def _money(said: str) -> int:
    cents = cents_of(said.removeprefix("$").replace(",", ""))
    if cents is None:
        raise _Unreadable("dollars, as 1500 or 1500.00")
    return cents


def _percent(said: str) -> int:
    number = said.removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", number) or Decimal(number) > 100:
        raise _Unreadable("a percentage from 0 to 100")
    return int((Decimal(number) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _day(said: str) -> str:
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise _Unreadable("a date, as 2026-01-31") from None


def _text(said: str) -> str:
    if len(said) > LONGEST_TEXT:
        raise _Unreadable(f"at most {LONGEST_TEXT} characters")
    return said


def _copay(said: str) -> dict[str, object]:
    found = _COPAY.fullmatch(said)
    if found is None:
        raise _Unreadable("dollars, with per visit, per day or per service where it was said")
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
        raise _Unreadable('a limit, as "20 visits per year, 12 left"')
    unit = (found["unit"] or "visits").lower().rstrip("s")
    period = found["period"].lower() if found["period"] else None
    return {"quantity": found["quantity"], "unit": unit, "period": period, "remaining": found["remaining"]}
