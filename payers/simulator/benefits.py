"""EB segments of each invented plan, by the service type asked."""

from collections.abc import Callable, Sequence

import msgspec

from payers.simulator.plans import Plan, Used
from payers.x12.writing import Writable

Segment = Sequence[Writable]

#: Answered in particular; every other type is answered as if 30 had been asked, as most payers do.
KNOWN_TYPES = {"30", "MH", "A4", "A6", "A8", "CF", "98", "88"}
BEHAVIORAL = {"MH", "A4", "A6", "A8", "CF"}
COVERED = ["1", "33", "35", "47", "48", "50", "86", "88", "98", "AL", "MH", "UC"]


class Company(msgspec.Struct, frozen=True):
    """An invented company that holds benefits; asked by its id, it answers with a full plan."""

    role: str
    name: str
    id: str
    phone: str


BEHAVIORAL_ADMINISTRATOR = Company("VN", "EXAMPLE BEHAVIORAL HEALTH", "EXBH1", "8005550123")
PHARMACY_ADMINISTRATOR = Company("VN", "EXAMPLE PHARMACY SERVICES", "EXRX1", "8005550188")
OTHER_PAYER = Company("PRP", "OTHER EXAMPLE HEALTH", "EXOT1", "8005550144")
ADVANTAGE_PLAN = Company("PRP", "EXAMPLE ADVANTAGE PLAN", "EXMA1", "8005550155")
MANAGED_CARE = Company("Y2", "EXAMPLE COMMUNITY PLAN", "EXMC1", "8005550166")
COMPANIES = (BEHAVIORAL_ADMINISTRATOR, PHARMACY_ADMINISTRATOR, OTHER_PAYER, ADVANTAGE_PLAN, MANAGED_CARE)
COMPANY_IDS = {company.id for company in COMPANIES}


def benefits(kind: str, plan: Plan, service_type: str) -> list[Segment]:
    """The 2110 loops of a plan kind for one service type."""
    return KINDS[kind](plan, service_type if service_type in KNOWN_TYPES else "30")


def eb(
    information: str,
    service_types: Writable,
    *,
    level: str = "IND",
    insurance: str = "",
    plan: str = "",
    period: str = "",
    amount: int | None = None,
    percent: int | None = None,
    quantity: tuple[str, int] | None = None,
    authorization: str = "",
    network: str = "",
) -> Segment:
    """One EB; `amount` in cents, `percent` of a hundred: `EB*B*IND*MH***27*30****Y*Y~`."""
    qualifier, count = (quantity[0], str(quantity[1])) if quantity else ("", "")
    money = "" if amount is None else dollars(amount)
    share = "" if percent is None else f".{percent:02d}".rstrip("0") or "0"
    return [
        "EB", information, level, service_types, insurance, plan, period, money, share, qualifier, count,
        authorization, network,
    ]  # fmt: skip


def dollars(cents: int) -> str:
    """150050 -> "1500.5", as X12 writes decimals."""
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def full(plan: Plan, service_type: str) -> list[Segment]:
    """Everything a generous payer says."""
    lines = _base(plan)
    if service_type == "30":
        return [*lines, eb("1", COVERED), *_mental_health_visit(plan, "MH"), *_office(plan)]
    return [*lines, eb("1", service_type), *_of_type(plan, service_type)]


def no_authorization(plan: Plan, service_type: str) -> list[Segment]:
    """Everything, and "N" wherever another plan says that it wants to be asked first (EB11)."""
    about_it = [line for line in full(plan, service_type) if line[:2] != ["EB", "CB"]]
    return [
        [*line[:11], "N", *line[12:]] if line[0] == "EB" and line[11] == "Y" else line for line in about_it
    ]


def minimal(plan: Plan, service_type: str) -> list[Segment]:
    """CORE lets payers leave out what a mental health patient pays."""
    lines = [eb("1", "30", insurance="PR", plan=plan.name)]
    return [*lines, eb("1", "MH" if service_type == "30" else service_type)]


def inactive(plan: Plan, service_type: str) -> list[Segment]:  # noqa: ARG001 - one signature for all kinds
    return [eb("6", "30", insurance="PR", plan=plan.name)]


def carve_out(plan: Plan, service_type: str) -> list[Segment]:
    """Medical benefits here; mental health with the administrator, whose benefits are not said."""
    if service_type not in BEHAVIORAL | {"30"}:
        return full(plan, service_type)
    held = _held_by(eb("U", "MH", level=""), BEHAVIORAL_ADMINISTRATOR)
    office = [eb("1", "98"), *_office(plan)] if service_type == "30" else []
    return [*_base(plan), *office, *held]


def other_payer(plan: Plan, service_type: str) -> list[Segment]:
    row = eb("R", "30", level="IND", insurance="PR")
    return [*full(plan, service_type), row, ["REF", "1L", "OTH4471"], *_company(OTHER_PAYER)]


def medicare_advantage(plan: Plan, service_type: str) -> list[Segment]:  # noqa: ARG001 - as above
    """Medicare itself says only who holds the coverage."""
    active = [eb("1", "30", level="", insurance="MA"), eb("1", "30", level="", insurance="MB")]
    return [*active, *_held_by(eb("R", "30", level="", insurance="HN"), ADVANTAGE_PLAN)]


def medicaid_managed_care(plan: Plan, service_type: str) -> list[Segment]:  # noqa: ARG001 - as above
    active = eb("1", "30", insurance="MC", plan="MEDICAID")
    return [active, *_held_by(eb("MC", "30", insurance="HM"), MANAGED_CARE)]


def mixed(plan: Plan, service_type: str) -> list[Segment]:
    """CORE's "partly": the plan is active, the service asked cannot be processed."""
    asked = "MH" if service_type == "30" else service_type
    return [*_base(plan), eb("V", asked, level=""), ["AAA", "N", "", "33", "C"]]


KINDS: dict[str, Callable[[Plan, str], list[Segment]]] = {
    "full": full,
    "no_authorization": no_authorization,
    "minimal": minimal,
    "inactive": inactive,
    "carve_out": carve_out,
    "other_payer": other_payer,
    "medicare_advantage": medicare_advantage,
    "medicaid_managed_care": medicaid_managed_care,
    "mixed": mixed,
}


def _base(plan: Plan) -> list[Segment]:
    """Status and yearly limits, said with every answer (CORE 154 and 260)."""
    return [
        eb("1", "30", insurance="PR", plan=plan.name),
        *_limit("C", "IND", plan.deductible),
        *_limit("C", "FAM", plan.family_deductible),
        *_limit("G", "IND", plan.out_of_pocket),
        *_limit("G", "FAM", plan.family_out_of_pocket),
        eb("C", "30", insurance="PR", period="23", amount=2 * plan.deductible.total, network="N"),
        eb("A", "30", insurance="PR", percent=plan.coinsurance, network="Y"),
    ]


def _limit(information: str, level: str, used: Used) -> list[Segment]:
    amounts = (("23", used.total), ("24", used.met), ("29", used.remaining))
    return [
        eb(information, "30", level=level, insurance="PR", period=period, amount=amount, network="Y")
        for period, amount in amounts
    ]


def _of_type(plan: Plan, service_type: str) -> list[Segment]:
    match service_type:
        case "98":
            return _office(plan)
        case "88":
            return _held_by(eb("U", "88", level=""), PHARMACY_ADMINISTRATOR)
        case "A8":
            share = eb("A", "A8", percent=plan.coinsurance, authorization="Y", network="Y")
            return [share, eb("CB", "A8", authorization="Y", network="Y")]
        case "MH":
            return [*_mental_health_visit(plan, "MH"), *_visit_limit(plan)]
        case _:
            copay = eb(
                "B",
                service_type,
                period="27",
                amount=plan.mental_health_copay,
                authorization="N",
                network="Y",
            )
            return [copay]


def _mental_health_visit(plan: Plan, service_type: str) -> list[Segment]:
    copay = eb(
        "B", service_type, period="27", amount=plan.mental_health_copay, authorization="Y", network="Y"
    )
    return [copay, eb("CB", service_type, authorization="Y", network="Y")]


def _visit_limit(plan: Plan) -> list[Segment]:
    return [
        eb("F", "MH", network="Y"),
        ["HSD", "VS", str(plan.visits.total), "", "", "23", "1"],
        eb("F", "MH", period="29", quantity=("VS", plan.visits.remaining), network="Y"),
    ]


def _office(plan: Plan) -> list[Segment]:
    return [
        eb("B", "98", period="27", amount=plan.office_copay, authorization="N", network="Y"),
        ["MSG", "PRIMARY CARE PHYSICIAN"],
        eb("B", "98", period="27", amount=plan.specialist_copay, authorization="N", network="Y"),
        ["MSG", "SPECIALIST"],
    ]


def _held_by(row: Segment, company: Company) -> list[Segment]:
    return [row, *_company(company)]


def _company(company: Company) -> list[Segment]:
    """2120: `NM1*VN*2*EXAMPLE BEHAVIORAL HEALTH*****PI*EXBH1~`."""
    return [
        ["LS", "2120"],
        ["NM1", company.role, "2", company.name, "", "", "", "", "PI", company.id],
        ["PER", "IC", "", "TE", company.phone],
        ["LE", "2120"],
    ]
