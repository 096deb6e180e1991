"""Lists that come as JSON: Stedi's pages, searches and records; Optum's.

Sources: Stedi's interface description of 2024-04-01, as of 2026-09; Optum's of its payer list v1, which leaves the
answer open, and the fields that clients of it use, as of 2026-09 (second-hand).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from payers.directory.fields import Json, rows, text, texts, values, within
from payers.directory.listed import ListedPayer, Problem, Support, listed
from payers.directory.merging import merged

STEDI_SUPPORT = {each.name: each for each in Support}
#: Where the payers stand: as clients see it, and as the interface description has it.
OPTUM_LISTS = ("payers", "data")
#: Of a row for Eligibility. A payer on standby is neither.
OPTUM_STATUS = {"active": Support.SUPPORTED, "inactive": Support.NOT_SUPPORTED}
OPTUM_IDS = ("imnPayerId", "payerId", "industryPayerId", "setupAdditionalPayerId", "rpaPayerId")
OPTUM_LINKED = (
    "exchangeProfessionalCPID", "exchangeInstitutionalCPID", "iediProfessionalCPID", "iediInstitutionalCPID",
    "additionalPayerIDs",
)  # fmt: skip


def stedi(data: bytes) -> Iterator[ListedPayer | Problem]:
    """`{"items":[{"stediId":"YKHRB","primaryPayerId":"95655",…}]}`, with `{"payer":…}` around each in a search."""
    yield from _read(data, ("items", "payer"), _of_stedi)


def optum(data: bytes) -> Iterator[ListedPayer | Problem]:
    """`{"payers":[{"imnPayerId":"…","payerPlanName":"…","transactionType":"Eligibility","status":"Active"}]}`.

    One row for each transaction: rows of one payer become one.
    """
    yield from merged(_read(data, OPTUM_LISTS, _of_optum))


def _read(
    data: bytes, names: tuple[str, ...], read: Callable[[int, Json], ListedPayer | Problem]
) -> Iterator[ListedPayer | Problem]:
    for line, row in rows(data, names):
        yield (
            read(line, row)
            if row
            else Problem(line, "this is no payer" if line else "there is no list in it")
        )


def _of_stedi(line: int, said: Json) -> ListedPayer | Problem:
    payer = within(said, "payer") or said
    support = within(payer, "transactionSupport")
    processes = within(within(payer, "enrollment"), "transactionEnrollmentProcesses")
    process = within(processes, "eligibilityInquiry")
    return listed(
        line,
        their_id=text(payer, "primaryPayerId"),
        stable_id=text(payer, "stediId"),
        name=text(payer, "displayName"),
        names=[text(payer, "conciseName"), *texts(payer, "names")],
        aliases=texts(payer, "aliases"),
        coverage_types=tuple(texts(payer, "coverageTypes")),
        states=tuple(texts(payer, "operatingStates")),
        eligibility=STEDI_SUPPORT.get(text(support, "eligibilityCheck"), Support.UNKNOWN),
        coordination_of_benefits=STEDI_SUPPORT.get(text(support, "coordinationOfBenefits"), Support.UNKNOWN),
        enrollment_kind=text(process, "type").lower(),
        enrollment_timeframe=text(process, "timeframe").lower(),
        parent_group=text(payer, "parentPayerGroupId"),
        website=text(within(payer, "urls"), "website"),
    )


def _of_optum(line: int, said: Json) -> ListedPayer | Problem:
    ids = [text(said, name) for name in OPTUM_IDS]
    linked = within(said, "linkedPayerIds")
    eligibility = Support.UNKNOWN
    if "eligibility" in {each.lower() for each in texts(said, "transactionType")}:
        eligibility = OPTUM_STATUS.get(text(said, "status").lower(), Support.UNKNOWN)
    if eligibility is Support.SUPPORTED and within(said, "enrollment").get("required") is True:
        eligibility = Support.ENROLLMENT_REQUIRED
    return listed(
        line,
        their_id=next(filter(None, ids), ""),
        name=text(said, "payerPlanName"),
        names=texts(said, "payerPlanAlias"),
        aliases=[*ids, *(each for name in OPTUM_LINKED for each in texts(linked, name))],
        states=tuple(_states(said)),
        eligibility=eligibility,
    )


def _states(said: Json) -> Iterator[str]:
    """`[{"label": "Texas", "value": "TX"}]`, or `"TX,OK"`."""
    for each in values(said, "stateDoingBusiness"):
        words = text(each, "value") if isinstance(each, Mapping) else each if isinstance(each, str) else ""
        yield from filter(None, (state.strip() for state in words.split(",")))
