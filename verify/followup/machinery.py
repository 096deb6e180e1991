"""Tasks for whoever runs the program: an account, an enrollment, an answer nobody reads, a stuck step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from verify.followup.follow_up import DUE, OWNERS, FollowUp, Kind
from verify.followup.working_time import due_at
from verify.verification import Lane

#: The codes of `payers.errors.AccountError`, and what to do about each.
ACCOUNT_FAULTS: Mapping[str, str] = {
    "unauthorized": "The credentials were refused: renew user and password, or the certificate.",
    "bad_url": "The address is no address: correct it.",
    "private_address": "The address is inside a private network, which the account does not allow.",
    "tls": "A certificate does not hold, the server's or the account's own: one is wrong or has expired.",
    "missing_secret": "A credential is missing: enter it.",
    "bad_option": "An option of the account makes no sense, or its profile does not fit it: correct it.",
    "unknown_profile": "No such profile exists: choose another.",
    "disabled_profile": "Its profile was never verified: ask whoever set it up whether it may be used.",
    "unknown_adapter": "No such way of asking exists: choose another.",
}

ACCOUNT = "account"


def mend_account(*, account_id: str, account_name: str, code: str, now: datetime, zone: tzinfo) -> FollowUp:
    """One task per account, however many inquiries wait for it."""
    told = ACCOUNT_FAULTS.get(code, "Check its address and credentials.")
    return _task(
        Kind.MEND_ACCOUNT,
        f"Mend the payer account {account_name}",
        f"{told} Nothing is asked through this account until this task is done; then what waited is asked at once. Code: {code}.",
        f"{ACCOUNT}:{account_id}:{code}",
        now,
        zone,
    )


def account_of(dedupe_key: str) -> str:
    """The account a task of `mend_account` is about."""
    return dedupe_key.removeprefix(f"{ACCOUNT}:").partition(":")[0]


ENROLLMENT = "enroll"


def enroll(
    *, payer_id: str, payer_name: str, account_id: str, account_name: str, now: datetime, zone: tzinfo
) -> FollowUp:
    """One task per payer and account, however many inquiries wait for it."""
    return _task(
        Kind.ENROLL,
        f"Enroll with {payer_name} at {account_name}",
        "Questions to this payer pass through the account only once the clinic is enrolled; until then it is called. "
        "Mark this as done when the enrollment is granted: what waited for it is asked then.",
        enrollment_key(payer_id, account_id),
        now,
        zone,
    )


def enrollment_key(payer_id: str, account_id: str) -> str:
    return f"{ENROLLMENT}:{payer_id}:{account_id}"


def enrollment_of(dedupe_key: str) -> tuple[str, str]:
    """The payer and the account a task of `enroll` is about."""
    _, payer_id, account_id = dedupe_key.split(":")
    return payer_id, account_id


def mend_reader(*, inquiry_id: str, code: str, now: datetime, zone: tzinfo) -> FollowUp:
    """An answer came that nobody could read; it is kept, and read again after the mending."""
    return _task(
        Kind.MEND_READER,
        "Mend the reading of a payer's answer",
        f"An answer came back that could not be read. It is kept; after an update, `verify reread` reads it again and asks nobody. Code: {code}.",
        f"reader:{inquiry_id}",
        now,
        zone,
    )


def stuck(*, step: str, now: datetime, zone: tzinfo) -> FollowUp:
    """A job that used up its leases without finishing."""
    return _task(
        Kind.STUCK,
        f"Find out why the step “{step}” cannot end",
        "It was tried several times and never finished. The log names the error; the rest of the work goes on.",
        f"stuck:{step}",
        now,
        zone,
    )


def _task(kind: Kind, title: str, detail: str, dedupe_key: str, now: datetime, zone: tzinfo) -> FollowUp:
    return FollowUp(
        kind=kind,
        title=title,
        detail=detail,
        owner_role=OWNERS[kind],
        due_at=due_at(DUE[kind], now=now, zone=zone, lane=Lane.STANDARD),
        dedupe_key=dedupe_key,
    )
