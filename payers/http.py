"""Session, timeouts, error mapping, evidence (requests)."""

import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from urllib3.exceptions import HTTPError, InvalidChunkLength

from payers import client_certificate
from payers.account import Account
from payers.connections import Attempt, CheckedAdapter, RefusedAddress, attempting, tls_context
from payers.errors import AccountError, PayerError, Rejected, Unavailable
from payers.exchange import Exchange

#: Threads of one process that may speak to one account at once before connections are made and thrown away.
POOL_SIZE = 1024
READ_BYTES = 64 * 1024
#: Shorter secrets would cross out ordinary words of an answer.
SHORTEST_SECRET_REMOVED = 8

#: RFC 8446 section 6.2 (and RFC 5246), as OpenSSL names them.
REFUSING_ALERTS = {
    "HANDSHAKE_FAILURE", "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN", "CERTIFICATE_REQUIRED", "UNKNOWN_CA", "ACCESS_DENIED", "DECRYPT_ERROR",
}  # fmt: skip

Failure = PayerError | AccountError


class Response(msgspec.Struct, frozen=True):
    """What came back, whatever its status, and how long the payer asks us to stay away (seconds)."""

    exchange: Exchange
    retry_after_seconds: float | None = None


class HTTPSource:
    """One keep-alive session for one account; safe to use from many threads. Never asks twice.

    `account.options["ca_file"]` names the authorities to trust instead of the usual ones; where the account has a
    client certificate (payers.client_certificate), it is shown.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._url = _checked_url(account)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # The only scheme this session knows is the account's own.
        self._session.adapters.clear()
        context, self._certificate_ends = _tls(account)
        adapter = CheckedAdapter(pool_size=POOL_SIZE, context=context)
        self._session.mount(self._url.partition("//")[0] + "//", adapter)

    def close(self) -> None:
        self._session.close()

    def post(
        self,
        body: bytes,
        evidence: Exchange,
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        path: str = "",
        deadline: float | None = None,
        hidden: Sequence[str] = (),
    ) -> Response:
        """Sends `body` and returns what came back, whatever its HTTP status; see `raise_for_status`.

        `evidence` is the question without credentials; `evidence.request_type` goes out as the content type.
        `path` is appended to the account's address. `deadline` (time.monotonic()) is for a question that has
        already used some of its time; `hidden` are passing secrets, crossed out of what comes back like the
        account's own. Raises Unavailable (connect, timeout, dropped, truncated, too_large) or AccountError
        (tls, private_address, bad_url), each with the evidence, including an answer that only came in part.
        """
        sent = {**headers, "Content-Type": evidence.request_type, "Accept-Encoding": "identity"}
        return self._send("POST", path, body, sent, _Collected(self._account, evidence, hidden), deadline)

    def get(
        self,
        path: str,
        evidence: Exchange,
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        deadline: float | None = None,
        hidden: Sequence[str] = (),
    ) -> Response:
        """What is at `path`, with its query, below the account's address; otherwise as `post`.

        It may come gzipped: it is kept unpacked, and the account's cap counts what is unpacked.
        """
        sent = {**headers, "Accept-Encoding": "gzip"}
        return self._send("GET", path, None, sent, _Collected(self._account, evidence, hidden), deadline)

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        collected: "_Collected",
        deadline: float | None,
    ) -> Response:
        account = self._account
        attempt = Attempt(
            deadline=time.monotonic() + account.total_deadline if deadline is None else deadline,
            connect_timeout_seconds=account.connect_timeout,
            allow_private_addresses=account.allow_private_addresses,
        )
        if client_certificate.ended(self._certificate_ends):
            raise AccountError("tls", account.name, exchange=collected.evidence)
        try:
            with attempting(attempt):
                return self._exchange(method, self._url + path, body, headers, collected)
        except _TooLarge:
            failure: Failure = Unavailable("too_large")
        except (requests.RequestException, HTTPError, RefusedAddress, OSError) as error:
            failure = _failure(error, attempt, account)
        # Raised out here so that it does not drag along the library's error, which holds the whole request.
        failure.exchange = collected.exchange()
        raise failure

    def _exchange(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        collected: "_Collected",
    ) -> Response:
        with self._session.request(
            method,
            url,
            data=body,
            headers={**headers, "User-Agent": "verify"},
            stream=True,
            allow_redirects=False,
            timeout=self._account.total_deadline,
        ) as answer:
            collected.begin(answer)
            for piece in _pieces(answer.raw):
                collected.add(piece)
            return Response(collected.exchange(), retry_after(answer.headers.get("Retry-After")))


def _tls(account: Account) -> tuple[ssl.SSLContext | None, datetime | None]:
    """The context of the account's connections, None where they are not encrypted; the end of its certificate."""
    if not account.url.startswith("https:"):
        return None, None
    try:
        context = tls_context(account.options.get("ca_file"))
    except (OSError, TypeError) as error:
        raise AccountError("tls", account.name) from error
    return context, client_certificate.show(context, account, datetime.now(UTC))


class _TooLarge(Exception):
    """The answer passed the account's cap."""


class _Collected:
    """An answer as it arrives, so that what came can be kept when the rest does not."""

    def __init__(self, account: Account, evidence: Exchange, hidden: Sequence[str] = ()) -> None:
        self.account = account
        self.evidence = evidence
        self.secrets = [*(value for name, value in account.secrets.items() if name != "username"), *hidden]
        self.body = bytearray()
        self.status: int | None = None
        self.type = ""

    def begin(self, answer: requests.Response) -> None:
        self.status = answer.status_code
        self.type = answer.headers.get("Content-Type", "")

    def add(self, piece: bytes) -> None:
        room = self.account.max_answer_bytes - len(self.body)
        self.body += piece[:room]
        if len(piece) > room:
            raise _TooLarge

    def exchange(self) -> Exchange:
        """The evidence; a secret of ours that the payer sent back is crossed out, so that all keeps its place.

        A user name is none: many are also the sender's id, which the answer is addressed to.
        """
        body = bytes(self.body)
        for secret in self.secrets:
            if len(secret) >= SHORTEST_SECRET_REMOVED:
                body = body.replace(secret.encode(), b"X" * len(secret.encode()))
        return msgspec.structs.replace(
            self.evidence,
            response=body,
            response_type=self.type,
            response_at=datetime.now(UTC) if self.status is not None else None,
            http_status=self.status,
        )


def _pieces(raw: urllib3.HTTPResponse) -> Iterator[bytes]:
    """The body as it comes in. Raises IncompleteRead (urllib3's) when less came than was announced."""
    while piece := raw.read1(READ_BYTES, decode_content=True):
        yield piece


def _checked_url(account: Account) -> str:
    """The account's address. Raises AccountError when nothing can be sent there, or only in clear text."""
    try:
        parts = urlsplit(account.url)
        usable = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"https", "http"}:
        raise AccountError("bad_url", account.name)
    if parts.scheme == "http" and not account.allow_private_addresses:
        raise AccountError("bad_url", account.name)
    return account.url


def _failure(error: BaseException, attempt: Attempt, account: Account) -> Failure:
    """What a failed exchange means, by how far it had come."""
    if isinstance(error, RefusedAddress):
        return AccountError(error.args[0], account.name)
    if isinstance(error, requests.exceptions.InvalidURL | urllib3.exceptions.LocationValueError):
        return AccountError("bad_url", account.name)
    causes = list(_causes(error))
    # The innermost cause says what happened and holds nothing of the request.
    root = causes[-1]
    if isinstance(root, ssl.SSLError) and _refuses_certificate(root):
        failure: Failure = AccountError("tls", account.name)
    elif attempt.sent:
        failure = Unavailable(_code_after_sending(causes, attempt))
    elif isinstance(root, ssl.SSLError) and not isinstance(root, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        failure = AccountError("tls", account.name)
    else:
        failure = Unavailable("connect", sent=False)
    if isinstance(root, OSError) and not isinstance(root, requests.RequestException):
        # Without its frames: they hold the question.
        failure.__cause__ = root.with_traceback(None)
    return failure


def _refuses_certificate(error: ssl.SSLError) -> bool:
    """Whether the payer says that our certificate is missing or not good. In TLS 1.3 it does so after we have sent."""
    alert = (error.reason or "").replace(" ", "_").upper().partition("ALERT_")[2]
    return alert in REFUSING_ALERTS


def _code_after_sending(causes: list[BaseException], attempt: Attempt) -> str:
    if any(isinstance(cause, TimeoutError) for cause in causes) or time.monotonic() >= attempt.deadline:
        return "timeout"
    if any(
        isinstance(cause, IncompleteRead | InvalidChunkLength | urllib3.exceptions.DecodeError)
        for cause in causes
    ):
        return "truncated"
    return "dropped"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it was made from: requests and urllib3 keep causes in `args` and `reason` too."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inside = [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
        current = next(
            (one for one in inside if isinstance(one, BaseException) and id(one) not in seen), None
        )


def raise_for_status(response: Response, account: Account) -> None:
    """Raises for every HTTP status but 2xx, with the evidence."""
    status = response.exchange.http_status or 0
    if not 200 <= status < 300:
        _raise_for(status, response, account)


def _raise_for(status: int, response: Response, account: Account) -> NoReturn:
    exchange, wait = response.exchange, response.retry_after_seconds
    if status in {401, 403}:
        raise AccountError("unauthorized", account.name, exchange=exchange)
    if status < 400:
        # Patient data follows no redirect: the address itself has to be mended.
        raise AccountError("bad_url", account.name, exchange=exchange)
    if status == 408:
        raise Unavailable("timeout", exchange=exchange, retry_after_seconds=wait)
    if status == 429:
        raise Unavailable("http_429", exchange=exchange, retry_after_seconds=wait)
    if status >= 500:
        raise Unavailable("http_5xx", exchange=exchange, retry_after_seconds=wait)
    raise Rejected("http_4xx", exchange=exchange)


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to stay away: `Retry-After: 120` or an HTTP date; None when absent or not understood."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # HTTP dates are always GMT, whether or not they say so.
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())
