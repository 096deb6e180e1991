"""Who holds what: the companies an answer names, by the benefits they hold and why they are named."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from payers.benefits import Entity, Member, OtherEntity
from payers.reading.codes import ADVANTAGE, MANAGED_CARE, PLAN
from payers.reading.other_payers import KNOWN_ADMINISTRATORS

#: EB03 of mental health and substance use; of prescription drugs.
BEHAVIORAL = frozenset(
    "A4 A5 A6 A7 A8 AI AJ AK BB BC BD CE CF CG CH CI CJ MH RT".split()  # noqa: SIM905 - reads as a list
)
PHARMACY = frozenset({"88", "89", "90", "91", "92", "B2", "B3", "BW", "BX", "GF", "GN"})
#: NM108 of a company's own number, and of a member's (sheet 8.3, carve-out detection).
COMPANY_IDS = frozenset({"PI", "XV", "NI", "FI", "46"})
MEMBER_ID = "MI"
#: NM101 -> which payer pays first.
ORDER = {"PRP": "primary", "SEP": "secondary", "TTP": "tertiary"}
#: NM101 of who decides whether care is needed.
UTILIZATION = "X3"
#: NM101 of people: an insured's name is nobody to ask.
PERSONS = frozenset({"IL", "03", "GD", "QC", "1P", "P3", "LR"})
#: EB04 of Medicare's own parts, and of a plan that can only be Medicare's.
MEDICARE, MEDICARE_HMO = frozenset({"MA", "MB"}), "HN"
#: EB04 that is no company to ask: who pays the premium and share of a poor Medicare patient.
QUALIFIED_BENEFICIARY = "QM"

PLAN_AS_A_WHOLE, MEDICAL, BEHAVIORAL_BENEFITS = "plan", "medical", "behavioral"
PHARMACY_BENEFITS, UTILIZATION_MANAGEMENT = "pharmacy", "utilization"
CARVE_OUT, MEDICARE_ADVANTAGE, MEDICAID_MANAGED_CARE = "carve_out", "medicare_advantage", "managed_care"
OTHER_PAYER = "other_payer"


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """One company and what it holds. What was not said is empty."""

    #: plan, medical, behavioral, pharmacy, utilization; empty where the answer does not say.
    domain: str
    #: carve_out, medicare_advantage, managed_care, other_payer
    reason: str
    name: str = ""
    #: The company's own id (NM109 with NM108 PI, XV …).
    company_id: str = ""
    #: The patient's number there (NM108 MI), where the answer gives it.
    member_id: str = ""
    phone: str = ""
    #: Of another payer: primary, secondary, tertiary.
    order: str = ""
    #: EB04.
    insurance_type: str = ""
    segments: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"Holder(domain={self.domain!r}, reason={self.reason!r}, name={self.name!r})"


def holders(member: Member) -> list[Holder]:
    """Every company named, best evidence first; the same company for the same benefits once.

    A known administrator's name in the text of a line counts where no segment names one (sheet 8.3,
    carve-out signal 3).
    """
    is_medicare = any(line.insurance_type in MEDICARE for line in member.benefits)
    found = [holder for other in member.carve_outs if (holder := _carve_out(other))]
    found += [
        holder for other in member.other_payers if (holder := _other_payer(other, is_medicare=is_medicare))
    ]
    found += _named_in_text(member, {holder.domain for holder in found})
    kept: dict[tuple[str, str, str], Holder] = {}
    for holder in found:
        kept.setdefault((holder.domain, holder.reason, holder.company_id or holder.name.casefold()), holder)
    return list(kept.values())


def domain_of(service_types: Sequence[str]) -> str:
    """The benefits these service types (EB03) belong to; the plan as a whole where they name it, or nothing."""
    types = set(service_types)
    if not types or PLAN in types:
        return PLAN_AS_A_WHOLE
    if types <= BEHAVIORAL:
        return BEHAVIORAL_BENEFITS
    if types <= PHARMACY:
        return PHARMACY_BENEFITS
    if types & BEHAVIORAL:
        # A long list with mental health in it; the others are not ours to ask about.
        return BEHAVIORAL_BENEFITS
    return MEDICAL


def _carve_out(other: OtherEntity) -> Holder | None:
    """`EB*U**MH~ NM1*VN*2*EXAMPLE BEHAVIORAL*****PI*EXBH1~`; of the plan as a whole it says not which benefits."""
    if not _is_company(other.entity):
        return None
    domain = domain_of(other.service_types)
    if other.entity.type == UTILIZATION:
        domain = UTILIZATION_MANAGEMENT
    elif domain == PLAN_AS_A_WHOLE:
        domain = BEHAVIORAL_BENEFITS if _is_known_administrator(other.entity) else ""
    return _holder(other, domain, CARVE_OUT)


def _other_payer(other: OtherEntity, *, is_medicare: bool) -> Holder | None:
    """A Medicare Advantage plan beside Medicare's own parts; else a PPO named so is another insurance."""
    if not _is_company(other.entity) or other.insurance_type == QUALIFIED_BENEFICIARY:
        return None
    domain = domain_of(other.service_types)
    if domain == PHARMACY_BENEFITS:
        # Part D and the like: the drug plan beside the medical one.
        return _holder(other, domain, CARVE_OUT)
    advantage = other.insurance_type == MEDICARE_HMO or (is_medicare and other.insurance_type in ADVANTAGE)
    if advantage and other.entity.type in {"PRP", "PR"}:
        return _holder(other, PLAN_AS_A_WHOLE, MEDICARE_ADVANTAGE)
    if other.entity.type in {MANAGED_CARE, "13"}:
        return _holder(other, PLAN_AS_A_WHOLE, MEDICAID_MANAGED_CARE)
    return _holder(other, PLAN_AS_A_WHOLE, OTHER_PAYER)


def _is_company(entity: Entity) -> bool:
    return entity.type not in PERSONS and not entity.first_name and bool(entity.name or entity.id)


def _is_known_administrator(entity: Entity) -> bool:
    return any(written.search(entity.name or "") for written in KNOWN_ADMINISTRATORS.values())


def _holder(other: OtherEntity, domain: str, reason: str) -> Holder:
    entity = other.entity
    phone = next((each.number for each in entity.contacts if each.qualifier in ("TE", "WP")), None)
    return Holder(
        domain=domain,
        reason=reason,
        name=entity.name or "",
        company_id=(entity.id or "") if entity.id_qualifier in COMPANY_IDS else "",
        member_id=(entity.id or "") if entity.id_qualifier == MEMBER_ID else "",
        phone=phone or "",
        order=ORDER.get(entity.type or "", "") if reason == OTHER_PAYER else "",
        insurance_type=other.insurance_type or "",
        segments=tuple(other.segments),
    )


def _named_in_text(member: Member, known: set[str]) -> list[Holder]:
    if BEHAVIORAL_BENEFITS in known:
        return []
    return [
        Holder(domain=BEHAVIORAL_BENEFITS, reason=CARVE_OUT, name=name, segments=tuple(line.segments[:1]))
        for line in member.benefits
        if set(line.service_types) & BEHAVIORAL
        for name, written in KNOWN_ADMINISTRATORS.items()
        if any(written.search(text) for text in line.messages)
    ]
