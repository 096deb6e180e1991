"""Question: what one inquiry row asks, put together from the patient's, the policy's and the clinic's rows."""

from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from payers.account import Account
from payers.directory import NpiPreference, Quirks, read_quirks
from payers.inquiry import Inquiry, MemberId, Npi, PayerId, Person, Requester
from verify.asking import Asked, Changes
from verify.security.blind_index import question_index
from verify.steps.work import Work
from verify.store import clinic, inquiries, patients
from verify.store.routes import route
from verify.verification import Lane

#: INS02 of a dependent.
RELATIONSHIPS = {"spouse": "01", "child": "19", "other": "34"}


class Question(NamedTuple):
    """Everything needed to ask, read in one transaction."""

    row: Row[Any]
    lane: Lane
    account: Account
    inquiry: Inquiry


def compose(
    work: Work, connection: Connection, row: Row[Any], verification: Row[Any], account_id: str
) -> Question:
    """The question of an inquiry's row, as one account carries it."""
    payer = clinic.payer(connection, row.practice_id, row.payer_id)
    quirks = read_quirks(payer.quirks)
    account = _as_the_payer_wants(clinic.account(connection, work.keyring, account_id), quirks)
    way = route(connection, row.payer_id, account_id)
    changes = inquiries.changes_of(row, work.seals(row.practice_id))
    asked, holder = identity_asked_with(work, connection, verification, changes)
    patient = _person(asked)
    inquiry = Inquiry(
        payer_id=PayerId(way.their_id if way else ""),
        payer_name=payer.name,
        requester=_requester(connection, verification, quirks),
        member_id=MemberId(asked.member_id),
        subscriber=_holder(holder) if holder else patient,
        dependent=patient if holder else None,
        relationship=RELATIONSHIPS[holder["relationship"]] if holder else "",
        group_number=asked.group_number,
        service_type=row.service_type,
        date_of_service=row.date_of_service,
        trace=trace_of(row.id),
        control_number=row.control_number,
    )
    return Question(row, Lane(verification.lane), account, inquiry)


def identity_asked_with(
    work: Work, connection: Connection, verification: Row[Any], changes: bytes | None = None
) -> tuple[Asked, dict[str, Any] | None]:
    """What a question says of the patient, with its changes (JSON); and the policy's holder, if it is another."""
    seals = work.seals(verification.practice_id)
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    policy = patients.policy_of(coverage, seals)
    identity = patients.identity_of(
        patients.patient(connection, verification.practice_id, verification.patient_id), seals
    )
    said = msgspec.convert(
        {**identity, "member_id": policy["member_id"], "group_number": policy["group_number"]}, Asked
    )
    holder = policy["subscriber"]
    if changes is not None:
        instead = msgspec.json.decode(changes, type=Changes)
        said = msgspec.structs.replace(said, **_given(instead))
        holder = None if instead.as_subscriber else holder
    return msgspec.structs.replace(said, is_dependent=bool(holder)), holder


def fingerprint(
    work: Work,
    practice_id: str,
    asked_with: tuple[Asked, dict[str, Any] | None],
    *,
    payer_id: str,
    service_type: str,
    on: date,
) -> bytes:
    """A keyed hash of everything a question asks: the same question has the same."""
    whole = [payer_id, service_type, on, *asked_with]
    words = msgspec.json.encode(whole, order="deterministic").decode()
    return question_index(work.keyring, practice_id, words)


def _given(changes: Changes) -> dict[str, Any]:
    given = msgspec.structs.asdict(changes)
    return {name: value for name, value in given.items() if value is not None and name != "as_subscriber"}


def _as_the_payer_wants(account: Account, quirks: Quirks) -> Account:
    """The account with this payer's own wishes for the question among its options."""
    if not quirks.options:
        return account
    return msgspec.structs.replace(account, options={**account.options, **quirks.options})


def _requester(connection: Connection, verification: Row[Any], quirks: Quirks) -> Requester:
    """The clinic; the treating provider where the payer wants the person and we know who it is."""
    practice = clinic.practice(connection, verification.practice_id)
    if quirks.npi is NpiPreference.PROVIDER and verification.provider_id:
        provider = clinic.provider(connection, verification.practice_id, verification.provider_id)
        return Requester(
            name=provider.last_name,
            first_name=provider.first_name,
            npi=Npi(provider.npi),
            tax_id=practice.tax_id,
            taxonomy=provider.taxonomy,
        )
    return Requester(
        name=practice.name, npi=Npi(practice.npi), tax_id=practice.tax_id, taxonomy=practice.taxonomy
    )


def trace_of(inquiry_id: str) -> str:
    """TRN02: the inquiry's id without its prefix, in letters every payer takes; the same for every attempt."""
    return inquiry_id.partition("_")[2]


def _person(asked: Asked) -> Person:
    return Person(
        last=asked.last_name,
        first=asked.first_name,
        middle=asked.middle_name,
        birth_date=asked.birth_date,
        sex=asked.sex,
    )


def _holder(said: dict[str, Any]) -> Person:
    """JSON of verify.intake.submission.Subscriber."""
    return msgspec.convert(
        {
            "last": said["last_name"],
            "first": said["first_name"],
            "birth_date": said["birth_date"],
            "sex": said["sex"],
        },
        Person,
    )
