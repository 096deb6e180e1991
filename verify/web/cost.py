"""What the course will cost the patient, on the page and by API; treatments side by side."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.affordability import CaseError
from verify.affordability.patient import OF_A_COURSE, OF_ALL, CourseCost
from verify.catalogue import load
from verify.store import views
from verify.store.sealing import Seals
from verify.web import pages
from verify.web.api import INVALID, NOT_FOUND, ObjectId, problems
from verify.web.assumption_form import assumption_form, errors_by_field, on_page
from verify.web.caller import CallerNow, Guarded
from verify.web.cost_chart import chart
from verify.web.cost_shown import CostShown, TreatmentsShown, cost_shown, treatments_shown
from verify.web.problems import FieldError, Refused
from verify.web.record import look

router = APIRouter(prefix="/api/v1/verifications", route_class=Guarded, responses=problems())
pages_router = APIRouter(prefix="/verifications", include_in_schema=False, route_class=Guarded)

Found = TypeVar("Found")


def _parameter(name: str, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": words,
        "schema": {"type": "string"},
    }


#: Assumptions, for the API's documentation.
ASSUMPTIONS = {
    "parameters": [
        *(
            _parameter(name, f"{words}. `{name}.tms` is of one treatment.")
            for name, words in OF_A_COURSE.items()
        ),
        *(_parameter(name, words) for name, words in OF_ALL.items()),
    ]
}


@router.get(
    "/{verification_id}/estimate",
    responses=problems(_404=NOT_FOUND, _422=INVALID),
    openapi_extra=ASSUMPTIONS,
)
def read_estimate(request: Request, caller: CallerNow, verification_id: ObjectId) -> CostShown:
    """What the planned course will cost the patient: low, expected, high, session by session, and what is open.

    Assumptions in the query are reckoned with and not stored.
    """
    return cost_shown(verification_id, _found(request, caller, verification_id, steps.cost))


@router.get(
    "/{verification_id}/estimate/treatments",
    responses=problems(_404=NOT_FOUND, _422=INVALID),
    openapi_extra=ASSUMPTIONS,
)
def read_treatments(request: Request, caller: CallerNow, verification_id: ObjectId) -> TreatmentsShown:
    """The treatments the clinic has prices for, side by side for the same patient, each by itself."""
    return treatments_shown(verification_id, _found(request, caller, verification_id, steps.treatments))


def _found(
    request: Request, caller: CallerNow, verification_id: str, step: Callable[..., Found | None]
) -> Found:
    """Raises Refused, naming the assumptions that cannot be read."""
    work, asked = request.app.state.work, request.query_params.multi_items()
    try:
        return look(
            request,
            lambda connection, _: step(work, connection, caller.practice_id, verification_id, asked),
            object_type="verification",
            object_id=verification_id,
        )
    except CaseError as error:
        errors = [FieldError(pointer=f"/{one.field}", detail=one.message) for one in error.problems]
        raise Refused(422, "Some assumptions need correcting.", errors=errors) from None


# --- pages ------------------------------------------------------------------------------------------------


def section(request: Request, verification_id: str, service_lines: list[str]) -> dict[str, Any]:
    """What `course_cost.html` is made from; with what is wrong in the assumptions, the estimate without them."""
    fields = on_page(request)
    errors: dict[str, str] = {}
    with request.app.state.work.engine.connect() as connection:
        try:
            found = _cost(request, connection, verification_id, fields)
        except CaseError as error:
            errors = errors_by_field(error)
            found = _cost(request, connection, verification_id, [])
    it = found.estimate
    return {
        "cost": found,
        "chart": chart(it.band, found.new_plan_year) if it else None,
        "codes": _code_labels(service_lines),
        "sessions": [one for one in it.sessions if one.takes_place] if it else [],
        "visits": len(it.visits) if it else 0,
        "worth": {(one.fact.value, one.service_line): one.worth_cents for one in found.worth},
        "assume": assumption_form(fields, service_lines, errors),
    }


def _cost(
    request: Request, connection: Connection, verification_id: str, fields: list[tuple[str, str]]
) -> CourseCost:
    practice_id = request.state.caller.practice_id
    found = steps.cost(request.app.state.work, connection, practice_id, verification_id, fields)
    assert found is not None
    return found


def _code_labels(service_lines: list[str]) -> dict[str, str]:
    catalogue = load().service_lines
    lines = [catalogue[key] for key in service_lines if key in catalogue]
    return {code.code: code.label for line in lines for code in line.codes}


@pages_router.get("/{verification_id}/treatments")
def treatments_page(request: Request, caller: CallerNow, verification_id: str) -> Response:
    """The treatments side by side, with the assumptions that the address names."""
    work = request.app.state.work

    def read(connection: Connection, seals: Seals) -> tuple[Any, Any] | None:
        document = views.document(connection, seals, verification_id, with_notes=False, with_clinical=False)
        found = steps.treatments(work, connection, caller.practice_id, verification_id, on_page(request))
        return (document, found) if document and found is not None else None

    try:
        document, found = look(request, read, object_type="verification", object_id=verification_id)
    except CaseError:
        # The form with its fields is on the verification's page.
        return pages.go(f"/verifications/{verification_id}?{request.url.query}#assumptions")
    return pages.render(
        request,
        "treatments.html",
        it=document,
        options=found,
        query=request.url.query,
        assumed=list(dict.fromkeys(words for one in found for words in one.cost.assumed)),
    )
