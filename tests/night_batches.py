"""A clinic whose nights go out in batches, and the moments a test does not want to wait for."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from tests.house import House, submission, wait_for
from verify import steps
from verify.steps.accept import store
from verify.steps.question import trace_of
from verify.store.tables import inquiries, jobs, verifications
from verify.store.tables_batches import payer_batch_items, payer_batches
from verify.store.tables_nightly import night_items
from verify.store.tables_nightly import nights as night_rows

#: What is asked for TMS where the payer answers: service types 30 and MH.
QUESTIONS_EACH = 2


def add_batch_clinic(house: House, **account: Any) -> str:
    """A clinic whose payer is asked through an account that asks in batches as well; no night by itself."""
    way = house.simulator.account("stedi_json")
    values = {"adapter": way.adapter, "url": way.url, "secrets": way.secrets, "options": way.options}
    return house.add_clinic(**{**values, **account})


def known(house: House, practice_id: str, members: Sequence[str], **changes: Any) -> dict[str, str]:
    """Patients whose payer answered nine days ago and whose first visit is in two: member id -> verification.

    They were active members then, whatever these members are now.
    """
    made = {}
    for number, member in enumerate(members):
        then = member if member.startswith("ACT") else f"ACT{number:05}"
        made[member] = house.submit(practice_id, then, patient={"first_name": f"B{number}"}, **changes)
    for verification_id in made.values():
        house.wait_until_settled(verification_id, 120)
    with house.work.engine.begin() as connection:
        _as_of_nine_days_ago(connection, list(made.values()))
    for member, verification_id in made.items():
        become(house, verification_id, member)
    return made


def due(house: House, practice_id: str, members: Sequence[str]) -> dict[str, str]:
    """The same, but nobody remembers what was answered: nobody was asked."""
    made = {}
    with house.work.engine.begin() as connection:
        for number, member in enumerate(members):
            asked = submission(member, patient={"first_name": f"B{number}"})
            accepted, _ = store(house.work, connection, asked, practice_id, "system")
            made[member] = accepted.verification_id
        of_these = jobs.c.subject_id.in_(made.values())
        connection.execute(update(jobs).where(of_these).values(state="done"))
        _as_of_nine_days_ago(connection, list(made.values()))
    return made


def _as_of_nine_days_ago(connection: Connection, verification_ids: Sequence[str]) -> None:
    earlier = func.now() - timedelta(days=9)
    connection.execute(
        update(verifications)
        .where(verifications.c.id.in_(verification_ids))
        .values(
            state="needs_person",
            date_of_service=func.current_date() + 2,
            answered_at=earlier,
            judged_at=earlier,
        )
    )


def become(house: House, verification_id: str, member_id: str) -> None:
    """Changes the policy's member id behind the program's back, so that the simulator answers otherwise."""
    from verify.store import patients

    row = house.verification(verification_id)
    with house.work.engine.begin() as connection:
        seals = house.work.seals(row.practice_id)
        coverage = patients.coverage(connection, row.practice_id, row.coverage_id)
        policy = {**patients.policy_of(coverage, seals), "member_id": member_id}
        patients.change_coverage(connection, seals, coverage.id, coverage.payer_id, policy)


def begin(house: House, practice_id: str, questions: int) -> Any:
    """Begins tonight's night and waits until so many questions were gathered; the batch they are in."""
    steps.start_night(house.work, practice_id, "system")

    def gathered() -> Any:
        found = batches(house, practice_id)
        return found[-1] if sum(each.gathered for each in found) == questions else None

    return wait_for(gathered, 60, f"{questions} questions gathered")


def batches(house: House, practice_id: str) -> Sequence[Any]:
    return house.rows(payer_batches, practice_id=practice_id)


def items(house: House, batch_id: str) -> Counter[str]:
    """How many items of a batch are in which state."""
    with house.work.engine.connect() as connection:
        found = select(payer_batch_items.c.state).where(payer_batch_items.c.batch_id == batch_id)
        return Counter(connection.execute(found).scalars())


def go_on(house: House, practice_id: str, *steps_: str) -> None:
    """As if the time had come for what a batch waits for: to be handed in, to be collected."""
    long_ago = func.now() - timedelta(hours=1)
    with house.work.engine.begin() as connection:
        ids = (
            connection.execute(select(payer_batches.c.id).where(payer_batches.c.practice_id == practice_id))
            .scalars()
            .all()
        )
        connection.execute(
            update(payer_batches)
            .where(payer_batches.c.id.in_(ids), payer_batches.c.state == "gathering")
            .values(joined_at=long_ago)
        )
        connection.execute(
            update(jobs)
            .where(
                jobs.c.subject_id.in_(ids),
                jobs.c.state == "queued",
                jobs.c.step.in_(steps_ or ("hand_in", "collect")),
            )
            .values(not_before=func.now(), due_at=long_ago)
        )


def until_handed_in(house: House, practice_id: str) -> Any:
    """The newest batch once its source has it; it is not looked at yet."""

    def there() -> Any:
        newest = batches(house, practice_id)[-1]
        if newest.state == "submitted":
            return newest
        go_on(house, practice_id, "hand_in")
        return None

    return wait_for(there, 60, "the batch handed in")


def until_night_ends(house: House, practice_id: str, seconds: float = 120) -> Any:
    """The night's row once it is finished; whatever waits for a time has it."""

    def finished() -> Any:
        go_on(house, practice_id)
        steps.night(house.work)
        row = house.rows(night_rows, practice_id=practice_id)[-1]
        return row if row.state == "finished" else None

    return wait_for(finished, seconds, "the night to end")


def recheck_of(house: House, verification_id: str) -> str:
    """The verification that asks again."""
    return str(item_of(house, verification_id).recheck_id)


def item_of(house: House, verification_id: str) -> Any:
    with house.work.engine.connect() as connection:
        query = select(night_items).where(night_items.c.verification_id == verification_id)
        return connection.execute(query).one()


def asked(house: House, practice_id: str) -> tuple[Counter[str], Counter[str]]:
    """How often each question of the re-checks came to the simulator: in batches, and by itself."""
    with house.work.engine.connect() as connection:
        of_rechecks = (
            select(inquiries.c.id)
            .join(verifications, verifications.c.id == inquiries.c.verification_id)
            .where(verifications.c.practice_id == practice_id, verifications.c.rechecks_id.is_not(None))
        )
        traces = {trace_of(row_id) for row_id in connection.execute(of_rechecks).scalars()}
    together = Counter(trace for trace in house.simulator.batches.traces() if trace in traces)
    alone = Counter(entry.trace for entry in house.simulator.questions() if entry.trace in traces)
    return together, alone
