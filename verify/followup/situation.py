"""Everything that decides what is to be done next about one verification, and a task made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from verify.catalogue import ServiceLine
from verify.findings import Case, Finding, Question
from verify.followup.follow_up import DUE, OWNERS, FollowUp, Kind
from verify.followup.working_time import due_at
from verify.verification import InquiryState, Lane, OwnerRole, VerificationState


class Asked(NamedTuple):
    """One inquiry as it stands: its state, and the code and reasons (AAA03) it ended with."""

    id: str
    service_type: str
    state: InquiryState
    code: str = ""
    reject_reasons: Sequence[str] = ()
    #: The company asked, where it is not the payer on the card.
    company: str = ""


class Callee(NamedTuple):
    """Whom to call, and the number of its provider line."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that decides what is to be done next. Of one revision of the patient's data."""

    state: VerificationState
    lane: Lane
    date_of_service: date
    service_lines: Sequence[ServiceLine]
    now: datetime
    zone: tzinfo
    missing: Sequence[str] = ()
    inquiries: Sequence[Asked] = ()
    findings: Sequence[Finding] = ()
    questions: Sequence[Question] = ()
    #: What each line is judged from; scripts leave out what is known or ruled out.
    cases: Sequence[Case] = ()
    #: Calls to the payer recorded so far: what is still open after one is a new call. And of the other scripts.
    calls_made: int = 0
    other_calls: Mapping[str, int] = field(default_factory=dict)
    #: Changes when the patient's data do: a mended question that fails again is a new task.
    revision: int = 0
    payer_name: str = ""
    payer_phone: str = ""
    #: By service line, where another company than the payer on the card answered for it.
    speakers: Mapping[str, Callee] = field(default_factory=dict)
    #: What is to be done about authorizations (verify.authorizations), whether somebody signed or not.
    authorizations: Sequence[FollowUp] = ()

    @property
    def payer(self) -> Callee:
        return Callee(self.payer_name, self.payer_phone)


def task_of(
    situation: Situation,
    kind: Kind,
    title: str,
    detail: str,
    about: str,
    *,
    owner: OwnerRole | None = None,
    script: dict[str, Any] | None = None,
) -> FollowUp:
    """A task with the owner and due time of its kind; `about` tells it from others of the kind."""
    return FollowUp(
        kind=kind,
        title=title,
        detail=detail,
        owner_role=owner or OWNERS[kind],
        due_at=due_at(
            DUE[kind],
            now=situation.now,
            zone=situation.zone,
            lane=situation.lane,
            visit=situation.date_of_service,
        ),
        dedupe_key=f"{kind}:{situation.revision}:{about}",
        script=script,
    )


def is_concluded(found: Finding, rule: str, conclusion: str) -> bool:
    """Whether a rule came to this."""
    return found.rule == rule and found.conclusion == conclusion
