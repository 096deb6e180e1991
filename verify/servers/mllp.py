"""MLLP: HL7 v2 messages over a socket, each stored before it is acknowledged. One port is one source.

A frame is `0x0B message 0x1C 0x0D` (HL7 minimal lower layer protocol 1.0). The protocol knows no
signature: who may connect is decided by TLS client certificates, or by a tunnel around it.
"""

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from verify import steps
from verify.intake.appointments import Call, Malformed, UnknownType
from verify.intake.appointments.hl7v2 import Message, acknowledgment, parse
from verify.security.logging import get_logger
from verify.steps import Doors, Work

log = get_logger(__name__)

START, END, CARRIAGE_RETURN = b"\x0b", b"\x1c", b"\x0d"
MOST_BYTES = 1024 * 1024
READ_BYTES = 64 * 1024
MOST_CONNECTIONS = 64
#: Senders keep their connection for days; one that says nothing for this long is closed, and connects again.
IDLE_SECONDS = 900.0
#: A peer that stops in the middle of a frame, or of the handshake.
STALLED_SECONDS = 30.0
CALL_HEADERS = {"content-type": "application/hl7-v2"}

# Table 0357.
MISSING_FIELD, WRONG_TYPE, INTERNAL = "101", "200", "207"


class Frames:
    """The messages of one connection, as their frames close."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = b""

    def next(self) -> bytes | None:
        """The next message; None at the end. Raises OSError, and ValueError for what is no frame or too large."""
        while True:
            found = self._cut()
            if found is not None:
                return found
            self._connection.settimeout(STALLED_SECONDS if self._held else IDLE_SECONDS)
            more = self._connection.recv(READ_BYTES)
            if not more:
                return None
            self._held += more

    def _cut(self) -> bytes | None:
        # Between frames some senders send line ends to keep the connection alive.
        self._held = self._held.lstrip(b"\r\n")
        if self._held and not self._held.startswith(START):
            raise ValueError("no frame")
        message, closed, rest = self._held[1:].partition(END + CARRIAGE_RETURN)
        if len(message) > MOST_BYTES:
            raise ValueError("too large")
        if not closed:
            return None
        self._held = rest
        return message


def answer(work: Work, doors: Doors, source_id: str, body: bytes) -> bytes:
    """The acknowledgment of one message: AA once it is stored, AE for what is wrong in it, AR to try again or not at all."""
    try:
        message = parse(body)
    except Malformed:
        return _nameless(work)
    code, error = _take_in(work, doors, source_id, body)
    return _said(work, message, code, error)


def _take_in(work: Work, doors: Doors, source_id: str, body: bytes) -> tuple[str, str]:
    try:
        source = doors.source(source_id)
        if source is None or source.retired or source.scheme != "hl7v2":
            return "AR", INTERNAL
        # A sender waits for each acknowledgment, so that over the limit it is simply kept waiting.
        while wait := doors.wait_seconds(source):
            time.sleep(wait)
        steps.take_in(work, source, Call("POST", "", "", CALL_HEADERS, body))
    except UnknownType:
        return "AR", WRONG_TYPE
    except Malformed:
        return "AE", MISSING_FIELD
    except SQLAlchemyError as failure:
        log.warning("database away", error=type(failure).__name__)
        return "AR", INTERNAL
    return "AA", ""


def _said(work: Work, message: Message, code: str, error: str) -> bytes:
    return acknowledgment(message, code, work.now(), error=error)


def _nameless(work: Work) -> bytes:
    """To bytes that name no message: nothing of theirs is repeated."""
    stamp = work.now().strftime("%Y%m%d%H%M%S+0000")
    return f"MSH|^~\\&|||||{stamp}||ACK|A{stamp[:14]}|P|2.5.1\rMSA|AR|\rERR|||{INTERNAL}|E\r".encode()


class Listener(socketserver.ThreadingTCPServer):
    """Listens for one source's messages until `shutdown`."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self,
        work: Work,
        source_id: str,
        address: tuple[str, int],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Raises OSError for an address that cannot be listened on."""
        self.work = work
        self.doors = Doors(work)
        self.source_id = source_id
        self.tls = tls
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client: object) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client)
        else:
            log.warning("mllp_full", limit=MOST_CONNECTIONS)
            self.shutdown_request(request)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client: object
    ) -> None:
        try:
            super().process_request_thread(request, client)
        finally:
            self._room.release()

    def handle_error(self, _request: object, _client: object) -> None:
        log.exception("mllp_failed")


class _Conversation(socketserver.BaseRequestHandler):
    """One connection: a message, its acknowledgment, the next message."""

    server: Listener

    def handle(self) -> None:
        listener = self.server
        connection: socket.socket = self.request
        try:
            connection.settimeout(STALLED_SECONDS)
            if listener.tls is not None:
                # In this thread, so that a slow handshake holds up nobody else.
                connection = listener.tls.wrap_socket(connection, server_side=True)
            frames = Frames(connection)
            while (body := frames.next()) is not None:
                said = answer(listener.work, listener.doors, listener.source_id, body)
                connection.sendall(START + said + END + CARRIAGE_RETURN)
        except (OSError, ValueError) as failure:
            log.info("mllp_closed", error_type=type(failure).__name__)
        finally:
            connection.close()


def tls_context(certificate: Path, key: Path, clients_ca: Path | None) -> ssl.SSLContext:
    """With `clients_ca` only clients with a certificate of it may connect. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if clients_ca is not None:
        context.load_verify_locations(clients_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def serve(
    work: Work,
    source_id: str,
    address: tuple[str, int],
    tls: ssl.SSLContext | None,
    announce: Callable[[int], None],
) -> None:
    """Runs until interrupted; `announce` is told the port once messages are taken."""
    with Listener(work, source_id, address, tls) as listener:
        announce(listener.port)
        listener.serve_forever(poll_interval=0.2)
