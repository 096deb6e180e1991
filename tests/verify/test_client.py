"""The API's client reads answers strictly and sends its token to nobody else."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from verify import client

TOKEN = "verify_tok_invented"


def answer(status: int, body: bytes, kind: str = "application/json") -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made.url = "http://127.0.0.1:8470/api/v1/verifications"
    made.headers["Content-Type"] = kind
    made._content = body
    return made


def test_an_answer_is_its_document() -> None:
    assert client.read(
        answer(200, b'{"id": "ver_1"}', "application/json; charset=utf-8"), client.Document
    ) == {"id": "ver_1"}


def test_a_problem_keeps_its_status_words_places_and_request() -> None:
    body = {
        "title": "Unprocessable Content",
        "detail": "The submission cannot be used.",
        "instance": "req_7",
        "errors": [{"pointer": "/patient/birth_date", "detail": "is not a date"}],
    }
    with pytest.raises(client.Problem) as caught:
        client.read(answer(422, json.dumps(body).encode(), "application/problem+json"), client.Document)
    problem = caught.value
    assert (problem.status, str(problem), problem.request) == (422, "The submission cannot be used.", "req_7")
    assert problem.fields == [("/patient/birth_date", "is not a date")]


def test_a_problem_without_details_has_its_title() -> None:
    with pytest.raises(client.Problem, match="Not Found"):
        client.read(answer(404, b'{"title": "Not Found"}', "application/problem+json"), client.Document)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"<h1>", "text/html"), (b"", ""), (b"{", "application/json"), (b"[]", "application/json")],
)
def test_what_is_not_our_apis_is_no_answer(body: bytes, kind: str) -> None:
    with pytest.raises(client.ClientError) as caught:
        client.read(answer(200, body, kind), client.Document)
    assert not isinstance(caught.value, client.Problem | client.NotRunning)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_token_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / client.ADDRESS_FILE).write_text("http://127.0.0.1:9\n")
    (tmp_path / client.TOKEN_FILE).write_text(TOKEN)
    (tmp_path / client.TOKEN_FILE).chmod(mode)
    with pytest.raises(client.UnsafeToken):
        client.connect(tmp_path)


def test_a_folder_nothing_runs_on_is_named(tmp_path: Path) -> None:
    with pytest.raises(client.NotRunning, match=str(tmp_path)):
        client.connect(tmp_path)


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Notes what it is asked with, and sends the asker on to another address."""

    def do_GET(self) -> None:
        asked.append((self.path, self.headers.get("Authorization")))
        self.send_response(302)
        self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


asked: list[tuple[str, str | None]] = []


@pytest.fixture
def elsewhere() -> Iterator[str]:
    asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_token_follows_no_redirect_and_no_proxy(elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(client.ClientError):
        client.Client(elsewhere, TOKEN).verification("ver_1")
    assert asked == [("/api/v1/verifications/ver_1", f"Bearer {TOKEN}")]


def test_an_id_cannot_leave_its_place_in_the_path(elsewhere: str) -> None:
    with pytest.raises(client.ClientError):
        client.Client(elsewhere, TOKEN).verification("../payers?x=1")
    assert asked[0][0] == "/api/v1/verifications/..%2Fpayers%3Fx%3D1"


@pytest.mark.parametrize(
    ("state", "settled"), [("ready", False), ("asking", False), ("needs_person", True), ("cancelled", True)]
)
def test_a_verification_is_settled_when_the_program_has_no_next_move(state: str, settled: bool) -> None:
    assert client.settled({"state": state}) is settled
