"""Digest: one e-mail a morning to those who want it, with counts and a link; nothing of a patient."""

import smtplib
import ssl
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from verify.security.logging import get_logger
from verify.settings import Settings
from verify.steps.work import Work
from verify.store import digests, jobs
from verify.store.jobs import Claim
from verify.verification import Lane, VerificationState

log = get_logger(__name__)

#: A system that was down in the morning sends later, but not in the afternoon.
LATEST = timedelta(hours=4)
#: Between two tries to hand it to the mail server.
TRY_AGAIN = timedelta(minutes=10)
SMTP_SECONDS = 10.0
#: A conversation is a dozen steps of SMTP_SECONDS at most.
LEASE_SECONDS = 180.0

PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}

#: In the order in which they matter to who reads it.
LINES = {
    VerificationState.NEEDS_PERSON: "need a person",
    VerificationState.NEEDS_INFORMATION: "need information",
    VerificationState.ASKING: "wait for a payer",
    VerificationState.READY: "are about to be asked",
    VerificationState.VERIFIED_WITH_GAPS: "are verified with gaps",
    VerificationState.VERIFIED: "are verified",
    VerificationState.EXPIRED: "have expired",
}
#: With nothing in these, no mail is sent: it would be read no more the day it matters.
WORTH_A_MAIL = frozenset(LINES) - {VerificationState.VERIFIED, VerificationState.EXPIRED}


def digest_day(now: datetime, zone: ZoneInfo, hour: int) -> date | None:
    """The practice's day whose digest is due now; None outside its morning."""
    local = now.astimezone(zone)
    due = datetime(local.year, local.month, local.day, hour, tzinfo=zone)
    # Both in UTC: on the days the clocks change, local differences are an hour off.
    late = now - due
    return local.date() if timedelta(0) <= late < LATEST else None


def plan_digests(work: Work) -> int:
    """Takes the slot of every practice whose morning has come; how many. A second clock takes none."""
    if work.settings.smtp_url is None:
        return 0
    with work.engine.begin() as connection:
        hints = []
        for practice in digests.wanted(connection):
            day = digest_day(work.now(), ZoneInfo(practice.time_zone), practice.hour)
            taken = digests.take_slot(connection, practice.practice_id, day) if day else None
            if taken:
                hints.append(
                    jobs.accept(
                        connection,
                        step="digest",
                        subject_id=taken,
                        practice_id=practice.practice_id,
                        lane=Lane.STANDARD,
                    )
                )
    work.hint(*hints)
    return len(hints)


def send_digest(work: Work, claim: Claim) -> None:
    """Counts and sends; while the mail server is away, again later, until the morning is over."""
    with work.engine.begin() as connection:
        digest = digests.read(connection, claim.subject_id)
        counts = digests.count_states(connection, claim.practice_id)
        counts["failed_notices"] = digests.count_failed_notices(connection, claim.practice_id)
        worth = any(counts.get(state.value) for state in WORTH_A_MAIL) or counts["failed_notices"]
        if digest.standing != "pending" or not digest.recipients or not worth:
            if jobs.finish(connection, claim) and digest.standing == "pending":
                digests.end(connection, digest.id, "empty", counts)
            return
        if not jobs.extend(connection, claim, lease_seconds=LEASE_SECONDS):
            return
    try:
        hand_over(work.settings, message(work.settings, digest, counts), digest.recipients)
    except (smtplib.SMTPException, OSError, ValueError) as failure:
        log.warning("digest_not_sent", subject_id=digest.id, error_type=type(failure).__name__)
        _try_later(work, claim, digest, counts)
        return
    with work.engine.begin() as connection:
        if jobs.finish(connection, claim):
            digests.end(connection, digest.id, "sent", counts)


def message(settings: Settings, digest: Row[Any], counts: Mapping[str, int]) -> EmailMessage:
    """The mail. Its Message-ID is the digest's, so that one sent twice can be told."""
    made = EmailMessage()
    made["Subject"] = (
        f"{digest.name}: {counts.get(VerificationState.NEEDS_PERSON, 0)} verifications need a person"
    )
    made["From"] = settings.mail_from
    made["To"] = "undisclosed-recipients:;"
    made["Message-ID"] = f"<{digest.id}@{urlsplit(settings.pages_url).hostname or 'verify'}>"
    made["Date"] = digest.created_at
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text(digest.name, digest.day, counts, settings.pages_url))
    return made


def text(practice: str, day: date, counts: Mapping[str, int], pages_url: str) -> str:
    """Counts per state and where to look; states nobody is in are left out."""
    lines = [
        f"{counts[state.value]:>6}  {words}" for state, words in LINES.items() if counts.get(state.value)
    ]
    if failed := counts.get("failed_notices"):
        lines += ["", f"{failed:>6}  notices to other systems could not be delivered: {pages_url}/notices"]
    return "\n".join(
        [f"Verifications of {practice} on {day.isoformat()}:", "", *lines, "", f"{pages_url}/worklist", ""]
    )


def hand_over(settings: Settings, mail: EmailMessage, recipients: list[str]) -> None:
    """To the mail server of the settings. Raises SMTPException, OSError, or ValueError for no such address."""
    address = urlsplit(settings.smtp_url or "")
    if address.scheme not in PORTS or not address.hostname or not settings.mail_from:
        raise ValueError("VERIFY_SMTP_URL or VERIFY_MAIL_FROM cannot be used")
    port = address.port or PORTS[address.scheme]
    context = ssl.create_default_context()
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(address.hostname, port, timeout=SMTP_SECONDS, context=context)
    else:
        server = smtplib.SMTP(address.hostname, port, timeout=SMTP_SECONDS)
    with server:
        if address.scheme == "smtp":
            # Raises where the server does not offer it: nothing goes out in clear text unasked.
            server.starttls(context=context)
        if address.username:
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(mail, settings.mail_from, recipients)


def _try_later(work: Work, claim: Claim, digest: Row[Any], counts: dict[str, int]) -> None:
    again = work.now() + TRY_AGAIN
    with work.engine.begin() as connection:
        if again < digest.created_at + LATEST:
            jobs.postpone(connection, claim, until=again)
        elif jobs.finish(connection, claim):
            digests.end(connection, digest.id, "failed", counts)
