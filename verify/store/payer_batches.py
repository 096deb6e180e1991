"""Batches of questions: gathered, handed in once, collected; and the item each question is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, case, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from payers.inquiry import Inquiry
from verify.store import jobs
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import events, exchanges, inquiries, payer_accounts
from verify.store.tables_batches import payer_batch_items as items
from verify.store.tables_batches import payer_batches as batches
from verify.store.tables_nightly import night_items
from verify.store.verifications import SYSTEM
from verify.verification import Lane, new_id

QUESTION = SealedColumn("payer_batch_items", "question_sealed")


class BatchState(StrEnum):
    GATHERING = "gathering"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    COLLECTING = "collecting"
    DONE = "done"
    FAILED = "failed"


class ItemState(StrEnum):
    WAITING = "waiting"
    OUT = "out"
    ENDED = "ended"
    RETURNED = "returned"
    DROPPED = "dropped"


#: A batch in one of these is not at the source, as far as is known; in one of those it is.
HERE = (BatchState.GATHERING, BatchState.SUBMITTING)
THERE = (BatchState.SUBMITTED, BatchState.COLLECTING)
OPEN = (ItemState.WAITING, ItemState.OUT)
#: Null until the source has it, as far as is known.
HANDED_IN_AT = case(
    (or_(batches.c.state.in_(THERE), batches.c.their_id != ""), batches.c.submitted_at)
).label("handed_in_at")


# --- gathering ------------------------------------------------------------------------------------------


def was_in_one(connection: Connection, inquiry_id: str) -> bool:
    """Whether an inquiry is, or was, in a batch."""
    return (
        connection.execute(select(items.c.batch_id).where(items.c.inquiry_id == inquiry_id)).first()
        is not None
    )


def join(
    connection: Connection,
    inquiry: Row[Any],
    *,
    account_id: str,
    options: Mapping[str, Any],
    closes_at: datetime,
    most: int,
) -> str:
    """The id of the batch that an inquiry now waits in: the account's open one, or a new one with its job.

    A new one is handed in at `closes_at` at the soonest, and one that holds `most` at once.
    """
    joined = _join_open(connection, account_id, options, most)
    while joined is None:
        _open(connection, inquiry.practice_id, account_id, options, closes_at)
        joined = _join_open(connection, account_id, options, most)
    connection.execute(
        insert(items).values(inquiry_id=inquiry.id, practice_id=inquiry.practice_id, batch_id=joined.id)
    )
    if joined.state != BatchState.GATHERING:
        jobs.bring_forward(connection, [joined.id])
    return str(joined.id)


def _join_open(
    connection: Connection, account_id: str, options: Mapping[str, Any], most: int
) -> Row[Any] | None:
    """Counts one more in the open batch, which is closed by the last that has room."""
    is_full = batches.c.gathered + 1 >= most
    now = func.clock_timestamp()
    return connection.execute(
        update(batches)
        .where(
            batches.c.account_id == account_id,
            batches.c.options == literal(dict(options), JSONB),
            batches.c.state == BatchState.GATHERING,
        )
        .values(
            gathered=batches.c.gathered + 1,
            joined_at=now,
            state=case((is_full, BatchState.SUBMITTING.value), else_=batches.c.state),
            closed_at=case((is_full, now), else_=None),
        )
        .returning(batches.c.id, batches.c.state)
    ).first()


def _open(
    connection: Connection,
    practice_id: str,
    account_id: str,
    options: Mapping[str, Any],
    closes_at: datetime,
) -> None:
    """Makes the account's open batch, unless somebody else just did."""
    made = connection.execute(
        upsert(batches)
        .values(id=new_id("batch"), practice_id=practice_id, account_id=account_id, options=dict(options))
        .on_conflict_do_nothing(
            index_elements=["account_id", "options"], index_where=batches.c.state == BatchState.GATHERING
        )
        .returning(batches.c.id)
    ).scalar_one_or_none()
    if made is not None:
        jobs.accept(
            connection,
            step="hand_in",
            subject_id=made,
            practice_id=practice_id,
            lane=Lane.NIGHTLY,
            not_before=closes_at,
        )


# --- a batch on its way ---------------------------------------------------------------------------------


def batch(connection: Connection, batch_id: str) -> Row[Any]:
    """Raises NoResultFound."""
    return connection.execute(select(batches).where(batches.c.id == batch_id)).one()


def lock(connection: Connection, batch_id: str) -> Row[Any]:
    """The row, held until the transaction ends: nothing joins it meanwhile. Raises NoResultFound."""
    return connection.execute(select(batches).where(batches.c.id == batch_id).with_for_update()).one()


def close(connection: Connection, batch_id: str) -> Row[Any]:
    """No more questions join it."""
    return _change(connection, batch_id, state=BatchState.SUBMITTING.value, closed_at=func.clock_timestamp())


def hand_in(connection: Connection, batch_id: str) -> Row[Any]:
    """Writes that it goes out, before it does."""
    first = func.coalesce(batches.c.submitted_at, func.clock_timestamp())
    return _change(connection, batch_id, tries=batches.c.tries + 1, submitted_at=first)


def handed_in(connection: Connection, batch_id: str, their_id: str = "", at: datetime | None = None) -> None:
    """The source has it; its id may still have to be found. Harmless when it was known before."""
    taken = connection.execute(
        update(batches)
        .where(batches.c.id == batch_id, batches.c.state == BatchState.SUBMITTING)
        .values(
            state=BatchState.SUBMITTED.value,
            code="",
            their_id=their_id,
            submitted_at=at or batches.c.submitted_at,
            tries=0,
        )
    )
    if taken.rowcount:
        _tell_of_it(connection, batch_id)


def found(connection: Connection, batch_id: str, their_id: str) -> Row[Any]:
    """The source's id for it is known."""
    return _change(connection, batch_id, their_id=their_id)


def looked(
    connection: Connection, batch_id: str, state: BatchState, *, code: str = "", finished: int | None = None
) -> Row[Any]:
    """One more look is over: what it came to, and how many items the source has finished."""
    known = {} if finished is None else {"finished": finished}
    return _change(connection, batch_id, state=state.value, code=code, tries=batches.c.tries + 1, **known)


def put_off(connection: Connection, batch_id: str, code: str) -> None:
    """Says why it has to wait."""
    _change(connection, batch_id, code=code)


def end(connection: Connection, batch_id: str, state: BatchState, code: str = "") -> None:
    """Nothing more is done about it."""
    _change(connection, batch_id, state=state.value, code=code, ended_at=func.clock_timestamp())


def of_night(connection: Connection, night: Row[Any]) -> list[dict[str, Any]]:
    """The batches that questions of a night are in, in the order in which they were begun; nothing of a patient."""
    of_night = (
        select(items.c.batch_id)
        .join(inquiries, inquiries.c.id == items.c.inquiry_id)
        .join(night_items, night_items.c.recheck_id == inquiries.c.verification_id)
        .where(items.c.batch_id == batches.c.id, night_items.c.night_id == night.id)
    )
    statement = (
        select(
            batches.c.id,
            payer_accounts.c.name.label("account"),
            batches.c.state,
            batches.c.code,
            HANDED_IN_AT,
            batches.c.gathered.label("questions"),
            _count(ItemState.ENDED).label("ended"),
            _count(ItemState.RETURNED).label("returned"),
        )
        .join(payer_accounts, payer_accounts.c.id == batches.c.account_id)
        .where(
            batches.c.practice_id == night.practice_id,
            batches.c.joined_at >= night.started_at,
            of_night.exists(),
        )
        .order_by(batches.c.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def _count(state: ItemState) -> Any:
    counted = select(func.count()).where(items.c.batch_id == batches.c.id, items.c.state == state)
    return counted.scalar_subquery()


def of_account(connection: Connection, account_id: str) -> Sequence[str]:
    """The batches of an account that are on their way."""
    here = batches.c.state.in_([*HERE, *THERE])
    return (
        connection.execute(select(batches.c.id).where(batches.c.account_id == account_id, here))
        .scalars()
        .all()
    )


def _change(connection: Connection, batch_id: str, **values: Any) -> Row[Any]:
    return connection.execute(
        update(batches).where(batches.c.id == batch_id).values(values).returning(batches)
    ).one()


def _tell_of_it(connection: Connection, batch_id: str) -> None:
    """A line on the timeline of everybody who is in it."""
    detail = func.jsonb_build_object("batch", items.c.batch_id, "service_type", inquiries.c.service_type)
    told = (
        select(
            inquiries.c.practice_id,
            inquiries.c.verification_id,
            literal(SYSTEM),
            literal("handed_in"),
            detail,
        )
        .join(items, items.c.inquiry_id == inquiries.c.id)
        .where(items.c.batch_id == batch_id, items.c.state == ItemState.OUT)
    )
    columns = ["practice_id", "verification_id", "actor", "what", "detail"]
    connection.execute(insert(events).from_select(columns, told))


# --- items ----------------------------------------------------------------------------------------------


def items_of(
    connection: Connection, batch_id: str, state: ItemState, *, limit: int | None = None
) -> Sequence[Row[Any]]:
    """The batch's items in a state, in the order of their inquiries."""
    statement = select(items).where(items.c.batch_id == batch_id, items.c.state == state)
    return connection.execute(statement.order_by(items.c.inquiry_id).limit(limit)).all()


def payers_of(connection: Connection, batch_id: str) -> dict[str, str]:
    """The payer of each inquiry that is out with a batch: id -> id."""
    statement = (
        select(items.c.inquiry_id, inquiries.c.payer_id)
        .join(inquiries, inquiries.c.id == items.c.inquiry_id)
        .where(items.c.batch_id == batch_id, items.c.state == ItemState.OUT)
    )
    return {row.inquiry_id: row.payer_id for row in connection.execute(statement)}


def send_out(
    connection: Connection, seals: Seals, item: Row[Any], exchange_id: str, question: Inquiry
) -> None:
    """The item's question as it is handed in, whatever becomes of the patient's data meanwhile."""
    sealed = seals.close(msgspec.json.encode(question), QUESTION, item.inquiry_id)
    connection.execute(
        update(items)
        .where(items.c.inquiry_id == item.inquiry_id)
        .values(state=ItemState.OUT.value, exchange_id=exchange_id, question_sealed=sealed)
    )


def question_of(item: Row[Any], seals: Seals) -> Inquiry:
    """What an item that is out asks."""
    said = seals.open(item.question_sealed, QUESTION, item.inquiry_id)
    return msgspec.json.decode(said, type=Inquiry)


def end_item(connection: Connection, item: Row[Any], state: ItemState = ItemState.ENDED) -> bool:
    """True for whoever ends it; nobody else may store what it came to."""
    ended = connection.execute(
        update(items)
        .where(items.c.inquiry_id == item.inquiry_id, items.c.state == item.state)
        .values(state=state.value, question_sealed=None)
    )
    return ended.rowcount == 1


def give_back(connection: Connection, batch: Row[Any], inquiry_ids: Sequence[str], *, code: str) -> int:
    """These are asked by themselves from now on, each by a job of its own; how many still had to be.

    Their exchanges end with this code. Nothing is known to be charged for what the source has not taken.
    """
    returned = connection.execute(
        update(items)
        .where(items.c.inquiry_id.in_(inquiry_ids), items.c.state.in_(OPEN))
        .values(state=ItemState.RETURNED.value, question_sealed=None)
        .returning(items.c.inquiry_id, items.c.exchange_id)
    ).all()
    begun = [row.exchange_id for row in returned if row.exchange_id]
    cents = exchanges.c.cents if batch.state in THERE else None
    connection.execute(
        update(exchanges)
        .where(exchanges.c.id.in_(begun), exchanges.c.finished_at.is_(None))
        .values(finished_at=func.clock_timestamp(), outcome=code, cents=cents)
    )
    jobs.accept_nightly(
        connection,
        step="ask",
        subject_ids=[row.inquiry_id for row in returned],
        practice_id=batch.practice_id,
        run=batch.id,
    )
    return len(returned)


def fail(connection: Connection, batch_id: str, code: str) -> None:
    """Ends a batch that came to nothing; whatever is still open of it is asked by itself."""
    row = lock(connection, batch_id)
    left = select(items.c.inquiry_id).where(items.c.batch_id == batch_id, items.c.state.in_(OPEN))
    give_back(connection, row, connection.execute(left).scalars().all(), code=code)
    end(connection, batch_id, BatchState.FAILED, code)
