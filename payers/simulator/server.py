"""The simulated payer on a real socket: `Simulator` for tests, `serve` for the command line."""

import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from payers.account import Account, AccountId
from payers.simulator.certificates import Encryption
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.decision import Decision, Delivery
from payers.simulator.delivery import Deliverer
from payers.simulator.doors import CORE_PATH, LARGEST, Reader, doors, readers, way
from payers.simulator.envelope import Credentials
from payers.simulator.faults import Faults, Order
from payers.simulator.journal import Entry, Journal
from payers.simulator.latency import parse as parse_latency
from payers.simulator.optum import OptumDesk
from payers.simulator.payer_lists import PayerListDesk
from payers.simulator.soap_desk import SoapDesk
from payers.simulator.stedi_batch import BatchDesk
from payers.simulator.trouble import impose

LARGEST_QUESTION = 1024 * 1024
#: A connection nobody uses, seconds. Longer than any asker keeps one, so that the asker closes first.
IDLE_SECONDS = 600
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
FAULTS_PATH = "/faults"


class Simulator:
    """`with Simulator() as payer: …` asks it at `payer.url`; `payer.account()` is ready to use."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float | str = 0,
        seed: int = 0,
        log: Path | None = None,
        credentials: Credentials | None = None,
        tls: Encryption | None = None,
        control: bool = False,
    ) -> None:
        """`latency` is seconds, "LOW-HIGH" or "MEDIAN~SIGMA"; `control` lets whoever can reach it order faults.

        With `tls` it speaks https alone; where that asks for a certificate, a user name is no longer needed.
        Raises OSError when the port is taken, ValueError for control from other machines.
        """
        if control and host not in LOOPBACK:
            raise ValueError("faults are ordered on loopback only")
        certified = tls is not None and tls.asks_for_certificate
        self.credentials = msgspec.structs.replace(
            credentials or Credentials(), certificate_suffices=certified
        )
        self.tls = tls
        self.journal = Journal(log)
        self.clearinghouse = Clearinghouse(self.credentials, parse_latency(latency), seed)
        self.optum = OptumDesk(self.clearinghouse, self.credentials)
        self.batches = BatchDesk(self.clearinghouse, self.credentials)
        self.soap = SoapDesk(self.clearinghouse)
        self.doors = doors(self.clearinghouse, self.credentials, self.optum, self.batches, self.soap)
        self.lists = PayerListDesk(self.credentials, self.optum.has_token)
        self.readers = readers(self.batches, self.lists)
        self.faults = Faults()
        self.control = control
        self.stopping = threading.Event()
        try:
            self._server = _Server((host, port), self)
        except OSError:
            self.journal.close()
            raise
        self.host, self.port = host, int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"{self.origin}{CORE_PATH}"

    @property
    def origin(self) -> str:
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}"

    def account(self, adapter: str = "caqh_core_mime", **changes: Any) -> Account:
        """An account that reaches this simulator by an adapter; `changes` replace its fields."""
        known = self.credentials
        through = way(adapter, known)
        account = Account(
            id=AccountId("simulator"),
            name="Simulator",
            adapter=adapter,
            url=f"{self.origin}{through.path}",
            sender_id=known.sender_id,
            receiver_id=known.receiver_id,
            secrets=through.secrets | (self.tls.secrets if self.tls else {}),
            options=through.options | (self.tls.options if self.tls else {}),
            allow_private_addresses=True,
        )
        return msgspec.structs.replace(account, **changes)

    @property
    def connections(self) -> int:
        """How many were opened so far."""
        return self._server.opened

    def questions(self, since: int = 0) -> list[Entry]:
        """What was asked so far, oldest first."""
        return self.journal.since(since)

    def start(self) -> "Simulator":
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends every connection, whatever it is waiting for."""
        self.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(5)
        self._server.server_close()
        self._server.end_connections()
        self.journal.close()

    def __enter__(self) -> "Simulator":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(*, announce: Callable[[Simulator], None] = lambda _: None, **options: Any) -> None:
    """Runs a Simulator with these options until SIGTERM or Ctrl-C; `announce` is called once it listens.

    For the main thread of a process. Raises OSError when the port is taken.
    """
    simulator = Simulator(**options)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: simulator.stopping.set())
    with simulator:
        announce(simulator)
        simulator.stopping.wait()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # The system cuts this to its own limit; five hundred askers connect at once.
    request_queue_size = 4096

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        self.simulator = simulator
        self._connections: set[socket.socket] = set()
        self.opened = 0
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[Any, Any]:
        request, address = super().get_request()
        if self.simulator.tls is not None:
            # The handshake comes with the first byte that is read, in the thread of the connection.
            context = self.simulator.tls.context
            request = context.wrap_socket(request, server_side=True, do_handshake_on_connect=False)
        return request, address

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
            self.opened += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An asker that went away is not news; anything else is a fault of ours and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(Deliverer):
    timeout = IDLE_SECONDS
    server: _Server

    def do_DELETE(self) -> None:  # noqa: N802 - http.server's name
        if self._is_control():
            self.server.simulator.faults.clear()
            self.send(204, "text/plain", b"")
        else:
            self.send(404, "text/plain", b"")

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        address = urlsplit(self.path)
        if address.path == "/healthz":
            self.send(200, "application/json", b'{"status":"ok"}')
        elif address.path == "/log":
            since = parse_qs(address.query).get("since", ["0"])[0]
            entries = self.server.simulator.journal.since(int(since) if since.isdigit() else 0)
            self.send(200, "application/json", msgspec.json.encode(entries))
        elif self._reader() is not None:
            self._answer()
        else:
            known = address.path in self.server.simulator.doors
            self.send(405 if known else 404, "text/plain", b"POST to /core\n")

    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        if self._is_control():
            self._order()
        else:
            self._answer()

    def _is_control(self) -> bool:
        return self.server.simulator.control and urlsplit(self.path).path == FAULTS_PATH

    def _order(self) -> None:
        """`POST /faults`; see `payers.simulator.faults.Order`."""
        try:
            order = msgspec.json.decode(self._body(), type=Order)
            self.server.simulator.faults.order(order.fault, times=order.times, seconds=order.seconds)
        except (msgspec.DecodeError, ValueError) as error:
            self.send(400, "text/plain", f"{error}\n".encode())
        else:
            self.send(204, "text/plain", b"")

    def _answer(self) -> None:
        simulator = self.server.simulator
        arrival = simulator.journal.arrive()
        try:
            decision = self._decide()
            entry = simulator.journal.record(
                arrival,
                decision.outcome,
                member=decision.member,
                trace=decision.trace,
                service_type=decision.service_type,
            )
            if decision.wait_seconds and simulator.stopping.wait(decision.wait_seconds):
                self.close_connection = True
                return
            if decision.delivery is Delivery.WHOLE:
                # Noted first: whoever has the answer finds it in the log.
                simulator.journal.answered(entry)
            self.deliver(decision, simulator.stopping)
        finally:
            simulator.journal.leave()

    def _reader(self) -> Reader | None:
        path = urlsplit(self.path).path
        found = self.server.simulator.readers.items()
        return next((reader for beginning, reader in found if path.startswith(beginning)), None)

    def _decide(self) -> Decision:
        headers = {name.title(): value for name, value in self.headers.items()}
        if self.command == "GET" and (reader := self._reader()) is not None:
            address = urlsplit(self.path)
            return reader(headers, address.path, parse_qs(address.query), datetime.now(UTC))
        length = self.headers.get("Content-Length", "")
        door = self.server.simulator.doors.get(urlsplit(self.path).path)
        if door is None:
            self.close_connection = True
            return Decision(outcome="not_found", status=404)
        if not length.isdigit() or int(length) > LARGEST.get(urlsplit(self.path).path, LARGEST_QUESTION):
            self.close_connection = True
            return Decision(outcome="too_large", status=413 if length.isdigit() else 411)
        return self._faulty(door(headers, self._body(), datetime.now(UTC)))

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        most = LARGEST.get(urlsplit(self.path).path, LARGEST_QUESTION)
        return self.rfile.read(min(int(length), most)) if length.isdigit() else b""

    def _faulty(self, decision: Decision) -> Decision:
        """The decision with the fault that was ordered, if one was."""
        fault = self.server.simulator.faults.take()
        if fault is None:
            return decision
        return msgspec.structs.replace(impose(decision, fault, datetime.now(UTC)), outcome=fault.outcome)
