"""What pages and API show: the worklist, one verification whole, one raw exchange; opened at the edge.

Everything is asked for within a practice, and nothing is shown that the caller does not ask for here.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, true, tuple_, union_all

from verify.asking import WORDS
from verify.security.blind_index import member_index, search_token
from verify.store import documents as shown
from verify.store import evidence, patients
from verify.store import inquiries as asking
from verify.store import repairs as trying
from verify.store.payer_batches import HANDED_IN_AT
from verify.store.payer_batches import OPEN as IN_BATCH
from verify.store.sealing import Seals
from verify.store.tables import (
    coverages,
    events,
    exchanges,
    facts,
    findings,
    follow_ups,
    inquiries,
    notes,
    patient_tokens,
    payers,
    questions,
    users,
    verifications,
)
from verify.store.tables import patients as patient_rows
from verify.store.tables_appointments import appointment_sources
from verify.store.tables_asking import repairs as repair_rows
from verify.store.tables_batches import payer_batch_items as items
from verify.store.tables_batches import payer_batches as batches
from verify.store.verifications import SIGNED_OFF
from verify.store.withheld import EVENTS, shown_to_all
from verify.verification import VERIFICATION_NEXT, Due, OwnerRole, VerificationState

AnyRow = Row[*tuple[Any, ...]]

MOST_ROWS = 200
#: A tab's count stops here: what a person works through is smaller, and the rest costs time.
COUNT_UP_TO = 1_000

_S = VerificationState

STATE_TEXT = {
    _S.NEEDS_INFORMATION: "Needs information",
    _S.READY: "Ready to ask",
    _S.ASKING: "Asking the payer",
    _S.NEEDS_PERSON: "Needs you",
    _S.VERIFIED: "Verified",
    _S.VERIFIED_WITH_GAPS: "Verified with gaps",
    _S.EXPIRED: "Expired",
    _S.CANCELLED: "Cancelled",
}


class Tab(StrEnum):
    """The worklist's tabs."""

    NEEDS_YOU = "needs-you"
    IN_PROGRESS = "in-progress"
    VERIFIED = "verified"
    ALL = "all"


#: The states of a tab; none stands for every state, newest request first.
STATES_OF: dict[Tab, tuple[VerificationState, ...]] = {
    Tab.NEEDS_YOU: (_S.NEEDS_INFORMATION, _S.NEEDS_PERSON, _S.EXPIRED),
    Tab.IN_PROGRESS: (_S.READY, _S.ASKING),
    Tab.VERIFIED: (_S.VERIFIED, _S.VERIFIED_WITH_GAPS),
    Tab.ALL: (),
}


#: A verification that was asked again gives its place in the tabs to the newer one; "All" has both.
_SPEAKS = verifications.c.superseded_by_id.is_(None)


class BadCursor(ValueError):
    """A cursor that is not one of this practice's."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The ids of one page of a list, in order, and a stamp that changes when any of its rows does."""

    ids: tuple[str, ...]
    next_cursor: str | None
    stamp: str


# --- which rows -----------------------------------------------------------------------------------------


def list_newest(
    connection: Connection,
    practice_id: str,
    *,
    state: VerificationState | None = None,
    patient_id: str | None = None,
    cursor: str | None = None,
    limit: int,
) -> Listed:
    """By time of request, newest first; inserts do not move what a cursor points at. Raises BadCursor."""
    order = tuple_(verifications.c.created_at, verifications.c.id)
    statement = _listed(practice_id).order_by(verifications.c.created_at.desc(), verifications.c.id.desc())
    if state is not None:
        statement = statement.where(verifications.c.state == state.value)
    if patient_id is not None:
        statement = statement.where(verifications.c.patient_id == patient_id)
    if cursor is not None:
        at = _cursor_row(connection, practice_id, cursor)
        statement = statement.where(order < tuple_(at.created_at, at.id))
    return _page(connection.execute(statement.limit(limit + 1)).all(), limit)


def list_tab(
    connection: Connection, practice_id: str, tab: Tab, *, cursor: str | None = None, limit: int
) -> Listed:
    """By date of service, the next visit first (verified ones: the last first). Raises BadCursor."""
    states = STATES_OF[tab]
    if not states:
        return list_newest(connection, practice_id, cursor=cursor, limit=limit)
    at = _cursor_row(connection, practice_id, cursor) if cursor is not None else None
    backwards = tab is Tab.VERIFIED
    # One short walk along the worklist index per state, then a merge of a few dozen rows.
    walks = [_walk(practice_id, state, at, limit + 1, backwards=backwards) for state in states]
    merged = union_all(*[select(walk.subquery()) for walk in walks]).subquery()
    order = [merged.c.date_of_service, merged.c.id]
    statement = select(merged).order_by(*[column.desc() if backwards else column for column in order])
    return _page(connection.execute(statement.limit(limit + 1)).all(), limit)


def _walk(
    practice_id: str, state: VerificationState, at: AnyRow | None, limit: int, *, backwards: bool
) -> Select[Any]:
    columns = [verifications.c.date_of_service, verifications.c.id]
    statement = _listed(practice_id).where(verifications.c.state == state.value, _SPEAKS)
    if at is not None:
        place = tuple_(at.date_of_service, at.id)
        statement = statement.where(tuple_(*columns) < place if backwards else tuple_(*columns) > place)
    return statement.order_by(*[column.desc() if backwards else column for column in columns]).limit(limit)


def list_found(
    connection: Connection, seals: Seals, text: str, *, cursor: str | None = None, limit: int
) -> Listed:
    """Verifications of patients found by surname (whole, or its first letters), birth date or member id.

    Raises BadCursor.
    """
    tokens = search_tokens(seals, text)
    member = member_index(seals.keyring, seals.practice_id, text) if any(map(str.isdigit, text)) else None
    by_name = select(patient_tokens.c.patient_id).where(
        patient_tokens.c.practice_id == seals.practice_id, patient_tokens.c.token.in_(tokens)
    )
    by_member = select(coverages.c.patient_id).where(
        coverages.c.practice_id == seals.practice_id, coverages.c.member_index == member
    )
    statement = (
        _listed(seals.practice_id)
        .where(verifications.c.patient_id.in_(union_all(by_name, by_member)))
        .order_by(verifications.c.created_at.desc(), verifications.c.id.desc())
    )
    if cursor is not None:
        at = _cursor_row(connection, seals.practice_id, cursor)
        order = tuple_(verifications.c.created_at, verifications.c.id)
        statement = statement.where(order < tuple_(at.created_at, at.id))
    return _page(connection.execute(statement.limit(limit + 1)).all(), limit)


def search_tokens(seals: Seals, text: str) -> set[bytes]:
    """What "Rivera", "Rivera, Ana", "Ana Rivera", "riv" or "Rivera 1980-04-02" look for."""
    given = re.search(r"\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2})/(\d{1,2})/(\d{4})\b", text)
    born = _day(given) if given else None
    names = (text[: given.start()] + text[given.end() :] if given else text).strip()
    last, comma, _ = names.partition(",")
    candidates = {last} if comma else {names, *names.split()}
    found = {
        search_token(seals.keyring, seals.practice_id, last=name, birth_date=born) for name in candidates
    }
    return {token for token in found if token is not None}


def _day(given: re.Match[str]) -> date | None:
    year, month, day, us_month, us_day, us_year = given.groups()
    try:
        return date(int(year or us_year), int(month or us_month), int(day or us_day))
    except ValueError:
        return None


def count_tab(connection: Connection, practice_id: str, tab: Tab) -> int:
    """How many verifications a tab holds, counted up to `COUNT_UP_TO`."""
    some = (
        select(verifications.c.id)
        .where(
            verifications.c.practice_id == practice_id,
            verifications.c.state.in_([state.value for state in STATES_OF[tab]]),
            _SPEAKS,
        )
        .limit(COUNT_UP_TO)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _listed(practice_id: str) -> Select[Any]:
    return select(verifications.c.id, verifications.c.updated_at, verifications.c.date_of_service).where(
        verifications.c.practice_id == practice_id
    )


def _cursor_row(connection: Connection, practice_id: str, cursor: str) -> AnyRow:
    columns = (verifications.c.id, verifications.c.created_at, verifications.c.date_of_service)
    statement = select(*columns).where(
        verifications.c.practice_id == practice_id, verifications.c.id == cursor
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise BadCursor
    return row


def _page(rows: Sequence[AnyRow], limit: int) -> Listed:
    some = rows[:limit]
    said = "|".join(f"{row.id} {row.updated_at.isoformat()}" for row in some)
    stamp = hashlib.sha256(said.encode()).hexdigest()[:16]
    return Listed(tuple(row.id for row in some), some[-1].id if len(rows) > limit else None, stamp)


# --- rows as shown --------------------------------------------------------------------------------------


def rows(connection: Connection, seals: Seals, listed: Listed) -> shown.Rows:
    """The rows of a list, opened."""
    found = connection.execute(
        _row_statement(seals.practice_id).where(verifications.c.id.in_(listed.ids))
    ).all()
    by_id = {row.id: shown.Row(**_row(row, seals)) for row in found}
    items = [by_id[row_id] for row_id in listed.ids if row_id in by_id]
    return shown.Rows(items=items, next_cursor=listed.next_cursor)


def _row_statement(practice_id: str) -> Select[Any]:
    due = (
        select(follow_ups.c.title, follow_ups.c.owner_role, follow_ups.c.due_at)
        .where(follow_ups.c.verification_id == verifications.c.id, follow_ups.c.state == "open")
        .order_by(follow_ups.c.due_at, follow_ups.c.id)
        .limit(1)
        .lateral("due")
    )
    return (
        select(
            verifications,
            patient_rows.c.identity_sealed,
            coverages.c.payer_name,
            coverages.c.policy_sealed,
            coverages.c.rank,
            payers.c.code.label("payer_code"),
            payers.c.name.label("payer_full_name"),
            payers.c.phone.label("payer_phone"),
            due.c.title.label("due_title"),
            due.c.owner_role.label("due_role"),
            due.c.due_at,
        )
        .join(patient_rows, patient_rows.c.id == verifications.c.patient_id)
        .join(coverages, coverages.c.id == verifications.c.coverage_id)
        .outerjoin(payers, payers.c.id == coverages.c.payer_id)
        .outerjoin(due, true())
        .where(verifications.c.practice_id == practice_id)
    )


def _row(row: AnyRow, seals: Seals) -> dict[str, Any]:
    identity = seals.open_json(row.identity_sealed, patients.IDENTITY, row.patient_id)
    state = VerificationState(row.state)
    return {
        "id": row.id,
        "state": state.value,
        "state_text": STATE_TEXT[state],
        "state_detail": row.state_detail,
        "next_action": _next_action(row, state),
        "priority": row.lane,
        "reason": row.reason,
        "service_lines": row.service_lines,
        "date_of_service": row.date_of_service,
        "patient": shown.PatientShown(
            id=row.patient_id, **{name: identity[name] for name in ("last_name", "first_name", "birth_date")}
        ),
        "payer": _payer(row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "ask_again_at": row.ask_again_at,
        "expires_at": row.expires_at,
        "summary": _summary(row),
    }


def _payer(row: AnyRow) -> shown.PayerShown | None:
    if row.payer_code is not None:
        return shown.PayerShown(code=row.payer_code, name=row.payer_full_name, phone=row.payer_phone)
    return shown.PayerShown(code=None, name=row.payer_name) if row.payer_name else None


def _summary(row: AnyRow) -> shown.Summary:
    return shown.Summary(
        coverage_status=row.coverage_status,
        plan_name=row.plan_name,
        deductible_remaining=shown.money(row.deductible_remaining_cents),
        out_of_pocket_remaining=shown.money(row.out_of_pocket_remaining_cents),
        copay=shown.money(row.copay_cents),
        coinsurance_percent=shown.percent(row.coinsurance_bp),
        authorization=row.authorization,
        administered_by=row.administered_by,
        known_percent=row.known_percent,
        usable=row.usable,
        confidence=row.confidence,
    )


def _next_action(row: AnyRow, state: VerificationState) -> shown.NextAction:
    """The soonest open task where people have the next move; else what the state itself calls for."""
    action = VERIFICATION_NEXT[state]
    if row.due_title is not None and action.owner is not OwnerRole.SYSTEM:
        return shown.NextAction(text=row.due_title, owner_role=row.due_role, due_at=row.due_at)
    return shown.NextAction(text=action.action, owner_role=action.owner.value, due_at=_due(row, action.due))


def _due(row: AnyRow, due: Due) -> datetime | None:
    if due is Due.AT_RETRY:
        return row.ask_again_at  # type: ignore[no-any-return]
    if due is Due.AT_EXPIRY:
        return row.expires_at  # type: ignore[no-any-return]
    return None


# --- one verification -----------------------------------------------------------------------------------


def stamp(connection: Connection, practice_id: str, verification_id: str) -> str | None:
    """Changes whenever the verification does; None when there is none. Shows nothing of a patient."""
    newest = select(func.max(events.c.id)).where(events.c.verification_id == verification_id)
    statement = select(verifications.c.updated_at, newest.scalar_subquery().label("event")).where(
        verifications.c.practice_id == practice_id, verifications.c.id == verification_id
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else f"{row.updated_at.timestamp():.6f}-{row.event or 0}"


def document(
    connection: Connection, seals: Seals, verification_id: str, *, with_notes: bool, with_clinical: bool
) -> shown.Document | None:
    """The whole verification; None when this practice has none of that id.

    Without what was concluded from the evidence sheet, but `with_clinical`.
    """
    statement = _row_statement(seals.practice_id).where(verifications.c.id == verification_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    timeline = _timeline(connection, verification_id)
    return shown.Document(
        **_row(row, seals),
        revision=row.revision,
        rechecks_id=row.rechecks_id,
        superseded_by_id=row.superseded_by_id,
        coverage=_coverage(row, seals),
        facts=facts_shown(connection, verification_id),
        findings=[
            one
            for one in _documents(connection, findings, verification_id)
            if with_clinical or shown_to_all(one)
        ],
        questions=_documents(connection, questions, verification_id, questions.c.closed_at.is_(None)),
        follow_ups=_follow_ups(connection, verification_id),
        inquiries=_inquiries(connection, verification_id),
        trail=row.trail,
        companies=asking.companies(connection, verification_id),
        repairs=_repairs(connection, seals, verification_id, row.revision),
        exchanges=_exchanges(connection, verification_id),
        notes=_notes(connection, seals, verification_id) if with_notes else None,
        timeline=[event for event in timeline if with_clinical or event.what not in EVENTS],
        sign_off=_sign_off(row, timeline),
    )


#: States in which somebody's signature stands.
_SIGNED = frozenset({_S.VERIFIED.value, _S.VERIFIED_WITH_GAPS.value, _S.EXPIRED.value})


def _sign_off(row: AnyRow, timeline: Sequence[shown.Event]) -> shown.SignOff | None:
    """The newest signature, with what was missing then; None while nobody's stands."""
    signed = [event for event in timeline if event.what == SIGNED_OFF]
    if row.state not in _SIGNED or not signed:
        return None
    newest = signed[-1]
    return shown.SignOff(
        by=newest.actor,
        at=newest.at,
        expires_at=row.expires_at,
        missing=newest.detail.get("missing", []),
        known_percent=newest.detail.get("known_percent"),
        usable=newest.detail.get("usable"),
        confidence=newest.detail.get("confidence"),
    )


def _coverage(row: AnyRow, seals: Seals) -> shown.CoverageShown:
    policy = seals.open_json(row.policy_sealed, patients.POLICY, row.coverage_id)
    return shown.CoverageShown(
        id=row.coverage_id,
        payer=row.payer_code,
        payer_name=row.payer_full_name or row.payer_name,
        member_id=policy["member_id"],
        group_number=policy["group_number"],
        rank=row.rank,
        subscriber=policy["subscriber"],
    )


def facts_shown(connection: Connection, verification_id: str) -> list[dict[str, Any]]:
    """With the keys by which findings name them, the revision of the question they answered, and whether withdrawn."""
    statement = select(facts.c.id, facts.c.key, facts.c.revision, facts.c.document).where(
        facts.c.verification_id == verification_id
    )
    rows = connection.execute(statement.order_by(facts.c.id)).all()
    withdrawn = {row.document.get("withdraws") for row in rows}
    return [
        {
            **row.document,
            "id": row.id,
            "key": row.key,
            "revision": row.revision,
            "withdrawn": row.key in withdrawn,
        }
        for row in rows
    ]


def _documents(connection: Connection, table: Any, verification_id: str, *more: Any) -> list[dict[str, Any]]:
    statement = (
        select(table.c.id, table.c.document)
        .where(table.c.verification_id == verification_id, *more)
        .order_by(table.c.id)
    )
    return [{**row.document, "id": row.id} for row in connection.execute(statement)]


def _follow_ups(connection: Connection, verification_id: str) -> list[shown.FollowUp]:
    return [_as(shown.FollowUp, row) for row in evidence.follow_ups_of(connection, verification_id)]


def _inquiries(connection: Connection, verification_id: str) -> list[shown.InquiryShown]:
    statement = (
        select(inquiries, payers.c.code, payers.c.name, batches.c.state.label("batch_state"), HANDED_IN_AT)
        .join(payers, payers.c.id == inquiries.c.payer_id)
        .outerjoin(items, and_(items.c.inquiry_id == inquiries.c.id, items.c.state.in_(IN_BATCH)))
        .outerjoin(batches, batches.c.id == items.c.batch_id)
        .where(inquiries.c.verification_id == verification_id)
        .order_by(inquiries.c.id)
    )
    return [
        _as(shown.InquiryShown, row, payer=shown.PayerShown(code=row.code, name=row.name))
        for row in connection.execute(statement)
    ]


def _repairs(
    connection: Connection, seals: Seals, verification_id: str, revision: int
) -> list[shown.RepairShown]:
    statement = (
        select(repair_rows, payers.c.name.label("payer_name"), users.c.name.label("approver"))
        .join(payers, payers.c.id == repair_rows.c.payer_id)
        .outerjoin(users, users.c.id == repair_rows.c.approved_by)
        .where(repair_rows.c.verification_id == verification_id, repair_rows.c.revision == revision)
        .order_by(repair_rows.c.created_at)
    )
    return [_repair(row, trying.opened(row, seals)) for row in connection.execute(statement)]


def _repair(row: AnyRow, opened: trying.Try) -> shown.RepairShown:
    return shown.RepairShown(
        id=row.id,
        payer_name=row.payer_name,
        number=row.number,
        kind=row.kind,
        text=WORDS[opened.kind],
        state=row.state,
        approved_by=row.approver or row.approved_by,
        created_at=row.created_at,
        may_be_kept=row.state == trying.ANSWERED and bool(opened.changes.corrects),
    )


def _exchanges(connection: Connection, verification_id: str) -> list[shown.ExchangeShown]:
    statement = (
        select(exchanges)
        .join(inquiries, inquiries.c.id == exchanges.c.inquiry_id)
        .where(inquiries.c.verification_id == verification_id)
        .order_by(exchanges.c.id)
    )
    return [_as(shown.ExchangeShown, row) for row in connection.execute(statement)]


def _notes(connection: Connection, seals: Seals, verification_id: str) -> list[shown.Note]:
    statement = (
        select(notes, users.c.name.label("author"))
        .join(users, users.c.id == notes.c.author_id)
        .where(notes.c.verification_id == verification_id)
        .order_by(notes.c.id.desc())
    )
    return [
        _as(shown.Note, row, body=seals.open(row.body_sealed, evidence.BODY, row.id).decode())
        for row in connection.execute(statement)
    ]


def _timeline(connection: Connection, verification_id: str) -> list[shown.Event]:
    statement = (
        select(
            events.c.at,
            func.coalesce(users.c.name, appointment_sources.c.name, events.c.actor).label("actor"),
            events.c.what,
            events.c.detail,
        )
        .outerjoin(users, users.c.id == events.c.actor)
        .outerjoin(appointment_sources, appointment_sources.c.id == events.c.actor)
        .where(events.c.verification_id == verification_id)
        .order_by(events.c.id)
    )
    return [_as(shown.Event, row) for row in connection.execute(statement)]


def exchange(
    connection: Connection, seals: Seals, verification_id: str, exchange_id: str
) -> shown.RawExchange | None:
    """One exchange of that verification with its raw texts; None when there is none."""
    statement = (
        select(exchanges, payers.c.name.label("payer_name"))
        .join(inquiries, inquiries.c.id == exchanges.c.inquiry_id)
        .join(payers, payers.c.id == inquiries.c.payer_id)
        .where(
            exchanges.c.id == exchange_id,
            exchanges.c.practice_id == seals.practice_id,
            inquiries.c.verification_id == verification_id,
        )
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    texts = {
        "request": _text(seals, row.request_sealed, asking.REQUEST, row.id),
        "response": _text(seals, row.response_sealed, asking.RESPONSE, row.id),
    }
    raw: shown.RawExchange = _as(shown.RawExchange, row, **texts)
    return raw


def _text(seals: Seals, sealed: bytes | None, column: Any, row_id: str) -> str | None:
    return None if sealed is None else seals.open(sealed, column, row_id).decode(errors="replace")


def payers_of(connection: Connection, practice_id: str) -> list[shown.PayerShown]:
    """The payers a submission may name."""
    statement = (
        select(payers.c.code, payers.c.name, payers.c.phone)
        .where(payers.c.practice_id == practice_id)
        .order_by(payers.c.name)
    )
    return [_as(shown.PayerShown, row) for row in connection.execute(statement)]


def _as(kind: Any, row: AnyRow, **instead: Any) -> Any:
    values = {name: getattr(row, name) for name in kind.model_fields if name not in instead}
    return kind(**values, **instead)
