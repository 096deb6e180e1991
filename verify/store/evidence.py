"""Facts, findings, questions, follow-ups and notes: what is known and what is to be done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from verify.facts import Fact
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import facts, findings, follow_ups, notes, questions
from verify.verification import new_id

BODY = SealedColumn("notes", "body_sealed")
Document = Mapping[str, Any]


def add_facts(connection: Connection, verification: Row[Any], found: Iterable[Fact]) -> int:
    """Adds what is not known yet; how many that were. Judging the same evidence again adds nothing."""
    rows = [
        {
            "id": new_id("fact"),
            "practice_id": verification.practice_id,
            "patient_id": verification.patient_id,
            "coverage_id": verification.coverage_id,
            "verification_id": verification.id,
            "revision": verification.revision,
            "key": fact.key,
            "name": fact.name.value,
            "document": msgspec.to_builtins(fact),
        }
        for fact in found
    ]
    if not rows:
        return 0
    added = connection.execute(
        upsert(facts)
        .on_conflict_do_nothing(index_elements=["verification_id", "revision", "key"])
        .returning(facts.c.id),
        rows,
    )
    return len(added.all())


def facts_of(connection: Connection, verification: Row[Any]) -> list[Fact]:
    """What was learned for the present revision, oldest first."""
    rows = connection.execute(
        select(facts.c.document)
        .where(facts.c.verification_id == verification.id, facts.c.revision == verification.revision)
        .order_by(facts.c.id)
    )
    return [msgspec.convert(document, Fact) for (document,) in rows]


def replace_findings(
    connection: Connection, verification: Row[Any], documents: Iterable[tuple[str, str, Document]]
) -> None:
    """The newest judging's findings, given as (rule, service line, document)."""
    connection.execute(findings.delete().where(findings.c.verification_id == verification.id))
    rows = [
        {
            "id": new_id("find"),
            "practice_id": verification.practice_id,
            "verification_id": verification.id,
            "rule": rule,
            "service_line": line,
            "document": document,
        }
        for rule, line, document in documents
    ]
    if rows:
        connection.execute(insert(findings), rows)


def findings_of(connection: Connection, verification_id: str) -> Sequence[Row[Any]]:
    return connection.execute(
        select(findings).where(findings.c.verification_id == verification_id).order_by(findings.c.id)
    ).all()


def set_questions(
    connection: Connection, verification: Row[Any], documents: Sequence[tuple[str, str, Document]]
) -> None:
    """Opens the questions given as (fact, service line, document) and closes every other one."""
    asked = [(fact, line) for fact, line, _ in documents]
    still_open = and_(questions.c.verification_id == verification.id, questions.c.closed_at.is_(None))
    connection.execute(
        update(questions)
        .where(still_open, tuple_(questions.c.fact, questions.c.service_line).not_in(asked))
        .values(closed_at=func.now())
    )
    if not documents:
        return
    adding = upsert(questions)
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=["verification_id", "fact", "service_line"],
            set_={"document": adding.excluded.document, "closed_at": None},
        ),
        [
            {
                "id": new_id("ques"),
                "practice_id": verification.practice_id,
                "verification_id": verification.id,
                "fact": fact,
                "service_line": line,
                "document": document,
            }
            for fact, line, document in documents
        ],
    )


def open_questions(connection: Connection, verification_id: str) -> Sequence[Row[Any]]:
    return connection.execute(
        select(questions)
        .where(questions.c.verification_id == verification_id, questions.c.closed_at.is_(None))
        .order_by(questions.c.id)
    ).all()


def add_follow_up(
    connection: Connection,
    verification: Row[Any],
    *,
    kind: str,
    dedupe_key: str,
    title: str,
    detail: str,
    script: Document | None,
    owner_role: str,
    due_at: datetime,
) -> bool:
    """Adds the task; False when the same need has one already, whose words are then made the newest if it is open."""
    adding = upsert(follow_ups).values(
        id=new_id("todo"),
        practice_id=verification.practice_id,
        verification_id=verification.id,
        patient_id=verification.patient_id,
        kind=kind,
        dedupe_key=dedupe_key,
        title=title,
        detail=detail,
        script=script,
        owner_role=owner_role,
        due_at=due_at,
    )
    before = connection.execute(
        select(follow_ups.c.id).where(
            follow_ups.c.verification_id == verification.id, follow_ups.c.dedupe_key == dedupe_key
        )
    ).first()
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=["verification_id", "dedupe_key"],
            set_={name: adding.excluded[name] for name in ("title", "detail", "script", "owner_role")},
            where=follow_ups.c.state == "open",
        )
    )
    return before is None


def drop_follow_ups(connection: Connection, verification_id: str, *, keep: Sequence[str]) -> int:
    """Closes open tasks that nothing calls for any more. How many."""
    dropped = connection.execute(
        update(follow_ups)
        .where(
            follow_ups.c.verification_id == verification_id,
            follow_ups.c.state == "open",
            follow_ups.c.dedupe_key.not_in(keep),
        )
        .values(state="cancelled", outcome="no longer needed", closed_at=func.now(), closed_by="system")
    )
    return dropped.rowcount


def follow_up(connection: Connection, practice_id: str, follow_up_id: str) -> Row[Any] | None:
    """The task, held until the transaction ends."""
    return connection.execute(
        select(follow_ups)
        .where(follow_ups.c.id == follow_up_id, follow_ups.c.practice_id == practice_id)
        .with_for_update()
    ).first()


def close_follow_up(connection: Connection, follow_up_id: str, *, outcome: str, by: str) -> None:
    connection.execute(
        update(follow_ups)
        .where(follow_ups.c.id == follow_up_id)
        .values(state="done", outcome=outcome, closed_at=func.now(), closed_by=by)
    )


def follow_ups_of(connection: Connection, verification_id: str) -> Sequence[Row[Any]]:
    return connection.execute(
        select(follow_ups)
        .where(follow_ups.c.verification_id == verification_id)
        .order_by(follow_ups.c.due_at)
    ).all()


def add_note(
    connection: Connection, seals: Seals, verification: Row[Any], *, kind: str, body: str, author_id: str
) -> str:
    note_id = new_id("note")
    connection.execute(
        insert(notes).values(
            id=note_id,
            practice_id=verification.practice_id,
            patient_id=verification.patient_id,
            verification_id=verification.id,
            kind=kind,
            body_sealed=seals.close(body.encode(), BODY, note_id),
            author_id=author_id,
        )
    )
    return note_id
