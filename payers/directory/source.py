"""The contracts for a clearinghouse's list of payers and for its outages."""

from typing import Protocol

import msgspec

from payers.directory.listed import ListedPayer, Problem
from payers.directory.outages import Outage


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a list. `next_page_token` is empty on the last page."""

    payers: list[ListedPayer]
    problems: list[Problem] = []
    next_page_token: str = ""


class PayerList(Protocol):
    """The list of one account's clearinghouse; safe to use from many threads.

    Each call is one question to it, within the account's total deadline, and raises PayerError or AccountError as
    `payers.adapter.Adapter.ask` does. How long a list is good is for the caller to say.
    """

    def page(self, page_token: str = "") -> ListPage:
        """Part of the whole list, from its first page on where no token is given."""
        ...

    def search(self, query: str, page_token: str = "") -> ListPage:
        """Payers the clearinghouse finds by a name or an id, the likeliest first."""
        ...

    def close(self) -> None: ...


class OutageSource(Protocol):
    """The outages one account's clearinghouse tells of; raises as PayerList does."""

    def outages(self) -> list[Outage]:
        """All of them as of now, those to come as well. How long that is good is for the caller to say."""
        ...

    def close(self) -> None: ...
