"""Refused questions in other words: what may be tried, shown and allowed by a person, on the page and by API."""

from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.asking import MOST_TRIES, WORDS, Changes
from verify.security.roles import Permission
from verify.store.sealing import Seals
from verify.web import pages
from verify.web.api import BODY, INVALID, NOT_FOUND, ObjectId, problems
from verify.web.caller import CallerNow, Form, Guarded
from verify.web.problems import FieldError, Refused
from verify.web.record import look

router = APIRouter(include_in_schema=False, route_class=Guarded)
api_router = APIRouter(prefix="/api/v1", route_class=Guarded, responses=problems())

FIELDS = {
    "member_id": "Member ID",
    "first_name": "First name",
    "last_name": "Last name",
    "middle_name": "Middle name",
    "birth_date": "Birth date",
    "sex": "Sex",
    "group_number": "Group number",
}
LONGEST_ID = 80


class Suggestion(NamedTuple):
    """One rung of the ladder as shown; `choice` names it as long as the ladder stays what it was."""

    choice: str
    text: str
    values: list[tuple[str, str]]
    changes: Changes


class Refusal(NamedTuple):
    payer_id: str
    payer: str
    suggested: list[Suggestion]
    left: int
    most: int = MOST_TRIES


class SuggestionShown(BaseModel):
    choice: str
    text: str
    #: What would be asked with instead, by field; an empty text is left out.
    changes: dict[str, Any] = Field(repr=False)


class RefusalShown(BaseModel):
    payer_id: str
    payer: str
    tries_left: int
    suggestions: list[SuggestionShown]


class TryGiven(BaseModel):
    """A suggestion by its `choice`, or another member id."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    payer_id: Annotated[str, StringConstraints(max_length=64)]
    choice: Annotated[str, StringConstraints(max_length=80)] = ""
    member_id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_ID)] = Field(
        default="", repr=False
    )


def refusals(connection: Connection, request: Request, verification_id: str) -> list[Refusal] | None:
    """What payers refuse of the patient's data at present, with what may be tried; None: no such verification here."""
    practice_id = request.state.caller.practice_id
    found = steps.offered_repairs(request.app.state.work, connection, verification_id, practice_id)
    if found is None:
        return None
    return [
        Refusal(
            each.row.payer_id,
            each.payer.name,
            [
                Suggestion(f"{number}:{one.kind}", WORDS[one.kind], _values(one.changes), one.changes)
                for number, one in enumerate(each.suggested)
            ],
            MOST_TRIES - len(each.tried),
        )
        for each in found
    ]


def _values(changes: Changes) -> list[tuple[str, str]]:
    given = msgspec.to_builtins(changes)
    return [(label, str(given[name])) for name, label in FIELDS.items() if name in given]


@router.post("/verifications/{verification_id}/repairs")
def try_repair(request: Request, caller: CallerNow, form: Form, verification_id: str) -> Response:
    caller.must(Permission.SUBMIT)
    given = {name: str(form.get(name, "")).strip() for name in ("payer_id", "choice", "member_id")}
    _try(request, caller, verification_id, **given)
    return pages.go(f"/verifications/{verification_id}?said=tried")


@router.post("/verifications/{verification_id}/repairs/{repair_id}/keep")
def keep_repair(
    request: Request, caller: CallerNow, verification_id: str, repair_id: Annotated[str, Path(max_length=64)]
) -> Response:
    caller.must(Permission.SUBMIT)
    steps.keep_repair(
        request.app.state.work, verification_id, caller.practice_id, caller.id, repair_id=repair_id
    )
    return pages.go(f"/verifications/{verification_id}?said=kept")


@api_router.get("/verifications/{verification_id}/repairs", responses=problems(_404=NOT_FOUND, _422=INVALID))
def list_repairs(request: Request, caller: CallerNow, verification_id: ObjectId) -> list[RefusalShown]:
    """What payers refuse of the patient's data, and what may be asked with instead; it shows patient data."""
    caller.must(Permission.SUBMIT)

    def read(connection: Connection, _: Seals) -> list[Refusal] | None:
        return refusals(connection, request, verification_id)

    found = look(request, read, object_type="verification", object_id=verification_id)
    return [
        RefusalShown(
            payer_id=each.payer_id,
            payer=each.payer,
            tries_left=each.left,
            suggestions=[
                SuggestionShown(choice=one.choice, text=one.text, changes=msgspec.to_builtins(one.changes))
                for one in each.suggested
            ],
        )
        for each in found
    ]


@api_router.post(
    "/verifications/{verification_id}/repairs",
    status_code=204,
    responses=problems(_404=NOT_FOUND, _409="Tried already, or three times", **BODY),
)
def try_by_api(request: Request, caller: CallerNow, verification_id: ObjectId, given: TryGiven) -> None:
    """Asks the refused question in other words; every try is kept, and there are three at most."""
    caller.must(Permission.SUBMIT)
    _try(
        request,
        caller,
        verification_id,
        payer_id=given.payer_id,
        choice=given.choice,
        member_id=given.member_id,
    )


@api_router.post(
    "/verifications/{verification_id}/repairs/{repair_id}/keep",
    status_code=204,
    responses=problems(_404=NOT_FOUND, _409="It corrected nothing", _422=INVALID),
)
def keep_by_api(request: Request, caller: CallerNow, verification_id: ObjectId, repair_id: ObjectId) -> None:
    """Writes a correction the payer answered to into the patient's record."""
    caller.must(Permission.SUBMIT)
    steps.keep_repair(
        request.app.state.work, verification_id, caller.practice_id, caller.id, repair_id=repair_id
    )


def _try(
    request: Request, caller: CallerNow, verification_id: str, *, payer_id: str, choice: str, member_id: str
) -> None:
    """Raises Refused: 404 where nothing is refused by that payer, 409 where the ladder has changed meanwhile."""
    with request.app.state.work.engine.connect() as connection:
        found = refusals(connection, request, verification_id) or []
    offered = {each.payer_id: each for each in found}
    if payer_id not in offered:
        raise Refused(404, "No such payer refuses anything here.")
    suggested = {one.choice: one.changes for one in offered[payer_id].suggested}
    if choice and choice not in suggested:
        raise Refused(409, "What may be tried has changed meanwhile: look again.")
    if not choice and not 0 < len(member_id) <= LONGEST_ID:
        error = FieldError(pointer="/member_id", detail=f"1 to {LONGEST_ID} characters")
        raise Refused(422, "Choose a suggestion, or give a member ID.", errors=[error])
    changes = suggested[choice] if choice else Changes(member_id=member_id)
    steps.try_repair(
        request.app.state.work,
        verification_id,
        caller.practice_id,
        caller.id,
        payer_id=payer_id,
        changes=changes,
    )
