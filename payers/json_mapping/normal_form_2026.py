"""Stedi's answer of 2026-06-01 -> Benefits; nothing is judged here.

Lines stand in lists by kind, one service to a line. `segments` of a line are its place when all lists are counted
through, from 1; of a rejection, its place in `errors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from payers import reading
from payers.benefits import (
    Benefit,
    Benefits,
    Contact,
    DateRange,
    Delivery,
    Entity,
    Identity,
    Member,
    Party,
    PlaceOfService,
    Problem,
    Reference,
    Rejection,
    Trace,
)
from payers.json_mapping import codes_2026 as codes
from payers.json_mapping.codes import ENTITIES, FOLLOW_UPS, PERIODS, QUANTITIES, UNITS, coded
from payers.json_mapping.comparison import Line, number
from payers.json_mapping.fields import Decoded, day, every, text, texts, within


def benefits_of_2026(answer: Decoded) -> Benefits:
    """The answer in one object; its lines belong to the dependent where there is one."""
    problems: list[Problem] = []
    rejections = list(_rejections(answer))
    members = list(_members(answer, rejections, problems))
    return Benefits(
        read_from="json",
        payer=_party(within(answer, "payer")),
        provider=_party(within(answer, "provider")),
        rejections=[each for each in rejections if each.loop[4:] not in {"C", "D"} or not members],
        members=members,
        problems=problems + [p for member in members for p in reading.contradictions(member)],
    )


def lines_of_2026(line: Benefit) -> Iterator[Line]:
    """What this shape says of an EB, once for each service: no empty EB02, EB11 U or EB12 U, no plan's name."""
    services: list[object] = list(line.service_types) or [tuple(line.procedure[:2])]
    for service in services:
        yield (
            line.information_code,
            service,
            line.insurance_type,
            line.period,
            number(line.amount),
            number(line.percent),
            number(line.quantity),
            line.authorization_required if line.authorization_required in {"Y", "N"} else None,
            line.in_network if line.in_network in {"Y", "N", "W"} else None,
            tuple(line.messages),
        )


def _members(answer: Decoded, rejections: list[Rejection], problems: list[Problem]) -> Iterator[Member]:
    subscriber, dependent = within(answer, "subscriber"), within(answer, "dependent")
    if subscriber or dependent or answer.get("plans"):
        yield _member(answer, subscriber, "subscriber", rejections, problems, patient=not dependent)
    if dependent:
        yield _member(answer, dependent, "dependent", rejections, problems, patient=True)


def _member(
    answer: Decoded,
    person: Decoded,
    role: str,
    rejections: list[Rejection],
    problems: list[Problem],
    *,
    patient: bool,
) -> Member:
    letter = "D" if role == "dependent" else "C"
    lines = list(_lines(answer, problems)) if patient else []
    summary = reading.summarize(lines)
    return Member(
        role=role,
        subscriber=0 if role == "dependent" else None,
        identity=_identity(person, problems, role),
        traces=list(_traces(answer)) if patient else [],
        dates=list(_dates(within(person, "dates"), role, problems)),
        references=list(_references(within(person, "additionalInformation"))),
        rejections=[each for each in rejections if each.loop.endswith(letter)],
        benefits=lines,
        coverage=summary.coverage,
        deductibles=summary.deductibles,
        out_of_pockets=summary.out_of_pockets,
        other_payers=summary.other_payers,
        carve_outs=summary.carve_outs,
    )


def _identity(person: Decoded, problems: list[Problem], role: str) -> Identity:
    last, first = _names(person)
    born = text(person, "dateOfBirth")
    if born is not None and day(born) is None:
        problems.append(_no_date(f"{role}.dateOfBirth"))
    return Identity(
        last=last,
        first=first,
        member_id=text(person, "memberId"),
        birth_date=day(born),
        sex=coded(codes.SEXES, text(person, "gender")),
        corrected=text(within(person, "maintenance"), "indicator") == "PAYER_INDICATED",
    )


def _names(of: Decoded) -> tuple[str | None, str | None]:
    """`{"name": {"person": {…}}}` or `{"name": {"organization": "…"}}`: last and first."""
    name = within(of, "name")
    person = within(name, "person")
    return text(person, "lastName") or text(name, "organization"), text(person, "firstName")


def _party(of: Decoded) -> Party:
    last, first = _names(of)
    identifier = next((value for name in codes.IDS if (value := text(of, name))), None)
    return Party(name=" ".join(filter(None, [first, last])) or None, id=identifier)


def _traces(answer: Decoded) -> Iterator[Trace]:
    for trace in every(within(answer, "meta"), "subscriberTraceNumbers"):
        yield Trace(
            coded(codes.TRACES, text(trace, "type")),
            text(trace, "referenceIdentification"),
            text(trace, "originatingCompanyIdentifier"),
        )


def _rejections(answer: Decoded) -> Iterator[Rejection]:
    """`{"code": "75", "followupAction": "…", "location": "SUBSCRIBER"}`."""
    for place, error in enumerate(every(answer, "errors"), 1):
        if (code := text(error, "code")) is not None:
            loop = codes.LOCATIONS.get(text(error, "location") or "", "")
            yield Rejection(loop, code, coded(FOLLOW_UPS, text(error, "followupAction")), [place])


# Lines


def _lines(answer: Decoded, problems: list[Problem]) -> Iterator[Benefit]:
    places = count(1)
    for plan in every(answer, "plans"):
        name, benefits = text(plan, "name"), within(plan, "benefits")
        for category in benefits:
            if category == "invalidEntries":
                continue
            for said in every(benefits, category):
                yield _line(said, category, name, next(places), problems)
        invalid = within(benefits, "invalidEntries")
        for category in invalid:
            for said in every(invalid, category):
                place = next(places)
                message = "the source calls this line invalid; read as it stands"
                problems.append(Problem(place=f"plans, line {place}", severity="minor", message=message))
                yield _line(said, category, name, place, problems)


def _line(said: Decoded, category: str, plan: str | None, place: int, problems: list[Problem]) -> Benefit:
    where, network = f"plans, line {place}", within(said, "network")
    limits = list(every(said, "serviceLimits"))
    qualifier, quantity = _quantity(said, limits)
    references = [*_references(within(said, "additionalInformation")), *_of_network(network)]
    return Benefit(
        information_code=_information(said, category),
        coverage_level=coded(codes.LEVELS, text(said, "coverageLevel")),
        service_types=_service_types(within(said, "service")),
        insurance_type=coded(codes.INSURANCES, text(said, "insuranceType")),
        plan=text(said, "planCoverageDescription") or plan,
        period=coded(PERIODS, text(said, "timePeriod")),
        amount=text(said, "amount"),
        percent=text(said, "percent"),
        quantity_qualifier=qualifier,
        quantity=quantity,
        authorization_required=coded(codes.AUTHORIZATIONS, text(said, "priorAuthIndicator")),
        in_network=coded(codes.NETWORKS, text(network, "indicator")),
        procedure=_procedure(within(said, "service")),
        dates=tuple(_dates(within(said, "dates"), where, problems)),
        references=tuple(references),
        deliveries=tuple(_delivery(within(each, "delivery")) for each in limits if within(each, "delivery")),
        places_of_service=tuple(
            PlaceOfService("ZZ", text(each, "code")) for each in every(said, "placesOfService")
        ),
        messages=texts(said, "messages"),
        entities=tuple(_entity(each) for each in every(said, "relatedEntities")),
        segments=(place,),
    )


def _information(said: Decoded, category: str) -> str | None:
    if category == "statuses":
        return coded(codes.STATUSES, text(said, "status"))
    return codes.CATEGORIES.get(category, category)


def _service_types(service: Decoded) -> tuple[str, ...]:
    value = text(service, "value")
    return (value,) if value and text(service, "system") in {"STC", None} else ()


def _procedure(service: Decoded) -> tuple[str, ...]:
    """`("HC", "90867")`; the end of a range is the eighth part, as in EB13."""
    system, ends = text(service, "system"), within(service, "range")
    code = text(service, "value") or text(within(ends, "start"), "value")
    if system in {"STC", None} or code is None:
        return ()
    last = text(within(ends, "end"), "value")
    qualifier = codes.PROCEDURES.get(system, system)
    return (qualifier, code, "", "", "", "", "", last) if last else (qualifier, code)


def _quantity(said: Decoded, limits: list[Decoded]) -> tuple[str | None, str | None]:
    """EB09 and EB10; an age is a limit of its own here."""
    quantity = within(said, "quantity")
    if value := text(quantity, "value"):
        return coded(codes.QUALIFIERS, text(quantity, "qualifier")), value
    for limit in limits:
        for name, code in (("ageMaximum", "S7"), ("ageMinimum", "S8")):
            if value := text(limit, name):
                return code, value
    return None, None


def _delivery(said: Decoded) -> Delivery:
    quantity, period = within(said, "quantity"), within(said, "period")
    frequency, pattern = within(said, "frequency"), within(said, "delivery")
    return Delivery(
        coded(QUANTITIES, text(quantity, "qualifier")),
        text(quantity, "value"),
        coded(UNITS, text(frequency, "qualifier")),
        text(frequency, "value"),
        coded(PERIODS, text(period, "qualifier")),
        text(period, "value"),
        text(pattern, "schedule"),
        text(pattern, "pattern"),
    )


def _dates(said: Decoded, where: str, problems: list[Problem]) -> Iterator[DateRange]:
    """`{"plan": {"start": "2026-01-01", "end": "2026-12-31"}}`; one end alone is a day."""
    for name in said:
        ends = within(said, name)
        start, end = text(ends, "start"), text(ends, "end")
        if any(each is not None and day(each) is None for each in (start, end)):
            problems.append(_no_date(where))
        yield from _ranges(name, day(start), day(end))


def _ranges(name: str, start: str | None, end: str | None) -> Iterator[DateRange]:
    both, first, last = codes.DATES.get(name, (codes.DAYS.get(name, name),) * 3)
    if both and start and end:
        yield DateRange(both, start, end)
        return
    if start:
        yield DateRange(first, start, start)
    if end:
        yield DateRange(last, end, end)


def _no_date(where: str) -> Problem:
    return Problem(place=where, severity="structure", message="not a date; left out")


def _references(said: Decoded) -> Iterator[Reference]:
    """`{"mbi": "…"}` and `{"group": {"number": "GRP0099", "name": "ACME"}}`."""
    for name in said:
        inner = within(said, name)
        value = text(said, name) or text(inner, "number")
        if value is not None:
            yield Reference(codes.REFERENCES.get(name, name), value, text(inner, "name"))


def _of_network(network: Decoded) -> Iterator[Reference]:
    if text(network, "id", "description"):
        yield Reference("N6", text(network, "id"), text(network, "description"))


def _entity(said: Decoded) -> Entity:
    last, first = _names(said)
    named = next((name for name in codes.IDS if text(said, name)), None)
    return Entity(
        coded(ENTITIES, text(said, "type")),
        last,
        first,
        codes.IDS[named] if named else None,
        text(said, named) if named else None,
        [
            Contact(code, number)
            for contact in every(said, "contacts")
            for name, code in codes.CONTACTS.items()
            for number in texts(contact, name)
        ],
    )
