"""Payers as data: names, ids, quirks, what clearinghouses list, and their outages."""

from payers.directory.known import (
    BadKnown,
    Clearinghouse,
    KnownId,
    KnownPayer,
    known_at,
    known_payers,
    read_known,
)
from payers.directory.listing import ListedPayer, ListKind, Problem, Support, read_list
from payers.directory.names import SPELLING, name_text, query_text, search_text
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
    "SPELLING",
    "AutomaticRepair",
    "BadKnown",
    "BadQuirks",
    "Clearinghouse",
    "KnownId",
    "KnownPayer",
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
    "known_at",
    "known_payers",
    "name_text",
    "outage_of",
    "query_text",
    "ranked",
    "read_known",
    "read_list",
    "read_outages",
    "read_quirks",
    "search_text",
    "similarity",
]
