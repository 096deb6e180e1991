"""The application on a real port of the loopback, with real servers behind it and two practices in them."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
import uvicorn

from verify.facts import Fact
from verify.findings import Finding, Question
from verify.followup import FollowUp, Kind
from verify.intake.submission import Submission
from verify.security.keys import Keyring
from verify.security.passwords import Passwords
from verify.security.sessions import csrf_token, mint, mint_api_token
from verify.settings import Settings
from verify.steps import Work, accept, open_work
from verify.store import clinic, evidence, users, verifications
from verify.store.users import find_session
from verify.verification import OwnerRole, new_id
from verify.web.app import create_app

PASSWORD = "a lantern over the harbour"
ROLES = ("admin", "coordinator", "clinician", "biller", "auditor", "front_desk", "service")
#: Quick enough for hundreds of requests; the strength itself is tested in tests/verify/security.
QUICK = Passwords(memory_kib=1024, passes=1, lanes=1)
PASSWORD_HASH = QUICK.hash(PASSWORD)


@dataclass
class Practice:
    """One practice with a person of each role, and what was submitted for it."""

    id: str
    payer_id: str
    user_ids: dict[str, str] = field(default_factory=dict)

    def email(self, role: str) -> str:
        return f"{role}@{self.id[-6:].lower()}.example"


@dataclass
class Site:
    """The running application, and what a test does with it."""

    url: str
    work: Work
    here: Practice
    elsewhere: Practice

    def visit(self, role: str = "coordinator", practice: Practice | None = None) -> "Visit":
        """A browser with a signed-in session, made the way sign-in makes it."""
        practice = practice or self.here
        token = mint()
        now = self.work.now()
        with self.work.engine.begin() as connection:
            session_id = users.start_session(connection, practice.user_ids[role], token.hash, now)
        visit = Visit(self.url, csrf_token(self.work.keyring, session_id), session_id)
        visit.cookies.set("session", token.text)
        return visit

    def program(self, role: str = "coordinator", practice: Practice | None = None) -> "Visit":
        """A program with an API token."""
        practice = practice or self.here
        token_id = new_id("tok")
        token = mint_api_token(token_id)
        with self.work.engine.begin() as connection:
            users.add_token(
                connection,
                practice.user_ids[role],
                token_id=token_id,
                name="test",
                token_hash=token.hash,
            )
        visit = Visit(self.url, "", "")
        visit.headers["Authorization"] = f"Bearer {token.text}"
        return visit

    def submit(self, practice: Practice | None = None, **changes: Any) -> str:
        practice = practice or self.here
        accepted = accept(
            self.work,
            Submission.model_validate(submission(**changes)),
            practice_id=practice.id,
            actor=practice.user_ids["coordinator"],
        )
        return accepted.verification_id

    def answer(self, verification_id: str, practice: Practice | None = None) -> None:
        """Puts a judged answer there, as the judge step would."""
        practice = practice or self.here
        now = datetime.now(UTC)
        with self.work.engine.begin() as connection:
            row = verifications.lock(connection, verification_id, practice.id)
            assert row is not None
            evidence.add_facts(connection, row, [active_fact(now), copay_fact(now)])
            evidence.replace_findings(connection, row, findings(now))
            evidence.set_questions(connection, row, QUESTIONS)
            evidence.add_follow_up(connection, row, call_task(now))
            verifications.change(connection, row, state="asking")
            verifications.change(
                connection,
                verifications.lock(connection, verification_id),
                state="needs_person",
                coverage_status="active",
                plan_name="Lakeside Choice PPO",
                copay_cents=3000,
            )


class Visit(requests.Session):
    """A client of the site: paths instead of addresses, redirects not followed, CSRF at hand."""

    def __init__(self, url: str, csrf: str, session_id: str) -> None:
        super().__init__()
        self.trust_env = False
        self.url, self.csrf, self.session_id = url, csrf, session_id

    def request(self, method: str, path: str, **options: Any) -> requests.Response:  # type: ignore[override]
        options["allow_redirects"] = False
        options.setdefault("timeout", 20)
        return super().request(method, f"{self.url}{path}", **options)

    def send_form(self, path: str, **fields: Any) -> requests.Response:
        return self.post(path, data={"csrf": self.csrf, **fields})


def submission(**changes: Any) -> dict[str, Any]:
    patient = {"last_name": "Quill", "first_name": "Marguerite", "birth_date": "1984-05-17"}
    coverage = {"payer": "bluehollow", "member_id": "BHX100200300"}
    return {
        "patient": {**patient, **changes.pop("patient", {})},
        "coverage": {**coverage, **changes.pop("coverage", {})},
        "service_lines": ["tms"],
        "date_of_service": (date.today() + timedelta(days=9)).isoformat(),
        **changes,
    }


def copay_fact(now: datetime) -> Fact:
    return fact("copay", "value", now, value={"cents": 3000, "per": "visit"}, segments=[14])


def active_fact(now: datetime) -> Fact:
    return fact("active", "yes", now, segments=[9, 11])


def fact(name: str, standing: str, now: datetime, *, kind: str = "x12_271", **more: Any) -> Fact:
    source = {"kind": kind, "reference": "exch_1", "by": "system", "obtained_at": now.isoformat()}
    document = {
        "name": name,
        "about": {"service_type": "MH"},
        "standing": standing,
        "status": "stated",
        "source": source,
        **more,
    }
    return msgspec.convert(document, Fact)


def findings(now: datetime) -> list[Finding]:
    return [
        _finding("active_coverage", "active", "The payer reports coverage as active.", active_fact(now)),
        _finding("cost_share", "copay", "The patient pays a copay of $30.00 per visit.", copay_fact(now)),
        _finding("deductible", "not_stated", "What is left of the deductible is not stated."),
        _finding("authorization", "not_stated", "Whether authorization is required is not stated."),
    ]


def _finding(rule: str, conclusion: str, sentence: str, *facts: Fact) -> Finding:
    document = {
        "rule": rule,
        "service_line": "tms",
        "conclusion": conclusion,
        "sentence": sentence,
        "status": "stated",
        "facts": [fact.key for fact in facts],
    }
    return msgspec.convert(document, Finding)


QUESTIONS = [
    msgspec.convert(
        {
            "fact": "authorization",
            "service_line": "tms",
            "text": "Is authorization required for 90867, code by code?",
            "how": "phone",
        },
        Question,
    )
]


def call_task(now: datetime) -> FollowUp:
    script = {
        "payer_name": "Blue Hollow Health Plan",
        "payer_phone": "555-0100",
        "before": ["Have ready: the group NPI."],
        "lines": [
            {"number": 1, "say": "May I have a reference number for this call?", "service_line": ""},
            {"number": 9, "say": "Is authorization required for 90867?", "service_line": "tms"},
        ],
        "fields": [
            {
                "name": "authorization_tms",
                "label": "Authorization required?",
                "kind": "yes_no",
                "fact": "authorization",
                "service_line": "tms",
            },
            {
                "name": "copay_tms",
                "label": "Copay",
                "kind": "copay",
                "fact": "copay",
                "service_line": "tms",
            },
        ],
    }
    return FollowUp(
        kind=Kind.CALL,
        dedupe_key="call",
        title="Call the payer",
        detail="One question only a person can answer.",
        script=script,
        owner_role=OwnerRole.COORDINATOR,
        due_at=now + timedelta(hours=20),
    )


@pytest.fixture
def work(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[Work]:
    key_file = tmp_path / "keys.json"
    Keyring.create(key_file)
    opened = open_work(
        Settings(
            data_folder=tmp_path, database_url=postgres_url, redis_url=valkey_url, key_file=key_file, port=0
        )
    )
    yield opened
    opened.close()


@pytest.fixture
def site(work: Work) -> Iterator[Site]:
    app = create_app(work.settings, work, passwords=QUICK)
    with serving(app) as url:
        yield Site(url, work, add_practice(work, "Larkspur"), add_practice(work, "Fernwood"))


def add_practice(work: Work, name: str) -> Practice:
    with work.engine.begin() as connection:
        practice_id = clinic.add_practice(
            connection, name=name, time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )
        account = clinic.add_account(
            connection, work.keyring, practice_id=practice_id, name="Phone", adapter="phone", secrets={}
        )
        payer_id = clinic.add_payer(
            connection,
            practice_id=practice_id,
            code="bluehollow",
            name="Blue Hollow Health Plan",
            account_id=account,
            phone="555-0100",
        )
        practice = Practice(practice_id, payer_id)
        for role in ROLES:
            practice.user_ids[role] = users.add(
                connection,
                practice_id=practice_id,
                email=practice.email(role),
                name=f"{name} {role}",
                role=role,
            )
        for user_id in practice.user_ids.values():
            users.set_password(connection, user_id, PASSWORD_HASH)
    return practice


class serving:  # noqa: N801 (read as a verb: `with serving(app) as url`)
    """Runs an application in a thread until the block ends."""

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        deadline = time.monotonic() + 10
        while not self.server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)


def session_of(site: Site, visit: Visit) -> Any:
    from verify.security.sessions import hash_token

    with site.work.engine.connect() as connection:
        return find_session(connection, hash_token(visit.cookies.get("session") or ""))
