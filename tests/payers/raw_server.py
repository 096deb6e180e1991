"""A server that says exactly the bytes a test gives it, on real sockets, encrypted or not."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType

Handler = Callable[["Talk"], None]


class Talk:
    """One connection, as the server sees it."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self.sock = sock
        self.stopping = stopping

    def read_request(self) -> bytes:
        """Head and body of one request; empty when the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.sock.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        lengths = [int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length")]
        length = lengths[0] if lengths else 0
        while len(body) < length:
            body += self.sock.recv(65536)
        return head + b"\r\n\r\n" + body

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, body: bytes, status: str = "200 OK", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.say(head.encode() + body)

    def drip(self, data: bytes, every_seconds: float) -> None:
        for byte in data:
            if self.stopping.is_set():
                return
            self.say(bytes([byte]))
            time.sleep(every_seconds)

    def hang(self) -> None:
        self.stopping.wait(20)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class RawServer:
    """`with RawServer(handler) as server:` serves each connection in a thread of its own."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self.handler = handler
        self.tls = tls
        self.connections = 0
        self.stopping = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/core"
        self.open: list[socket.socket] = []

    def __enter__(self) -> "RawServer":
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)
        for sock in self.open:
            sock.close()

    def accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(sock)
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self.open.append(sock)
            self.handler(Talk(sock, self.stopping))
            sock.close()
