"""Submission: what a coordinator, a file or an appointment system hands in, checked."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from verify.catalogue import load

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Sex = Literal["M", "F", "U", ""]


class _Strict(BaseModel):
    """What we define ourselves: unknown fields are errors. Error reports never repeat the input."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _printable(cls, value: object) -> object:
        if isinstance(value, str) and any(ord(letter) < 32 or ord(letter) == 127 for letter in value.strip()):
            raise ValueError("control characters are not allowed")
        return value


class Patient(_Strict):
    """The person to be treated, as written on the card."""

    last_name: Name = Field(repr=False)
    first_name: Name = Field(repr=False)
    middle_name: Text = Field(default="", repr=False)
    birth_date: date | None = Field(default=None, repr=False)
    sex: Sex = Field(default="", repr=False)
    phone: Text = Field(default="", repr=False)
    #: The clinic's own number for the patient.
    external_id: Text = Field(default="", repr=False)

    @field_validator("birth_date")
    @classmethod
    def _born(cls, value: date | None) -> date | None:
        if value is not None and value.year < 1900:
            raise ValueError("birth date is before 1900")
        return value


class Subscriber(_Strict):
    """The person who holds the policy, when it is not the patient."""

    last_name: Name = Field(repr=False)
    first_name: Name = Field(repr=False)
    birth_date: date | None = Field(default=None, repr=False)
    sex: Sex = Field(default="", repr=False)
    #: What the patient is to the subscriber.
    relationship: Literal["spouse", "child", "other"] = "other"


class Policy(_Strict):
    """One policy of the patient. A missing payer or member id is accepted and becomes a follow-up."""

    #: A payer's code, name or alias, as on the card.
    payer: Text = ""
    member_id: Text = Field(default="", repr=False)
    group_number: Text = Field(default="", repr=False)
    subscriber: Subscriber | None = Field(default=None, repr=False)
    #: 1 primary, 2 secondary, 3 tertiary.
    rank: int = Field(default=1, ge=1, le=9)


class Submission(_Strict):
    """One verification asked for: a patient, a policy, service lines and the first day of service."""

    patient: Patient
    coverage: Policy = Policy()
    service_lines: list[str] = Field(min_length=1, max_length=10)
    date_of_service: date
    reason: Literal["new", "recheck", "change"] = "new"
    priority: Literal["urgent", "standard", "nightly"] = "standard"
    #: NPI of the treating provider; the practice's own where it is left out.
    provider_npi: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(\d{10})?$")] = ""

    @field_validator("service_lines")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        known = load().service_lines
        if not set(value) <= set(known):
            raise ValueError(f"unknown service line; there are {', '.join(sorted(known))}")
        return list(dict.fromkeys(value))

    @field_validator("date_of_service")
    @classmethod
    def _within_reach(cls, value: date) -> date:
        if not 2000 <= value.year <= 2100:
            raise ValueError("date of service must lie between 2000 and 2100")
        return value

    @model_validator(mode="after")
    def _born_before_service(self) -> Self:
        born = self.patient.birth_date
        if born is not None and born > self.date_of_service:
            raise ValueError("the patient's birth date is after the date of service")
        return self

    def missing(self) -> list[str]:
        """What must be known before any payer can be asked: payer, member_id, birth_date."""
        absent = {
            "payer": not self.coverage.payer,
            "member_id": not self.coverage.member_id,
            "birth_date": self.patient.birth_date is None,
        }
        return [name for name, is_absent in absent.items() if is_absent]
