"""States, and the moves allowed between them.

The longer list of words a coordinator meets, and the state that stands for each. What tells them apart
is kept beside the state (missing information, inquiries, follow-ups), never as one more state:

    a coordinator says            here
    new                           ready, or needs_information when something to ask with is missing
    intake_incomplete             needs_information: the follow-up names the field
    ready                         ready
    querying                      asking: one inquiry per payer and service type
    answered, partial             asking until the last inquiry ends, then needs_person
    rejected, fix_data            needs_person: the inquiry is rejected, the follow-up says what to mend
    payer_down                    asking: the inquiry is unavailable and shows when it is asked again
    not_supported                 needs_person: the inquiry is pending, a call replaces it
    route_check                   asking: a second hop is one more inquiry
    call_needed … call_done       needs_person: the call is a follow-up with its own due time
    call_failed                   needs_person: the same follow-up, due again
    review                        needs_person: the follow-up is to sign off; only a person verifies
    verified                      verified
    verified_with_gaps            verified_with_gaps
    auth_*, estimate_ready,       verified: these are states of an authorization, an estimate and a
    patient_contacted, decision   conversation, which have rows of their own
    on_hold                       any: a follow-up whose due time is the end of the hold
    cancelled, expired            cancelled, expired
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, overload

from ulid import ULID

PracticeId = NewType("PracticeId", str)
LocationId = NewType("LocationId", str)
ProviderId = NewType("ProviderId", str)
UserId = NewType("UserId", str)
PatientId = NewType("PatientId", str)
CoverageId = NewType("CoverageId", str)
VerificationId = NewType("VerificationId", str)
InquiryId = NewType("InquiryId", str)
ExchangeId = NewType("ExchangeId", str)
CallId = NewType("CallId", str)
FollowUpId = NewType("FollowUpId", str)
NoteId = NewType("NoteId", str)
JobId = NewType("JobId", str)


def new_id(prefix: str) -> str:
    """A fresh identifier that sorts by the time it was made: "ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB"."""
    return f"{prefix}_{ULID()}"


class InquiryState(StrEnum):
    PLANNED = "planned"
    ASKING = "asking"
    ANSWERED = "answered"
    REJECTED = "rejected"
    PENDING = "pending"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class VerificationState(StrEnum):
    NEEDS_INFORMATION = "needs_information"
    READY = "ready"
    ASKING = "asking"
    NEEDS_PERSON = "needs_person"
    VERIFIED = "verified"
    VERIFIED_WITH_GAPS = "verified_with_gaps"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """Which queue carries it; a nightly run never makes an urgent job wait."""

    URGENT = "urgent"
    STANDARD = "standard"
    NIGHTLY = "nightly"


class Reason(StrEnum):
    NEW = "new"
    RECHECK = "recheck"
    CHANGE = "change"


class OwnerRole(StrEnum):
    """Who has the next move: a role of `verify.security.roles`, or the program itself (sweep, retry, nightly run)."""

    SYSTEM = "system"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    CLINICIAN = "clinician"


class Due(StrEnum):
    """By when, counted from the moment the state was reached; `followup` turns it into a time."""

    NOW = "now"
    AT_RETRY = "at_retry"
    SAME_BUSINESS_DAY = "same_business_day"
    NEXT_BUSINESS_DAY = "next_business_day"
    AT_EXPIRY = "at_expiry"
    BEFORE_NEXT_VISIT = "before_next_visit"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class NextAction:
    action: str
    owner: OwnerRole
    due: Due


class MoveForbidden(ValueError):
    """A state was to follow one that it may not follow."""


_I = InquiryState
_V = VerificationState

#: A lease that ran out lets a second worker ask: asking may follow asking.
INQUIRY_MOVES: Mapping[InquiryState, frozenset[InquiryState]] = {
    # An answer that is still fresh is not bought again.
    _I.PLANNED: frozenset({_I.ASKING, _I.ANSWERED}),
    _I.ASKING: frozenset({_I.ASKING, _I.ANSWERED, _I.REJECTED, _I.PENDING, _I.UNAVAILABLE, _I.UNKNOWN}),
    _I.ANSWERED: frozenset(),
    # Asked again only as a mended question, which is planned anew.
    _I.REJECTED: frozenset({_I.PLANNED, _I.PENDING}),
    # A typed call or a late message answers it; "later" is asked again.
    _I.PENDING: frozenset({_I.ASKING, _I.ANSWERED}),
    _I.UNAVAILABLE: frozenset({_I.ASKING, _I.PENDING}),
    # A mended reader re-reads the kept exchange; otherwise ask again or call.
    _I.UNKNOWN: frozenset({_I.ANSWERED, _I.REJECTED, _I.ASKING, _I.PENDING}),
}

#: No move leads from asking to verified: a person signs, from needs_person.
VERIFICATION_MOVES: Mapping[VerificationState, frozenset[VerificationState]] = {
    _V.NEEDS_INFORMATION: frozenset({_V.READY, _V.EXPIRED, _V.CANCELLED}),
    _V.READY: frozenset({_V.ASKING, _V.NEEDS_INFORMATION, _V.NEEDS_PERSON, _V.EXPIRED, _V.CANCELLED}),
    # A person may mend the question while a payer is away.
    _V.ASKING: frozenset({_V.READY, _V.NEEDS_PERSON, _V.NEEDS_INFORMATION, _V.EXPIRED, _V.CANCELLED}),
    _V.NEEDS_PERSON: frozenset(
        {
            _V.READY,
            _V.ASKING,
            _V.NEEDS_INFORMATION,
            _V.VERIFIED,
            _V.VERIFIED_WITH_GAPS,
            _V.EXPIRED,
            _V.CANCELLED,
        }
    ),
    _V.VERIFIED: frozenset({_V.NEEDS_PERSON, _V.READY, _V.EXPIRED, _V.CANCELLED}),
    _V.VERIFIED_WITH_GAPS: frozenset({_V.NEEDS_PERSON, _V.READY, _V.VERIFIED, _V.EXPIRED, _V.CANCELLED}),
    _V.EXPIRED: frozenset({_V.READY, _V.CANCELLED}),
    _V.CANCELLED: frozenset(),
}

INQUIRY_NEXT: Mapping[InquiryState, NextAction] = {
    _I.PLANNED: NextAction("Ask the payer", OwnerRole.SYSTEM, Due.NOW),
    _I.ASKING: NextAction("Wait for the payer's answer", OwnerRole.SYSTEM, Due.NOW),
    _I.ANSWERED: NextAction("Draw findings from the answer", OwnerRole.SYSTEM, Due.NOW),
    _I.REJECTED: NextAction("Correct what the payer refused", OwnerRole.COORDINATOR, Due.NEXT_BUSINESS_DAY),
    _I.PENDING: NextAction("Make the call", OwnerRole.COORDINATOR, Due.NEXT_BUSINESS_DAY),
    _I.UNAVAILABLE: NextAction("Ask again", OwnerRole.SYSTEM, Due.AT_RETRY),
    _I.UNKNOWN: NextAction(
        "Mend the reader and read the kept answer again", OwnerRole.ADMIN, Due.NEXT_BUSINESS_DAY
    ),
}

VERIFICATION_NEXT: Mapping[VerificationState, NextAction] = {
    _V.NEEDS_INFORMATION: NextAction(
        "Get the missing information", OwnerRole.COORDINATOR, Due.SAME_BUSINESS_DAY
    ),
    _V.READY: NextAction("Ask the payer", OwnerRole.SYSTEM, Due.NOW),
    _V.ASKING: NextAction("Wait for the payer's answers", OwnerRole.SYSTEM, Due.AT_RETRY),
    _V.NEEDS_PERSON: NextAction("Work the open follow-ups", OwnerRole.COORDINATOR, Due.NEXT_BUSINESS_DAY),
    _V.VERIFIED: NextAction("Check again before it expires", OwnerRole.SYSTEM, Due.AT_EXPIRY),
    _V.VERIFIED_WITH_GAPS: NextAction("Close the gaps", OwnerRole.COORDINATOR, Due.BEFORE_NEXT_VISIT),
    _V.EXPIRED: NextAction("Ask the payer again", OwnerRole.COORDINATOR, Due.BEFORE_NEXT_VISIT),
    _V.CANCELLED: NextAction(
        "Nothing; submit a new verification if the visit comes back", OwnerRole.COORDINATOR, Due.NEVER
    ),
}


@overload
def may_move(before: InquiryState, after: InquiryState) -> bool: ...
@overload
def may_move(before: VerificationState, after: VerificationState) -> bool: ...
def may_move(before: InquiryState | VerificationState, after: InquiryState | VerificationState) -> bool:
    """Whether the second state may follow the first."""
    if isinstance(before, InquiryState):
        return after in INQUIRY_MOVES[before]
    return after in VERIFICATION_MOVES[before]


@overload
def move(before: InquiryState, after: InquiryState) -> InquiryState: ...
@overload
def move(before: VerificationState, after: VerificationState) -> VerificationState: ...
def move(
    before: InquiryState | VerificationState, after: InquiryState | VerificationState
) -> InquiryState | VerificationState:
    """The state that follows. Raises MoveForbidden when it may not."""
    if isinstance(before, InquiryState) and isinstance(after, InquiryState) and may_move(before, after):
        return after
    if (
        isinstance(before, VerificationState)
        and isinstance(after, VerificationState)
        and may_move(before, after)
    ):
        return after
    raise MoveForbidden(f"{after} may not follow {before}")
