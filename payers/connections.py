"""Connections, made only to addresses that were checked; one deadline bounds all they do.

`requests` limits one read, not the whole exchange: a payer that sends a byte every second is never cut off.
Here each wait of a socket gets what is left until the deadline of the attempt its thread is making.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ssl import SSLContext, SSLEOFError, SSLError, SSLSocket, SSLZeroReturnError
from typing import Any

import certifi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

#: 64:ff9b::/96 and 2002::/16 carry an IPv4 address inside (RFC 6052, RFC 3056).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolved = tuple[socket.AddressFamily, tuple[Any, ...]]


class RefusedAddress(Exception):
    """The host leads to an address the account may not reach. `args[0]` is an AccountError code."""


@dataclass(slots=True)
class Attempt:
    """One exchange in the making: what it may do, and whether anything has left yet."""

    #: By time.monotonic().
    deadline: float
    connect_timeout_seconds: float
    allow_private_addresses: bool
    sent: bool = False

    def seconds_left(self) -> float:
        """Raises TimeoutError when nothing is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left


_attempts = threading.local()


@contextmanager
def attempting(attempt: Attempt) -> Iterator[Attempt]:
    """Everything this thread's sockets do inside belongs to the attempt."""
    _attempts.current = attempt
    try:
        yield attempt
    finally:
        del _attempts.current


def _current() -> Attempt:
    attempt: Attempt = _attempts.current
    return attempt


class _Bounded(socket.socket):
    """A socket that never waits past the deadline of its thread's attempt."""

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        self.settimeout(_current().seconds_left())
        return super().recv_into(*arguments, **named)

    def sendall(self, *arguments: Any, **named: Any) -> None:
        self._about_to_send()
        super().sendall(*arguments, **named)

    def send(self, *arguments: Any, **named: Any) -> int:
        self._about_to_send()
        return super().send(*arguments, **named)

    def _about_to_send(self) -> None:
        attempt = _current()
        self.settimeout(attempt.seconds_left())
        attempt.sent = True


class _BoundedTLS(_Bounded, SSLSocket):
    """As above, encrypted. The handshake is not yet a question: it leaves `sent` alone."""

    def do_handshake(self, block: bool = False) -> None:
        self.settimeout(_current().seconds_left())
        super().do_handshake(block)

    def sendall(self, *arguments: Any, **named: Any) -> None:
        """A payer that refuses our certificate may hang up while we send (TLS 1.3): then its reason is raised."""
        try:
            super().sendall(*arguments, **named)
        except OSError as error:
            failure = error
        else:
            return
        # Out here, so that the reason does not drag the broken pipe along as what it came from.
        raise self._reason() or failure

    def _reason(self) -> SSLError | None:
        """The alert the other side left behind, if it did."""
        try:
            self.recv(1)
        except (SSLEOFError, SSLZeroReturnError):
            return None
        except SSLError as alert:
            return alert
        except OSError:
            return None
        return None


def is_private(address: Address) -> bool:
    """Whether an address is anything but an ordinary host on the public internet."""
    inner = unwrapped(address)
    return not inner.is_global or inner.is_multicast


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for; any other address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def check(address: Address, *, allow_private: bool, encrypted: bool) -> None:
    """Raises RefusedAddress for an address this account may not reach, or not in clear text.

    Link-local is refused always: it is where cloud machines serve their own credentials.
    """
    address = unwrapped(address)
    private = is_private(address)
    if private and (not allow_private or address.is_link_local or address.is_multicast):
        raise RefusedAddress("private_address")
    if not private and not encrypted:
        raise RefusedAddress("bad_url")


def resolve(host: str, port: int, seconds: float) -> list[Resolved]:
    """Addresses of a host. Raises OSError (TimeoutError after `seconds`)."""
    found: list[Resolved] = []
    failure: list[OSError] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend((family, target) for family, _, _, _, target in entries)
        except (OSError, UnicodeError) as error:
            failure.append(error if isinstance(error, OSError) else socket.gaierror("name"))

    # The system's resolver has no time limit of its own, so it is waited for from outside.
    thread = threading.Thread(target=look_up, daemon=True, name="resolve")
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not found:
        raise TimeoutError("resolve")
    return found


def open_socket(host: str, port: int, *, encrypted: bool, options: Any = ()) -> socket.socket:
    """A connection to the first address that accepts one; all of them are checked before any is tried.

    Raises RefusedAddress, or OSError when none accepts.
    """
    attempt = _current()
    until = time.monotonic() + min(attempt.connect_timeout_seconds, attempt.seconds_left())
    targets = resolve(host.strip("[]"), port, until - time.monotonic())
    for _, target in targets:
        address = ipaddress.ip_address(target[0].split("%")[0])
        check(address, allow_private=attempt.allow_private_addresses, encrypted=encrypted)
    failure: OSError = TimeoutError("connect")
    for family, target in targets:
        try:
            return _connect(family, target, until - time.monotonic(), options)
        except OSError as error:
            failure = error
    raise failure


def _connect(
    family: socket.AddressFamily, target: tuple[Any, ...], seconds: float, options: Any
) -> socket.socket:
    if seconds <= 0:
        raise TimeoutError("connect")
    opened = _Bounded(family, socket.SOCK_STREAM)
    try:
        for option in options or ():
            opened.setsockopt(*option)
        opened.settimeout(seconds)
        opened.connect(target)
    except BaseException:
        opened.close()
        raise
    return opened


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return open_socket(self.host, self.port, encrypted=False, options=self.socket_options)


class _TLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return open_socket(self.host, self.port, encrypted=True, options=self.socket_options)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def tls_context(ca_file: str | None) -> SSLContext:
    """Certificates verified against `ca_file`, or the usual authorities. Raises OSError when it cannot be read."""
    context = create_urllib3_context()
    context.load_verify_locations(ca_file or certifi.where())
    context.sslsocket_class = _BoundedTLS
    return context


class CheckedAdapter(HTTPAdapter):
    """requests' adapter with the connections above; authorities are read once, not once per connection."""

    def __init__(self, *, pool_size: int, context: SSLContext | None) -> None:
        """`context` is None where nothing is encrypted."""
        self._context = context
        # One host per account, hence one pool.
        super().__init__(pool_connections=1, pool_maxsize=pool_size, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._context, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 - requests' signature
        conn.cert_reqs = "CERT_REQUIRED"
