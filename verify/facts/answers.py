"""Facts from what a payer answered electronically."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import structs

from payers.benefits import Answer, Benefit, Member
from verify.facts.amounts import basis_points_of, cents_of
from verify.facts.fact import WHOLE_PLAN, About, Fact, Level, Source, Standing, Status, Tier
from verify.facts.maker import Maker
from verify.facts.names import FactName

#: The scope of a cost share (`basis`) that is not the service's own, as the service type it speaks of.
OFFICE_VISIT = "98"
BASIS = {"plan": WHOLE_PLAN, "office_visit": OFFICE_VISIT}

_YES_NO: Mapping[FactName, Mapping[str, Standing]] = {
    FactName.ACTIVE: {"active": Standing.YES, "inactive": Standing.NO},
    FactName.AUTHORIZATION: {
        "required": Standing.YES,
        "not_required": Standing.NO,
        "payer_cannot_say": Standing.UNKNOWN,
    },
}


def facts_from_answers(
    answers: Mapping[str, Answer],
    *,
    source: Source,
    service_type: str,
    member: Member | None = None,
    tier: Tier = Tier.IN_NETWORK,
) -> list[Fact]:
    """The facts in a reading's answers to one inquiry, asked with `service_type` (EB03).

    With the `member` they were read from, an active plan without a line about the service asked is a fact
    about the plan alone (that is how a carve-out looks), and an office visit's authorization about that alone.
    A question the reading did not answer gives no fact; one it found not stated gives a fact that says so.
    Questions that are not known here are left alone.
    """
    make = Maker(source, About(service_type=service_type, tier=tier))
    facts = [
        fact
        for question, answer in answers.items()
        if question in _READERS
        for fact in _READERS[question](make, answer)
    ]
    return [placed for fact in facts for placed in _placed(make, fact, member)] if member else facts


def _placed(make: Maker, fact: Fact, member: Member) -> Iterator[Fact]:
    """The fact where it belongs, by the lines it was read from."""
    lines = [line for line in member.benefits if not set(line.segments).isdisjoint(fact.segments)]
    if fact.name is FactName.ACTIVE and fact.settled:
        yield from _placed_status(make, fact, lines)
    elif fact.name is FactName.AUTHORIZATION and fact.status is Status.DERIVED:
        yield from _placed_authorization(make, fact, lines)
    else:
        yield fact


def _placed_status(make: Maker, fact: Fact, lines: Sequence[Benefit]) -> Iterator[Fact]:
    """A status no line of which names the service asked is the plan's."""
    asked = make.about.service_type
    if asked == WHOLE_PLAN or any(asked in line.service_types for line in lines):
        yield fact
    else:
        yield structs.replace(fact, about=structs.replace(fact.about, service_type=WHOLE_PLAN))
        yield make.not_stated(FactName.ACTIVE)


def _placed_authorization(make: Maker, fact: Fact, lines: Sequence[Benefit]) -> Iterator[Fact]:
    """What is said of office visits alone is not said of the plan."""
    asked = make.about.service_type
    if OFFICE_VISIT in {asked, fact.about.service_type} or not (
        lines and all(OFFICE_VISIT in line.service_types for line in lines)
    ):
        yield fact
        return
    yield structs.replace(fact, about=structs.replace(fact.about, service_type=OFFICE_VISIT))
    if fact.about.service_type == asked:
        yield make.not_stated(FactName.AUTHORIZATION)


def _active(make: Maker, answer: Answer) -> Iterator[Fact]:
    """EB01 I says the service is no benefit of this plan; of the coverage itself it says nothing."""
    if answer.value == "not_covered":
        yield make.fact(FactName.COVERED, Standing.NO, Status(answer.status), segments=answer.segments)
        yield make.not_stated(FactName.ACTIVE)
    else:
        yield from _yes_no(make, FactName.ACTIVE, answer)


def _authorization(make: Maker, answer: Answer) -> Iterator[Fact]:
    """A derived one is the plan's or an office visit's: a hint, kept as a fact about the plan."""
    if answer.status == Status.DERIVED and make.about.service_type != WHOLE_PLAN:
        yield from _yes_no(make.of_type(WHOLE_PLAN), FactName.AUTHORIZATION, answer)
        yield make.not_stated(FactName.AUTHORIZATION)
    else:
        yield from _yes_no(make, FactName.AUTHORIZATION, answer)


def _yes_no(make: Maker, name: FactName, answer: Answer) -> Iterator[Fact]:
    standing = _YES_NO[name].get(answer.value) if isinstance(answer.value, str) else None
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(name, answer.value, answer.segments)
    elif standing is None:
        yield make.not_stated(name)
    else:
        yield make.fact(name, standing, Status(answer.status), segments=answer.segments)


def _accumulator(make: Maker, prefix: str, answer: Answer) -> Iterator[Fact]:
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


def _copay(make: Maker, answer: Answer) -> Iterator[Fact]:
    value = answer.value if isinstance(answer.value, dict) else {}
    cents = cents_of(value.get("amount"))
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(FactName.COPAY, answer.value, answer.segments)
    elif cents is None:
        yield make.not_stated(FactName.COPAY)
    else:
        said = {"cents": cents, "per": value.get("per")}
        yield from _cost_share(make, FactName.COPAY, said, answer, value)


def _coinsurance(make: Maker, answer: Answer) -> Iterator[Fact]:
    value = answer.value if isinstance(answer.value, dict) else {}
    points = basis_points_of(value.get("percent"))
    sent = value.get("as_sent") or value.get("percent")
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(FactName.COINSURANCE, answer.value, answer.segments)
    elif points is not None:
        yield from _cost_share(make, FactName.COINSURANCE, points, answer, value)
    elif sent is not None:
        # "20" instead of ".20" happens; which of the two was meant is the payer's to say.
        yield make.ambiguous(FactName.COINSURANCE, [sent], answer.segments)
    else:
        yield make.not_stated(FactName.COINSURANCE)


def _cost_share(
    make: Maker, name: FactName, said: object, answer: Answer, value: Mapping[str, object]
) -> Iterator[Fact]:
    """About the service type it was said of; what stands in for the one asked says nothing of it."""
    service_type = BASIS.get(str(value.get("basis")), make.about.service_type)
    if service_type != make.about.service_type:
        yield make.not_stated(name)
    stated = make.of_type(service_type)
    yield stated.fact(name, Standing.VALUE, Status(answer.status), said, answer.segments)


def _limits(make: Maker, answer: Answer) -> Iterator[Fact]:
    if answer.status == Status.AMBIGUOUS:
        yield make.ambiguous(FactName.LIMITS, answer.value, answer.segments)
    elif answer.value == []:
        # EB01 H: the payer says there is none.
        yield make.fact(FactName.LIMITS, Standing.NO, Status(answer.status), segments=answer.segments)
    elif isinstance(answer.value, list):
        kept = [
            {part: limit.get(part) for part in ("quantity", "unit", "period", "remaining")}
            for limit in answer.value
        ]
        yield make.fact(FactName.LIMITS, Standing.VALUE, Status(answer.status), kept, answer.segments)
    else:
        yield make.not_stated(FactName.LIMITS)


def _administrator(make: Maker, answer: Answer) -> Iterator[Fact]:
    """Without the id, which may be the member's id at the other company; its name may be missing too."""
    if answer.status == Status.AMBIGUOUS:
        named = answer.value if isinstance(answer.value, list) else []
        yield make.ambiguous(
            FactName.ADMINISTRATOR, [_company_of(company) for company in named], answer.segments
        )
    elif isinstance(answer.value, dict):
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


_READERS: Mapping[str, Callable[[Maker, Answer], Iterator[Fact]]] = {
    "active": _active,
    "deductible": lambda make, answer: _accumulator(make, "deductible", answer),
    "out_of_pocket": lambda make, answer: _accumulator(make, "out_of_pocket", answer),
    "copay": _copay,
    "coinsurance": _coinsurance,
    "authorization": _authorization,
    "limits": _limits,
    "administered_by": _administrator,
}
