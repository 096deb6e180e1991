"""The one door to patient data: a look and its row in the access record, in one transaction."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from starlette.requests import Request

from verify.security.access import Access, AccessOutcome, Action
from verify.security.guard import is_opaque_id
from verify.security.roles import Permission
from verify.steps import Work
from verify.store import access
from verify.store.sealing import Seals
from verify.web.caller import Caller
from verify.web.problems import Refused

T = TypeVar("T")


def look(
    request: Request,
    query: Callable[[Connection, Seals], T | None],
    *,
    object_type: str,
    object_id: str = "",
    action: Action = Action.READ,
    needs: Permission = Permission.READ_PATIENTS,
) -> T:
    """What `query` finds, recorded as shown to the caller before it is shown.

    Raises Refused: 403 without the permission, 404 where `query` finds nothing; both are recorded
    too. Any failure of the record is a failure of the request.
    """
    caller: Caller = request.state.caller
    work: Work = request.app.state.work
    allowed = caller.may(needs)
    with work.engine.begin() as connection:
        found = query(connection, work.seals(caller.practice_id)) if allowed else None
        outcome = AccessOutcome.DONE if found is not None else AccessOutcome.FAILED
        row = Access(
            practice_id=caller.practice_id,
            actor=caller.id,
            action=action,
            object_type=object_type,
            # What was asked for may be anything; only an id of ours is worth keeping.
            object_id=object_id if is_opaque_id(object_id) else "",
            request_id=request.state.request_id,
            outcome=outcome if allowed else AccessOutcome.DENIED,
        )
        access.record(connection, row)
    caller.must(needs)
    if found is None:
        raise Refused(404, "There is nothing here by this id, or it belongs to another practice.")
    return found
