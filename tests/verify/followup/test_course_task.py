"""A course and its first appointment on different days: one task, in time for the earlier of them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from verify.courses import Issue, IssueKind, Weight
from verify.followup import Kind, course_task

CHICAGO = ZoneInfo("America/Chicago")
#: A Monday.
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=CHICAGO)


def issue(
    *days: date, kind: IssueKind = IssueKind.FIRST_DAY, sentence: str = "Planned for another day."
) -> Issue:
    return Issue(kind=kind, weight=Weight.ASK, sentence=sentence, service_lines=("tms",), days=days)


def test_nothing_to_do_where_they_fit() -> None:
    assert course_task([], now=NOW, zone=CHICAGO) is None
    assert course_task([issue(date(2026, 3, 8), kind=IssueKind.WEEKEND)], now=NOW, zone=CHICAGO) is None


def test_it_is_due_the_next_business_day_and_says_what_differs() -> None:
    task = course_task([issue(date(2026, 3, 16), date(2026, 3, 18))], now=NOW, zone=CHICAGO)
    assert task is not None
    assert (task.kind, task.owner_role, task.detail) == (
        Kind.FIT_COURSE,
        "coordinator",
        "Planned for another day.",
    )
    assert task.due_at == datetime(2026, 3, 3, 17, 0, tzinfo=CHICAGO)


def test_it_is_due_before_the_earlier_day_that_is_still_ahead() -> None:
    tomorrow = course_task([issue(date(2026, 3, 3), date(2026, 3, 18))], now=NOW, zone=CHICAGO)
    assert tomorrow is not None and tomorrow.due_at == datetime(2026, 3, 2, 17, 0, tzinfo=CHICAGO)
    over = course_task([issue(date(2026, 2, 27), date(2026, 3, 18))], now=NOW, zone=CHICAGO)
    assert over is not None and over.due_at == datetime(2026, 3, 3, 17, 0, tzinfo=CHICAGO)


def test_all_courses_are_one_task_and_other_days_another() -> None:
    first, second = issue(date(2026, 3, 16), date(2026, 3, 18)), issue(date(2026, 3, 17), date(2026, 3, 19))
    both = course_task([first, second], now=NOW, zone=CHICAGO)
    alone = course_task([first], now=NOW, zone=CHICAGO)
    assert both is not None and alone is not None
    assert both.dedupe_key != alone.dedupe_key
    later = course_task([first], now=NOW.replace(hour=15), zone=CHICAGO)
    assert later is not None and later.dedupe_key == alone.dedupe_key
