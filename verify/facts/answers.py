"""Facts from what a payer answered electronically."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from payers.benefits import Answer, Benefit, DateRange, Entity, Member, OtherEntity
from verify.facts.fact import (
    WHOLE_PLAN,
    About,
    Fact,
    FactName,
    Level,
    Source,
    Standing,
    Status,
    Tier,
    expiry,
)

#: EB01: active in some way; EB05 of such a line names the plan.
ACTIVE_CODES = frozenset({"1", "2", "3", "4", "5"})

#: NM108 qualifiers of companies. Any other number may be a member's, and is left out.
COMPANY_ID_QUALIFIERS = frozenset({"PI", "XV", "NI", "FI", "46"})

#: DTP01: plan, eligibility and benefit periods, best first.
BEGIN_QUALIFIERS = ("346", "356", "291", "307", "348")
END_QUALIFIERS = ("347", "357", "291", "307", "349")
#: DTP with this year has no end.
OPEN_END = "9999"

#: NM101 of another payer: which one pays first.
PAYER_ORDER = {"PRP": "primary", "SEP": "secondary", "TTP": "tertiary"}

#: NM101 of people, whose names are not facts of ours.
PERSON_ENTITIES = frozenset({"IL", "03", "GD", "QC"})

_YES_NO: Mapping[FactName, Mapping[str, Standing]] = {
    FactName.ACTIVE: {"active": Standing.YES, "inactive": Standing.NO},
    FactName.AUTHORIZATION: {
        "required": Standing.YES,
        "not_required": Standing.NO,
        "payer_cannot_say": Standing.UNKNOWN,
    },
}


class _Maker:
    """Makes the facts of one source about one service type; each knows only how it was said."""

    def __init__(self, source: Source, about: About) -> None:
        self.source = source
        self.about = about

    def fact(
        self,
        name: FactName,
        standing: Standing,
        status: Status,
        value: object = None,
        segments: Iterable[int] = (),
        level: Level = Level.PERSON,
    ) -> Fact:
        return Fact(
            name=name,
            about=About(
                service_line=self.about.service_line,
                service_type=self.about.service_type,
                tier=self.about.tier,
                level=level,
            ),
            standing=standing,
            status=status,
            value=value,
            segments=tuple(segments),
            source=self.source,
            expires_at=expiry(name, self.source.obtained_at),
        )

    def not_stated(self, name: FactName) -> Fact:
        return self.fact(name, Standing.NOT_STATED, Status.NOT_STATED)

    def ambiguous(self, name: FactName, candidates: object, segments: Iterable[int]) -> Fact:
        return self.fact(name, Standing.UNKNOWN, Status.AMBIGUOUS, candidates, segments)


def facts_from_answers(
    answers: Mapping[str, Answer], *, source: Source, service_type: str, tier: Tier = Tier.IN_NETWORK
) -> list[Fact]:
    """The facts in a reading's answers to one inquiry, asked with `service_type` (EB03).

    A question the reading did not answer gives no fact; one it found not stated gives a fact that says so.
    Questions that are not known here are left alone.
    """
    make = _Maker(source, About(service_type=service_type, tier=tier))
    return [
        fact
        for question, answer in answers.items()
        if question in _READERS
        for fact in _READERS[question](make, answer)
    ]


def facts_from_member(member: Member, *, source: Source) -> list[Fact]:
    """Plan name, plan dates and other payers, as one answer has them for the patient, whatever it was asked."""
    make = _Maker(source, About(service_type=WHOLE_PLAN))
    return [
        _plan_name(make, member.benefits),
        _plan_date(make, FactName.PLAN_BEGIN, member, BEGIN_QUALIFIERS),
        _plan_date(make, FactName.PLAN_END, member, END_QUALIFIERS),
        _other_payer(make, member.other_payers),
    ]


def _yes_no(make: _Maker, name: FactName, answer: Answer) -> Iterator[Fact]:
    standing = _YES_NO[name].get(answer.value) if isinstance(answer.value, str) else None
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(name, answer.value, answer.segments)
    elif standing is None:
        yield make.not_stated(name)
    else:
        yield make.fact(name, standing, Status(answer.status), segments=answer.segments)


def _accumulator(make: _Maker, prefix: str, answer: Answer) -> Iterator[Fact]:
    total, remaining = FactName(f"{prefix}_total"), FactName(f"{prefix}_remaining")
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(total, answer.value, answer.segments)
        yield make.ambiguous(remaining, answer.value, answer.segments)
        return
    by_level = answer.value if isinstance(answer.value, dict) else {}
    for word, level in (("individual", Level.PERSON), ("family", Level.FAMILY)):
        parts = by_level.get(word) or {}
        for part in ("total", "met", "remaining"):
            cents = cents_of(parts.get(part))
            if cents is not None:
                name = FactName(f"{prefix}_{part}")
                yield make.fact(
                    name, Standing.VALUE, Status(answer.status), cents, answer.segments, level=level
                )
            elif level is Level.PERSON and part != "met":
                yield make.not_stated(FactName(f"{prefix}_{part}"))


def _copay(make: _Maker, answer: Answer) -> Iterator[Fact]:
    value = answer.value if isinstance(answer.value, dict) else {}
    cents = cents_of(value.get("amount"))
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(FactName.COPAY, answer.value, answer.segments)
    elif cents is None:
        yield make.not_stated(FactName.COPAY)
    else:
        said = {"cents": cents, "per": value.get("per")}
        yield make.fact(FactName.COPAY, Standing.VALUE, Status(answer.status), said, answer.segments)


def _coinsurance(make: _Maker, answer: Answer) -> Iterator[Fact]:
    percent = answer.value.get("percent") if isinstance(answer.value, dict) else None
    points = basis_points_of(percent)
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(FactName.COINSURANCE, answer.value, answer.segments)
    elif percent is None:
        yield make.not_stated(FactName.COINSURANCE)
    elif points is None:
        # "20" instead of ".20" happens; which of the two was meant is the payer's to say.
        yield make.ambiguous(FactName.COINSURANCE, [percent], answer.segments)
    else:
        yield make.fact(FactName.COINSURANCE, Standing.VALUE, Status(answer.status), points, answer.segments)


def _limits(make: _Maker, answer: Answer) -> Iterator[Fact]:
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(FactName.LIMITS, answer.value, answer.segments)
    elif isinstance(answer.value, list) and answer.value:
        kept = [
            {part: limit.get(part) for part in ("quantity", "unit", "period", "remaining")}
            for limit in answer.value
        ]
        yield make.fact(FactName.LIMITS, Standing.VALUE, Status(answer.status), kept, answer.segments)
    else:
        yield make.not_stated(FactName.LIMITS)


def _administrator(make: _Maker, answer: Answer) -> Iterator[Fact]:
    """Without the id, which may be the member's id at the other company."""
    if answer.status == Status.AMBIGUOUS:
        named = answer.value if isinstance(answer.value, list) else []
        yield make.ambiguous(
            FactName.ADMINISTRATOR, [_company_of(company) for company in named], answer.segments
        )
    elif isinstance(answer.value, dict) and answer.value.get("name"):
        yield make.fact(
            FactName.ADMINISTRATOR,
            Standing.YES,
            Status(answer.status),
            _company_of(answer.value),
            answer.segments,
        )
    else:
        yield make.not_stated(FactName.ADMINISTRATOR)


def _company_of(said: object) -> dict[str, object]:
    found = said if isinstance(said, dict) else {}
    return {"name": found.get("name"), "phone": found.get("phone")}


_READERS: Mapping[str, Callable[[_Maker, Answer], Iterator[Fact]]] = {
    "active": lambda make, answer: _yes_no(make, FactName.ACTIVE, answer),
    "deductible": lambda make, answer: _accumulator(make, "deductible", answer),
    "out_of_pocket": lambda make, answer: _accumulator(make, "out_of_pocket", answer),
    "copay": _copay,
    "coinsurance": _coinsurance,
    "authorization": lambda make, answer: _yes_no(make, FactName.AUTHORIZATION, answer),
    "limits": _limits,
    "administered_by": _administrator,
}


def _plan_name(make: _Maker, benefits: list[Benefit]) -> Fact:
    named = {
        line.plan: line.segments for line in benefits if line.plan and line.information_code in ACTIVE_CODES
    }
    segments = [number for numbers in named.values() for number in numbers]
    if not named:
        return make.not_stated(FactName.PLAN_NAME)
    if len(named) > 1:
        return make.ambiguous(FactName.PLAN_NAME, list(named), segments)
    return make.fact(FactName.PLAN_NAME, Standing.VALUE, Status.STATED, next(iter(named)), segments)


def _plan_date(make: _Maker, name: FactName, member: Member, qualifiers: tuple[str, ...]) -> Fact:
    for qualifier in qualifiers:
        found = {_day_of(name, dates, make.source) for dates in member.dates if dates.qualifier == qualifier}
        days = sorted(day for day in found if day is not None)
        if len(days) == 1:
            return make.fact(name, Standing.VALUE, Status.STATED, days[0])
        if days:
            return make.ambiguous(name, days, ())
    return make.not_stated(name)


def _day_of(name: FactName, dates: DateRange, source: Source) -> str | None:
    """The begin or end of a period; a single plan date (291, 307) is a begin, or only our own date echoed."""
    single = dates.qualifier in {"291", "307"} and dates.start == dates.to
    if name is FactName.PLAN_BEGIN:
        echoed = source.as_of is not None and dates.start == source.as_of.isoformat()
        return None if single and echoed else dates.start
    return dates.to if dates.to and not single and not dates.to.startswith(OPEN_END) else None


def _other_payer(make: _Maker, payers: list[OtherEntity]) -> Fact:
    companies = [
        other for other in payers if other.entity.type not in PERSON_ENTITIES and not other.entity.first_name
    ]
    if not companies:
        return make.not_stated(FactName.OTHER_PAYER)
    return make.fact(
        FactName.OTHER_PAYER,
        Standing.YES,
        Status.STATED,
        [_payer_of(other.entity) for other in companies],
        [number for other in companies for number in other.segments],
    )


def _payer_of(entity: Entity) -> dict[str, object]:
    phones = [contact.number for contact in entity.contacts if contact.qualifier == "TE"]
    return {
        "name": entity.name,
        "payer_id": entity.id if entity.id_qualifier in COMPANY_ID_QUALIFIERS else None,
        "phone": phones[0] if phones else None,
        "order": PAYER_ORDER.get(entity.type or ""),
    }


def cents_of(dollars: object) -> int | None:
    """Whole cents of an amount as sent; None where it is no amount of money."""
    amount = _decimal(dollars)
    if amount is None or amount < 0 or amount * 100 % 1:
        return None
    return int(amount * 100)


def basis_points_of(share: object) -> int | None:
    """Basis points of a share between 0 and 1 as sent (".2" is 2000); None for anything else."""
    fraction = _decimal(share)
    if fraction is None or not 0 <= fraction <= 1:
        return None
    return int((fraction * 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _decimal(text: object) -> Decimal | None:
    if not isinstance(text, str):
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None
