"""Facts from a call: the form a coordinator fills while speaking with the payer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

import msgspec

from verify.facts.amounts import cents_of
from verify.facts.fact import (
    PLAN_WIDE,
    WHOLE_PLAN,
    About,
    Fact,
    FactName,
    Level,
    Source,
    SourceKind,
    Standing,
    Status,
    Tier,
    expiry,
)


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


class CallField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of the form, and the fact it fills; without a service line it is about the whole plan."""

    name: str
    label: str
    kind: FieldKind
    fact: FactName
    level: Level = Level.PERSON
    service_line: str = ""


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


class _Unreadable(Exception):
    pass


def facts_from_call(
    answers: Mapping[str, Any],
    *,
    script: Mapping[str, Any],
    call_id: str,
    by: str,
    obtained_at: datetime,
    as_of: date | None = None,
    call_reference: str = "",
    told_by: str = "",
    tier: Tier = Tier.IN_NETWORK,
) -> list[Fact]:
    """The facts in the answers typed into a script's fields. A blank field was not asked and gives none.

    Raises UnreadableAnswers naming every field that cannot be read; then nothing is kept.
    """
    source = Source(
        kind=SourceKind.CALL,
        reference=call_id,
        by=by,
        obtained_at=obtained_at,
        as_of=as_of,
        call_reference=call_reference,
        told_by=told_by,
    )
    fields = msgspec.convert(script["fields"], list[CallField])
    problems = dict.fromkeys(answers.keys() - {field.name for field in fields}, "is not a field of the form")
    facts: list[Fact] = []
    for field in fields:
        try:
            standing, value = _read(field.kind, _typed(answers.get(field.name)))
        except _Unreadable as problem:
            problems[field.name] = str(problem)
            continue
        if standing is not Standing.NOT_ASKED:
            facts.append(_fact(field, standing, value, source, tier))
    if problems:
        raise UnreadableAnswers(problems)
    return facts


def _typed(answer: object) -> str:
    if answer is not None and not isinstance(answer, str):
        raise _Unreadable("text, as typed into the form")
    return (answer or "").strip()


def _fact(field: CallField, standing: Standing, value: object, source: Source, tier: Tier) -> Fact:
    return Fact(
        name=field.fact,
        about=About(
            service_line=field.service_line,
            service_type="" if field.service_line else WHOLE_PLAN,
            tier=Tier.ANY if field.fact in PLAN_WIDE else tier,
            level=field.level,
        ),
        standing=standing,
        status=Status.STATED,
        value=value,
        source=source,
        expires_at=expiry(field.fact, source.obtained_at),
    )


def _read(kind: FieldKind, said: str) -> tuple[Standing, object]:
    """How the answer stands, and its value. Raises _Unreadable with what is expected."""
    if not said:
        return Standing.NOT_ASKED, None
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
