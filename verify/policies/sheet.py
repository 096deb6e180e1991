"""Evidence sheet: what is known of a patient's illness and treatment so far, as people handed it in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from verify.catalogue.criteria import MOST_POINTS, Credential, Scale, Screen, Treatment, TrialRole
from verify.catalogue.policy_card import Protocol

MOST_ENTRIES = 60


def _within_reach(day: date) -> date:
    if not 1900 <= day.year <= 2100:
        raise ValueError("must lie between 1900 and 2100")
    return day


Day = Annotated[date, AfterValidator(_within_reach)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Npi = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(\d{10})?$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0, le=2000)]


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


#: ICD-10-CM with its point.
Icd10 = Annotated[
    str, BeforeValidator(_upper), StringConstraints(pattern=r"^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$")
]


class Reply(StrEnum):
    """Yes, no, asked and not known, and not asked are four different things."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


class Outcome(StrEnum):
    """How a drug worked."""

    NO_RESPONSE = "no_response"
    PARTIAL_RESPONSE = "partial_response"
    RESPONSE = "response"
    REMISSION = "remission"
    NOT_TOLERATED = "not_tolerated"
    UNKNOWN = "unknown"


class Decision(StrEnum):
    """The psychiatrist's, on medical necessity; never the program's."""

    PENDING = "pending"
    NECESSARY = "necessary"
    NOT_NECESSARY = "not_necessary"


class _Part(BaseModel):
    """Unknown fields are errors; no error and no repr shows a value, because all of it is health data."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return ()


class _Span(_Part):
    started_on: Day | None = None
    ended_on: Day | None = None

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            raise ValueError("it ends before it begins")
        return self


class Trial(_Span):
    """One drug, taken alone or added to another."""

    drug: Name
    role: TrialRole = TrialRole.ANTIDEPRESSANT
    #: The highest dose reached, as written: "150 mg a day".
    dose: Text = ""
    #: Still taken.
    ongoing: bool = False
    #: Where the days are not known.
    weeks: Count | None = None
    adherence_percent: Percent | None = None
    outcome: Outcome = Outcome.UNKNOWN
    percent_better: Percent | None = None
    stopped_because: Text = ""
    this_episode: Reply = Reply.NOT_ASKED

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.ongoing and self.ended_on:
            raise ValueError("what goes on has no last day")
        return self

    def last_day(self, on: date) -> date | None:
        """The last day it was taken as of `on`; None where that is not known."""
        return on if self.ongoing else self.ended_on

    def weeks_until(self, on: date) -> int | None:
        """Whole weeks it was taken; None where that is not known."""
        last = self.last_day(on)
        if self.started_on is None or last is None:
            return self.weeks
        return max(0, (last - self.started_on) // timedelta(weeks=1))


class Score(_Part):
    """A depression scale, as it was filled in on a day."""

    scale: Scale
    points: Count
    on: Day

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.points > MOST_POINTS[self.scale]:
            raise ValueError(f"{self.scale} has at most {MOST_POINTS[self.scale]} points")
        return self


class Therapy(_Span):
    """One course of psychotherapy."""

    kind: Name
    ongoing: bool = False
    sessions: Count | None = None
    weeks: Count | None = None

    def weeks_until(self, on: date) -> int | None:
        last = on if self.ongoing else self.ended_on
        if self.started_on is None or last is None:
            return self.weeks
        return max(0, (last - self.started_on) // timedelta(weeks=1))


class Prior(_Span):
    """An earlier course of TMS, esketamine, ketamine or ECT, and how it worked."""

    treatment: Treatment
    percent_better: Percent | None = None
    #: How long the response held.
    kept_months: Count | None = None


class Diagnosis(_Part):
    code: Icd10
    since: Day | None = None


class Necessity(_Part):
    """The psychiatrist's decision for one service line: by whom and when."""

    service_line: Name
    decision: Decision
    by: Text = ""
    on: Day | None = None

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.decision is not Decision.PENDING and not (self.by and self.on):
            raise ValueError("a decision names who made it and on which day")
        return self


class Crisis(_Part):
    """The psychiatrist says that it cannot wait: due the same day, on the urgent lane."""

    by: Name
    at: AwareDatetime


class Clinician(_Part):
    """Who orders or treats. Of the clinic, so no patient's data."""

    name: Text = ""
    npi: Npi = ""
    credential: Credential | None = None


class EvidenceSheet(_Part):
    """Everything the written policies ask about a patient. What is left out was not asked.

    Lists say whether they are complete: only then is a missing entry a no.
    """

    diagnoses: Annotated[list[Diagnosis], Field(max_length=MOST_ENTRIES)] = []
    trials: Annotated[list[Trial], Field(max_length=MOST_ENTRIES)] = []
    trials_complete: Reply = Reply.NOT_ASKED
    scores: Annotated[list[Score], Field(max_length=MOST_ENTRIES)] = []
    therapies: Annotated[list[Therapy], Field(max_length=MOST_ENTRIES)] = []
    therapies_complete: Reply = Reply.NOT_ASKED
    priors: Annotated[list[Prior], Field(max_length=MOST_ENTRIES)] = []
    priors_complete: Reply = Reply.NOT_ASKED
    answers: dict[Screen, Reply] = {}
    #: The protocol that is planned.
    protocol: Protocol | None = None
    necessity: Annotated[list[Necessity], Field(max_length=MOST_ENTRIES)] = []
    crisis: Crisis | None = None
    ordering: Clinician = Clinician()
    treating: Clinician = Clinician()

    @model_validator(mode="after")
    def _one_decision_a_line(self) -> Self:
        lines = [one.service_line for one in self.necessity]
        if len(lines) != len(set(lines)):
            raise ValueError("there is one decision for a service line")
        return self

    def reply(self, question: Screen) -> Reply:
        return self.answers.get(question, Reply.NOT_ASKED)

    def decision(self, service_line: str) -> Necessity | None:
        return next((one for one in self.necessity if one.service_line == service_line), None)

    def crisis_at(self) -> datetime | None:
        return self.crisis.at if self.crisis else None
