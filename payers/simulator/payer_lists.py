"""Stedi's list of payers and its search; Optum's list and its outages, which can be set.

Sources: Stedi's interface description of 2024-04-01; Optum's of its payer list v1, as of 2026-09. Optum's leaves the
answers open: the list is as clients of it have it, an outage has the fields the description names.
"""

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from payers.simulator import listed_payers
from payers.simulator.decision import Decision
from payers.simulator.envelope import Credentials
from payers.simulator.stedi import Json, has_key, refused, spoken

STEDI_PATH = "/2024-04-01/payers"
OPTUM_PATH = "/medicalnetwork/payerlist/v1/"

Query = Mapping[str, list[str]]


class PayerListDesk:
    """Gives out the lists; safe from many threads."""

    def __init__(self, credentials: Credentials, has_token: Callable[[Mapping[str, str]], bool]) -> None:
        self._credentials = credentials
        self._has_token = has_token
        self._lock = threading.Lock()
        self._outages: list[Json] = []

    def report_outage(self, payer_id: str, name: str = "", **fields: Any) -> None:
        """An outage that is told from now on; `fields` are Optum's: `intermittentPayerOutage="Yes"` …"""
        said = {"imnPayerId": payer_id, "payerName": name, "transactionType": "Eligibility"} | fields
        with self._lock:
            self._outages.append(said)

    def end_outages(self) -> None:
        with self._lock:
            self._outages.clear()

    # Stedi

    def of_stedi(self, headers: Mapping[str, str], path: str, query: Query, now: datetime) -> Decision:  # noqa: ARG002 - a reader's
        """`GET /payers`, `/payers/csv` and `/payers/search`."""
        if not has_key(headers, self._credentials):
            return refused(403, {"message": "Forbidden"}, "unauthorized")
        try:
            match path.removeprefix(STEDI_PATH):
                case "":
                    return _stedi_page(
                        [listed_payers.as_stedi(each) for each in listed_payers.PAYERS], query, least=10
                    )
                case "/search":
                    return _stedi_page(
                        _search(_first(query, "query")), {"pageSize": ["20"], **query}, least=1
                    )
                case "/csv":
                    body = listed_payers.stedi_csv().encode()
                    return Decision(outcome="payer_list", content_type="text/plain", body=body)
                case _:
                    return refused(404, {"message": "Not found"}, "not_found")
        except ValueError:
            return refused(400, {"message": "Validation failed", "fieldList": []}, "invalid")

    # Optum

    def of_optum(self, headers: Mapping[str, str], path: str, query: Query, now: datetime) -> Decision:  # noqa: ARG002 - a reader's
        """`GET …/payerlist/v1/payers` and `/outages`; both want a `system`."""
        if not self._has_token(headers):
            return refused(401, {"code": "401", "message": "invalid token"}, "unauthorized")
        if not _first(query, "system"):
            return refused(400, {"code": "400", "message": "system is required", "details": []}, "invalid")
        try:
            match path.removeprefix(OPTUM_PATH):
                case "payers":
                    return _optum_page("payers", "total", _optum_payers(query), query, "payer_list")
                case "outages":
                    with self._lock:
                        told = list(self._outages)
                    return _optum_page("data", "totalCount", told, query, "outages")
                case _:
                    return refused(404, {"code": "404", "message": "not found"}, "not_found")
        except ValueError:
            return refused(400, {"code": "400", "message": "bad page", "details": []}, "invalid")


def _search(query: str) -> list[Json]:
    return [
        {"payer": listed_payers.as_stedi(payer), "score": 1000 - place, "matches": {}}
        for place, payer in enumerate(listed_payers.found(query))
    ]


def _stedi_page(rows: Sequence[Json], query: Query, *, least: int) -> Decision:
    """All of them where no size is given. Raises ValueError for a query that makes no sense."""
    token, size = _first(query, "pageToken"), int(_first(query, "pageSize") or len(rows) + least)
    if size < least:
        raise ValueError
    start = int(base64.urlsafe_b64decode(token)) if token else 0
    following = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    more = {"nextPageToken": following} if start + size < len(rows) else {}
    return spoken({"items": rows[start : start + size]} | more, "payer_list")


def _optum_payers(query: Query) -> list[Json]:
    name, payer_id = _first(query, "payerPlanName"), _first(query, "payerId")
    payers = listed_payers.found(name or payer_id) if name or payer_id else listed_payers.PAYERS
    return [listed_payers.as_optum(each) for each in payers]


def _optum_page(name: str, total: str, rows: Sequence[Json], query: Query, outcome: str) -> Decision:
    """Raises ValueError for a page that is none."""
    page, size = int(_first(query, "page") or 1), int(_first(query, "pageSize") or 100)
    if page < 1 or size < 1:
        raise ValueError
    shown = rows[(page - 1) * size : page * size]
    return spoken({name: shown, "page": page, "pageSize": size, total: len(rows)}, outcome)


def _first(query: Query, name: str) -> str:
    return query.get(name, [""])[0]
