"""Benefits: what a payer said, one shape for all, each line with its source.

The published shape: `verify read --json` prints it and `verify schema benefits` describes it. Codes stay as
the payer sent them; money, percent and quantity are strings as sent; absent is None or an empty list, never 0.
`segments` are numbers within the file read, counted from its first segment as 1.

The structs made by the hundred take positional arguments, hold nothing that could point back at them
(gc=False) and share one empty tuple for what was not sent: an answer is read three times as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is odd or lost in a message, with its place. Never carries patient data."""

    place: str
    #: envelope | structure | minor
    severity: str
    message: str


class Trace(msgspec.Struct, frozen=True):
    """TRN: `TRN*2*93175-012547*9877281234~` (2 = our own, 1 = the payer's)."""

    type: str | None
    reference: str | None
    originator: str | None = None


class DateRange(msgspec.Struct, frozen=True, gc=False):
    """DTP: `DTP*291*RD8*20260101-20261231~`. ISO dates; a single day has both ends equal.

    A date that is none (20260231) is None here and a problem of the answer.
    """

    qualifier: str | None
    start: str | None = msgspec.field(name="from", default=None)
    to: str | None = None


class Reference(msgspec.Struct, frozen=True, gc=False):
    """REF: `REF*6P*GRP0099*ACME CORP~`."""

    qualifier: str | None
    value: str | None
    description: str | None = None


class Rejection(msgspec.Struct, frozen=True, gc=False):
    """AAA: `AAA*N**75*C~`. `loop` is 2000A, 2100A, 2100B, 2100C, 2100D, 2110C or 2110D."""

    loop: str
    #: AAA03
    reason: str | None
    #: AAA04
    follow_up: str | None
    segments: Sequence[int]


class Contact(msgspec.Struct, frozen=True, gc=False):
    """One number of a PER: qualifier TE, FX, EM, UR …"""

    qualifier: str | None
    number: str | None


class Entity(msgspec.Struct, frozen=True, gc=False):
    """2120 NM1 with its PER: who else holds or administers a benefit."""

    #: NM101, as sent: VN, PR, PRP, TTP …
    type: str | None
    #: NM103
    name: str | None = None
    first_name: str | None = None
    id_qualifier: str | None = None
    id: str | None = None
    contacts: Sequence[Contact] = ()


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """HSD: `HSD*VS*20***23*1~` (20 visits per calendar year)."""

    quantity_qualifier: str | None = None
    quantity: str | None = None
    unit: str | None = None
    sample: str | None = None
    period: str | None = None
    periods: str | None = None
    pattern: str | None = None
    pattern_time: str | None = None


class PlaceOfService(msgspec.Struct, frozen=True, gc=False):
    """III: `III*ZZ*11~`."""

    qualifier: str | None
    code: str | None


class Benefit(msgspec.Struct, frozen=True, gc=False):
    """One EB with everything that belongs to it: `EB*B*IND*MH*PR**27*30*****Y~`."""

    #: EB01
    information_code: str | None
    #: EB02
    coverage_level: str | None = None
    #: EB03
    service_types: Sequence[str] = ()
    #: EB04
    insurance_type: str | None = None
    #: EB05
    plan: str | None = None
    #: EB06
    period: str | None = None
    #: EB07, dollars
    amount: str | None = None
    #: EB08, as sent: ".2" is 20 % for the patient
    percent: str | None = None
    #: EB09
    quantity_qualifier: str | None = None
    #: EB10
    quantity: str | None = None
    #: EB11: Y, N, U
    authorization_required: str | None = None
    #: EB12: Y, N, U, W: the benefit tier, never the provider's status
    in_network: str | None = None
    #: EB13: qualifier, code, modifiers …
    procedure: Sequence[str] = ()
    #: EB14
    diagnosis_pointers: Sequence[str] = ()
    dates: Sequence[DateRange] = ()
    references: Sequence[Reference] = ()
    deliveries: Sequence[Delivery] = ()
    places_of_service: Sequence[PlaceOfService] = ()
    messages: Sequence[str] = ()
    rejections: Sequence[Rejection] = ()
    entities: Sequence[Entity] = ()
    segments: Sequence[int] = ()


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the payer holds them."""

    last: str | None = None
    first: str | None = None
    member_id: str | None = None
    #: ISO date
    birth_date: str | None = None
    sex: str | None = None
    #: INS03 001 with INS04 25: the payer says it corrected what we sent.
    corrected: bool = False

    def __repr__(self) -> str:
        return "Identity(…)"


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """Plan-level status: active, inactive or unknown, and the lines that say so."""

    status: str
    segments: Sequence[int] = ()


class Accumulator(msgspec.Struct, frozen=True, gc=False):
    """A deductible or out-of-pocket limit: dollars as strings; what was not said is None."""

    level: str | None
    network: str | None
    service_types: Sequence[str]
    period: str | None
    total: str | None
    met: str | None
    remaining: str | None
    #: stated | derived | ambiguous
    status: str
    segments: Sequence[int]


class OtherEntity(msgspec.Struct, frozen=True):
    """Another payer, or the company that holds a carved-out benefit."""

    entity: Entity
    service_types: Sequence[str]
    insurance_type: str | None
    segments: Sequence[int]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a reading says to one question: stated, derived, ambiguous or not_stated, with its lines.

    `value` by question:
      active            "active" | "inactive" | "not_covered" (EB01 I for the service asked)
      deductible, out_of_pocket
                        {"individual": A, "family": A} with A = {"total", "met", "remaining"} in dollars
      copay             {"amount": "30.00", "per": "visit"}
      coinsurance       {"percent": ".2"}, the patient's share; "as_sent" beside it where it was put right
                        (both with "basis": "plan" or "office_visit" where not said of the service itself)
      authorization     "required" | "not_required" | "payer_cannot_say"
      limits            [{"quantity", "unit", "period", "remaining"}]; [] when the payer says unlimited
      administered_by   {"name", "id", "phone"}
    When ambiguous, `value` is the list of candidates.
    """

    status: str
    value: Any = None
    segments: Sequence[int] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One person of an answer, with everything the payer says of them."""

    #: subscriber | dependent
    role: str
    #: For a dependent: the index of its subscriber in `members`.
    subscriber: int | None = None
    identity: Identity = Identity()
    traces: list[Trace] = []
    dates: list[DateRange] = []
    references: list[Reference] = []
    rejections: list[Rejection] = []
    benefits: list[Benefit] = []
    coverage: Coverage = Coverage(status="unknown")
    deductibles: list[Accumulator] = []
    out_of_pockets: list[Accumulator] = []
    other_payers: list[OtherEntity] = []
    carve_outs: list[OtherEntity] = []


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Payer (2100A) or provider (2100B) of an answer."""

    name: str | None = None
    id: str | None = None


class Benefits(msgspec.Struct, frozen=True, kw_only=True):
    """One answer (one 271 transaction, or another source's equal)."""

    #: x12 (the raw 271, which is the payer's own word) | json (an intermediary's words for it)
    read_from: str = "x12"
    control_number: str | None = None
    version: str | None = None
    payer: Party = Party()
    provider: Party = Party()
    rejections: list[Rejection] = []
    members: list[Member] = []
    problems: list[Problem] = []
