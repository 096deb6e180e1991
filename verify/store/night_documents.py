"""The shapes in which a night is shown: its progress, its report, and who would be asked tonight."""

from datetime import date, datetime
from typing import Any

from verify.store.documents import PatientShown, Shown


class NightShown(Shown):
    """One night of a practice. Nothing of a patient."""

    id: str
    local_date: date
    #: planning, running, finished; missed: the system was not there
    state: str
    started_at: datetime
    started_by: str
    planned_at: datetime | None
    finished_at: datetime | None
    #: Verifications looked at so far, most of which are not due.
    looked_at: int


class PayerProgress(Shown):
    payer: str
    waiting: int
    answered: int
    failed: int


class Failures(Shown):
    #: A code of payers.errors, or of ours.
    cause: str
    count: int


class BatchShown(Shown):
    """Questions of the night that go out together."""

    id: str
    #: The account they go through.
    account: str
    #: gathering, submitting, submitted, collecting, done, failed
    state: str
    #: Why it failed, or has to wait: a code of payers.errors, or of ours.
    code: str
    #: Null until its source has it.
    handed_in_at: datetime | None
    questions: int
    #: Of these, how many have ended, and how many are asked by themselves after all.
    ended: int
    returned: int


class Progress(NightShown):
    asked: int
    #: Of those asked, how many are still on their way.
    waiting: int
    answered: int
    failed: int
    #: Of the answered, by the heaviest change (verify.recheck.Weight); "" for none.
    changed: dict[str, int]
    payers: list[PayerProgress]
    #: Empty where nobody is asked in batches.
    batches: list[BatchShown]
    failures: list[Failures]
    #: Ended in the last minute.
    per_minute: int
    #: At that rate; null while nothing ends, and once nothing is left.
    seconds_left: int | None


class ChangeShown(Shown):
    kind: str
    weight: str
    service_line: str
    #: In words: "The copay changed: $30.00, now $45.00".
    text: str
    #: What it does to the visit; empty for what does nothing to it.
    effect: str
    #: {"type": "cents", "cents": 3000}, {"type": "day", "on": "2026-12-31"} …; null is "not stated".
    was: Any
    now: Any
    #: What each visit costs more, in cents; null where that is not known.
    visit_cents: int | None


class TaskShown(Shown):
    kind: str
    title: str
    due_at: datetime
    state: str


class ReportRow(Shown):
    """One patient whose answer changed, or who got none."""

    #: The verification to open: the re-check, which speaks for the patient now or says what is wrong.
    id: str
    #: The verification it asked again.
    rechecks_id: str
    patient: PatientShown
    payer: str
    service_lines: list[str]
    date_of_service: date
    rules: list[str]
    #: answered or failed
    state: str
    cause: str
    weight: str
    changes: list[ChangeShown]
    follow_ups: list[TaskShown]


class Report(Shown):
    night: Progress
    #: What stops a visit first, then what costs, what is not stated any more, and who could not be asked.
    items: list[ReportRow]
    #: Opaque; give it back as `cursor` for what follows. Null at the end.
    next_cursor: str | None


class AheadRow(Shown):
    """One patient who would be asked again tonight, and why."""

    id: str
    patient: PatientShown
    payer: str
    service_lines: list[str]
    date_of_service: date
    rules: list[str]


class Ahead(Shown):
    local_date: date
    items: list[AheadRow]
    #: How many verifications were looked at for this page.
    looked_at: int
    #: Opaque; null at the end.
    next_cursor: str | None
