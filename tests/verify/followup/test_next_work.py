from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from verify.catalogue import load
from verify.facts import FactName, Status
from verify.findings import Finding, How, Question
from verify.followup import Asked, Callee, FollowUp, Kind, Situation, mend_account, next_work, stuck
from verify.followup.follow_up import DUE, OWNERS
from verify.followup.machinery import ACCOUNT_FAULTS
from verify.verification import InquiryState, Lane, OwnerRole, VerificationState, may_move

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=CHICAGO)
ANSWERED = Asked("inq_1", "30", InquiryState.ANSWERED)
REFUSED = Asked("inq_2", "MH", InquiryState.REJECTED, "aaa", ("75",))
WAITING = Asked("inq_3", "MH", InquiryState.UNAVAILABLE, "timeout")


def situation(**changes) -> Situation:
    said = {
        "state": VerificationState.ASKING,
        "lane": Lane.STANDARD,
        "date_of_service": date(2026, 3, 20),
        "service_lines": [load().service_lines["tms"]],
        "now": MONDAY,
        "zone": CHICAGO,
        "inquiries": [ANSWERED],
    }
    return Situation(**{**said, **changes})


def question(fact: str, how: How = How.PHONE, line: str = "tms") -> Question:
    return Question(fact=FactName(fact), service_line=line, text=f"{fact}?", how=how)


def finding(rule: str, conclusion: str, line: str = "tms") -> Finding:
    return Finding(
        rule=rule, service_line=line, conclusion=conclusion, sentence="It is so.", status=Status.STATED
    )


def kinds(**changes) -> list[Kind]:
    return [task.kind for task in next_work(situation(**changes)).follow_ups]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_task_has_one_owner_and_one_due_time(kind):
    assert kind in OWNERS
    assert kind in DUE


@pytest.mark.parametrize("name", ["payer", "member_id", "birth_date", "group_number"])
def test_missing_information_is_one_task_for_each_thing_missing(name):
    work = next_work(situation(state=VerificationState.READY, missing=[name], inquiries=[]))
    [task] = work.follow_ups
    assert work.state is VerificationState.NEEDS_INFORMATION
    assert task.kind is Kind.GET_INFORMATION
    assert task.owner_role is OwnerRole.COORDINATOR
    assert task.due_at == MONDAY.replace(hour=17)
    assert task.dedupe_key == f"get_information:0:{name}"


def test_information_that_came_in_makes_it_ready_again():
    assert next_work(situation(state=VerificationState.NEEDS_INFORMATION, inquiries=[])) == (
        VerificationState.READY,
        [],
    )
    assert next_work(situation(state=VerificationState.READY, inquiries=[])).state is VerificationState.READY


@pytest.mark.parametrize("state", [InquiryState.PLANNED, InquiryState.ASKING, InquiryState.UNAVAILABLE])
def test_while_a_payer_is_still_to_answer_nobody_calls(state):
    inquiries = [ANSWERED, Asked("inq_2", "MH", state)]
    work = next_work(situation(inquiries=inquiries, questions=[question("authorization")]))
    assert work == (VerificationState.ASKING, [])


def test_a_refusal_is_work_even_while_another_answer_is_awaited():
    work = next_work(situation(inquiries=[REFUSED, WAITING]))
    assert work.state is VerificationState.NEEDS_PERSON
    assert [task.kind for task in work.follow_ups] == [Kind.CORRECT_QUESTION]


def test_one_mistake_that_stops_two_inquiries_is_one_task():
    second = Asked("inq_9", "30", InquiryState.REJECTED, "aaa", ("75", "72"))
    [task] = next_work(situation(inquiries=[REFUSED, second])).follow_ups
    assert task.dedupe_key == "correct_question:0:patient:inq_2"
    assert "does not find the subscriber" in task.detail
    assert "member ID is missing or not accepted" in task.detail
    assert task.detail.count("Compare the member ID") == 1


def test_two_mistakes_go_to_two_menders():
    provider = Asked("inq_9", "30", InquiryState.REJECTED, "aaa", ("51",))
    tasks = next_work(situation(inquiries=[REFUSED, provider])).follow_ups
    assert {task.owner_role for task in tasks} == {OwnerRole.COORDINATOR, OwnerRole.ADMIN}


@pytest.mark.parametrize(
    ("code", "owner"), [("x999", OwnerRole.ADMIN), ("ta1", OwnerRole.ADMIN), ("aaa", OwnerRole.COORDINATOR)]
)
def test_a_refusal_without_reasons_is_work_too(code, owner):
    refused = Asked("inq_9", "30", InquiryState.REJECTED, code)
    assert owner in {task.owner_role for task in next_work(situation(inquiries=[refused])).follow_ups}


def test_a_mended_question_that_fails_again_is_a_new_task():
    keys = {
        next_work(situation(inquiries=[REFUSED], revision=revision)).follow_ups[0].dedupe_key
        for revision in (0, 1)
    }
    assert len(keys) == 2


def test_an_unreadable_answer_goes_to_whoever_mends_the_reader():
    unreadable = Asked("inq_4", "MH", InquiryState.UNKNOWN, "not_x12")
    assert kinds(inquiries=[ANSWERED, unreadable], questions=[question("copay")]) == [
        Kind.MEND_READER,
        Kind.CALL,
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("call_needed", "asked by phone"),
        ("later", "in its own time"),
        ("timeout", "could not be reached electronically (timeout)"),
    ],
)
def test_a_pending_inquiry_is_a_call_that_says_why(code, words):
    pending = Asked("inq_5", "30", InquiryState.PENDING, code)
    [task] = next_work(situation(inquiries=[pending], payer_name="EXAMPLE HEALTH")).follow_ups
    assert (task.kind, task.title) == (Kind.CALL, "Call EXAMPLE HEALTH")
    assert words in task.detail


def test_everything_a_call_can_answer_is_one_call_with_its_script():
    asked = [
        question("authorization"),
        question("deductible_remaining", How.PORTAL),
        question("other_payer", line=""),
    ]
    [task] = next_work(situation(questions=asked)).follow_ups
    assert task.kind is Kind.CALL
    assert task.detail == "3 questions open."
    assert task.due_at == MONDAY.replace(day=3, hour=17)
    assert {field["fact"] for field in task.script["fields"]} >= {
        "authorization",
        "deductible_remaining",
        "other_payer",
    }


def test_what_a_portal_shows_needs_no_call_when_nothing_else_is_open():
    assert kinds(questions=[question("deductible_remaining", How.PORTAL)]) == [Kind.LOOK_UP]


def test_what_is_open_after_a_call_is_a_new_call():
    keys = {
        next_work(situation(questions=[question("covered")], calls_made=made)).follow_ups[0].dedupe_key
        for made in (0, 1)
    }
    assert keys == {"call:0:0", "call:0:1"}


def test_another_company_that_holds_the_benefit_is_asked():
    asked = [question("administrator", How.SECOND_INQUIRY), question("authorization")]
    assert set(kinds(questions=asked)) == {Kind.ASK_ADMINISTRATOR, Kind.CALL}


def test_several_service_lines_held_by_one_company_are_one_errand():
    lines = [question("administrator", How.SECOND_INQUIRY, line) for line in ("tms", "psychotherapy")]
    assert kinds(questions=lines).count(Kind.ASK_ADMINISTRATOR) == 1
    elsewhere = msgspec.structs.replace(lines[1], text="Ask another company.")
    assert kinds(questions=[lines[0], elsewhere]).count(Kind.ASK_ADMINISTRATOR) == 2


def test_inactive_coverage_asks_the_patient_and_calls_nobody():
    work = next_work(
        situation(
            findings=[finding("active_coverage", "inactive")],
            questions=[question("authorization"), question("other_payer", line="")],
        )
    )
    [task] = work.follow_ups
    assert task.kind is Kind.NEW_COVERAGE
    assert "It is so." in task.detail


def test_a_line_that_is_inactive_is_left_out_of_the_call():
    lines = [load().service_lines[key] for key in ("tms", "psychotherapy")]
    work = next_work(
        situation(
            service_lines=lines,
            findings=[finding("active_coverage", "inactive")],
            questions=[question("copay"), question("copay", line="psychotherapy")],
        )
    )
    [call] = [task for task in work.follow_ups if task.kind is Kind.CALL]
    assert {field["service_line"] for field in call.script["fields"]} == {"psychotherapy"}


def test_another_payer_is_settled_by_a_person():
    assert kinds(findings=[finding("other_coverage", "other_payer", "")]) == [Kind.SETTLE_ORDER]


def test_when_nothing_is_open_a_person_reviews_and_signs():
    work = next_work(situation())
    assert work.state is VerificationState.NEEDS_PERSON
    assert [task.kind for task in work.follow_ups] == [Kind.REVIEW]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (VerificationState.CANCELLED, []),
        (VerificationState.VERIFIED, []),
        (VerificationState.VERIFIED_WITH_GAPS, [Kind.CALL]),
        (VerificationState.EXPIRED, [Kind.ASK_AGAIN]),
    ],
)
def test_a_verification_that_is_over_keeps_its_state(state, expected):
    work = next_work(situation(state=state, questions=[question("covered")]))
    assert work.state is state
    assert [task.kind for task in work.follow_ups] == expected


def test_urgent_work_is_due_the_same_day():
    for task in next_work(situation(lane=Lane.URGENT, questions=[question("covered")])).follow_ups:
        assert task.due_at == MONDAY.replace(hour=17)


def test_work_is_due_before_the_visit():
    [task] = next_work(
        situation(date_of_service=date(2026, 3, 3), questions=[question("covered")])
    ).follow_ups
    assert task.due_at == MONDAY.replace(hour=17)


SCENES = {
    "nothing": {},
    "missing": {"missing": ["payer"]},
    "refused": {"inquiries": [REFUSED]},
    "waiting": {"inquiries": [WAITING]},
    "unasked": {"inquiries": []},
    "open": {"questions": [question("covered")]},
}


@pytest.mark.parametrize("state", VerificationState)
@pytest.mark.parametrize("scene", SCENES)
def test_the_state_that_follows_may_follow_and_judging_twice_makes_the_same_tasks(state, scene):
    first = next_work(situation(state=state, **SCENES[scene]))
    again = next_work(situation(state=first.state, **SCENES[scene]))
    assert first.state is state or may_move(state, first.state)
    assert len({task.dedupe_key for task in first.follow_ups}) == len(first.follow_ups)
    if first.state is not VerificationState.READY:
        assert again == first


@pytest.mark.parametrize("inquiry_state", InquiryState)
def test_however_an_inquiry_stands_somebody_has_the_next_move(inquiry_state):
    work = next_work(situation(inquiries=[Asked("inq_1", "30", inquiry_state)]))
    assert work.follow_ups or work.state is VerificationState.ASKING


def test_a_task_is_stored_as_json():
    [task] = next_work(situation(questions=[question("covered")])).follow_ups
    assert msgspec.json.decode(msgspec.json.encode(task), type=FollowUp) == task


@pytest.mark.parametrize("code", [*ACCOUNT_FAULTS, "something_new"])
def test_a_broken_account_is_one_task_of_the_administrators(code):
    task = mend_account(account_id="acc_1", account_name="Main", code=code, now=MONDAY, zone=CHICAGO)
    assert task.owner_role is OwnerRole.ADMIN
    assert (task.dedupe_key, "Main" in task.title, code in task.detail) == (
        f"account:acc_1:{code}",
        True,
        True,
    )


def test_a_step_that_cannot_end_is_a_task_of_the_administrators():
    task = stuck(step="judge", now=MONDAY, zone=CHICAGO)
    assert (task.kind, task.owner_role, task.dedupe_key) == (Kind.STUCK, OwnerRole.ADMIN, "stuck:judge")
    assert task.due_at == MONDAY.replace(hour=17)


def test_each_company_is_called_about_the_lines_it_speaks_for():
    asked = [
        question("copay"),
        question("other_payer", line=""),
    ]
    speakers = {"tms": Callee("EXAMPLE BEHAVIORAL", "8005550123")}
    work = next_work(situation(questions=asked, payer_name="EXAMPLE HEALTH", speakers=speakers))
    calls = {task.title: task for task in work.follow_ups if task.kind is Kind.CALL}
    assert set(calls) == {"Call EXAMPLE BEHAVIORAL", "Call EXAMPLE HEALTH"}
    script = calls["Call EXAMPLE BEHAVIORAL"].script
    assert script is not None
    assert script["payer_phone"] == "8005550123"
    assert len({task.dedupe_key for task in calls.values()}) == 2


def test_the_portal_of_a_company_is_looked_into_while_another_is_called():
    asked = [question("copay", how=How.PORTAL), question("other_payer", line="")]
    speakers = {"tms": Callee("EXAMPLE BEHAVIORAL", "8005550123")}
    work = next_work(situation(questions=asked, payer_name="EXAMPLE HEALTH", speakers=speakers))
    assert {task.title for task in work.follow_ups} == {
        "Call EXAMPLE HEALTH",
        "Look it up in EXAMPLE BEHAVIORAL's portal",
    }
