"""Planned courses by API: looked at, and planned anew on top of the version that was looked at."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Path
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify.courses import CoursePlan, Outline
from verify.security.access import Action
from verify.security.roles import Permission
from verify.steps.courses import ANY, Bundle, Outdated, Replanned, Unplannable, bundle, plan_anew
from verify.web.api import BODY, INVALID, NOT_FOUND, ObjectId, problems
from verify.web.caller import CallerNow, Guarded
from verify.web.course_shapes import CourseShown, CoursesShown, OutlineGiven, issue_shown, shown
from verify.web.problems import FieldError, Refused
from verify.web.record import look

router = APIRouter(prefix="/api/v1/verifications", route_class=Guarded, responses=problems())

LineKey = Annotated[str, Path(max_length=64)]

OUTDATED = "Somebody planned this course meanwhile. Get it anew, and make your change to that."


@router.get("/{verification_id}/courses", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_courses(request: Request, caller: CallerNow, verification_id: ObjectId) -> CoursesShown:
    """The planned courses of a verification: as usual, or as somebody planned them."""
    found = _look(request, caller.practice_id, verification_id)
    return CoursesShown(
        verification_id=verification_id,
        courses=[shown(one) for one in found.courses],
        conflicts=[issue_shown(issue) for issue in found.conflicts],
    )


@router.get("/{verification_id}/courses/{service_line}", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_course(
    request: Request, response: Response, caller: CallerNow, verification_id: ObjectId, service_line: LineKey
) -> CourseShown:
    """One of them, with its mark as ETag."""
    found = _look(request, caller.practice_id, verification_id, service_line).course(service_line)
    assert found is not None  # looked for above
    response.headers["ETag"] = f'"{found.mark}"'
    return shown(found)


@router.put(
    "/{verification_id}/courses/{service_line}",
    responses=problems(
        _404=NOT_FOUND,
        _409="The verification was cancelled",
        _412=OUTDATED,
        _428="If-Match is required",
        **BODY,
    ),
)
def plan_course(
    request: Request,
    response: Response,
    caller: CallerNow,
    verification_id: ObjectId,
    service_line: LineKey,
    outline: OutlineGiven,
    if_match: Annotated[
        str | None, Header(alias="If-Match", description="Required: the ETag of the course, or *.")
    ] = None,
) -> CourseShown:
    """Plans the course anew: a new version, computed from the outline; no version is lost."""
    caller.must(Permission.SUBMIT)
    if not if_match:
        raise Refused(428, "The header If-Match is required: the ETag of the course you read.")
    decided = msgspec.convert(outline.model_dump(mode="json"), Outline)
    marks = frozenset(_marks(if_match))
    try:
        planned = change(request, verification_id, service_line, lambda _: decided, marks=marks)
    except Outdated:
        raise Refused(412, OUTDATED) from None
    except Unplannable as unplannable:
        errors = [FieldError(pointer=f"/{it.field}", detail=it.words) for it in unplannable.faults]
        raise Refused(422, "Some fields need correcting.", errors=errors) from None
    found = planned.course(service_line)
    assert found is not None  # planned above
    response.headers["ETag"] = f'"{found.mark}"'
    return shown(found)


def change(
    request: Request,
    verification_id: str,
    service_line: str,
    decide: Callable[[CoursePlan], Outline],
    *,
    marks: frozenset[str],
) -> Bundle:
    """Plans a course anew, and its row in the access record.

    Raises Refused (403, 404), Outdated, Unplannable, and whatever `decide` raises.
    """
    caller = request.state.caller

    def plan(connection: Connection, _: object) -> Replanned | None:
        return plan_anew(
            request.app.state.work,
            connection,
            caller.practice_id,
            verification_id,
            service_line,
            decide,
            marks=marks,
            by=caller.id,
            with_clinical=caller.may(Permission.READ_CLINICAL),
        )

    planned = look(
        request,
        plan,
        object_type="course",
        object_id=verification_id,
        action=Action.CHANGE,
        needs=Permission.SUBMIT,
    )
    request.app.state.work.hint(planned.hint)
    return planned.bundle


def _look(request: Request, practice_id: str, verification_id: str, service_line: str = "") -> Bundle:
    """Raises Refused (404) for no such verification, or no such course of it."""

    def read(connection: Connection, _: object) -> Bundle | None:
        found = bundle(
            request.app.state.work,
            connection,
            practice_id,
            verification_id,
            with_clinical=request.state.caller.may(Permission.READ_CLINICAL),
        )
        there = found is not None and (not service_line or found.course(service_line) is not None)
        return found if there else None

    return look(request, read, object_type="course", object_id=verification_id)


def _marks(if_match: str) -> list[str]:
    """The tags of an If-Match header (RFC 9110); a weak one never matches."""
    return [
        tag if tag == ANY else tag.strip('"')
        for tag in map(str.strip, if_match.split(","))
        if tag[:2] != "W/"
    ]
