"""One row of the access record: who did what to which patient data; names of fields, never values."""

import re
from enum import StrEnum

import msgspec

from verify.security.guard import is_opaque_id


class Action(StrEnum):
    """Everything the record tells apart. A closed set: a report can list them all."""

    READ = "read"
    SEARCH = "search"
    CREATE = "create"
    CHANGE = "change"
    ASK_PAYER = "ask_payer"
    PRINT = "print"
    EXPORT = "export"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    MANAGE_USER = "manage_user"
    MANAGE_ACCOUNT = "manage_account"
    MANAGE_KEYS = "manage_keys"
    READ_RECORD = "read_record"


class AccessOutcome(StrEnum):
    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


ACTIONS = frozenset(Action)

#: Programs of ours that act without a person.
PROCESSES = frozenset({"system", "web", "worker", "beat", "cli"})

_WORD = re.compile(r"[a-z][a-z_]{0,39}")
_REQUEST = re.compile(r"[0-9A-Za-z_-]{8,64}")


class InvalidAccess(ValueError):
    """An access row that is not fit to be written. Its text names the part, never what stood there."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to what, and whether it was let happen. Its time is the database's.

    Raises InvalidAccess for a part that could carry a value: a record that is read for years must
    not become a second place for patient data.
    """

    practice_id: str
    #: A user's id, or one of PROCESSES. Never empty: nobody acts unnamed.
    actor: str
    action: Action
    #: A table or page of ours: "patient", "verification", "worklist".
    object_type: str
    #: Empty for what is not one row, such as a search.
    object_id: str = ""
    #: Names of the fields that were shown or changed.
    fields: tuple[str, ...] = ()
    #: A word of ours, where one was asked for: "treatment", "payment", "break_glass".
    reason: str = ""
    request_id: str = ""
    outcome: AccessOutcome = AccessOutcome.DONE

    def __post_init__(self) -> None:
        checks = {
            "practice_id": is_opaque_id(self.practice_id),
            "actor": is_opaque_id(self.actor) or self.actor in PROCESSES,
            "action": self.action in ACTIONS,
            "object_type": _is_word(self.object_type),
            "object_id": not self.object_id or is_opaque_id(self.object_id),
            "fields": all(_is_word(field) for field in self.fields),
            "reason": not self.reason or _is_word(self.reason),
            "request_id": not self.request_id or _REQUEST.fullmatch(self.request_id) is not None,
            "outcome": self.outcome in frozenset(AccessOutcome),
        }
        if unfit := [name for name, is_fit in checks.items() if not is_fit]:
            raise InvalidAccess(f"not fit for the access record: {', '.join(unfit)}")


def _is_word(text: str) -> bool:
    return _WORD.fullmatch(text) is not None
