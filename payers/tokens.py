"""Access tokens of one account (OAuth 2.0 client credentials): fetched once for all threads, renewed in time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Waited
from datetime import UTC, datetime

import msgspec

from payers.account import Account
from payers.errors import AccountError, PayerError, Unavailable
from payers.exchange import Exchange
from payers.http import HTTPSource, Response, raise_for_status

LARGEST_ANSWER = 64 * 1024
#: A token is given up this much before its end, or after nine tenths of a short life.
MARGIN_SECONDS = 60.0


class Token(msgspec.Struct, frozen=True):
    """`fresh`: got for this very question, so that a refusal cannot be for its age."""

    value: str
    fresh: bool

    def __repr__(self) -> str:
        return "Token(…)"


class _Granted(msgspec.Struct):
    """`{"access_token": "…", "expires_in": 3600, "token_type": "bearer"}`."""

    access_token: str
    expires_in: float | None = None


class Tokens:
    """The token of one account; safe to use from many threads, of which one asks for it at a time."""

    def __init__(self, account: Account, url: str) -> None:
        """Raises AccountError when a secret is missing or the address cannot be used."""
        for secret in ("client_id", "client_secret"):
            if not account.secrets.get(secret):
                raise AccountError("missing_secret", account.name)
        self._account = msgspec.structs.replace(account, url=url, max_answer_bytes=LARGEST_ANSWER)
        self._source = HTTPSource(self._account)
        self._lock = threading.Lock()
        self._value = ""
        #: By time.monotonic().
        self._good_until = 0.0
        self._coming: Future[str | PayerError | AccountError] | None = None

    def close(self) -> None:
        self._source.close()

    def get(self, deadline: float, *, instead_of: str = "") -> Token:
        """A token that is good now and is not `instead_of`, which the source refused.

        `deadline` by time.monotonic(). Raises Unavailable (never `sent`: the question was not) and
        AccountError; neither has an exchange, for it would hold a credential.
        """
        with self._lock:
            if self._value != instead_of and time.monotonic() < self._good_until:
                return Token(self._value, fresh=False)
            coming, mine = self._coming or Future(), self._coming is None
            self._coming = coming
        if mine:
            self._fetch(coming, deadline)
        try:
            got = coming.result(max(0.0, deadline - time.monotonic()))
        except Waited:
            raise Unavailable("timeout", sent=False) from None
        if isinstance(got, str):
            return Token(got, fresh=True)
        raise _again(got, self._account)

    def authorized(self, deadline: float, send: Callable[[Token], Response]) -> Response:
        """What `send` gets with a token that is good.

        A token refused for its age (HTTP 401) is renewed and the question, which nobody has looked at, sent
        again: once, and not when the token was got for this very question. Raises as `get` does.
        """
        token = self.get(deadline)
        response = send(token)
        if response.exchange.http_status == 401 and not token.fresh:
            return send(self.get(deadline, instead_of=token.value))
        return response

    def _fetch(self, coming: "Future[str | PayerError | AccountError]", deadline: float) -> None:
        """Asks for a token; everybody who waits hears what came of it, and the next to come asks anew."""
        got: str | PayerError | AccountError = Unavailable("receiver_fault", sent=False)
        try:
            granted = self._ask(deadline)
            got = granted.access_token
            with self._lock:
                self._value, self._good_until = got, _good_until(granted)
        except (PayerError, AccountError) as error:
            got = error
        finally:
            with self._lock:
                self._coming = None
            coming.set_result(got)

    def _ask(self, deadline: float) -> _Granted:
        secrets = self._account.secrets
        body = {
            "client_id": secrets["client_id"],
            "client_secret": secrets["client_secret"],
            "grant_type": "client_credentials",
        }
        evidence = Exchange(
            account_id=self._account.id,
            trace="",
            control_number=0,
            request=b"",
            requested_at=datetime.now(UTC),
            request_type="application/json",
        )
        response = self._source.post(
            msgspec.json.encode(body), evidence, {"Accept": "application/json"}, deadline=deadline
        )
        return _granted(response, self._account)


def _granted(response: Response, account: Account) -> _Granted:
    """Source of the errors: RFC 6749 section 5.2, of which all but 5xx are the account's fault."""
    if response.exchange.http_status in {400, 401, 403}:
        raise AccountError("unauthorized", account.name)
    if response.exchange.http_status == 404:
        raise AccountError("bad_url", account.name)
    raise_for_status(response, account)
    try:
        granted = msgspec.json.decode(response.exchange.response, type=_Granted, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unavailable("receiver_fault") from None
    if not granted.access_token or not (
        granted.access_token.isascii() and granted.access_token.isprintable()
    ):
        raise Unavailable("receiver_fault")
    return granted


def _good_until(granted: _Granted) -> float:
    """By time.monotonic(). A token that does not say how long it lasts is used until it is refused."""
    lasts = granted.expires_in
    if lasts is None:
        return float("inf")
    return time.monotonic() + max(lasts - MARGIN_SECONDS, 0.9 * lasts if lasts < 10 * MARGIN_SECONDS else 0.0)


def _again(failed: PayerError | AccountError, account: Account) -> PayerError | AccountError:
    """A failure of one's own for each who waited: an exception raised twice grows its traceback."""
    if isinstance(failed, AccountError):
        return AccountError(failed.code, account.name)
    wait = failed.retry_after_seconds if isinstance(failed, Unavailable) else None
    code = failed.code if isinstance(failed, Unavailable) else "receiver_fault"
    return Unavailable(code, retry_after_seconds=wait, sent=False)
