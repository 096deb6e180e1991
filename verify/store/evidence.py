"""Facts, findings, questions, follow-ups and notes: what is known and what is to be done."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, case, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from verify.catalogue import ServiceLine
from verify.facts import ELECTRONIC, Fact, Trail, speaking_for
from verify.findings import Finding, Question
from verify.followup import PAYER, FollowUp, Kind
from verify.store import verifications
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import facts, findings, follow_ups, notes, questions
from verify.verification import new_id

CALL_RECORDED = "call recorded"
#: Tasks of whoever runs the program; no judging makes or ends them.
MACHINERY = (Kind.ENROLL.value, Kind.MEND_ACCOUNT.value, Kind.STUCK.value)
BODY = SealedColumn("notes", "body_sealed")


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
            "document": _storable(fact),
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


def _storable(fact: Fact) -> Any:
    """The fact as JSON. PostgreSQL refuses NUL, and a payer's text may hold one."""
    return msgspec.json.decode(msgspec.json.encode(fact).replace(b"\\u0000", b""))


def facts_of(connection: Connection, verification: Row[Any]) -> list[Fact]:
    """What was learned for the present revision, oldest first."""
    rows = connection.execute(
        select(facts.c.document)
        .where(facts.c.verification_id == verification.id, facts.c.revision == verification.revision)
        .order_by(facts.c.id)
    )
    return [msgspec.convert(document, Fact) for (document,) in rows]


def fact_of(connection: Connection, verification: Row[Any], fact_id: str) -> Fact | None:
    """One fact of the present revision; None when there is none of that id."""
    document = connection.execute(
        select(facts.c.document).where(
            facts.c.id == fact_id,
            facts.c.verification_id == verification.id,
            facts.c.revision == verification.revision,
        )
    ).scalar_one_or_none()
    return None if document is None else msgspec.convert(document, Fact)


def trail_of(verification: Row[Any]) -> Trail:
    """The companies that were asked one after the other, as the newest judging has them."""
    return msgspec.convert(verification.trail, Trail)


def facts_heard(connection: Connection, verification: Row[Any], lines: Sequence[ServiceLine]) -> list[Fact]:
    """The facts that count for these service lines: those of whoever holds their benefits, oldest first."""
    known = facts_of(connection, verification)
    trail = trail_of(verification)
    heard = {fact.key for line in lines for fact in speaking_for(known, trail, line.benefit_domain)}
    return [fact for fact in known if fact.key in heard]


def replace_findings(connection: Connection, verification: Row[Any], drawn: Iterable[Finding]) -> None:
    """The findings of the newest judging."""
    connection.execute(findings.delete().where(findings.c.verification_id == verification.id))
    rows = [
        {
            "id": new_id("find"),
            "practice_id": verification.practice_id,
            "verification_id": verification.id,
            "rule": finding.rule,
            "service_line": finding.service_line,
            "document": msgspec.to_builtins(finding),
        }
        for finding in drawn
    ]
    if rows:
        connection.execute(insert(findings), rows)


def findings_of(connection: Connection, verification_id: str) -> list[Finding]:
    rows = connection.execute(
        select(findings.c.document)
        .where(findings.c.verification_id == verification_id)
        .order_by(findings.c.id)
    )
    return [msgspec.convert(document, Finding) for (document,) in rows]


def set_questions(connection: Connection, verification: Row[Any], asked: Sequence[Question]) -> None:
    """Opens these questions and closes every other one."""
    still_open = and_(questions.c.verification_id == verification.id, questions.c.closed_at.is_(None))
    kept = [(question.fact, question.service_line) for question in asked]
    connection.execute(
        update(questions)
        .where(still_open, tuple_(questions.c.fact, questions.c.service_line).not_in(kept))
        .values(closed_at=func.now())
    )
    rows = [
        {
            "id": new_id("ques"),
            "practice_id": verification.practice_id,
            "verification_id": verification.id,
            "fact": question.fact,
            "service_line": question.service_line,
            "document": msgspec.to_builtins(question),
        }
        for question in asked
    ]
    if not rows:
        return
    adding = upsert(questions)
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=["verification_id", "fact", "service_line"],
            set_={"document": adding.excluded.document, "closed_at": None},
        ),
        rows,
    )


def open_questions(connection: Connection, verification_id: str) -> list[Question]:
    rows = connection.execute(
        select(questions.c.document)
        .where(questions.c.verification_id == verification_id, questions.c.closed_at.is_(None))
        .order_by(questions.c.id)
    )
    return [msgspec.convert(document, Question) for (document,) in rows]


def calls_made(connection: Connection, verification: Row[Any]) -> dict[str, int]:
    """How many calls were recorded, by script: what is open after one is a new call."""
    script = func.coalesce(func.nullif(follow_ups.c.script["key"].astext, ""), PAYER)
    rows = connection.execute(
        select(script, func.count())
        .where(follow_ups.c.verification_id == verification.id, follow_ups.c.outcome == CALL_RECORDED)
        .group_by(script)
    )
    return {str(key): int(count) for key, count in rows}


def add_follow_up(connection: Connection, verification: Row[Any], task: FollowUp) -> None:
    """Adds the task; the same need makes one, whose words are the newest while it is open.

    What a person did stays done. What was closed because nobody needed it any more opens again when it is needed.
    """
    adding = upsert(follow_ups).values(
        id=new_id("todo"),
        practice_id=verification.practice_id,
        verification_id=verification.id,
        patient_id=verification.patient_id,
        kind=task.kind,
        dedupe_key=task.dedupe_key,
        title=task.title,
        detail=task.detail,
        script=msgspec.to_builtins(task.script),
        owner_role=task.owner_role,
        due_at=task.due_at,
    )
    newest = {name: adding.excluded[name] for name in ("title", "detail", "script", "owner_role")}
    due_at = case((follow_ups.c.state == "open", follow_ups.c.due_at), else_=adding.excluded.due_at)
    opened = {"state": "open", "outcome": "", "closed_at": None, "closed_by": None, "due_at": due_at}
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=["verification_id", "dedupe_key"],
            set_=newest | opened,
            where=follow_ups.c.state != "done",
        )
    )


def done_before(connection: Connection, verification: Row[Any], kind: Kind) -> set[str]:
    """The dedupe keys of what people did of a kind for those that this one asks again."""
    chain = verifications.chain([verification.id])
    rows = connection.execute(
        select(follow_ups.c.dedupe_key)
        .join(chain, chain.c.id == follow_ups.c.verification_id)
        .where(chain.c.id != verification.id, follow_ups.c.kind == kind.value, follow_ups.c.state == "done")
    )
    return set(rows.scalars())


def drop_follow_ups(
    connection: Connection,
    verification: Row[Any],
    *,
    keep: Iterable[FollowUp] = (),
    but: Iterable[Kind] = (),
    outcome: str = "no longer needed",
    by: str = "system",
) -> None:
    """Closes the open tasks of the judging that are not among those to keep; what broke stays broken.

    Tasks of the kinds in `but` stay open too.
    """
    kept = [task.dedupe_key for task in keep]
    connection.execute(
        update(follow_ups)
        .where(
            follow_ups.c.verification_id == verification.id,
            follow_ups.c.state == "open",
            follow_ups.c.dedupe_key.not_in(kept),
            follow_ups.c.kind.not_in([*MACHINERY, *(kind.value for kind in but)]),
        )
        .values(state="cancelled", outcome=outcome, closed_at=func.now(), closed_by=by)
    )


def end_follow_ups(
    connection: Connection, verification_id: str, kind: Kind, *, but: str = "", outcome: str, by: str
) -> None:
    """Ends the open tasks of a kind, except the one of the dedupe key `but`."""
    connection.execute(
        update(follow_ups)
        .where(
            follow_ups.c.verification_id == verification_id,
            follow_ups.c.kind == kind.value,
            follow_ups.c.state == "open",
            follow_ups.c.dedupe_key != but,
        )
        .values(state="cancelled", outcome=outcome, closed_at=func.now(), closed_by=by)
    )


def move_follow_ups(connection: Connection, before: Row[Any], after: Row[Any]) -> None:
    """Open work goes over to the verification that speaks from now on, with its owner and due time."""
    own = select(follow_ups.c.dedupe_key).where(follow_ups.c.verification_id == after.id)
    still_open = and_(
        follow_ups.c.verification_id == before.id,
        follow_ups.c.state == "open",
        follow_ups.c.kind.not_in(MACHINERY),
    )
    connection.execute(
        update(follow_ups)
        .where(still_open, follow_ups.c.dedupe_key.not_in(own))
        .values(verification_id=after.id)
    )
    connection.execute(
        update(follow_ups)
        .where(still_open)
        .values(state="cancelled", outcome="asked again", closed_at=func.now(), closed_by="system")
    )


def facts_by_people(connection: Connection, verification: Row[Any], *, now: datetime) -> list[Fact]:
    """What people learned for the present revision and still holds: by phone, portal, letter or card."""
    return [
        fact
        for fact in facts_of(connection, verification)
        if fact.source.kind not in ELECTRONIC and (fact.expires_at is None or now < fact.expires_at)
    ]


def verification_of(connection: Connection, practice_id: str, follow_up_id: str) -> str | None:
    """Whose task it is; None when the practice has none of that id."""
    return connection.execute(
        select(follow_ups.c.verification_id).where(
            follow_ups.c.id == follow_up_id, follow_ups.c.practice_id == practice_id
        )
    ).scalar_one_or_none()


def follow_up(connection: Connection, follow_up_id: str) -> Row[Any]:
    """The task, held until the transaction ends. Hold its verification first, or two may wait for each other."""
    return connection.execute(
        select(follow_ups).where(follow_ups.c.id == follow_up_id).with_for_update()
    ).one()


def close_follow_up(connection: Connection, follow_up_id: str, *, outcome: str, by: str) -> None:
    connection.execute(
        update(follow_ups)
        .where(follow_ups.c.id == follow_up_id)
        .values(state="done", outcome=outcome, closed_at=func.now(), closed_by=by)
    )


def close_enrollment(connection: Connection, practice_id: str, key: str, *, by: str) -> None:
    """Ends the open tasks of an enrollment (verify.followup.enrollment_key), which was granted."""
    connection.execute(
        update(follow_ups)
        .where(
            follow_ups.c.practice_id == practice_id,
            follow_ups.c.kind == Kind.ENROLL.value,
            follow_ups.c.dedupe_key == key,
            follow_ups.c.state == "open",
        )
        .values(state="done", outcome="enrolled", closed_at=func.now(), closed_by=by)
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
