"""HL7 v2 over MLLP: stored before it is acknowledged, and no peer can hold up or break the listener."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.senders import SECRET, Visit, siu
from tests.verify.web.conftest import add_practice, work  # noqa: F401  # the fixture: servers and keys
from verify.servers.mllp import MOST_BYTES, Listener
from verify.settings import Settings
from verify.steps import Work, open_work
from verify.store import sources
from verify.store.tables_appointments import appointment_deliveries

START, END = b"\x0b", b"\x1c\x0d"


@pytest.fixture
def listener(work: Work) -> Iterator[Listener]:  # noqa: F811
    practice = add_practice(work, "Larkspur")
    with work.engine.begin() as connection:
        source_id = sources.add(
            connection,
            work.keyring,
            practice_id=practice.id,
            name="Schedule",
            scheme="hl7v2",
            secret=SECRET,
            credentials={},
            options={"default_service_line": "tms"},
        )
    with listening(Listener(work, source_id, ("127.0.0.1", 0))) as running:
        yield running


class listening:  # noqa: N801 (read as a verb: `with listening(listener) as running`)
    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Listener:
        self.thread.start()
        return self.listener

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join(5)


class Peer:
    """A sender's end of the connection."""

    def __init__(self, listener: Listener) -> None:
        self.socket = socket.create_connection(("127.0.0.1", listener.port), timeout=20)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.socket.sendall(piece)

    def read(self) -> str:
        """The next acknowledgment; empty when the listener hung up."""
        got = b""
        while not got.endswith(END):
            more = self.socket.recv(4096)
            if not more:
                return ""
            got += more
        return got.removeprefix(START).removesuffix(END).decode()

    def ask(self, message: bytes) -> str:
        self.send(START + message + END)
        return self.read()


def stored(listener: Listener) -> int:
    with listener.work.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(appointment_deliveries)).scalar_one()


def control_id(message: bytes) -> str:
    return message.decode().split("|")[9]


def test_a_message_is_stored_and_acknowledged_by_its_control_id(listener: Listener) -> None:
    message = siu(Visit())
    with Peer(listener) as peer:
        answer = peer.ask(message)
    assert answer.startswith("MSH|^~\\&|VERIFY|CLINIC|SCHED|CLINIC|")
    assert f"MSA|AA|{control_id(message)}" in answer
    assert stored(listener) == 1


def test_one_connection_carries_many_messages_in_any_pieces(listener: Listener) -> None:
    messages = [siu(Visit(id=str(number))) for number in range(4)]
    with Peer(listener) as peer:
        peer.send(*(bytes([byte]) for byte in START + messages[0] + END))
        assert control_id(messages[0]) in peer.read()
        # Two at once, with a line end between that some senders leave there.
        peer.send(START + messages[1] + END + b"\r\n" + START + messages[2] + END)
        assert control_id(messages[1]) in peer.read()
        assert control_id(messages[2]) in peer.read()
        assert "MSA|AA" in peer.ask(messages[3])
    assert stored(listener) == 4


def test_a_message_sent_again_is_acknowledged_and_stored_once(listener: Listener) -> None:
    message = siu(Visit())
    for _ in range(2):
        with Peer(listener) as peer:
            assert "MSA|AA" in peer.ask(message)
    assert stored(listener) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((b"SIU^S12^SIU_S12", b"ADT^A04^ADT_A01"), "MSA|AR|"),
        ((b"SCH|P1001|1001|", b"SCH|||"), "MSA|AE|"),
        ((b"MSH|", b"XXX|"), "MSA|AR|\r"),
    ],
)
def test_what_cannot_be_taken_is_said_and_the_connection_goes_on(
    listener: Listener, change: tuple[bytes, bytes], said: str
) -> None:
    with Peer(listener) as peer:
        assert said in peer.ask(siu(Visit()).replace(*change))
        assert "MSA|AA" in peer.ask(siu(Visit()))
    assert stored(listener) == 1


def test_the_enhanced_mode_is_answered_in_its_own_codes(listener: Listener) -> None:
    message = siu(Visit()).replace(b"|P|2.5.1", b"|P|2.5.1|||AL|NE")
    with Peer(listener) as peer:
        assert "MSA|CA|" in peer.ask(message)


@pytest.mark.parametrize("junk", [b"GET / HTTP/1.1\r\n\r\n", START + b"x" * (MOST_BYTES + 2) + END])
def test_what_is_no_frame_is_hung_up_on(listener: Listener, junk: bytes) -> None:
    with Peer(listener) as peer:
        try:
            peer.send(junk)
            assert peer.read() == ""
        except OSError:
            pass
    with Peer(listener) as peer:
        assert "MSA|AA" in peer.ask(siu(Visit()))


def test_while_nothing_can_be_stored_the_sender_is_told_to_come_again(
    listener: Listener, tmp_path: Path
) -> None:
    known = listener.work.settings
    away = open_work(
        Settings(
            data_folder=tmp_path,
            database_url=f"postgresql+psycopg://nobody@/verify?host={tmp_path}",
            redis_url=known.redis_url,
            key_file=known.key_file,
        )
    )
    with listening(Listener(away, listener.source_id, ("127.0.0.1", 0))) as broken, Peer(broken) as peer:
        answer = peer.ask(siu(Visit()))
    away.close()
    assert "MSA|AR|" in answer
    assert "ERR|||207|E" in answer


def test_a_silent_peer_holds_up_nobody(listener: Listener) -> None:
    with Peer(listener) as silent, Peer(listener) as peer:
        silent.send(START + b"MSH|")
        assert "MSA|AA" in peer.ask(siu(Visit()))
