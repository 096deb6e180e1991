"""Lists that come as CSV: Stedi's, Office Ally's, and one of our own.

Sources: Stedi's interface description of 2024-04-01, as of 2026-09; Office Ally's public list as of 2026.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from payers.directory.listed import ListedPayer, Problem, Support, listed
from payers.directory.merging import merged

Row = Mapping[str, str]
Read = Callable[[int, Row], ListedPayer | Problem]

ELIGIBILITY = "eligibility 270 / 271"
YES_NO = {"yes": True, "true": True, "no": False, "false": False}
OWN = {each.value: each for each in Support}


def stedi(data: bytes) -> Iterator[ListedPayer | Problem]:
    """`"StediId","PrimaryPayerId","DisplayName","Names",…`; several values in a cell are parted by `|`."""
    return _rows(data, ("PrimaryPayerId", "DisplayName"), _of_stedi)


def office_ally(data: bytes) -> Iterator[ListedPayer | Problem]:
    """`PAYER NAME,PAYER ID,TRANSACTION,AVAILABLE,…`, a row for each transaction.

    The list has everything that passes: a payer without a row for eligibility is not asked through it.
    """
    columns = ("PAYER NAME", "PAYER ID", "TRANSACTION", "AVAILABLE")
    for each in merged(_rows(data, columns, _of_office_ally)):
        if isinstance(each, ListedPayer) and each.eligibility is Support.UNKNOWN:
            yield replace(each, eligibility=Support.NOT_SUPPORTED)
        else:
            yield each


def own(data: bytes) -> Iterator[ListedPayer | Problem]:
    """`payer_id,name,other_names,aliases,states,eligibility,…`; see docs/payers/payer-lists.md."""
    return _rows(data, ("payer_id", "name"), _of_own)


def _of_stedi(line: int, row: Row) -> ListedPayer | Problem:
    return listed(
        line,
        their_id=row.get("PrimaryPayerId", ""),
        stable_id=row.get("StediId", ""),
        name=row.get("DisplayName", ""),
        names=_several(row, "Names"),
        aliases=_several(row, "Aliases"),
        coverage_types=_several(row, "CoverageTypes"),
        states=_several(row, "OperatingStates"),
        eligibility=_support(row, "EligibilityInquiry"),
        coordination_of_benefits=_support(row, "CoordinationOfBenefits"),
        enrollment_kind=row.get("EligibilityInquiryEnrollmentType", "").lower(),
        enrollment_timeframe=row.get("EligibilityInquiryEnrollmentTimeframe", "").lower(),
        parent_group=row.get("ParentPayerGroupId", ""),
        website=row.get("WebsiteUrl", ""),
    )


def _of_office_ally(line: int, row: Row) -> ListedPayer | Problem:
    eligibility = Support.UNKNOWN
    if row.get("TRANSACTION", "").lower() == ELIGIBILITY:
        eligibility = _supported(row.get("AVAILABLE", ""), row.get("ENROLLMENT", ""))
    return listed(
        line, their_id=row.get("PAYER ID", ""), name=row.get("PAYER NAME", ""), eligibility=eligibility
    )


def _of_own(line: int, row: Row) -> ListedPayer | Problem:
    said = {name: row.get(name, "").lower() for name in ("eligibility", "coordination_of_benefits")}
    if unknown := [name for name, word in said.items() if word and word not in OWN]:
        return Problem(line, f"{unknown[0]} is none of {', '.join(OWN)}")
    support = {name: OWN.get(word, Support.UNKNOWN) for name, word in said.items()}
    return listed(
        line,
        their_id=row.get("payer_id", ""),
        stable_id=row.get("stable_id", ""),
        name=row.get("name", ""),
        names=_several(row, "other_names"),
        aliases=_several(row, "aliases"),
        coverage_types=_several(row, "coverage_types"),
        states=_several(row, "states"),
        enrollment_kind=row.get("enrollment_kind", "").lower(),
        enrollment_timeframe=row.get("enrollment_timeframe", "").lower(),
        parent_group=row.get("parent_group", ""),
        website=row.get("website", ""),
        **support,
    )


def _several(row: Row, name: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in row.get(name, "").split("|"))))


def _support(row: Row, transaction: str) -> Support:
    return _supported(row.get(transaction, ""), row.get(f"{transaction}EnrollmentRequired", ""))


def _supported(passes: str, enrollment: str) -> Support:
    known = YES_NO.get(passes.lower())
    if known is None:
        return Support.UNKNOWN
    if not known:
        return Support.NOT_SUPPORTED
    return Support.ENROLLMENT_REQUIRED if YES_NO.get(enrollment.lower()) else Support.SUPPORTED


# Rows


def _rows(data: bytes, required: tuple[str, ...], read: Read) -> Iterator[ListedPayer | Problem]:
    """Each row by its header's names, cells without blanks around them. Empty rows are passed over."""
    reader = csv.reader(io.StringIO(_text(data), newline=""), strict=True)
    header: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error:
            yield Problem(line, "this is no CSV")
            continue
        if not any(cells):
            continue
        if not header:
            header = cells
            if missing := [name for name in required if name not in header]:
                yield Problem(line, f"there is no column {missing[0]}")
                return
        elif len(cells) != len(header):
            yield Problem(line, f"{len(cells)} cells, but {len(header)} columns")
        else:
            yield read(line, dict(zip(header, cells, strict=True)))
    if not header:
        yield Problem(0, "the file is empty")


def _text(data: bytes) -> str:
    """UTF-8, with or without its mark; else what old spreadsheets write."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
