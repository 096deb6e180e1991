"""Notify: one signed POST to one endpoint, tried again for three days; no transaction is open while it waits."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row

from payers.account import Account, AccountId
from payers.errors import AccountError, PayerError
from payers.exchange import Exchange
from payers.http import HTTPSource
from payers.limits import Outcome as Learned
from verify.security.logging import get_logger
from verify.security.webhook_signing import signature_headers
from verify.steps.work import Work
from verify.store import jobs, notices
from verify.store.jobs import Claim

log = get_logger(__name__)

#: Seconds before the first try, the second … Source: Standard Webhooks 1.0, its example schedule.
SCHEDULE_SECONDS = (
    0,
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
)
LONGEST_RETRY_AFTER_SECONDS = 24 * 3600.0
#: Tries may be put off while an endpoint is away; after this nobody wants the news any more.
GIVE_UP_AFTER = timedelta(days=5)

#: From the first byte sent to the last one received.
DEADLINE_SECONDS = 20.0
CONNECT_SECONDS = 5.0
#: What a receiver says beside its status is not read further than this, and not kept.
MOST_ANSWER_BYTES = 16 * 1024
#: The lease outlives the deadline by this.
STORING_SECONDS = 20.0
MOST_AT_ONCE = 4
MOST_PER_SECOND = 20.0

GONE = 410


class Tried(NamedTuple):
    """What one try came to. `status` is None when nothing was answered."""

    status: int | None
    code: str = ""
    retry_after_seconds: float | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def learned(self) -> Learned:
        away = self.status is None or self.status >= 500
        return Learned.UNAVAILABLE if away else Learned.ANSWERED


def notify(work: Work, claim: Claim) -> None:
    """Delivers a notice, or gives its job back until the next try."""
    with work.engine.begin() as connection:
        notice = notices.read(connection, claim.subject_id)
        if notice.standing != "pending" or notice.disabled_code:
            jobs.finish(connection, claim)
            return
    account = account_of(notice)
    # No thread of the lane waits for an endpoint that is slow or away.
    wait = work.turnstile.enter(account, claim.token, claim.lane, patience_seconds=0)
    if wait is not None:
        _come_back(work, claim, wait.seconds)
        return
    tried = Tried(None)
    try:
        if not _hold(work, claim):
            return
        tried = post(work, notice, account)
    finally:
        work.turnstile.leave(
            account, claim.token, tried.learned, retry_after_seconds=tried.retry_after_seconds
        )
    _store(work, claim, notice, tried)


def account_of(notice: Row[Any]) -> Account:
    """The endpoint as what it is to our connections and limits: an address, and how much of it we may use."""
    return Account(
        id=AccountId(notice.endpoint_id),
        name="webhook",
        adapter="",
        url=notice.url,
        connect_timeout=CONNECT_SECONDS,
        total_deadline=DEADLINE_SECONDS,
        max_answer_bytes=MOST_ANSWER_BYTES,
        max_in_flight=MOST_AT_ONCE,
        requests_per_second=MOST_PER_SECOND,
        allow_private_addresses=notice.allow_private_addresses,
    )


def body_of(notice: Row[Any], pages_url: str) -> bytes:
    """What is sent: ids, states, times and links; nothing of a patient.

    {"type": "verification.needs_person", "timestamp": "2026-11-23T18:25:00Z", "data": {…}}
    """
    verification_id = notice.verification_id
    return msgspec.json.encode(
        {
            "type": f"verification.{notice.state}",
            "timestamp": notice.happened_at,
            "data": {
                "verification_id": verification_id,
                "practice_id": notice.practice_id,
                "state": notice.state,
                "previous_state": notice.previous_state,
                "page": f"{pages_url}/verifications/{verification_id}",
                "api": f"{pages_url}/api/v1/verifications/{verification_id}",
            },
        }
    )


def post(work: Work, notice: Row[Any], account: Account) -> Tried:
    """One POST, signed for this moment. Redirects are not followed; addresses are checked as payers' are."""
    now = work.now()
    body = body_of(notice, work.settings.pages_url)
    secrets = notices.signing_secrets(notice, work.seals(notice.practice_id), now)
    evidence = Exchange(
        account_id=account.id,
        trace=notice.id,
        control_number=0,
        request=b"",
        requested_at=now,
        request_type="application/json",
    )
    try:
        source = HTTPSource(account)
        try:
            answer = source.post(
                body, evidence, signature_headers(secrets, notice.id, int(now.timestamp()), body)
            )
        finally:
            source.close()
    except (PayerError, AccountError) as failure:
        # A status that came before the trouble is what the receiver said.
        return Tried(failure.exchange.http_status if failure.exchange else None, failure.code)
    status = answer.exchange.http_status
    return Tried(status, retry_after_seconds=answer.retry_after_seconds)


def next_try(
    attempts: int, wanted_at: datetime, now: datetime, retry_after_seconds: float | None
) -> datetime | None:
    """When to try again after so many tries, at least as late as the receiver asks; None: give up."""
    if attempts >= len(SCHEDULE_SECONDS) or now - wanted_at > GIVE_UP_AFTER:
        return None
    asked = min(retry_after_seconds or 0.0, LONGEST_RETRY_AFTER_SECONDS)
    return now + timedelta(seconds=max(SCHEDULE_SECONDS[attempts], asked))


def _hold(work: Work, claim: Claim) -> bool:
    with work.engine.begin() as connection:
        return jobs.extend(connection, claim, lease_seconds=DEADLINE_SECONDS + STORING_SECONDS)


def _come_back(work: Work, claim: Claim, wait_seconds: float) -> None:
    with work.engine.begin() as connection:
        jobs.postpone(connection, claim, until=work.now() + timedelta(seconds=wait_seconds))


def _store(work: Work, claim: Claim, notice: Row[Any], tried: Tried) -> None:
    """The result and the job's end in one transaction; nothing when another worker has the job."""
    again = None
    if not tried.taken and tried.status != GONE:
        again = next_try(notice.attempt + 1, notice.wanted_at, work.now(), tried.retry_after_seconds)
    with work.engine.begin() as connection:
        if again is not None:
            held = jobs.postpone(connection, claim, until=again)
        else:
            held = jobs.finish(connection, claim)
        if not held:
            return
        standing = "delivered" if tried.taken else "failed" if again is None else "pending"
        notices.record_try(
            connection,
            notice.id,
            standing,
            status=tried.status,
            code="" if tried.taken else tried.code,
            try_again_at=again,
        )
        if tried.status == GONE:
            notices.switch_off(connection, notice.endpoint_id, "gone")
    log.info(
        "notice_tried",
        subject_id=notice.id,
        attempt=notice.attempt + 1,
        status=tried.status,
        outcome=standing,
        code=tried.code or None,
    )
