"""Optum's eligibility v3 as it is documented: tokens that end, and a JSON question with a control number.

Source: Optum's interface descriptions of Medical Network Eligibility v3 and Security and Authorization v2, 2026-08.
What a refused question looks like is not documented; here it is as Stedi's, whose interface is a copy.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from datetime import datetime

from msgspec.json import encode
from msgspec.structs import replace

from payers.simulator import questions_v3
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.decision import Decision
from payers.simulator.envelope import Credentials
from payers.simulator.scenarios import Behavior, scenario_for
from payers.simulator.stedi import as_270, ask_raw, decide, decoded, refused, spoken

PATH = "/medicalnetwork/eligibility/v3/"
RAW_PATH = f"{PATH}raw-x12"
TOKEN_PATH = "/apip/auth/v2/token"  # noqa: S105 - a path
INVALID_TOKEN = {"error": "invalid_token"}
REQUIRED = ("/controlNumber", "/subscriber", "/provider", "/tradingPartnerServiceId")


class OptumDesk:
    """Grants tokens and answers who has one; safe from many threads."""

    def __init__(self, clearinghouse: Clearinghouse, credentials: Credentials) -> None:
        self._clearinghouse = clearinghouse
        self._credentials = credentials
        self._lock = threading.Lock()
        #: Token -> its end, by time.monotonic().
        self._granted: dict[str, float] = {}
        #: What a token lasts, in seconds, from the next one on.
        self.token_seconds = 3600.0
        #: A token takes this long, in seconds.
        self.token_delay = 0.0
        #: What was refused once because its token is said to have ended early.
        self._refused: set[tuple[str, str]] = set()

    def end_tokens(self) -> None:
        """Every token granted so far is refused from now on."""
        with self._lock:
            self._granted.clear()

    def grant(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:  # noqa: ARG002 - a door's
        """`POST /apip/auth/v2/token`."""
        known = self._credentials
        wanted = {
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "grant_type": "client_credentials",
        }
        if decoded(body) != wanted:
            said = {"error": "invalid_client", "error_description": "unknown client"}
            return refused(401, said, "token_refused")
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._granted[token] = time.monotonic() + self.token_seconds
        answer = {"access_token": token, "expires_in": int(self.token_seconds), "token_type": "bearer"}
        return spoken(answer, "token", wait_seconds=self.token_delay)

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:
        """`POST /medicalnetwork/eligibility/v3/`."""
        if not self._let_in(headers.get("Authorization", "")):
            return refused(401, INVALID_TOKEN, "unauthorized")
        question = decoded(body)
        if question is None:
            return refused(400, {"errors": [{"description": "no JSON"}]}, "not_json")
        if found := questions_v3.faults(question, REQUIRED, questions_v3.OPTUM_PATTERNS):
            said = [{"field": each["path"], "description": each["message"]} for each in found]
            return refused(400, {"errors": said}, "invalid")
        received = as_270(question, self._clearinghouse.number(), now)
        if received is None:
            return refused(400, {"errors": [{"description": "not to be written as X12"}]}, "not_x12")
        # The raw answer stays out, so that the JSON is all there is to read.
        return self._ended_early(decide(self._clearinghouse, received, now, with_x12=False))

    def check_raw(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:
        """`POST /medicalnetwork/eligibility/v3/raw-x12`: `{"x12": "ISA*…"}`."""
        if not self._let_in(headers.get("Authorization", "")):
            return refused(401, INVALID_TOKEN, "unauthorized")
        return self._ended_early(ask_raw(self._clearinghouse, body, now))

    def _ended_early(self, decision: Decision) -> Decision:
        """The decision, or the first time of the scenario that wants it, a refusal of the token."""
        if scenario_for(decision.member).behavior is not Behavior.TOKEN_ENDED:
            return decision
        question = (decision.member, decision.service_type)
        with self._lock:
            if question in self._refused:
                return decision
            self._refused.add(question)
        return replace(decision, status=401, body=encode(INVALID_TOKEN))

    def has_token(self, headers: Mapping[str, str]) -> bool:
        return self._let_in(headers.get("Authorization", ""))

    def _let_in(self, authorization: str) -> bool:
        with self._lock:
            return time.monotonic() < self._granted.get(authorization.removeprefix("Bearer "), 0.0)
