"""How things are said on pages: dates, money, states, facts, events. No rules, only words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from verify.facts import ELECTRONIC, FactName, FieldKind
from verify.verification import VerificationState

_S = VerificationState
_FACTS = frozenset(FactName)


class Chip(NamedTuple):
    """A status by word, icon and tone; never by colour alone."""

    text: str
    icon: str
    tone: str


CHIPS = {
    _S.NEEDS_INFORMATION: Chip("Needs information", "question", "warn"),
    _S.READY: Chip("Ready to ask", "clock", "busy"),
    _S.ASKING: Chip("Asking the payer", "turning", "busy"),
    _S.NEEDS_PERSON: Chip("Needs you", "hand", "warn"),
    _S.VERIFIED: Chip("Verified", "check", "good"),
    _S.VERIFIED_WITH_GAPS: Chip("Verified with gaps", "half", "good"),
    _S.EXPIRED: Chip("Expired", "clock", "bad"),
    _S.CANCELLED: Chip("Cancelled", "cross", "idle"),
}

#: What is due within it stands out.
SOON = timedelta(hours=4)

RUNNING = frozenset({_S.READY.value, _S.ASKING.value})
#: Nothing more is done to a verification in one of these.
OVER = frozenset({_S.CANCELLED.value})

ROLE_WORDS = {
    "system": "the program",
    "coordinator": "a coordinator",
    "administrator": "an administrator",
    "psychiatrist": "the psychiatrist",
}

FACT_WORDS = {
    "active": "Active on the date of service",
    "plan_name": "Plan",
    "plan_begin": "Plan begins",
    "plan_end": "Plan ends",
    "product": "Kind of plan",
    "funding": "Insured or self-funded",
    "state_of_issue": "State of issue",
    "plan_year_begins": "Plan year begins",
    "paid_through": "Premium paid through",
    "high_deductible": "High-deductible plan",
    "pharmacy_routing": "Pharmacy routing",
    "other_payer": "Other insurance on file",
    "other_payer_updated": "Other insurance last asked about",
    "medicare_secondary": "Medicare pays after an employer’s plan",
    "other_party_liable": "Somebody else is liable",
    "administrator": "Administered by another company",
    "held_by": "Benefits held by",
    "claims_to": "Claims go to",
    "in_network": "Clinic in network",
    "provider_in_network": "Treating provider in network",
    "credential_accepted": "Provider’s credential accepted",
    "referral": "Referral needed",
    "covered": "Covered benefit",
    "excluded_codes": "Excluded codes",
    "processed_under": "Paid from the benefit",
    "processed_as": "Processed as",
    "telehealth": "The same by telehealth",
    "written_policy": "Written policy",
    "copay": "Copay",
    "coinsurance": "Coinsurance",
    "deductible_applies": "Deductible applies",
    "deductible_first": "Deductible due before the copay",
    "copay_to_deductible": "Copay counts toward the deductible",
    "copay_to_out_of_pocket": "Copay counts toward the out-of-pocket maximum",
    "facility_fee": "Second amount for the place",
    "deductible_total": "Deductible",
    "deductible_met": "Deductible met",
    "deductible_remaining": "Deductible left",
    "deductible_kind": "Family deductible",
    "behavioral_deductible": "Separate behavioral deductible",
    "out_of_pocket_total": "Out-of-pocket maximum",
    "out_of_pocket_met": "Out-of-pocket met",
    "out_of_pocket_remaining": "Out-of-pocket left",
    "accumulators_as_of": "Amounts are as of",
    "claims_in_process": "Claims in process",
    "out_of_network": "Out-of-network benefits",
    "out_of_network_method": "Out-of-network amount found by",
    "filing_deadline": "The patient’s claim is due",
    "single_case_contact": "Single-case agreement: ask",
    "limits": "Visit limit",
    "limits_shared": "Limit shared with other services",
    "day_limit": "Sessions paid in one day",
    "other_limits": "Other limits",
    "authorization": "Authorization required",
    "authorization_route": "Authorization goes to",
    "authorization_papers": "Authorization: papers",
    "decision_days": "Days to decide",
    "usual_units": "Sessions usually granted",
    "taper_included": "Taper sessions included",
    "drug_benefit": "The drug’s benefit",
    "buy_and_bill": "Buy and bill allowed",
    "rems_pharmacy": "Certified pharmacy",
    "drug_code": "The drug’s code",
    "observation_payable": "Observation payable",
    "quantity_limit": "Quantity limited",
    "accumulator_program": "Manufacturer’s help",
    "site_certified": "Site REMS-certified",
    "rems_enrolled": "Enrolled in the REMS on",
}

#: Groups of treatments on the submission form, each with what to know before choosing.
TREATMENT_GROUPS = {
    "tms": ("Magnetic stimulation", ""),
    "spravato": (
        "Spravato",
        "Choose by who pays for the drug; when you do not know yet, the medical benefit.",
    ),
    "ketamine": (
        "Ketamine",
        "Racemic ketamine, off-label for depression. Spravato is another drug with other coverage.",
    ),
    "visits": ("Visits and therapy", ""),
    "programs": ("Programs of the clinic", "The patient pays; no plan is billed."),
}
FACT_GROUPS = {
    "Coverage": (
        "active",
        "plan_name",
        "product",
        "plan_begin",
        "plan_end",
        "plan_year_begins",
        "funding",
        "state_of_issue",
        "high_deductible",
        "paid_through",
        "covered",
        "excluded_codes",
        "processed_under",
        "processed_as",
        "written_policy",
        "in_network",
        "provider_in_network",
        "credential_accepted",
        "administrator",
        "held_by",
        "claims_to",
        "pharmacy_routing",
        "other_payer",
        "other_payer_updated",
        "medicare_secondary",
        "other_party_liable",
    ),
    "What the patient pays": (
        "copay",
        "coinsurance",
        "deductible_applies",
        "deductible_first",
        "copay_to_deductible",
        "copay_to_out_of_pocket",
        "facility_fee",
        "telehealth",
        "deductible_total",
        "deductible_met",
        "deductible_remaining",
        "deductible_kind",
        "behavioral_deductible",
        "out_of_pocket_total",
        "out_of_pocket_met",
        "out_of_pocket_remaining",
        "accumulators_as_of",
        "claims_in_process",
        "out_of_network",
        "out_of_network_method",
        "filing_deadline",
        "single_case_contact",
    ),
    "Before the visit": (
        "referral",
        "authorization",
        "authorization_route",
        "authorization_papers",
        "decision_days",
        "usual_units",
        "taper_included",
        "limits",
        "limits_shared",
        "day_limit",
        "other_limits",
    ),
    "The drug": (
        "drug_benefit",
        "buy_and_bill",
        "rems_pharmacy",
        "drug_code",
        "observation_payable",
        "quantity_limit",
        "accumulator_program",
        "site_certified",
        "rems_enrolled",
    ),
}

SOURCE_WORDS = {
    "x12_271": "payer’s electronic answer",
    "payer_json": "clearinghouse’s reading of the payer’s answer",
    "call": "phone call",
    "portal": "payer portal",
    "letter": "letter from the payer",
    "contract": "our contract with the payer",
    "clinic": "the clinic’s own papers",
    "card": "insurance card",
    "policy_card": "written policy, as we summarize it",
    "hub": "manufacturer’s support program",
    "patient": "patient",
}

MISSING_WORDS = {
    "payer": "the payer",
    "member_id": "the member ID",
    "birth_date": "the birth date",
    "unknown_payer": "a payer we know",
}

EVENT_WORDS = {
    "submitted": "Submitted",
    "planned": "Questions to the payer planned",
    "needs_information": "Information is missing",
    "asking": "Questions to the payer planned",
    "handed_in": "A question was handed in with tonight’s batch",
    "inquiry_answered": "The payer answered",
    "inquiry_rejected": "The payer rejected the question",
    "inquiry_pending": "Only a person can get this answer",
    "inquiry_unavailable": "The payer could not be reached",
    "inquiry_unknown": "The answer could not be read",
    "inquiry_reread": "The kept answer was read again",
    "judged": "Findings drawn",
    "followed_up": "Follow-ups set",
    "information_changed": "Information corrected",
    "cancelled": "Cancelled",
    "signed_off": "Signed off",
    "note_added": "Note added",
    "follow_up_done": "Follow-up done",
    "call_recorded": "Call recorded",
    "course_planned": "Course planned",
    "course_carried_over": "The planned course was carried over from the verification before",
    "call_parked": "Call parked; what was answered is kept",
    "facts_written_down": "Written down",
    "fact_withdrawn": "Taken back; what was written stays as evidence",
    "appointment_booked": "A visit was booked",
    "appointment_moved": "The visit was moved",
    "appointment_changed": "Patient, policy or treatment of the visit changed",
    "appointment_cancelled": "The visit was cancelled",
    "appointment_no_show": "The patient did not come",
    "appointment_no_visit": "The appointment is no visit any more",
    "appointment_tentative": "The visit is no longer fixed",
    "recheck_planned": "Chosen to be asked again",
    "asked_again": "Asked again; the newer answer speaks from now on",
    "compared": "Held against what was known before",
    "confirmed": "Nothing changed: what was signed still stands",
    "payer_adopted": "A company an answer names was found in the account’s list and added to the payers",
    "answer_reused": "An answer of today served again; nothing was billed",
    "asked_for_today": "The payer does not look so far; asked for today",
    "repair_tried": "Asked in other words",
    "repair_answered": "The payer found the patient in these words",
    "repair_refused": "Refused in these words too",
    "repair_ended": "The try ended without an answer",
    "repair_kept": "The correction was written into the record",
    "evidence_recorded": "Evidence recorded",
    "crisis_raised": "The psychiatrist says it cannot wait: urgent from now on",
    "authorization_recorded": "Authorization recorded",
    "step_failed": "A step failed and was given to a person",
}

NOTE_KINDS = {
    "call": "Call",
    "patient": "Patient",
    "clinical": "Clinical question",
    "billing": "Billing",
    "other": "Other",
}

#: What a field of a form takes (verify.facts.FieldKind).
CALL_HINTS = {
    "yes_note": "yes, with a few words; or no",
    "money": "dollars, as 1500 or 1500.00",
    "percent": "as 20",
    "date": "as 2026-12-31",
    "month_day": "as 01-01",
    "number": "a whole number",
    "codes": "as 90867, 90868",
    "copay": "as 30 per visit",
    "company": "name, phone; or no",
    "companies": "name, phone; or no",
    "limit": "as 20 visits per year, 12 left; or none",
}


def hint(kind: str, choices: Sequence[str] = ()) -> str:
    """How a field is typed, in words."""
    if choices:
        return "one of " + ", ".join(plain(choice).lower() for choice in choices)
    return CALL_HINTS.get(kind, "yes, no or unknown" if kind == "yes_no" else "")


#: How a question can be answered (verify.worksheet.How), and in which call of its own.
HOW = {
    "phone": "by phone",
    "portal": "payer portal or phone",
    "second_inquiry": "second inquiry",
    "letter": "in writing",
    "contract": "in our contract",
    "patient": "from the patient",
    "clinic": "in the clinic’s own papers",
}
SCRIPTS = {"pharmacy": "pharmacy line", "hub": "manufacturer’s support program"}

#: Why a question has no answer yet (payers.errors); others are shown as their code in plain letters.
OUTCOMES = {
    "aaa": "the payer refused the question",
    "aaa_42": "the payer cannot answer now",
    "call": "by phone",
    "call_needed": "a call is needed",
    "connect": "the payer’s system cannot be reached",
    "circuit": "the payer’s system is left alone for a while",
    "lost": "not among the answers of its batch",
    "maintenance": "the payer’s maintenance hours",
    "outage": "the clearinghouse reports an outage",
    "no_way": "no account reaches this payer",
    "parked": "a call was parked",
    "written_down": "written down by a person",
    "reused": "answered already today; not asked again",
    "http_429": "too many questions at once",
    "http_4xx": "the payer’s system refused the message",
    "http_5xx": "the payer’s system is failing",
    "timeout": "no answer in time",
    "too_large": "the answer was too large",
    "truncated": "the answer was cut off",
    "wrong_person": "the answer is about somebody else",
    "wrong_trace": "the answer belongs to another question",
}

SERVICE_TYPES = {
    "30": "plan",
    "MH": "mental health",
    "A4": "psychiatric",
    "A8": "psychiatric outpatient",
    "98": "office visit",
    "88": "pharmacy",
}


#: What is written otherwise than its code.
SPELLED = {word: word.upper() for word in ("hmo", "epo", "ppo", "pos", "tricare")} | {
    "medicare": "Medicare",
    "medicare_advantage": "Medicare Advantage",
    "medicaid": "Medicaid",
    "medicaid_managed_care": "Medicaid managed care",
    "self_funded": "self-funded",
}


def plain(code: str) -> str:
    """ "Service line not known" for "service_line_not_known"; for codes we have no words for."""
    if code in SPELLED:
        return capitalize_first(SPELLED[code])
    text = code.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def capitalize_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def dollars(amount: Any) -> str:
    """ "$1,250.00" from cents or from {"amount": "1250.00"}."""
    if isinstance(amount, int):
        return f"${amount // 100:,}.{amount % 100:02d}"
    whole, _, cents = str(getattr(amount, "amount", amount)).partition(".")
    return f"${int(whole):,}.{cents or '00'}"


def difference(cents: int) -> str:
    """ "+$120.00", "−$40.00" or "the same"."""
    if cents == 0:
        return "the same"
    return f"{'+' if cents > 0 else '−'}{dollars(abs(cents))}"


def hundredths(points: int) -> str:
    """ "20%" from basis points."""
    whole, rest = divmod(points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def fact_value(fact: Mapping[str, Any]) -> str:
    """What a fact says, in words; "not stated" and "unknown" are said, never left out."""
    standing, value, name = fact.get("standing"), fact.get("value"), str(fact.get("name"))
    if standing == "not_stated":
        return "not stated"
    if standing == "unknown":
        named = ", ".join(said_candidate(name, item) for item in value) if isinstance(value, list) else ""
        return f"unclear: {named}" if named else "they could not say"
    said = _said(name, value)
    if standing in {"yes", "no"}:
        return f"{standing}: {said}" if said else str(standing)
    return said or "not stated"


def said_candidate(name: str, value: Any) -> str:
    """One of several things an unclear answer may mean."""
    return _said(name, value) or "no detail"


def _said(name: str, value: Any) -> str:
    if value is None:
        return ""
    kind = FactName(name).kind if name in _FACTS else None
    if isinstance(value, list):
        joined = ", " if kind is FieldKind.CODES else "; "
        return joined.join(filter(None, (_said(name, item) for item in value)))
    if isinstance(value, int):
        return _number(kind, value)
    if kind is FieldKind.DATE and isinstance(value, str):
        return day(date.fromisoformat(value))
    if kind is FieldKind.MONTH_DAY and isinstance(value, str):
        return day(date.fromisoformat(f"2001-{value}")).removesuffix(", 2001")
    if kind is FieldKind.WORD and isinstance(value, str):
        return SPELLED.get(value) or plain(value).lower()
    if isinstance(value, dict):
        return _said_parts(value)
    return str(value)


def _number(kind: FieldKind | None, value: int) -> str:
    match kind:
        case FieldKind.MONEY:
            return dollars(value)
        case FieldKind.PERCENT:
            return hundredths(value)
        case _:
            return str(value)


def _said_parts(value: Mapping[str, Any]) -> str:
    if "cents" in value:
        per = f" per {value['per']}" if value.get("per") else ""
        return f"{dollars(value['cents'])}{per}"
    if "amount" in value:
        per = f" per {value['per']}" if value.get("per") else ""
        basis = f" ({plain(str(value['basis'])).lower()})" if value.get("basis") else ""
        return f"${value['amount']}{per}{basis}"
    if "quantity" in value:
        period = f" per {plain(value['period']).lower()}" if value.get("period") else ""
        left = f", {value['remaining']} left" if value.get("remaining") else ""
        return f"{value['quantity']} {value.get('unit') or 'visits'}{period}{left}"
    order = f" ({value['order']})" if value.get("order") else ""
    text = ", ".join(str(value[part]) for part in ("name", "phone") if value.get(part))
    if text:
        return text + order
    return ", ".join(f"{plain(str(key)).lower()} {item}" for key, item in value.items() if item is not None)


def is_stale(fact: Mapping[str, Any], now: datetime) -> bool:
    """Whether it has run out and must be asked again."""
    ends = fact.get("expires_at")
    return bool(ends) and datetime.fromisoformat(str(ends)) <= now


def about(fact: Mapping[str, Any], lines: Mapping[str, str]) -> str:
    """What a fact is about: a service line of ours, or the service type the payer was asked with."""
    subject = fact.get("about") or {}
    line, service = subject.get("service_line", ""), subject.get("service_type", "")
    if not line and ("domain" in subject or subject == {}):
        return DOMAINS.get(subject.get("domain", ""), "")
    parts = [lines.get(line, line), SERVICE_TYPES.get(service, f"service type {service}" if service else "")]
    return ", ".join(filter(None, parts))


#: What benefits a company holds, as a row's label.
DOMAINS = {
    "plan": "The whole plan",
    "medical": "Medical",
    "behavioral": "Behavioral",
    "pharmacy": "Pharmacy",
    "utilization": "Review of care",
    "": "Not said which",
}


def source(fact: Mapping[str, Any], zone: str, payer: str = "") -> str:
    """ "Blue Hollow, Nov 23, 2026 at 9:14 AM, segments 12 and 14-19"."""
    said = fact.get("source") or {}
    kind = SOURCE_WORDS.get(said.get("kind", ""), plain(str(said.get("kind", "unknown source"))))
    parts = [payer if payer and said.get("kind") in ELECTRONIC else kind]
    if said.get("told_by"):
        parts.append(f"told by {said['told_by']}")
    if said.get("call_reference"):
        told = "reference " if said.get("kind") in {"call", "hub"} else ""
        parts.append(f"{told}{said['call_reference']}")
    if _speaks_of_another_day(said):
        parts.append(f"as of {day(date.fromisoformat(said['as_of']))}")
    if said.get("obtained_at"):
        parts.append(short_moment(datetime.fromisoformat(said["obtained_at"]), zone))
    if numbers := sorted(fact.get("segments") or ()):
        parts.append(f"{'segment' if len(numbers) == 1 else 'segments'} {_runs(numbers)}")
    return ", ".join(parts)


def _speaks_of_another_day(said: Mapping[str, Any]) -> bool:
    """Whether it was learned on another day than the one it speaks of."""
    return bool(said.get("as_of") and said.get("obtained_at")) and not str(said["obtained_at"]).startswith(
        str(said["as_of"])
    )


def _runs(numbers: Sequence[int]) -> str:
    """ "12, 14-19" for 12 and everything from 14 to 19."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


# --- times ----------------------------------------------------------------------------------------------


def day(value: date) -> str:
    return f"{value:%b} {value.day}, {value.year}"


def moment(value: datetime, zone: str) -> str:
    """ "Nov 23, 2026 at 9:14 AM" on the practice's clock."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())} at {local.hour % 12 or 12}:{local:%M %p}"


def short_moment(value: datetime, zone: str) -> str:
    """ "Nov 23 at 9:14 AM" in the current year, with the year in any other; it does not break."""
    text = moment(value, zone)
    this_year = f", {today(zone).year} at"
    return text.replace(this_year, " at").replace(" ", "\u00a0")


def relative_day(value: date, today: date) -> str:
    """ "today", "in 3 days", "5 days ago"."""
    days = (value - today).days
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
        case _:
            return f"in {days} days" if days > 0 else f"{-days} days ago"


def ago(value: datetime, now: datetime) -> str:
    """ "just now", "12 min ago", "3 h ago", "4 days ago"."""
    passed = now - value
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{passed.seconds // 60} min ago"
    if passed < timedelta(days=1):
        return f"{passed.seconds // 3600} h ago"
    return f"{passed.days} day{'' if passed.days == 1 else 's'} ago"


class Deadline(NamedTuple):
    """When something is due, in words, and how urgent that is: late, soon or empty."""

    text: str
    urgency: str


def deadline(value: datetime | None, now: datetime, zone: str) -> Deadline:
    if value is None:
        return Deadline("", "")
    left = value - now
    if left < timedelta(0):
        return Deadline(f"overdue since {moment(value, zone)}", "late")
    local, today = value.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    clock = f"{local.hour % 12 or 12}:{local:%M %p}"
    if left < timedelta(hours=1):
        return Deadline(f"due in {left.seconds // 60 + 1} min", "soon")
    word = relative_day(local.date(), today.date())
    return Deadline(f"due {word} at {clock}", "soon" if left < SOON else "")


def today(zone: str) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
