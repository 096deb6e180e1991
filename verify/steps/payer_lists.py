"""Payer lists: fetched page by page from an account's clearinghouse, with no transaction open meanwhile."""

from collections.abc import Iterator

from payers.account import Account
from payers.directory import ListedPayer, PayerList, Problem
from payers.registry import payer_list_for

#: A list has some ten thousand payers, and a page a hundred at least; more pages are not believed.
MOST_PAGES = 1_000


class NoList(Exception):
    """The account's source has no list that can be fetched."""


class EndlessList(Exception):
    """The list goes on and on."""


def fetch_list(account: Account) -> Iterator[ListedPayer | Problem]:
    """Every payer of the list, and what could not be read of it. Raises NoList, PayerError and AccountError."""
    source: PayerList | None = payer_list_for(account)
    if source is None:
        raise NoList
    try:
        yield from _pages(source)
    finally:
        source.close()


def _pages(source: PayerList) -> Iterator[ListedPayer | Problem]:
    token = ""
    for _ in range(MOST_PAGES):
        page = source.page(token)
        yield from page.problems
        yield from page.payers
        token = page.next_page_token
        if not token:
            return
    raise EndlessList
