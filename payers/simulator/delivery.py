"""Delivery: an answer's bytes onto a connection, whole or as its trouble wants them."""

import select
import socket
import struct
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType
from typing import Any

from payers.simulator.decision import Decision, Delivery

#: How often a hanging answer looks whether anybody still waits, seconds.
LOOK_SECONDS = 0.2
#: What a flood is made of.
WATER = b" " * 65536


class Deliverer(BaseHTTPRequestHandler):
    """One connection, as far as it answers."""

    protocol_version = "HTTP/1.1"
    server_version = "PayerSimulator"
    sys_version = ""
    disable_nagle_algorithm = True
    # One write per answer.
    wbufsize = -1

    def deliver(self, decision: Decision, stopping: threading.Event) -> None:
        """Until the answer is out, the asker has gone (OSError) or the simulator stops."""
        half = decision.body[: len(decision.body) // 2]
        match decision.delivery:
            case Delivery.WHOLE:
                self.send(decision.status, decision.content_type, decision.body, decision.headers)
            case Delivery.HANG:
                self._wait_for_nobody(stopping)
            case Delivery.RESET:
                self._reset()
            case Delivery.DROP:
                self._send_part(decision, half)
                # The pause lets the first half arrive.
                stopping.wait(LOOK_SECONDS)
                self._reset()
            case Delivery.TRUNCATE:
                self._send_part(decision, half)
            case Delivery.DRIP:
                self._drip(decision, stopping)
            case Delivery.FLOOD:
                self._flood(decision, stopping)

    def send(
        self,
        status: int,
        content_type: str,
        body: bytes,
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        sent: bytes | None = None,
    ) -> None:
        """`sent` is less than `body` when the answer is to break off."""
        length = {} if status == 204 else {"Content-Type": content_type, "Content-Length": str(len(body))}
        self._send_head(status, {**length, **headers})
        self.wfile.write(body if sent is None else sent)
        self.wfile.flush()

    def _send_head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send_part(self, decision: Decision, sent: bytes) -> None:
        """Its head says more than comes."""
        self.close_connection = True
        self.send(200, decision.content_type, decision.body, sent=sent)

    def _wait_for_nobody(self, stopping: threading.Event) -> None:
        """Until the asker gives up."""
        self.close_connection = True
        poll = select.poll()
        poll.register(self.connection, select.POLLIN | select.POLLHUP)
        while not stopping.wait(LOOK_SECONDS):
            if poll.poll(0):
                return

    def _reset(self) -> None:
        """Closing with nothing lingering sends a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _drip(self, decision: Decision, stopping: threading.Event) -> None:
        self._send_part(decision, b"")
        for byte in decision.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if stopping.wait(decision.pause_seconds):
                return

    def _flood(self, decision: Decision, stopping: threading.Event) -> None:
        """Without a length, so that nobody is warned."""
        self.close_connection = True
        self._send_head(200, {"Content-Type": decision.content_type})
        self.wfile.write(decision.body)
        while not stopping.is_set():
            self.wfile.write(WATER)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """The journal is the log."""
