"""Payers as data: names, ids, quirks, what clearinghouses list, and their outages."""

from payers.directory.listing import ListedPayer, ListKind, Problem, Support, read_list
from payers.directory.names import query_text, search_text
from payers.directory.outages import Outage, outage_of, read_outages
from payers.directory.quirks import (
    AutomaticRepair,
    BadQuirks,
    NpiPreference,
    PayerKind,
    Quirks,
    read_quirks,
)
from payers.directory.ranking import ranked, similarity
from payers.directory.source import ListPage, OutageSource, PayerList

__all__ = [
    "AutomaticRepair",
    "BadQuirks",
    "ListKind",
    "ListPage",
    "ListedPayer",
    "NpiPreference",
    "Outage",
    "OutageSource",
    "PayerKind",
    "PayerList",
    "Problem",
    "Quirks",
    "Support",
    "outage_of",
    "query_text",
    "ranked",
    "read_list",
    "read_outages",
    "read_quirks",
    "search_text",
    "similarity",
]
