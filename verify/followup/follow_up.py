"""Follow-up: one task for a person, with owner, due time and the words to do it by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from verify.verification import Due, OwnerRole


class Kind(StrEnum):
    """What the task is; each has one owner and one due time, in `OWNERS` and `DUE`."""

    GET_INFORMATION = "get_information"
    CORRECT_QUESTION = "correct_question"
    CALL = "call"
    LOOK_UP = "look_up"
    ASK_ADMINISTRATOR = "ask_administrator"
    NEW_COVERAGE = "new_coverage"
    SETTLE_ORDER = "settle_order"
    #: An authorization is to be requested, or does not fit the course (verify.authorizations).
    AUTHORIZATION = "authorization"
    REVIEW = "review"
    ASK_AGAIN = "ask_again"
    #: A re-check found something otherwise (verify.recheck).
    CHANGED = "changed"
    #: Questions to a payer pass only after an enrollment.
    ENROLL = "enroll"
    MEND_ACCOUNT = "mend_account"
    MEND_READER = "mend_reader"
    STUCK = "stuck"


#: Service levels. Source: clinic practice; a call after a partial answer is due the next business day.
DUE: Mapping[Kind, Due] = {
    Kind.GET_INFORMATION: Due.SAME_BUSINESS_DAY,
    Kind.CORRECT_QUESTION: Due.NEXT_BUSINESS_DAY,
    Kind.CALL: Due.NEXT_BUSINESS_DAY,
    Kind.LOOK_UP: Due.NEXT_BUSINESS_DAY,
    Kind.ASK_ADMINISTRATOR: Due.NEXT_BUSINESS_DAY,
    Kind.NEW_COVERAGE: Due.SAME_BUSINESS_DAY,
    Kind.SETTLE_ORDER: Due.NEXT_BUSINESS_DAY,
    Kind.AUTHORIZATION: Due.NEXT_BUSINESS_DAY,
    Kind.REVIEW: Due.NEXT_BUSINESS_DAY,
    Kind.ASK_AGAIN: Due.BEFORE_NEXT_VISIT,
    Kind.CHANGED: Due.NEXT_BUSINESS_DAY,
    Kind.ENROLL: Due.NEXT_BUSINESS_DAY,
    Kind.MEND_ACCOUNT: Due.SAME_BUSINESS_DAY,
    Kind.MEND_READER: Due.NEXT_BUSINESS_DAY,
    Kind.STUCK: Due.SAME_BUSINESS_DAY,
}

OWNERS: Mapping[Kind, OwnerRole] = {
    **dict.fromkeys(Kind, OwnerRole.COORDINATOR),
    Kind.ENROLL: OwnerRole.ADMIN,
    Kind.MEND_ACCOUNT: OwnerRole.ADMIN,
    Kind.MEND_READER: OwnerRole.ADMIN,
    Kind.STUCK: OwnerRole.ADMIN,
}


class FollowUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task. The same need has the same `dedupe_key`, however often it is judged. Holds no patient data."""

    kind: Kind
    title: str
    detail: str
    owner_role: OwnerRole
    due_at: datetime
    dedupe_key: str
    #: For a call or a look-up: what to say, and the fields to fill (`call_script`).
    script: dict[str, Any] | None = None
