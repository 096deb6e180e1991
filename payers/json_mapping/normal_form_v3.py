"""A v3 eligibility answer (Stedi 2024-04-01, Optum) -> Benefits; nothing is judged here.

`segments` of a line are its place in `benefitsInformation`, counted from 1; of a rejection, its place in its list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
from payers.json_mapping.codes import (
    CONTACTS,
    DATES,
    DESCRIPTIONS,
    ENTITIES,
    FOLLOW_UPS,
    PERIODS,
    QUANTITIES,
    REFERENCES,
    UNITS,
    coded,
)
from payers.json_mapping.fields import Decoded, day, ends, every, text, texts, within

LOOP = re.compile(r"2[01][01]0[A-D]")
PAYER_IDS = (
    "payorIdentification", "payerIdentification", "etin", "centersForMedicareAndMedicaidPlanId", "naic", "npi",
    "federalTaxpayersIdNumber", "employersId",
)  # fmt: skip
PROVIDER_IDS = (
    "npi", "serviceProviderNumber", "federalTaxpayersIdNumber", "payorIdentification", "pharmacyProcessorNumber",
    "servicesPlanID", "employersId",
)  # fmt: skip
#: References of a person that stand beside the name.
OF_PERSON = ("groupNumber", "planNumber", "planNetworkIdNumber", "ssn")


def benefits_of_v3(answer: Decoded) -> Benefits:
    """The answer in one v3 object; its lines belong to the dependent where there is one."""
    problems: list[Problem] = [*_warnings(answer)]
    members = list(_members(answer, problems))
    of_parties = [*_rejections(within(answer, "payer"), "2100A"), *_of_provider(answer)]
    rejections = [*of_parties, *_unplaced(answer, [*of_parties, *(r for m in members for r in m.rejections)])]
    return Benefits(
        read_from="json",
        control_number=text(answer, "controlNumber"),
        payer=_party(within(answer, "payer"), PAYER_IDS, ("name", "lastName"), "firstName"),
        provider=_party(
            within(answer, "provider"),
            PROVIDER_IDS,
            ("providerOrgName", "providerName"),
            "providerFirstName",
        ),
        rejections=rejections,
        members=members,
        problems=problems + [p for member in members for p in reading.contradictions(member)],
    )


def _warnings(answer: Decoded) -> Iterator[Problem]:
    for place, _ in enumerate(every(answer, "warnings"), 1):
        yield Problem(
            place=f"warnings {place}",
            severity="minor",
            message="the source warns of something; see the answer",
        )


def _party(said: Decoded, ids: Sequence[str], names: Sequence[str], first: str) -> Party:
    name = " ".join(filter(None, [text(said, first), text(said, *names)]))
    return Party(name=name or None, id=text(said, *ids))


# People


def _members(answer: Decoded, problems: list[Problem]) -> Iterator[Member]:
    subscriber, dependents = within(answer, "subscriber"), list(every(answer, "dependents"))
    if not subscriber and not dependents and not every_line(answer):
        return
    if len(dependents) > 1:
        problems.append(
            Problem(
                place="dependents",
                severity="structure",
                message="several dependents: whose the lines are is not said, so they are nobody's",
            )
        )
    yield _member(answer, subscriber, "subscriber", patient=not dependents, problems=problems)
    for dependent in dependents:
        alone = len(dependents) == 1
        yield _member(answer, dependent, "dependent", patient=alone, problems=problems)


def every_line(answer: Decoded) -> list[Decoded]:
    return list(every(answer, "benefitsInformation"))


def _member(answer: Decoded, person: Decoded, role: str, *, patient: bool, problems: list[Problem]) -> Member:
    letter = "D" if role == "dependent" else "C"
    lines = _lines(answer, problems) if patient else []
    summary = reading.summarize(lines)
    references = list(
        _references({name: person[name] for name in OF_PERSON if name in person} | _named(person))
    )
    if patient:
        references += [r for r in _references(within(answer, "planInformation")) if r not in references]
    return Member(
        role=role,
        subscriber=0 if role == "dependent" else None,
        identity=_identity(person, problems, role),
        traces=list(_traces(answer)) if patient else [],
        dates=list(_dates(within(answer, "planDateInformation"), "planDateInformation", problems))
        if patient
        else [],
        references=references,
        rejections=[
            *_rejections(person, f"2100{letter}"),
            *_rejections(within(person, "responseProvider"), f"2100{letter}"),
        ],
        benefits=lines,
        coverage=summary.coverage,
        deductibles=summary.deductibles,
        out_of_pockets=summary.out_of_pockets,
        other_payers=summary.other_payers,
        carve_outs=summary.carve_outs,
    )


def _named(person: Decoded) -> Decoded:
    return {name: person[name] for name in DESCRIPTIONS if name in person}


def _identity(person: Decoded, problems: list[Problem], role: str) -> Identity:
    born = text(person, "dateOfBirth")
    if born is not None and day(born) is None:
        problems.append(_no_date(f"{role}.dateOfBirth"))
    return Identity(
        last=text(person, "lastName"),
        first=text(person, "firstName"),
        member_id=text(person, "memberId"),
        birth_date=day(born),
        sex=text(person, "gender"),
        corrected=text(person, "maintenanceTypeCode") == "001"
        and text(person, "maintenanceReasonCode") == "25",
    )


def _traces(answer: Decoded) -> Iterator[Trace]:
    for trace in every(answer, "subscriberTraceNumbers"):
        yield Trace(
            text(trace, "traceTypeCode"),
            text(trace, "referenceIdentification"),
            text(trace, "originatingCompanyIdentifier"),
        )


# Rejections


def _of_provider(answer: Decoded) -> Iterator[Rejection]:
    yield from _rejections(within(answer, "provider"), "2100B")


def _rejections(said: Decoded, usual: str, name: str = "aaaErrors") -> Iterator[Rejection]:
    """`{"field":"AAA","code":"75","followupAction":"Please Correct and Resubmit","location":"Loop 2100C"}`."""
    seen = set()
    for place, error in enumerate(every(said, name), 1):
        found = LOOP.search(text(error, "location") or "")
        code = text(error, "code")
        rejection = (
            found[0] if found else usual,
            code,
            coded(FOLLOW_UPS, text(error, "followupAction")),
        )
        if code is not None and rejection not in seen:
            seen.add(rejection)
            yield Rejection(*rejection, [place])


def _unplaced(answer: Decoded, placed: list[Rejection]) -> Iterator[Rejection]:
    """`errors` of the whole answer repeats those of its parts; what is only there is the answer's own."""
    known = {(each.reason, each.follow_up) for each in placed}
    for rejection in _rejections(answer, "", "errors"):
        if (rejection.reason, rejection.follow_up) not in known:
            yield rejection


# Lines


def _lines(answer: Decoded, problems: list[Problem]) -> list[Benefit]:
    return [_line(said, place, problems) for place, said in enumerate(every_line(answer), 1)]


def _line(said: Decoded, place: int, problems: list[Problem]) -> Benefit:
    where = f"benefitsInformation {place}"
    additional = "eligibilityAdditionalInformation"
    listed = f"{additional}List"
    return Benefit(
        information_code=text(said, "code"),
        coverage_level=text(said, "coverageLevelCode", "coverageLevel"),
        service_types=texts(said, "serviceTypeCodes"),
        insurance_type=text(said, "insuranceTypeCode", "insuranceType"),
        plan=text(said, "planCoverage"),
        period=text(said, "timeQualifierCode") or coded(PERIODS, text(said, "timeQualifier")),
        amount=text(said, "benefitAmount"),
        percent=text(said, "benefitPercent"),
        quantity_qualifier=text(said, "quantityQualifierCode", "quantityQualifier"),
        quantity=text(said, "benefitQuantity"),
        authorization_required=text(said, "authOrCertIndicator"),
        in_network=text(said, "inPlanNetworkIndicatorCode", "inPlanNetworkIndicator"),
        procedure=_procedure(within(said, "compositeMedicalProcedureIdentifier")),
        diagnosis_pointers=texts(within(said, "compositeMedicalProcedureIdentifier"), "diagnosisCodePointer"),
        dates=tuple(_dates(within(said, "benefitsDateInformation"), where, problems)),
        references=tuple(_references(within(said, "benefitsAdditionalInformation"))),
        deliveries=tuple(_delivery(each) for each in every(said, "benefitsServiceDelivery")),
        places_of_service=tuple(
            _place(each) for each in every(said, listed if said.get(listed) else additional)
        ),
        messages=tuple(
            filter(None, (text(each, "description") for each in every(said, "additionalInformation")))
        ),
        entities=tuple(_entities(said)),
        segments=(place,),
    )


def _procedure(said: Decoded) -> tuple[str, ...]:
    """`("HC", "90867", "GT")`; the end of a range is the eighth part, as in EB13."""
    qualifier = text(said, "productOrServiceIDQualifierCode", "productOrServiceIDQualifier")
    code = text(said, "procedureCode")
    parts = [qualifier or "", code or "", *texts(said, "procedureModifiers")]
    if last := text(said, "productOrServiceID"):
        parts = [*(parts + [""] * 5)[:7], last]
    return tuple(parts) if any(parts) else ()


def _dates(said: Decoded, where: str, problems: list[Problem]) -> Iterator[DateRange]:
    """`{"plan": "20260101-20261231"}`, and lists of `{"startDate": …, "endDate": …}` (admissions)."""
    for name in said:
        for value in _spans(said, name):
            start, to = ends(value)
            if start is None or to is None:
                problems.append(_no_date(where))
            yield DateRange(DATES.get(name, name), start, to)


def _spans(said: Decoded, name: str) -> Iterator[str]:
    if (value := text(said, name)) is not None:
        yield value
    for each in every(said, name):
        start, end = text(each, "startDate", "date"), text(each, "endDate")
        if start:
            yield f"{start}-{end}" if end else start


def _no_date(where: str) -> Problem:
    return Problem(place=where, severity="structure", message="not a date; left out")


def _references(said: Decoded) -> Iterator[Reference]:
    """`{"groupNumber": "GRP0099", "groupDescription": "ACME"}` is REF*6P."""
    descriptions = {DESCRIPTIONS[name]: text(said, name) for name in said if name in DESCRIPTIONS}
    for name in said:
        if name in DESCRIPTIONS and DESCRIPTIONS[name] in said:
            continue
        if (value := text(said, name)) is not None:
            yield Reference(REFERENCES.get(name, name), value, descriptions.get(name))


def _delivery(said: Decoded) -> Delivery:
    return Delivery(
        text(said, "quantityQualifierCode") or coded(QUANTITIES, text(said, "quantityQualifier")),
        text(said, "quantity"),
        text(said, "unitForMeasurementQualifierCode")
        or coded(UNITS, text(said, "unitForMeasurementQualifier", "unitForMeasurementCode")),
        text(said, "sampleSelectionModulus"),
        text(said, "timePeriodQualifierCode") or coded(PERIODS, text(said, "timePeriodQualifier")),
        text(said, "numOfPeriods"),
        text(said, "deliveryOrCalendarPatternQualifierCode", "deliveryOrCalendarPatternQualifier"),
        text(said, "deliveryPatternTimeQualifierCode", "deliveryPatternTimeQualifier"),
    )


def _place(said: Decoded) -> PlaceOfService:
    return PlaceOfService(
        text(said, "codeListQualifierCode", "codeListQualifier"), text(said, "industryCode", "industry")
    )


def _entities(said: Decoded) -> Iterator[Entity]:
    """The list; the single one beside it is its first, repeated for older readers."""
    plural = "benefitsRelatedEntities"
    for entity in every(said, plural if said.get(plural) else "benefitsRelatedEntity"):
        yield Entity(
            coded(ENTITIES, text(entity, "entityIdentifier")),
            text(entity, "entityName", "entityLastname"),
            text(entity, "entityFirstname"),
            text(entity, "entityIdentification"),
            text(entity, "entityIdentificationValue"),
            [
                Contact(
                    coded(CONTACTS, text(contact, "communicationMode")), text(contact, "communicationNumber")
                )
                for contact in every(within(entity, "contactInformation"), "contacts")
            ],
        )
