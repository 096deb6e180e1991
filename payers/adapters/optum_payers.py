"""Asks Optum for its list of payers, page by page, searches it, and asks which payers it cannot reach (outages).

A second face of an account that asks Optum. `account.options`: `payer_list_url`, the address or path of the list
where it is not the usual one; `payer_list_system`, whose payers (IMN unless given); `outage_zone`, the time zone of
outages that do not say theirs (UTC unless given); `payers_page_size`, how many come at once (100 unless given);
`token_url` and `ca_file` as for `optum_v3`.
`account.secrets`: `client_id`, `client_secret`.
Source: Optum's interface description of its payer list v1, as of 2026-09, which leaves the answers open; that IMN is
the list of eligibility, and where the payers stand, is as clients of it have it (second-hand).
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from payers.account import Account
from payers.directory import ListKind, ListPage, Outage, read_outages
from payers.directory.outages import ELIGIBILITY
from payers.errors import AccountError, Unavailable, Unreadable
from payers.http import HTTPSource, Response
from payers.json_mapping import fetched, list_page, looking, whole_number
from payers.tokens import Token, Tokens

#: At the host of the account's url.
PATH = "/medicalnetwork/payerlist/v1"
TOKEN_PATH = "/apip/auth/v2/token"  # noqa: S105 - a path
SYSTEM = "IMN"
PAGE_SIZE = 100
SIZES = (1, 1000)
LARGEST_PAGE = 32 * 1024 * 1024
#: Of outages; more are not believed.
MOST_PAGES = 50


class _Page(msgspec.Struct):
    """`{"payers": […], "page": 1, "pageSize": 100, "total": 2345}`, or `data` and `totalCount`."""

    page_size: int | None = msgspec.field(name="pageSize", default=None)
    total: int | None = None
    total_count: int | None = msgspec.field(name="totalCount", default=None)

    def has_next(self, page: int, asked_size: int) -> bool:
        total = self.total if self.total is not None else self.total_count
        return total is not None and page * (self.page_size or asked_size) < total


def _now() -> datetime:
    return datetime.now(UTC)


class OptumPayers:
    """The list and the outages of one Optum account. Raises AccountError at once for what is missing or wrong."""

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        self._account = _at_the_list(account)
        self._now = now
        self._system = str(account.options.get("payer_list_system", SYSTEM))
        self._zone = _zone(account)
        self._page_size = whole_number(account, "payers_page_size", *SIZES) or PAGE_SIZE
        self._source = HTTPSource(self._account)
        self._tokens = Tokens(account, urljoin(account.url, account.options.get("token_url", TOKEN_PATH)))

    def close(self) -> None:
        self._source.close()
        self._tokens.close()

    def page(self, page_token: str = "") -> ListPage:
        """`GET /payers?system=IMN&transactionType=Eligibility&page=1`; the token is the number of the page."""
        return self._payers({}, page_token)

    def search(self, query: str, page_token: str = "") -> ListPage:
        """As `page`, with `payerPlanName=…`; with `payerId=…` for one word with a digit in it."""
        words = query.split()
        by = "payerId" if len(words) == 1 and any(letter.isdigit() for letter in query) else "payerPlanName"
        return self._payers({by: " ".join(words)}, page_token)

    def outages(self) -> list[Outage]:
        """`GET /outages?system=IMN&transactionType=Eligibility`, all pages of it.

        Raises Unreadable("no_list") where it names outages of which none can be read: that is not none.
        """
        deadline = time.monotonic() + self._account.total_deadline
        found: list[Outage] = []
        for page in range(1, MOST_PAGES + 1):
            response = self._get("/outages", {}, page, deadline)
            said = fetched(response, self._account, _Page)
            rows = list(read_outages(response.exchange.response, self._zone))
            read = [each for each in rows if isinstance(each, Outage)]
            if rows and not read:
                raise Unreadable("no_list", exchange=response.exchange)
            found += read
            if not (rows and said.has_next(page, self._page_size)):
                return found
        raise Unavailable("too_large", exchange=response.exchange)

    def _payers(self, query: Mapping[str, str], page_token: str) -> ListPage:
        page = int(page_token or 1)
        deadline = time.monotonic() + self._account.total_deadline
        response = self._get("/payers", query, page, deadline)
        said = fetched(response, self._account, _Page)
        found = list_page(
            response, ListKind.OPTUM_JSON, str(page + 1) if said.has_next(page, self._page_size) else ""
        )
        return found if found.payers or found.problems else replace(found, next_page_token="")

    def _get(self, below: str, query: Mapping[str, Any], page: int, deadline: float) -> Response:
        whole = {"system": self._system, "transactionType": ELIGIBILITY, **query}
        path = f"{below}?{urlencode(whole | {'page': page, 'pageSize': self._page_size})}"
        asked = looking(self._account, path, self._now())

        def send(token: Token) -> Response:
            headers = {"Authorization": f"Bearer {token.value}", "Accept": "application/json"}
            return self._source.get(path, asked, headers, deadline=deadline, hidden=[token.value])

        return self._tokens.authorized(deadline, send)


def _at_the_list(account: Account) -> Account:
    options = account.options
    if not all(isinstance(options.get(name, ""), str) for name in ("payer_list_url", "token_url")):
        raise AccountError("bad_option", account.name)
    url = urljoin(account.url, options.get("payer_list_url", PATH)).rstrip("/")
    return replace(account, url=url, max_answer_bytes=max(account.max_answer_bytes, LARGEST_PAGE))


def _zone(account: Account) -> ZoneInfo:
    try:
        return ZoneInfo(str(account.options.get("outage_zone", "UTC")))
    except (KeyError, ValueError, OSError) as error:
        raise AccountError("bad_option", account.name) from error
