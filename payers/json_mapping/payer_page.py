"""A page of a clearinghouse's list of payers, or of a search -> its payers, and what could not be read."""

from __future__ import annotations

from payers.directory import ListedPayer, ListKind, ListPage, Problem, read_list
from payers.errors import Unreadable
from payers.http import Response


def list_page(response: Response, kind: ListKind, next_page_token: str) -> ListPage:
    """Raises Unreadable("no_list") for JSON without a list: no payers is something else than an empty list."""
    found = list(read_list(response.exchange.response, kind))
    problems = [each for each in found if isinstance(each, Problem)]
    if any(each.line == 0 for each in problems):
        raise Unreadable("no_list", exchange=response.exchange)
    payers = [each for each in found if isinstance(each, ListedPayer)]
    return ListPage(payers=payers, problems=problems, next_page_token=next_page_token)
