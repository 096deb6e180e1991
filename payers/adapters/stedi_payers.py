"""Asks Stedi for its list of payers, page by page, and searches it.

A second face of an account that asks Stedi. `account.options`: `payers_url`, the address or path of the list where it
is not the usual one; `payers_page_size`, how many come at once (500 unless given); `authorization_prefix` and `ca_file`
as for `stedi_json`. `account.secrets`: `api_key`.
Source: Stedi's interface description of 2024-04-01, as of 2026-09.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode, urljoin

import msgspec
from msgspec.structs import replace

from payers.account import Account
from payers.directory import ListKind, ListPage
from payers.errors import AccountError
from payers.http import HTTPSource
from payers.json_mapping import fetched, following, key_headers, list_page, looking, whole_number

#: At the host of the account's url.
PATH = "/2024-04-01/payers"
#: Without a size Stedi sends all its payers at once.
PAGE_SIZE = 500
#: As documented; what is too large is refused by its bytes.
SIZES = (10, 10_000)
FOUND_SIZE = 50
LARGEST_PAGE = 32 * 1024 * 1024


class _Page(msgspec.Struct):
    """`{"items": […], "nextPageToken": "yrZ3we9982etYlMgmw=="}`."""

    items: list[msgspec.Raw]
    next_page_token: str | None = msgspec.field(name="nextPageToken", default=None)


def _now() -> datetime:
    return datetime.now(UTC)


class StediPayers:
    """The list of one Stedi account. Raises AccountError at once for a key or an address that is wrong."""

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        self._account = _at_the_list(account)
        self._page_size = whole_number(account, "payers_page_size", *SIZES) or PAGE_SIZE
        self._now = now
        self._headers = key_headers(account)
        self._source = HTTPSource(self._account)

    def close(self) -> None:
        self._source.close()

    def page(self, page_token: str = "") -> ListPage:
        """`GET /payers?pageSize=…`."""
        return self._get("", {"pageSize": self._page_size}, page_token)

    def search(self, query: str, page_token: str = "") -> ListPage:
        """`GET /payers/search?query=…`."""
        return self._get("/search", {"query": query, "pageSize": FOUND_SIZE}, page_token)

    def _get(self, below: str, query: Mapping[str, object], page_token: str) -> ListPage:
        whole = {**query, "pageToken": page_token} if page_token else query
        path = f"{below}?{urlencode(whole)}"
        response = self._source.get(path, looking(self._account, path, self._now()), self._headers)
        token = fetched(response, self._account, _Page).next_page_token
        return list_page(response, ListKind.STEDI_JSON, following(token, page_token, response))


def _at_the_list(account: Account) -> Account:
    url = account.options.get("payers_url", PATH)
    if not isinstance(url, str):
        raise AccountError("bad_option", account.name)
    largest = max(account.max_answer_bytes, LARGEST_PAGE)
    return replace(account, url=urljoin(account.url, url).rstrip("/"), max_answer_bytes=largest)
