"""Completeness: which fields of the worksheet are needed for a line, what is known of each, and how well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from verify.facts import (
    About,
    Confidence,
    FactName,
    Known,
    SourceKind,
    Standing,
    confidence,
    network_of_line,
    weakest,
)
from verify.findings.finding import Case, Question
from verify.worksheet import Condition, Field, How, Need, Of, Place, load

#: What is written down where a representative gave no number.
NO_REFERENCE = frozenset({"", "none", "n/a"})
#: The minimum that no field holds: each fact from a call names the call's reference number.
REFERENCE = "reference"


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field that is needed, and what is known of it. Yes, no, unknown, not stated and not asked all show."""

    #: As the form names it: "tms.copay", "plan_name".
    name: str
    fact: FactName
    section: str
    label: str
    need: Need
    how: How
    standing: Standing
    confidence: Confidence
    #: Empty for the plan as a whole.
    service_line: str = ""
    domain: str = ""
    codes: str = ""
    #: Known, fresh and undisputed.
    settled: bool = False
    stale: bool = False
    disputed: bool = False
    #: Nothing is asked for it, because another field that says as much is known.
    covered_by: str = ""
    #: The key of the fact that decides.
    fact_key: str = ""

    @property
    def is_known(self) -> bool:
        return self.settled or bool(self.covered_by)


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """How far the worksheet of one service line is filled in."""

    service_line: str
    #: Everything of the minimum is known, fresh and undisputed.
    usable: bool
    known: int
    needed: int
    #: The weakest link of the minimum.
    confidence: Confidence
    #: Names of what the minimum lacks.
    missing: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 is said of what is complete alone."""
        return self.known * 100 // self.needed if self.needed else 100


def completeness(case: Case) -> Completeness:
    """Of the fields that are needed for this line as far as is known, those that are filled in."""
    items = _with_alternatives(list(_items(case)))
    minimum = [item for item in items if item.need is Need.MINIMUM]
    missing = [item.name for item in minimum if not item.is_known]
    if _lacks_reference(case, minimum):
        missing.append(REFERENCE)
    grades = [item.confidence for item in minimum if not item.covered_by]
    return Completeness(
        service_line=case.line.key,
        usable=not missing,
        known=sum(item.is_known for item in items),
        needed=len(items),
        confidence=Confidence.C if missing else weakest(grades),
        missing=tuple(missing),
        items=tuple(items),
    )


def questions_of(case: Case, found: Completeness) -> Iterator[Question]:
    """What the fields that are open ask, each fact once."""
    fields = {field.key: field for field in load().of_line(case.line)}
    for item in found.items:
        if not item.is_known:
            field = fields[item.name.rpartition(".")[2].split("@")[0]]
            yield case.question(item.fact, how=field.how, text=field.ask)


def first_end(cases: Iterable[Case]) -> datetime | None:
    """When the first of the needed fields that are known must be asked again; None where none of them ends.

    Only the fact that decides such a field counts. What is superseded, withdrawn, disputed, expired already or
    wanted by no field ends nothing.
    """
    ends = [end for case in cases for end in _ends(case)]
    return min(ends, default=None)


def _ends(case: Case) -> Iterator[datetime]:
    deciding = {item.fact_key for item in completeness(case).items if item.settled}
    for fact in case.merged.facts:
        if fact.key in deciding and fact.expires_at is not None:
            yield fact.expires_at


def form_name(field: Field, service_line: str, place: Place) -> str:
    """ "plan_name", "tms.copay", "tms.in_network@medical", "spravato_medical.in_network@medical-drug"."""
    where = "-".join(filter(None, (place.domain, place.group)))
    own = f"{field.key}@{where}" if where else field.key
    return own if field.of is Of.PLAN else f"{service_line}.{own}"


def is_needed(case: Case, field: Field) -> bool:
    """Whether its conditions hold, as far as is known; what nobody needs to know calls for nothing more."""
    holds = all(
        _says(case, condition) and is_needed(case, _field_of(case, condition)) for condition in field.when
    )
    return holds and not any(_says(case, condition) for condition in field.unless)


def is_ruled_out(case: Case, field: Field) -> bool:
    """Whether something that is known says that it is not needed; what is open may still call for it."""
    conditions = [(condition, True) for condition in field.when] + [(one, False) for one in field.unless]
    return any(
        _known_of(case, condition).settled and _says(case, condition) is not wanted
        for condition, wanted in conditions
    )


def places_of(case: Case, field: Field) -> tuple[Place, ...]:
    """Where it has an answer of its own."""
    return case.places if field.of is Of.PLACE else (Place(),)


def _items(case: Case) -> Iterator[Item]:
    for field in load().of_line(case.line):
        if field.need is not Need.OPTIONAL and is_needed(case, field):
            for place in places_of(case, field):
                yield _item(case, field, place)


def _item(case: Case, field: Field, place: Place) -> Item:
    known = look_up(case, field, place)
    label = f"{field.label} ({_place_label(place)})" if place.domain else field.label
    return Item(
        name=form_name(field, case.line.key, place),
        fact=field.fact,
        section=field.section,
        label=label,
        need=field.need,
        how=field.how,
        standing=known.standing,
        confidence=confidence(known),
        service_line="" if field.of is Of.PLAN else case.line.key,
        domain=place.domain or field.domain,
        codes=place.group,
        settled=known.settled,
        stale=known.stale,
        disputed=bool(known.rivals),
        fact_key=known.fact.key if known.fact else "",
    )


def _place_label(place: Place) -> str:
    codes = f": {', '.join(place.codes)}" if place.group else ""
    return f"as a {place.domain} provider{codes}"


def look_up(case: Case, field: Field, place: Place) -> Known:
    """What is known of a field; what was said of a service type counts as far as the rules let it."""
    if field.of is Of.PLAN:
        return _of_plan(case, field)
    if field.of is Of.PLACE:
        return case.look_up_place(field.fact, place)
    if field.fact in _OF_CODES and case.line.decided_by_code:
        return case.look_up_line(field.fact, level=field.level, tier=field.tier)
    own = case.look_up(field.fact, level=field.level, tier=field.tier)
    if field.fact in _OFTEN_OF_PLAN and own.standing in (Standing.NOT_ASKED, Standing.NOT_STATED):
        plan = case.look_up_plan(field.fact, level=field.level, tier=field.tier)
        return plan if plan.standing is Standing.VALUE else own
    return own


#: Of a line whose payer decides by code, only what was said of the line itself settles these.
_OF_CODES = frozenset(
    {
        FactName.COVERED,
        FactName.COPAY,
        FactName.COINSURANCE,
        FactName.AUTHORIZATION,
        FactName.DEDUCTIBLE_APPLIES,
    }
)
#: Payers often state these once, for the plan as a whole.
_OFTEN_OF_PLAN = frozenset(
    {
        FactName.DEDUCTIBLE_TOTAL,
        FactName.DEDUCTIBLE_REMAINING,
        FactName.OUT_OF_POCKET_TOTAL,
        FactName.OUT_OF_POCKET_REMAINING,
    }
)


def _of_plan(case: Case, field: Field) -> Known:
    if field.fact is FactName.HELD_BY:
        return case.merged.known.get((field.fact, About(domain=field.domain)), Known())
    return case.look_up_plan(field.fact, level=field.level)


def _with_alternatives(items: list[Item]) -> list[Item]:
    """Of the fields of one group, one that is known stands for the others."""
    groups = {field.key: field.either for field in load().fields if field.either}
    known = {
        groups[item.name.rpartition(".")[2]]: item.name
        for item in items
        if item.settled and _group(item, groups)
    }
    return [
        msgspec.structs.replace(item, covered_by=known[group])
        if not item.settled and not item.disputed and (group := _group(item, groups)) in known
        else item
        for item in items
    ]


def _group(item: Item, groups: dict[str, str]) -> str:
    return groups.get(item.name.rpartition(".")[2], "")


def _lacks_reference(case: Case, minimum: Sequence[Item]) -> bool:
    """Whether something of the minimum rests on a call of which nobody noted the reference number."""
    by_key = {fact.key: fact for fact in case.merged.facts}
    deciding = [by_key[item.fact_key] for item in minimum if item.settled]
    return any(
        fact.source.kind is SourceKind.CALL and fact.source.call_reference.strip().lower() in NO_REFERENCE
        for fact in deciding
    )


# --- conditions -------------------------------------------------------------------------------------------


def _says(case: Case, condition: Condition) -> bool:
    known = _known_of(case, condition)
    if known.fact is None:
        return False
    value = "" if known.fact.value is None else str(known.fact.value)
    return known.standing.value in condition.says or value in condition.says


def _known_of(case: Case, condition: Condition) -> Known:
    name = condition.fact
    if name is FactName.IN_NETWORK:
        return network_of_line(case.merged, case.line.key)
    field = msgspec.structs.replace(_field_of(case, condition), level=condition.level)
    return look_up(case, field, Place())


def _field_of(case: Case, condition: Condition) -> Field:
    """The field of the line that holds the deciding fact."""
    own = (field for field in load().of_line(case.line) if field.fact is condition.fact)
    return next(own, load().field(condition.fact))
