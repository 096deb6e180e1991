"""Question: what one inquiry row asks, put together from the patient's, the policy's and the clinic's rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from payers.account import Account
from payers.inquiry import Inquiry, MemberId, Npi, PayerId, Person, Requester
from payers.maintenance import BadMaintenance, Window, windows
from verify.steps.work import Work
from verify.store import clinic, patients
from verify.verification import Lane

#: INS02 of a dependent.
RELATIONSHIPS = {"spouse": "01", "child": "19", "other": "34"}


class Question(NamedTuple):
    """Everything needed to ask, read in one transaction."""

    row: Row[Any]
    lane: Lane
    account: Account
    inquiry: Inquiry
    #: Why the account is not to be used, or empty.
    paused_code: str
    #: The hours in which the payer is not to be asked.
    maintenance: Sequence[Window] = ()


def compose(work: Work, connection: Connection, row: Row[Any], verification: Row[Any]) -> Question:
    """The question of an inquiry's row."""
    seals = work.seals(row.practice_id)
    practice = clinic.practice(connection, row.practice_id)
    payer = clinic.payer(connection, row.practice_id, row.payer_id)
    policy = patients.policy_of(
        patients.coverage(connection, row.practice_id, verification.coverage_id), seals
    )
    identity = patients.identity_of(
        patients.patient(connection, row.practice_id, verification.patient_id), seals
    )
    patient = _person(identity)
    holder = policy["subscriber"]
    account = clinic.account(connection, work.keyring, row.account_id)
    inquiry = Inquiry(
        payer_id=PayerId(payer.payer_id),
        payer_name=payer.name,
        requester=Requester(
            name=practice.name, npi=Npi(practice.npi), tax_id=practice.tax_id, taxonomy=practice.taxonomy
        ),
        member_id=MemberId(policy["member_id"]),
        subscriber=_person(holder) if holder else patient,
        dependent=patient if holder else None,
        relationship=RELATIONSHIPS[holder["relationship"]] if holder else "",
        group_number=policy["group_number"],
        service_type=row.service_type,
        date_of_service=row.date_of_service,
        trace=trace_of(row.id),
        control_number=row.control_number,
    )
    paused = clinic.pause_code(connection, row.account_id)
    return Question(row, Lane(verification.lane), account, inquiry, paused, _maintenance(account))


def _maintenance(account: Account) -> Sequence[Window]:
    """Windows that cannot be read are none: `verify accounts add` refuses them."""
    try:
        return windows(account.options)
    except BadMaintenance:
        return ()


def trace_of(inquiry_id: str) -> str:
    """TRN02: the inquiry's id without its prefix, in letters every payer takes; the same for every attempt."""
    return inquiry_id.partition("_")[2]


def _person(known: dict[str, Any]) -> Person:
    born = known["birth_date"]
    return Person(
        last=known["last_name"],
        first=known["first_name"],
        middle=known.get("middle_name", ""),
        birth_date=date.fromisoformat(born) if born else None,
        sex=known["sex"],
    )
