"""One verification: its page, and what people do on it."""

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Query
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.courses import NoSession
from verify.facts import ELECTRONIC
from verify.findings import Judgement, Question
from verify.followup import weighed
from verify.security.roles import Permission
from verify.steps.courses import Outdated, Unplannable, bundle
from verify.store import evidence, views
from verify.store.documents import Document
from verify.store.sealing import Seals
from verify.verification import VerificationState
from verify.web import cost, course_form, courses, forms, pages, repairs, words
from verify.web.answers import fact_groups, is_unheard, older_facts, present_facts, three_answers
from verify.web.caller import CallerNow, Form, Guarded
from verify.web.completeness import filled_in
from verify.web.holders import who_holds
from verify.web.learned import source_kinds
from verify.web.problems import Refused
from verify.web.record import look

router = APIRouter(include_in_schema=False, route_class=Guarded)

#: Seconds between looks for news, while a payer is asked and otherwise.
ASKING_SECONDS, QUIET_SECONDS = 2, 6
LONGEST_NOTE = 4_000
NOTICES = {
    "known": "This was asked for before: here is the verification that exists.",
    "note": "Note added.",
    "informed": "Thank you. The payer is asked with the corrected information.",
    "call": "Call recorded. The verification is being judged again.",
    "parked": "Call parked. What was answered is kept; the script has what is left.",
    "learned": "Written down. The verification is being judged again.",
    "withdrawn": "Taken back. What was written stays as evidence.",
    "done": "Follow-up done.",
    "accepted": "Signed off.",
    "tried": "The payer is asked again in these words.",
    "kept": "Written into the record.",
    "cancelled": "Cancelled. What is known stays here.",
    "course": "The course is planned.",
}


@router.get("/verifications/{verification_id}")
def verification_page(request: Request, verification_id: str, said: str = "", known: str = "") -> Response:
    return _page(request, verification_id, notice=NOTICES.get("known" if known else said, ""))


@router.get("/verifications/{verification_id}/live")
def verification_live(
    request: Request,
    caller: CallerNow,
    verification_id: str,
    seen: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The top of the page anew when something happened; 204 and nothing of a patient otherwise."""
    caller.must(Permission.READ_PATIENTS)
    with request.app.state.work.engine.connect() as connection:
        if views.stamp(connection, caller.practice_id, verification_id) == seen:
            return Response(status_code=204)
    document, stamp = _read(request, verification_id)
    return _render(request, "live.html", document, stamp)


@router.post("/verifications/{verification_id}/notes")
def add_note(request: Request, caller: CallerNow, form: Form, verification_id: str) -> Response:
    caller.must(Permission.WRITE_NOTES)
    kind, body = str(form.get("kind", "")), str(form.get("body", "")).strip()
    if kind not in words.NOTE_KINDS or not 0 < len(body) <= LONGEST_NOTE:
        errors = {"body": f"A note has 1 to {LONGEST_NOTE:,} characters"}
        return _page(request, verification_id, errors=errors, typed={"kind": kind, "body": body})
    steps.add_note(
        request.app.state.work, verification_id, caller.practice_id, caller.id, kind=kind, body=body
    )
    return _back(verification_id, "note")


@router.post("/verifications/{verification_id}/information")
def complete_information(request: Request, caller: CallerNow, form: Form, verification_id: str) -> Response:
    caller.must(Permission.SUBMIT)
    patient, coverage = forms.information(form)
    try:
        steps.complete_information(
            request.app.state.work,
            verification_id,
            caller.practice_id,
            caller.id,
            patient=patient,
            coverage=coverage,
        )
    except ValidationError as error:
        errors = forms.errors_by_field(error)
        return _page(request, verification_id, errors=errors, typed=forms.typed(form))
    return _back(verification_id, "informed")


@router.post("/verifications/{verification_id}/cancel")
def cancel(request: Request, caller: CallerNow, verification_id: str) -> Response:
    caller.must(Permission.SUBMIT)
    steps.cancel(request.app.state.work, verification_id, caller.practice_id, caller.id)
    return _back(verification_id, "cancelled")


@router.post("/verifications/{verification_id}/courses/{service_line}")
def plan_course(
    request: Request, caller: CallerNow, form: Form, verification_id: str, service_line: str
) -> Response:
    """A course planned anew, on top of the version that was shown."""
    caller.must(Permission.SUBMIT)
    made, errors = course_form.decision(form)
    if made is not None:
        marks = frozenset({str(form.get("mark", ""))})
        try:
            courses.change(request, verification_id, service_line, made.outline, marks=marks)
        except Outdated:
            errors = {"mark": course_form.OUTDATED}
        except (Unplannable, NoSession) as error:
            errors = course_form.errors_of(error)
    if errors:
        typed = {**forms.typed(form), "weekdays": form.getlist("weekdays")}
        return _page(request, verification_id, course_key=service_line, course_errors=errors, typed=typed)
    return pages.go(f"/verifications/{verification_id}?said=course#course-{service_line}")


@router.post("/verifications/{verification_id}/accept")
def accept(request: Request, caller: CallerNow, verification_id: str) -> Response:
    """A person signs: verified, or verified with gaps while questions are open."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    steps.sign_off(request.app.state.work, verification_id, caller.practice_id, caller.id)
    return _back(verification_id, "accepted")


@router.post("/follow-ups/{follow_up_id}/done")
def close_follow_up(request: Request, caller: CallerNow, form: Form, follow_up_id: str) -> Response:
    caller.must(Permission.WORK_FOLLOW_UPS)
    verification_id = _verification_of(request, caller, follow_up_id)
    outcome = str(form.get("outcome", "")).strip()[:LONGEST_NOTE]
    steps.close_follow_up(
        request.app.state.work, follow_up_id, caller.practice_id, caller.id, outcome=outcome
    )
    return _back(verification_id, "done")


@router.post("/follow-ups/{follow_up_id}/call")
def record_call(request: Request, caller: CallerNow, form: Form, follow_up_id: str) -> Response:
    """What the payer said on the phone, typed field by field; a field left empty was not asked."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    verification_id = _verification_of(request, caller, follow_up_id)
    typed = forms.typed(form)
    call, errors = forms.call(typed, ZoneInfo(caller.account.time_zone), datetime.now(UTC))
    if call is not None:
        try:
            steps.record_call(request.app.state.work, follow_up_id, caller.practice_id, caller.id, call)
        except forms.UnreadableAnswers as unreadable:
            errors = forms.errors_of_answers(unreadable)
    if errors:
        return _page(request, verification_id, errors=errors, typed=typed, calling=follow_up_id)
    return _back(verification_id, "parked" if call is not None and call.parked else "call")


@router.get("/verifications/{verification_id}/exchanges/{exchange_id}")
def exchange_page(request: Request, verification_id: str, exchange_id: str) -> Response:
    """The raw question and answer, for those who work on them."""
    exchange = look(
        request,
        lambda connection, seals: views.exchange(connection, seals, verification_id, exchange_id),
        object_type="exchange",
        object_id=exchange_id,
        needs=Permission.WORK_FOLLOW_UPS,
    )
    return pages.render(request, "exchange.html", exchange=exchange, verification_id=verification_id)


def _read(request: Request, verification_id: str) -> tuple[Document, str]:
    """The document, and a stamp taken before it: news in between is seen again rather than missed."""
    caller = request.state.caller

    def read(connection: Connection, seals: Seals) -> tuple[Document, str] | None:
        stamp = views.stamp(connection, caller.practice_id, verification_id)
        with_notes = caller.may(Permission.READ_NOTES)
        document = views.document(
            connection,
            seals,
            verification_id,
            with_notes=with_notes,
            with_clinical=caller.may(Permission.READ_CLINICAL),
        )
        return (document, stamp) if document and stamp else None

    return look(request, read, object_type="verification", object_id=verification_id)


def _page(
    request: Request,
    verification_id: str,
    *,
    notice: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
    calling: str = "",
    course_key: str = "",
    course_errors: dict[str, str] | None = None,
) -> Response:
    document, stamp = _read(request, verification_id)
    costs = cost.section(request, verification_id, document.service_lines)
    practice_id = request.state.caller.practice_id
    with request.app.state.work.engine.connect() as connection:
        work = request.app.state.work
        judged = steps.judged_now(work, connection, practice_id, verification_id)
        planned = bundle(
            work,
            connection,
            practice_id,
            verification_id,
            with_clinical=request.state.caller.may(Permission.READ_CLINICAL),
        )
        may_change = request.state.caller.may(Permission.SUBMIT)
        refused = repairs.refusals(connection, request, verification_id) if may_change else None
        may_write = request.state.caller.may(Permission.WORK_FOLLOW_UPS) and not document.superseded_by_id
        fields = _open_fields(request, connection, verification_id, judged) if may_write else []
    assert planned is not None
    assert judged is not None
    return _render(
        request,
        "verification.html",
        document,
        stamp,
        **costs,
        filled=filled_in(judged.completeness),
        open_questions=weighed(_questions(document), costs["cost"].worth),
        may_write=may_write,
        learned_fields=fields,
        kinds=source_kinds(),
        refusals=refused or [],
        **course_form.section(planned),
        course_key=course_key,
        course_errors=course_errors or {},
        course_typed=(typed or {}) if course_key else {},
        status=422 if errors or course_errors or costs["assume"]["errors"] else 200,
        notice=notice,
        errors=errors or {f"{course_key}-{name}": said for name, said in (course_errors or {}).items()},
        typed=typed or {},
        calling=calling,
    )


def _questions(document: Document) -> list[Question]:
    """As they were judged, without their ids."""
    parts = [{name: part for name, part in one.items() if name != "id"} for one in document.questions]
    return msgspec.convert(parts, list[Question])


def _open_fields(
    request: Request, connection: Connection, verification_id: str, judged: Judgement | None
) -> list[dict[str, Any]]:
    """The fields of the worksheet that are needed and not known yet."""
    wanted = {
        item.name
        for found in (judged.completeness if judged else ())
        for item in found.items
        if not item.is_known
    }
    practice_id = request.state.caller.practice_id
    fields = steps.form_of(request.app.state.work, connection, practice_id, verification_id) or []
    return [pages.with_hint(msgspec.to_builtins(field)) for field in fields if field.name in wanted]


def _render(
    request: Request, template: str, document: Document, stamp: str, *, status: int = 200, **values: Any
) -> Response:
    zone = request.state.caller.account.time_zone
    return pages.render(
        request,
        template,
        status=status,
        it=document,
        stamp=stamp,
        answers=three_answers(document, zone, pages.line_labels()),
        holders=who_holds(document),
        groups=fact_groups(present_facts(document)),
        older=fact_groups(older_facts(document)),
        lines={key: pages.short_label(key) for key in pages.line_labels()},
        running=document.state in words.RUNNING,
        # What nobody could answer yet is no news to a coordinator.
        too_early=document.state in words.RUNNING and is_unheard(document),
        over=document.state in words.OVER,
        may_sign=steps.may_sign(VerificationState(document.state), len(document.questions)),
        missing=[words.MISSING_WORDS.get(code, words.plain(code)) for code in document.state_detail.split()],
        live=ASKING_SECONDS if document.state in words.RUNNING else QUIET_SECONDS,
        today=words.today(zone),
        template_is_page=template == "verification.html",
        electronic=ELECTRONIC,
        kept={exchange.id for exchange in document.exchanges},
        labels=forms.LABELS,
        information_fields=forms.information_fields(document.state_detail.split()),
        **values,
    )


def _verification_of(request: Request, caller: CallerNow, follow_up_id: str) -> str:
    """Raises Refused (404)."""
    with request.app.state.work.engine.connect() as connection:
        found = evidence.verification_of(connection, caller.practice_id, follow_up_id)
    if found is None:
        raise Refused(404, "There is no such task here.")
    return found


def _back(verification_id: str, said: str) -> Response:
    return pages.go(f"/verifications/{verification_id}?said={said}")
