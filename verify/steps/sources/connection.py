"""One appointment system's API over checked connections: bounded in time and size, never redirected."""

import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import requests
from urllib3.exceptions import HTTPError

from payers.connections import Attempt, CheckedAdapter, RefusedAddress, attempting, tls_context
from payers.http import retry_after

TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 5.0
LARGEST_BYTES = 8 * 1024 * 1024
#: Seconds before its end at which a token is asked for anew.
TOKEN_MARGIN = 60.0


class Away(Exception):
    """The source did not answer, or not yet; ask again. `args[0]` is a code, `seconds` what it asked for."""

    def __init__(self, code: str, seconds: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds


class Gone(Exception):
    """The source has no such thing (any more)."""


class Unusable(Exception):
    """The source answered something that cannot be read; asking again would not help. `args[0]` is a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Answer(NamedTuple):
    """A 2xx answer."""

    body: bytes

    def json(self) -> Any:
        """Raises Unusable."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
            raise Unusable("source_unreadable") from None


class Connection:
    """A keep-alive session with one address; safe to use from many threads."""

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        """Raises Away for an address that cannot be used."""
        parts = urlsplit(url)
        self._private = options.get("allow_private_addresses") is True
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username is not None:
            raise Away("bad_url")
        if parts.scheme == "http" and not self._private:
            raise Away("bad_url")
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.adapters.clear()
        self._session.mount(f"{parts.scheme}://", _adapter(parts.scheme, options))

    def close(self) -> None:
        self._session.close()

    def get(self, path: str, headers: Mapping[str, str], parameters: Mapping[str, str] = {}) -> Answer:
        """Raises Away and Gone."""
        return self._ask("GET", path, headers=headers, params=parameters)

    def post(self, path: str, headers: Mapping[str, str], **content: Any) -> Answer:
        """`json=` or `data=`. Raises Away and Gone."""
        return self._ask("POST", path, headers=headers, **content)

    def _ask(self, method: str, path: str, *, headers: Mapping[str, str], **content: Any) -> Answer:
        attempt = Attempt(
            deadline=time.monotonic() + TOTAL_SECONDS,
            connect_timeout_seconds=CONNECT_SECONDS,
            allow_private_addresses=self._private,
        )
        try:
            with (
                attempting(attempt),
                self._session.request(
                    method,
                    self._url + path,
                    headers={"Accept-Encoding": "identity", "User-Agent": "verify", **headers},
                    stream=True,
                    allow_redirects=False,
                    timeout=TOTAL_SECONDS,
                    **content,
                ) as answer,
            ):
                body = answer.raw.read(LARGEST_BYTES + 1, decode_content=True)
                status, wait = answer.status_code, retry_after(answer.headers.get("Retry-After"))
        except RefusedAddress as refused:
            raise Away(str(refused.args[0])) from None
        except (requests.RequestException, HTTPError, OSError):
            # Without a cause: the libraries' errors hold the whole request.
            raise Away("connect") from None
        return _answer(status, body, wait)


def _answer(status: int, body: bytes, wait: float | None) -> Answer:
    if 200 <= status < 300:
        if len(body) > LARGEST_BYTES:
            raise Unusable("source_too_large")
        return Answer(body)
    if status in {404, 410}:
        raise Gone
    if status in {401, 403}:
        raise Away("unauthorized", wait)
    raise Away("http_5xx" if status >= 500 else "http_429" if status == 429 else "http_4xx", wait)


def _adapter(scheme: str, options: Mapping[str, Any]) -> CheckedAdapter:
    if scheme == "http":
        return CheckedAdapter(pool_size=16, context=None)
    try:
        return CheckedAdapter(pool_size=16, context=tls_context(options.get("ca_file")))
    except (OSError, TypeError):
        raise Away("tls") from None


class Bearer:
    """The Authorization header: a token that was given, or one asked for with client credentials (RFC 6749, 4.4)."""

    def __init__(
        self, options: Mapping[str, Any], credentials: Mapping[str, str], *, kind: str = "Bearer"
    ) -> None:
        self._options = options
        self._credentials = credentials
        self._kind = kind
        self._token = credentials.get("token", "")
        self._until = float("inf") if self._token else 0.0

    def header(self) -> dict[str, str]:
        """Raises Away."""
        if time.monotonic() >= self._until:
            self._ask()
        return {"Authorization": f"{self._kind} {self._token}"}

    def _ask(self) -> None:
        url = str(self._options.get("token_url", ""))
        client = (self._credentials.get("client_id", ""), self._credentials.get("client_secret", ""))
        connection = Connection(url, self._options)
        form = {"grant_type": "client_credentials", "scope": str(self._options.get("scope", ""))}
        try:
            given = connection.post("", {}, data={k: v for k, v in form.items() if v}, auth=client).json()
        except (Gone, Unusable):
            raise Away("token") from None
        finally:
            connection.close()
        token = given.get("access_token") if isinstance(given, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Away("token")
        seconds = given.get("expires_in")
        life = float(seconds) if isinstance(seconds, int) and not isinstance(seconds, bool) else 300.0
        self._token, self._until = token, time.monotonic() + max(life - TOKEN_MARGIN, 1.0)
