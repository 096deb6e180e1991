"""The payers a clearinghouse reaches, as its list says: read, and made comparable by name; its outages."""

from payers.directory.listing import ListedPayer, ListKind, Problem, Support, read_list
from payers.directory.names import query_text, search_text
from payers.directory.outages import Outage, outage_of, read_outages
from payers.directory.ranking import ranked, similarity
from payers.directory.source import ListPage, OutageSource, PayerList

__all__ = [
    "ListKind",
    "ListPage",
    "ListedPayer",
    "Outage",
    "OutageSource",
    "PayerList",
    "Problem",
    "Support",
    "outage_of",
    "query_text",
    "ranked",
    "read_list",
    "read_outages",
    "search_text",
    "similarity",
]
