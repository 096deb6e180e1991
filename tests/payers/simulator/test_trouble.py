"""Trouble on the way back, seen by an asker without our adapter: what really goes over the wire."""

import gzip
import http.client
import socket
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from payers.simulator.server import Simulator
from payers.simulator.trouble import BOMB_BYTES
from tests.payers.simulator.asking import ask, fields, multipart, payload, segments


def send(simulator: Simulator, member: str) -> socket.socket:
    """A question on a socket of its own, to be listened to byte by byte."""
    body = multipart(fields(Payload=payload(segments(member))))
    head = f"POST /core HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b1\r\nContent-Length: {len(body)}\r\n\r\n"
    asker = socket.create_connection(("127.0.0.1", simulator.port), 5)
    asker.sendall(head.encode() + body)
    return asker


def test_a_drip_comes_a_byte_at_a_time(simulator: Simulator):
    with send(simulator, "DRIP50-1") as asker:
        pieces = [asker.recv(65536) for _ in range(6)]
    assert b"Content-Length" in pieces[0]
    # Several may arrive together on a busy machine; never much of an answer.
    assert 5 <= sum(len(piece) for piece in pieces[1:]) < 500


def test_a_reset_comes_instead_of_an_answer(simulator: Simulator):
    with send(simulator, "RESET1") as asker, pytest.raises(ConnectionResetError):
        asker.recv(65536)


def test_half_an_answer_says_that_it_is_all(simulator: Simulator):
    whole, half = ask(simulator, "ACT1"), ask(simulator, "HALF1")
    assert len(half.body) == int(half.headers["content-length"])
    assert 0.4 < len(half.body) / len(whole.body) < 0.6


def test_a_flood_does_not_end(simulator: Simulator):
    with send(simulator, "FLOOD1") as asker:
        head = asker.recv(65536)
        received = len(head)
        while received < 5_000_000:
            received += len(asker.recv(65536))
    assert b"Content-Length" not in head


def test_a_bomb_is_small_until_it_is_unpacked(simulator: Simulator):
    reply = ask(simulator, "BOMB1")
    assert (reply.status, reply.headers["content-encoding"]) == (200, "gzip")
    assert len(reply.body) < BOMB_BYTES / 100
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    assert len(unpacker.decompress(reply.body, 1_000_000)) == 1_000_000
    assert unpacker.unconsumed_tail


def test_a_packed_answer_is_the_answer(simulator: Simulator):
    reply = ask(simulator, "GZIP1")
    assert reply.headers["content-encoding"] == "gzip"
    assert b"EB*1*" in gzip.decompress(reply.body)


def test_a_wrong_content_type_leaves_the_answer_as_it_is(simulator: Simulator):
    reply = ask(simulator, "TYPE1")
    assert reply.headers["content-type"].startswith("text/html")
    assert b"EB*1*" in reply.body


def test_a_wait_may_be_said_as_a_date(simulator: Simulator):
    reply = ask(simulator, "DATE60-1")
    assert reply.status == 429
    again = parsedate_to_datetime(reply.headers["retry-after"])
    assert timedelta(seconds=50) < again - datetime.now(UTC) <= timedelta(seconds=60)


def test_a_late_answer_arrives_after_the_second_one():
    with Simulator() as simulator, ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, simulator, "LATE1-1", trace="T1")
        while not simulator.questions():
            pass
        second = ask(simulator, "LATE1-1", trace="T1")
        assert not first.done()
        assert first.result(5).status == second.status == 200
        late, early = simulator.questions()
    assert late.answered_at is not None
    assert early.answered_at is not None
    assert late.arrived_at < early.arrived_at < early.answered_at < late.answered_at


def test_an_answer_that_breaks_off_is_not_called_answered(simulator: Simulator):
    before = len(simulator.questions())
    with pytest.raises(http.client.IncompleteRead):
        ask(simulator, "TRUNC1")
    assert [entry.answered_at for entry in simulator.questions()[before:]] == [None]
