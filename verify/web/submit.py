"""The form that asks for a verification."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.security.roles import Permission
from verify.store import views
from verify.web import forms, pages
from verify.web.caller import CallerNow, Form, Guarded

router = APIRouter(include_in_schema=False, route_class=Guarded)


@router.get("/verifications/new")
def submit_page(request: Request, caller: CallerNow) -> Response:
    caller.must(Permission.SUBMIT)
    return _page(request, caller, {}, [], {})


@router.post("/verifications")
def submit(request: Request, caller: CallerNow, form: Form) -> Response:
    """What was typed comes back with the errors beside its fields, or becomes a verification."""
    caller.must(Permission.SUBMIT)
    submission, errors = forms.submission(form)
    if submission is None:
        chosen = [str(line) for line in form.getlist("service_lines")]
        return _page(request, caller, forms.typed(form), chosen, errors)
    accepted = steps.accept(
        request.app.state.work, submission, practice_id=caller.practice_id, actor=caller.id
    )
    return pages.go(f"/verifications/{accepted.verification_id}{'' if accepted.created else '?known=1'}")


def _page(
    request: Request, caller: CallerNow, typed: dict[str, str], chosen: list[str], errors: dict[str, str]
) -> Response:
    with request.app.state.work.engine.connect() as connection:
        payers = views.payers_of(connection, caller.practice_id)
    return pages.render(
        request,
        "submit.html",
        status=422 if errors else 200,
        typed=typed,
        chosen=chosen,
        errors=errors,
        labels=forms.LABELS,
        groups=pages.grouped_lines(),
        payers=payers,
    )
