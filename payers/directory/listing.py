"""One payer of a clearinghouse's list, and the lists read: JSON and CSV of several sources, and a CSV of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from payers.directory import csv_lists, json_lists
from payers.directory.listed import ListedPayer, Problem, Support

__all__ = ["ListKind", "ListedPayer", "Problem", "Support", "read_list"]


class ListKind(StrEnum):
    """Whose list it is, and in what form."""

    #: A page of the list, an answer to a search, or one payer's record.
    STEDI_JSON = "stedi_json"
    STEDI_CSV = "stedi_csv"
    OFFICE_ALLY_CSV = "office_ally_csv"
    OPTUM_JSON = "optum_json"
    #: Our own: `payer_id,name,…`, see docs/payers/payer-lists.md.
    CSV = "csv"


READERS: dict[ListKind, Callable[[bytes], Iterator[ListedPayer | Problem]]] = {
    ListKind.STEDI_JSON: json_lists.stedi,
    ListKind.STEDI_CSV: csv_lists.stedi,
    ListKind.OFFICE_ALLY_CSV: csv_lists.office_ally,
    ListKind.OPTUM_JSON: json_lists.optum,
    ListKind.CSV: csv_lists.own,
}


def read_list(data: bytes, kind: ListKind) -> Iterator[ListedPayer | Problem]:
    """The payers of a list, and in between what could not be read of it, each with its place.

    Never raises: a row that makes no sense is a Problem and is passed over, a file that makes none is one Problem.
    """
    return READERS[kind](data)
