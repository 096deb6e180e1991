"""Somebody else's system: takes webhooks on a real socket, and mail on another."""

import base64
import hashlib
import hmac
import socket
import threading
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from tests.payers.raw_server import RawServer, Talk

TOLERANCE_SECONDS = 300


class Delivery(NamedTuple):
    """One POST as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, object]:
        return msgspec.json.decode(self.body, type=dict[str, object])

    def signed_by(self, secret: str, now_seconds: float) -> bool:
        """Whether it is genuine, worked out as a receiver would from the published scheme."""
        at = self.headers["webhook-timestamp"]
        if abs(now_seconds - int(at)) > TOLERANCE_SECONDS:
            return False
        key = base64.b64decode(secret.split("_", 1)[1])
        signed = self.headers["webhook-id"].encode() + b"." + at.encode() + b"." + self.body
        right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return any(given == f"v1,{right}" for given in self.headers["webhook-signature"].split())


class Receiver(RawServer):
    """Answers with the statuses it is given, the last one from then on, and keeps what came."""

    def __init__(self, *statuses: str, headers: str = "") -> None:
        super().__init__(self.take)
        self.statuses = list(statuses) or ["204 No Content"]
        self.headers = headers
        self.deliveries: list[Delivery] = []
        self.lock = threading.Lock()

    def take(self, talk: Talk) -> None:
        while request := talk.read_request():
            head, _, body = request.partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            named = (line.partition(":") for line in lines)
            headers = {name.lower(): value.strip() for name, _, value in named}
            with self.lock:
                self.deliveries.append(Delivery(first.split()[1], headers, body))
                status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            talk.answer(b"", status, self.headers)


class MailSink:
    """A mail server on loopback without TLS: enough of RFC 5321 to take a mail, or to refuse it."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.refuse = refuse
        self.mails: list[str] = []
        self.recipients: list[str] = []
        self.commands: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp+plain://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self) -> "MailSink":
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                self.converse(talk)

    def converse(self, talk: object) -> None:
        def say(line: str) -> None:
            talk.write(f"{line}\r\n".encode())  # type: ignore[attr-defined]
            talk.flush()  # type: ignore[attr-defined]

        say("220 sink.example.test ESMTP")
        while line := talk.readline().decode().strip():  # type: ignore[attr-defined]
            self.commands.append(line)
            match line.split(" ")[0].split(":")[0].upper():
                case "EHLO" | "HELO":
                    say("250 sink.example.test")
                case "RCPT" if self.refuse:
                    say("451 try later")
                case "RCPT":
                    self.recipients.append(line.partition(":")[2].strip().strip("<>"))
                    say("250 ok")
                case "DATA":
                    say("354 go on")
                    self.mails.append(self.read_mail(talk))
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    return
                case _:
                    say("250 ok")

    def read_mail(self, talk: object) -> str:
        lines = []
        while (line := talk.readline().decode()) != ".\r\n":  # type: ignore[attr-defined]
            lines.append(line.removesuffix("\r\n"))
        return "\n".join(lines)
