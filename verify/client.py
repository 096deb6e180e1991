"""The API's client, for the command line."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import requests

ADDRESS_FILE, TOKEN_FILE = "address", "cli-token"
#: Seconds: to connect, and between two bytes of an answer. Everything asked here is answered from the database.
TIME_LIMITS = (3.0, 20.0)
#: States in which the program itself goes on; in any other it waits for a person, or is done.
MOVING = frozenset({"ready", "asking"})

Document = dict[str, Any]
T = TypeVar("T")
#: Assumptions: names and texts; a name may stand more than once.
Asked = Sequence[tuple[str, str]]


class ClientError(Exception):
    """The API could not be used; the text says what to do."""


class NotRunning(ClientError):
    """Nothing answers for this data folder."""


class UnsafeToken(ClientError):
    """The token's file is open to others, so it is not used."""


class Problem(ClientError):
    """The API's refusal, as it gave it (RFC 9457)."""

    def __init__(
        self, status: int, title: str, detail: str, fields: list[tuple[str, str]], request: str
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.title = title
        #: (JSON pointer into what was sent, what is wrong there)
        self.fields = fields
        #: The request's id, to be found in the server's log.
        self.request = request


class Client:
    """Speaks to one running system as the owner of its data folder."""

    def __init__(self, address: str, token: str) -> None:
        self._base = address.rstrip("/") + "/api/v1"
        self._session = requests.Session()
        # No proxy and no .netrc: the token is for this address alone.
        self._session.trust_env = False
        self._session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})

    def submit(self, submission: object, key: str) -> Document:
        """The verification made; for a second submission of the same thing, the first one's."""
        return self._call("POST", "/verifications", body=submission, headers={"Idempotency-Key": key})

    def verification(self, verification_id: str) -> Document:
        return self._call("GET", f"/verifications/{quote(verification_id, safe='')}")

    def estimate(self, verification_id: str, asked: Asked = ()) -> Document:
        """What the planned course will cost the patient under these assumptions, or what is missing to say so."""
        return self._call("GET", f"/verifications/{quote(verification_id, safe='')}/estimate", query=asked)

    def treatments(self, verification_id: str, asked: Asked = ()) -> Document:
        """What each treatment with prices would cost the same patient."""
        path = f"/verifications/{quote(verification_id, safe='')}/estimate/treatments"
        return self._call("GET", path, query=asked)

    def courses(self, verification_id: str) -> Document:
        """The planned courses, and what stands against each other on the same days."""
        return self._call("GET", f"/verifications/{quote(verification_id, safe='')}/courses")

    def plan_course(self, verification_id: str, service_line: str, outline: object, mark: str) -> Document:
        """Plans a course anew on top of the version with this mark; another one in between is a Problem (412)."""
        return self._call(
            "PUT",
            f"/verifications/{quote(verification_id, safe='')}/courses/{quote(service_line, safe='')}",
            body=outline,
            headers={"If-Match": f'"{mark}"'},
        )

    def findings(self, verification_id: str, service: str = "") -> Document:
        """What is known, what it means, what is missing and what to ask first, as of now."""
        query = {"service": service} if service else None
        return self._call("GET", f"/verifications/{quote(verification_id, safe='')}/findings", query=query)

    def worksheet(self, verification_id: str) -> list[Document]:
        """The fields that may be written down."""
        found = self._call("GET", f"/verifications/{quote(verification_id, safe='')}/worksheet")
        return list(found["items"])

    def write_facts(self, verification_id: str, body: object) -> Document:
        """Writes down what was read in a portal, a letter, a contract or on the card."""
        return self._call("POST", f"/verifications/{quote(verification_id, safe='')}/facts", body=body)

    def withdraw_fact(self, verification_id: str, fact_id: str, reason: str) -> Document:
        """Takes back what a person wrote down."""
        path = f"/verifications/{quote(verification_id, safe='')}/facts/{quote(fact_id, safe='')}/withdraw"
        return self._call("POST", path, body={"reason": reason})

    def verifications(
        self, *, state: str | None = None, patient: str | None = None, limit: int = 50
    ) -> Iterator[Document]:
        """Rows of the worklist, newest first, as many pages as it takes."""
        cursor: str | None = None
        while limit > 0:
            asked = {"state": state, "patient": patient, "limit": min(limit, 200), "cursor": cursor}
            page = self._call(
                "GET", "/verifications", query={k: v for k, v in asked.items() if v is not None}
            )
            yield from page["items"][:limit]
            limit -= len(page["items"])
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def upload(self, content: bytes, kind: str) -> Document:
        """How a file of rows was read; nothing is submitted before it is confirmed."""
        return self._call("POST", "/imports", content=content, headers={"Content-Type": kind})

    def file(self, import_id: str) -> Document:
        return self._call("GET", f"/imports/{quote(import_id, safe='')}")

    def confirm_file(self, import_id: str, priority: str | None) -> Document:
        return self._call(
            "POST", f"/imports/{quote(import_id, safe='')}/confirm", body={"priority": priority}
        )

    def cancel_file(self, import_id: str) -> Document:
        return self._call("POST", f"/imports/{quote(import_id, safe='')}/cancel")

    def add_note(self, verification_id: str, kind: str, body: str, key: str) -> Document:
        return self._call(
            "POST",
            f"/verifications/{quote(verification_id, safe='')}/notes",
            body={"kind": kind, "body": body},
            headers={"Idempotency-Key": key},
        )

    def authorizations(self, verification_id: str, *, program: str | None = None) -> list[Document]:
        """The patient's authorizations for the verification's treatments, with their alerts."""
        query = {} if program is None else {"program": program}
        path = f"/verifications/{quote(verification_id, safe='')}/authorizations"
        return read(self._send("GET", path, query=query), list[Document])

    def add_authorization(self, verification_id: str, record: object) -> Document:
        path = f"/verifications/{quote(verification_id, safe='')}/authorizations"
        return self._call("POST", path, body=record)

    def start_night(self) -> Document:
        """Begins today's night, or says that there was one: `created`, and how far the `night` is."""
        return self._call("POST", "/nights")

    def night(self, night_id: str = "latest") -> Document:
        """How far a night is."""
        return self._call("GET", f"/nights/{quote(night_id, safe='')}")

    def night_report(self, night_id: str) -> Iterator[Document]:
        """What a night found, the heaviest first, as many pages as it takes."""
        return self._pages(f"/nights/{quote(night_id, safe='')}/report", {"limit": 200})

    def ahead(self) -> Iterator[Document]:
        """Whom tonight's night would ask, as many pages as it takes."""
        return self._pages("/nights/ahead", {})

    def _pages(self, path: str, query: dict[str, Any]) -> Iterator[Document]:
        cursor: str | None = None
        while True:
            page = self._call("GET", path, query={**query, **({"cursor": cursor} if cursor else {})})
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def watch(self, verification_id: str, *, seconds: float, pause: float = 0.5) -> Iterator[Document]:
        """The verification now and after each change, until it is settled or `seconds` have passed."""
        end, seen = time.monotonic() + seconds, None
        while True:
            document = self.verification(verification_id)
            if (mark := progress(document)) != seen:
                seen = mark
                yield document
            if settled(document) or time.monotonic() + pause > end:
                return
            time.sleep(pause)

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | Asked | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Document:
        answer = self._send(method, path, body=body, content=content, query=query, headers=headers)
        return read(answer, Document)

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | Asked | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        typed = {} if body is None else {"Content-Type": "application/json"}
        try:
            return self._session.request(
                method,
                self._base + path,
                params=list(query) if isinstance(query, Sequence) else query,
                data=content if body is None else msgspec.json.encode(body),
                headers={**typed, **(headers or {})},
                timeout=TIME_LIMITS,
                allow_redirects=False,
            )
        except requests.ConnectionError:
            raise NotRunning(f"Nothing answers at {self._base}. Is `verify up` running?") from None
        except requests.Timeout:
            raise NotRunning(
                f"{self._base} did not answer in time. `verify doctor` says what is wrong."
            ) from None


def connect(folder: Path) -> Client:
    """A client for the system that runs on `folder`. Raises NotRunning or UnsafeToken."""
    address, token = folder / ADDRESS_FILE, folder / TOKEN_FILE
    if not address.is_file() or not token.is_file():
        raise NotRunning(
            f"Nothing runs on {folder}. Start it with `verify up`, or name its folder with --data."
        )
    # Checked on the open file, so that nobody can exchange it in between.
    with token.open() as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise UnsafeToken(
                f"{token} can be read by others: `chmod 600 {token}`, then restart `verify up`."
            )
        return Client(address.read_text().strip(), file.read().strip())


def settled(document: Document) -> bool:
    """True when the program waits for a person, or is done."""
    return document["state"] not in MOVING


def progress(document: Document) -> object:
    """What a watcher wants to be told about when it changes."""
    inquiries = [
        (each.get("id"), each.get("state"), each.get("attempt")) for each in document.get("inquiries", [])
    ]
    return document["state"], inquiries


def read(answer: requests.Response, shape: type[T]) -> T:
    """What is in an answer. Raises Problem, or ClientError for what is not our API's."""
    kind = answer.headers.get("Content-Type", "").split(";")[0]
    if kind not in {"application/json", "application/problem+json"}:
        raise ClientError(
            f"{answer.url.split('/api/')[0]} is not a verify server (HTTP {answer.status_code})."
        )
    try:
        if answer.ok:
            return msgspec.json.decode(answer.content, type=shape)
        refused = msgspec.json.decode(answer.content, type=Document)
    except msgspec.DecodeError:
        raise ClientError(f"The answer could not be read (HTTP {answer.status_code}).") from None
    raise problem(answer.status_code, refused)


def problem(status: int, document: Document) -> Problem:
    fields = [
        (str(each.get("pointer", "")), str(each.get("detail", ""))) for each in document.get("errors") or []
    ]
    return Problem(
        status,
        str(document.get("title", "")),
        str(document.get("detail") or ""),
        fields,
        str(document.get("instance", "")),
    )
