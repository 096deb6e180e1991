"""The API of an appointment system, on loopback: what thin events leave out is asked for here."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.senders import (
    Visit,
    athenahealth_answer,
    drchrono_patient,
    elation_patient,
    fhir_appointment,
    fhir_coverage,
    fhir_patient,
    healthie_answer,
)

CLIENT = {"client_id": "verify", "client_secret": "an-invented-client-secret"}


class EHR:
    """Knows one visit, answers in every vendor's way, and wants a token it gave."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        #: Statuses to answer with before it answers right.
        self.failures: list[int] = []
        self.asked: list[str] = []
        #: What `$events` answers.
        self.events: dict[str, Any] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "EHR":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def options(self) -> dict[str, Any]:
        """The `api` of a source that is reached here."""
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return {"url": url, "token_url": f"{url}/token", "allow_private_addresses": True}

    def answer(self, path: str) -> Any:
        """What is at a path; None for nothing."""
        visit = self.visit
        known: dict[str, Any] = {
            f"/Appointment/{visit.id}": fhir_appointment(visit),
            "/Patient/p1": fhir_patient(visit),
            "/Coverage": {"resourceType": "Bundle", "entry": [{"resource": fhir_coverage(visit)}]},
            "/Subscription/s1/$events": self.events,
            f"/v1/195900/appointments/{visit.id}": athenahealth_answer(visit),
            "/patients/64072/": elation_patient(visit),
            "/api/patients/64072": drchrono_patient(visit),
            "/graphql": healthie_answer(visit),
        }
        return known.get(path)


def _handler(ehr: EHR) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            ehr.asked.append(self.path)
            if not self.headers.get("Authorization", "").endswith(" an-invented-token"):
                self._say(401, {})
            elif ehr.failures:
                self._say(ehr.failures.pop(0), {})
            else:
                found = ehr.answer(path)
                self._say(404 if found is None else 200, found)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/token":
                self._say(200, {"access_token": "an-invented-token", "expires_in": 3600})
            else:
                self.do_GET()

        def _say(self, status: int, document: Any) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is written about a request."""

    return Handler
