"""The server on real sockets: many askers, its log, its misbehavior and its end."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from payers.simulator.journal import questions
from payers.simulator.server import Simulator
from tests.payers.simulator.asking import ask, fields, multipart, payload, post, segments

ROOT = Path(__file__).parents[3]


def test_a_question_is_in_the_file_with_everything_known(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    with Simulator(log=log) as simulator:
        ask(simulator, "ACT0001", "A8", trace="T-1")
        [entry] = questions(log)
        assert entry == simulator.questions()[0]
    assert (entry.member, entry.trace, entry.service_type, entry.outcome) == (
        "ACT0001",
        "T-1",
        "A8",
        "active",
    )
    assert entry.in_flight == 0
    assert entry.answered_at is not None
    assert entry.answered_at >= entry.arrived_at


def test_a_question_is_in_the_file_before_it_is_answered(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    with Simulator(log=log, latency=5) as simulator, contextlib.suppress(TimeoutError):
        connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=0.5)
        connection.request(
            "POST", "/core", multipart(fields()), {"Content-Type": "multipart/form-data; boundary=b1"}
        )
        try:
            connection.getresponse()
        finally:
            connection.close()
            [entry] = questions(log)
            assert entry.answered_at is None
            assert entry.outcome == "active"


def test_a_refused_question_is_in_the_log_too(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    with Simulator(log=log) as simulator:
        post(simulator, b"nothing")
        post(simulator, multipart(fields(Password="guess")))
        post(simulator, multipart(fields(Payload=payload().replace("IEA*1*", "IEA*3*"))))
    assert [entry.outcome for entry in questions(log)] == [
        "not_multipart",
        "envelope:UnAuthorized",
        "refused_ta1",
    ]


def test_a_log_is_appended_to_and_numbers_go_on(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    for _ in range(2):
        with Simulator(log=log) as simulator:
            ask(simulator)
            ask(simulator)
    assert [entry.number for entry in questions(log)] == [1, 2, 3, 4]


def test_a_line_cut_off_by_a_crash_is_passed_over(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    with Simulator(log=log) as simulator:
        ask(simulator)
    with log.open("ab") as file:
        file.write(b'{"number": 2, "arr')
    assert len(questions(log)) == 1


def test_the_log_can_be_read_over_http_from_a_number_on():
    with Simulator() as simulator:
        for n in range(3):
            ask(simulator, trace=f"T{n}")
        reply = post(simulator, b"", path="/log?since=1", method="GET")
        assert [entry["trace"] for entry in json.loads(reply.body)] == ["T1", "T2"]
        assert len(json.loads(post(simulator, b"", path="/log", method="GET").body)) == 3


def test_it_says_that_it_is_well(simulator: Simulator):
    reply = post(simulator, b"", path="/healthz", method="GET")
    assert (reply.status, json.loads(reply.body)) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/core", "GET", 405), ("/", "GET", 404), ("/x", "POST", 404)]
)
def test_other_addresses_are_not_found(simulator: Simulator, path: str, method: str, status: int):
    assert post(simulator, b"", path=path, method=method).status == status


def test_a_question_that_is_too_large_is_refused(simulator: Simulator):
    with socket.create_connection(("127.0.0.1", simulator.port), 5) as asker:
        asker.sendall(b"POST /core HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert b" 413 " in asker.recv(1000)


def test_one_connection_carries_many_questions(simulator: Simulator):
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=5)
    connection.connect()
    opened = connection.sock
    for n in range(20):
        body = multipart(fields(Payload=payload(segments(trace=f"T{n}"))))
        connection.request("POST", "/core", body, {"Content-Type": "multipart/form-data; boundary=b1"})
        assert f"TRN*2*T{n}*".encode() in connection.getresponse().read()
        assert connection.sock is opened
    connection.close()


def test_five_hundred_askers_at_once_are_all_answered_and_all_logged(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    everybody = threading.Barrier(500)

    def one(n: int) -> int:
        everybody.wait(20)
        return ask(simulator, f"ACT{n:04}", trace=f"T{n}").status

    with Simulator(log=log, latency=1) as simulator, ThreadPoolExecutor(500) as pool:
        assert set(pool.map(one, range(500))) == {200}
    logged = questions(log)
    assert sorted(entry.trace for entry in logged) == sorted(f"T{n}" for n in range(500))
    assert all(entry.answered_at for entry in logged)
    assert max(entry.in_flight for entry in logged) > 100


def test_latency_holds_every_answer_back():
    with Simulator(latency=0.3) as simulator:
        started = time.monotonic()
        ask(simulator)
        assert time.monotonic() - started >= 0.3


def test_slow_answers_after_the_seconds_given(simulator: Simulator):
    started = time.monotonic()
    assert ask(simulator, "SLOW1-1").status == 200
    assert time.monotonic() - started >= 1


def test_fail_gives_in_after_the_times_given():
    with Simulator() as simulator:
        assert [ask(simulator, "FAIL2-1", "MH").status for _ in range(4)] == [503, 503, 200, 200]
        assert ask(simulator, "FAIL2-1", "30").status == 503


@pytest.mark.parametrize(
    ("prefix", "status", "wait"),
    [
        ("RATE7-", 429, "7"),
        ("BUSY", 429, None),
        ("H500", 500, None),
        ("H503", 503, None),
        ("H401", 401, None),
    ],
)
def test_http_errors_are_sent_as_such(simulator: Simulator, prefix: str, status: int, wait: str | None):
    reply = ask(simulator, f"{prefix}1")
    assert (reply.status, reply.headers.get("retry-after")) == (status, wait)


def test_a_dropped_answer_is_a_reset_in_its_middle(simulator: Simulator):
    with pytest.raises(ConnectionResetError):
        ask(simulator, "DROP1")


def test_a_truncated_answer_ends_too_early(simulator: Simulator):
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(simulator, "TRUNC1")
    assert b"X12_271_Response" in caught.value.partial


def test_noise_and_a_login_page_are_no_envelope(simulator: Simulator):
    noise, page = ask(simulator, "NOISE1"), ask(simulator, "HTML1")
    assert (noise.status, page.status) == (200, 200)
    assert b"form-data" not in noise.body + page.body
    assert page.headers["content-type"] == "text/html"


def test_a_hanging_answer_never_comes_and_ends_with_the_asker_or_the_server():
    others = set(threading.enumerate())

    def answering() -> bool:
        ours = set(threading.enumerate()) - others
        return any("process_request_thread" in thread.name for thread in ours)

    with Simulator() as simulator:
        body = multipart(fields(Payload=payload(segments("HANG1"))))
        asker = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=0.4)
        asker.request("POST", "/core", body, {"Content-Type": "multipart/form-data; boundary=b1"})
        with pytest.raises(TimeoutError):
            asker.getresponse()
        asker.close()
        deadline = time.monotonic() + 3
        while answering() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not answering()
        assert simulator.questions()[0].answered_at is None


def test_a_port_in_use_is_an_error(simulator: Simulator):
    with pytest.raises(OSError, match="in use"):
        Simulator(port=simulator.port)


def test_stopping_ends_waiting_answers_at_once():
    simulator = Simulator(latency=60).start()
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(ask, simulator) for _ in range(3)]
        while len(simulator.questions()) < 3:
            time.sleep(0.02)
        started = time.monotonic()
        simulator.stop()
        for future in waiting:
            assert isinstance(future.exception(5), OSError | http.client.HTTPException)
    assert time.monotonic() - started < 1


PROGRAM = """
import sys
from pathlib import Path
from payers.simulator.server import serve
serve(log=Path(sys.argv[1]), latency=30, announce=lambda it: print(it.url, it.port, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_a_second_even_while_it_answers(tmp_path: Path, number: int):
    log = tmp_path / "log.jsonl"
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(log)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ},
    )
    try:
        url, port = program.stdout.readline().split()
        assert url == f"http://127.0.0.1:{port}/core"
        asker = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
        asker.request(
            "POST", "/core", multipart(fields()), {"Content-Type": "multipart/form-data; boundary=b1"}
        )
        while not log.exists() or not log.read_bytes():
            time.sleep(0.02)
        program.send_signal(number)
        started = time.monotonic()
        assert program.wait(5) == 0
        assert time.monotonic() - started < 1
        asker.close()
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
    assert len(questions(log)) == 1
