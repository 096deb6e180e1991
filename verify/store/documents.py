"""The shapes in which stored things are shown; JSON of the API, and what pages are made from."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shown(BaseModel):
    """What leaves the store. A null means "not stated", or that the caller's role does not include it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Money(Shown):
    #: "1234.50"; never a float.
    amount: str
    currency: Literal["USD"] = "USD"


class NextAction(Shown):
    text: str
    owner_role: str
    #: Null where nothing is due by a time.
    due_at: datetime | None


class PatientShown(Shown):
    id: str
    last_name: str = Field(repr=False)
    first_name: str = Field(repr=False)
    birth_date: date | None = Field(repr=False)


class PayerShown(Shown):
    #: Our code for it; null for a payer we know only by what the card says.
    code: str | None
    name: str
    phone: str = ""


class Summary(Shown):
    """What a list shows of the findings."""

    coverage_status: str | None
    plan_name: str | None
    deductible_remaining: Money | None
    out_of_pocket_remaining: Money | None
    copay: Money | None
    #: The patient's share: "20" is 20 %.
    coinsurance_percent: str | None
    authorization: str | None
    administered_by: str | None
    #: How much of the worksheet is known, whether its minimum is, and how well (A, B or C), when it was judged;
    #: of the treatment of which least is known.
    known_percent: int | None = None
    usable: bool | None = None
    confidence: str | None = None


class Row(Shown):
    """One line of the worklist."""

    id: str
    state: str
    state_text: str
    #: Short code of what is missing or wrong, or empty.
    state_detail: str
    next_action: NextAction
    priority: str
    reason: str
    service_lines: list[str]
    date_of_service: date
    patient: PatientShown
    payer: PayerShown | None
    created_at: datetime
    updated_at: datetime
    ask_again_at: datetime | None
    expires_at: datetime | None
    summary: Summary


class Rows(Shown):
    items: list[Row]
    #: Opaque; give it back as `cursor` for what follows. Null at the end.
    next_cursor: str | None


class SubscriberShown(Shown):
    last_name: str = Field(repr=False)
    first_name: str = Field(repr=False)
    birth_date: date | None = Field(repr=False)
    relationship: str


class CoverageShown(Shown):
    id: str
    payer: str | None
    payer_name: str
    member_id: str = Field(repr=False)
    group_number: str = Field(repr=False)
    rank: int
    #: Null: the patient is the subscriber.
    subscriber: SubscriberShown | None


class FollowUp(Shown):
    id: str
    kind: str
    title: str
    detail: str
    #: The lines to say and the fields to fill, for a call.
    script: Any
    owner_role: str
    owner_id: str | None
    due_at: datetime
    state: str
    outcome: str
    created_at: datetime
    closed_at: datetime | None


class InquiryShown(Shown):
    id: str
    payer: PayerShown
    revision: int
    service_type: str
    purpose: str
    state: str
    outcome_code: str
    outcome_detail: str
    reject_reasons: list[str]
    attempt: int
    date_of_service: date
    #: How many companies the trail had passed before it, and why it was asked there.
    hop: int
    hop_reason: str
    #: Which try in other words; 0: as given.
    repair: int
    #: The inquiry planned in its place; the one whose fresh answer served it without a call.
    replaced_by_id: str | None
    reused_id: str | None
    asked_at: datetime | None
    answered_at: datetime | None
    ask_again_at: datetime | None
    #: Of the batch it is in: gathering, submitting, submitted or collecting; null once it is in none.
    batch_state: str | None
    #: Null until the batch's source has it.
    handed_in_at: datetime | None


class RepairShown(Shown):
    """One try of a refused question in other words; what was changed is not shown here."""

    id: str
    payer_name: str
    number: int
    kind: str
    text: str
    #: trying, answered, refused, ended
    state: str
    approved_by: str
    created_at: datetime
    #: Whether what it corrected may be written into the patient's record.
    may_be_kept: bool


class ExchangeShown(Shown):
    id: str
    inquiry_id: str
    attempt: int
    trace: str
    started_at: datetime
    finished_at: datetime | None
    #: Null: sent perhaps, answer not known.
    outcome: str | None
    problems: list[Any]


class Note(Shown):
    id: str
    kind: str
    body: str = Field(repr=False)
    author: str
    created_at: datetime


class Event(Shown):
    at: datetime
    actor: str
    what: str
    detail: dict[str, Any]


class SignOff(Shown):
    """Who signed, and what was not known then."""

    by: str
    at: datetime
    #: When the first of the facts that it rests on runs out.
    expires_at: datetime | None
    #: Fields that were open: "tms.authorization", "plan_year_begins".
    missing: list[str]
    known_percent: int | None
    usable: bool | None
    confidence: str | None


class Document(Row):
    """One verification whole."""

    #: Counts up when a person corrects what is asked with; what older revisions learned stays here.
    revision: int
    #: The verification this one asked again, and the newer one that speaks in its place.
    rechecks_id: str | None = None
    superseded_by_id: str | None = None
    coverage: CoverageShown
    facts: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    follow_ups: list[FollowUp]
    inquiries: list[InquiryShown]
    #: Which companies were asked one after the other (verify.facts.Trail), and the names of all payers asked, by id.
    trail: dict[str, Any]
    companies: dict[str, str]
    repairs: list[RepairShown]
    exchanges: list[ExchangeShown]
    #: Null: your role does not include notes.
    notes: list[Note] | None
    timeline: list[Event]
    #: Null while nobody's signature stands.
    sign_off: SignOff | None = None


class RawExchange(Shown):
    """One question and its answer as they went over the wire."""

    id: str
    trace: str
    payer_name: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    request: str | None = Field(repr=False)
    response: str | None = Field(repr=False)


def money(cents: int | None) -> Money | None:
    return None if cents is None else Money(amount=f"{cents // 100}.{cents % 100:02d}")


def percent(basis_points: int | None) -> str | None:
    """ "20" for 2000, "12.5" for 1250."""
    if basis_points is None:
        return None
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)
