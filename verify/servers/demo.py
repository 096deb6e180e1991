"""A small invented clinic, its payers on the simulator, and a morning's worth of verifications."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from payers.directory import PayerKind
from payers.simulator.benefits import (
    ADVANTAGE_PLAN,
    BEHAVIORAL_ADMINISTRATOR,
    MANAGED_CARE,
    PHARMACY_ADMINISTRATOR,
    Company,
)
from payers.simulator.doors import CORE_PATH
from payers.simulator.envelope import Credentials
from verify.affordability.prices import Price, PriceKind
from verify.intake.submission import Submission
from verify.servers.demo_records import keep
from verify.settings import Settings
from verify.steps import Work, accept, open_work
from verify.store import clinic, prices

ZONE = "America/Chicago"
#: Who is taken to have handed in the demo's verifications.
ACTOR = "system"


class Visit(NamedTuple):
    """One invented patient and what is planned for them. The member id steers the simulator."""

    last_name: str
    first_name: str
    birth_date: str
    payer: str
    member_id: str
    service_lines: tuple[str, ...]
    in_days: int
    priority: str = "standard"


PAYERS: tuple[dict[str, Any], ...] = (
    {
        "code": "bluehollow",
        "name": "Blue Hollow Health Plan",
        "aliases": ["Blue Hollow", "BHHP"],
        "payer_id": "BHHP1",
        "phone": "555-0100",
    },
    {
        "code": "cedarline",
        "name": "Cedarline Insurance",
        "aliases": ["Cedarline", "Cedar Line PPO"],
        "payer_id": "CEDR7",
        "phone": "555-0101",
    },
    {
        "code": "medicare",
        "name": "Demo Medicare",
        "aliases": ["Medicare Part B"],
        "payer_id": "DMED0",
        "phone": "555-0102",
    },
    # By these names the policy cards of real payers are found; what they answer is invented all the same.
    {
        "code": "demoaetna",
        "name": "Demo Aetna",
        "aliases": ["Aetna"],
        "payer_id": "DAET0",
        "phone": "555-0104",
    },
    {
        "code": "democigna",
        "name": "Demo Cigna",
        "aliases": ["Cigna"],
        "payer_id": "DCIG0",
        "phone": "555-0105",
    },
)
#: Who holds what the payers above do not: the answers lead there.
HOLDERS: tuple[tuple[str, Company, PayerKind], ...] = (
    ("examplebehavioral", BEHAVIORAL_ADMINISTRATOR, PayerKind.BEHAVIORAL),
    ("examplepharmacy", PHARMACY_ADMINISTRATOR, PayerKind.PHARMACY),
    ("exampleadvantage", ADVANTAGE_PLAN, PayerKind.MEDICARE_ADVANTAGE),
    ("examplecommunity", MANAGED_CARE, PayerKind.MANAGED_CARE),
)
BY_PHONE: dict[str, Any] = {
    "code": "unionfund",
    "name": "Lakeside Union Welfare Fund",
    "aliases": ["Lakeside Fund"],
    "phone": "555-0103",
}
VISITS = (
    Visit("Okafor", "Adaeze", "1984-03-12", "bluehollow", "ACT48210377", ("tms",), 3),
    Visit("Lindqvist", "Maja", "1991-11-02", "cedarline", "CRV55120984", ("tms", "psychotherapy"), 4),
    Visit("Delacroix", "Remy", "1977-06-30", "bluehollow", "MIN77310022", ("ketamine_iv",), 1, "urgent"),
    Visit("Brandvold", "Ingrid", "1969-01-19", "cedarline", "INA60044111", ("medication_management",), 2),
    Visit("Castellanos", "Tomas", "1958-09-08", "medicare", "MAP20031158", ("spravato_medical",), 6),
    Visit("Whitlock", "June", "1996-04-25", "bluehollow", "AAA7590017", ("psychotherapy",), 5),
    Visit("Haruno", "Kenji", "1989-12-14", "unionfund", "LUWF33190", ("tms",), 7),
    Visit("Petrova", "Alina", "1993-08-21", "cedarline", "", ("spravato_medical",), 8),
    Visit("Moreau", "Celeste", "1951-05-17", "medicare", "CHN20044821", ("psychotherapy",), 5),
    Visit("Tanaka", "Yuki", "1980-10-11", "bluehollow", "HYP-204417", ("tms",), 4),
    Visit("Osei", "Kwabena", "1972-02-03", "cedarline", "H50310044", ("medication_management",), 9),
    Visit("Abernathy", "Cole", "1986-07-22", "demoaetna", "ACT36040771", ("tms",), 10),
    Visit("Solberg", "Nora", "1979-03-05", "democigna", "NOA71920058", ("tms",), 11),
    Visit("Marchand", "Lucien", "1965-12-01", "bluehollow", "ACT90412266", ("spravato_medical",), 12),
)


#: Invented, in dollars: code, self-pay, Blue Hollow's contract, what is typical. None: no such price.
PRICES: tuple[tuple[str, int, int | None, int | None], ...] = (
    ("90867", 450, 350, 370),
    ("90868", 350, 250, 260),
    ("90869", 360, 270, 280),
    ("96365", 475, None, 240),
    ("J3490", 0, None, 15),
    ("J0013", 18, 14, 15),
    ("G2082", 1100, None, 900),
    ("G2083", 1500, None, 1280),
    ("90792", 320, 210, 220),
    ("99214", 190, 128, 132),
    ("90834", 175, 112, 118),
)
#: Of the contract rates those of TMS are taken as confirmed, and every other price.
CONFIRMED = frozenset({"90867", "90868", "90869"})


def seed(settings: Settings, simulator_address: str) -> str:
    """The demo practice's id. Its verifications run as soon as the workers do."""
    work = open_work(settings)
    try:
        practice_id = _clinic(work, simulator_address + CORE_PATH)
        today = datetime.now(ZoneInfo(ZONE)).date()
        _price_list(work, practice_id, today)
        for visit in VISITS:
            made = accept(work, _submission(visit, today), practice_id=practice_id, actor=ACTOR)
            keep(work, practice_id, made.verification_id, visit.member_id, today, by=ACTOR)
    finally:
        work.close()
    return practice_id


def _clinic(work: Work, simulator_url: str) -> str:
    known = Credentials()
    with work.engine.begin() as connection:
        practice_id = clinic.add_practice(
            connection,
            name="Larkspur Interventional Psychiatry",
            time_zone=ZONE,
            npi="1999999984",
            tax_id="990000001",
            taxonomy="2084P0800X",
            demo=True,
        )
        clinic.add_location(connection, practice_id=practice_id, name="Larkspur, main office")
        clinic.add_provider(
            connection,
            practice_id=practice_id,
            last_name="Marchetti",
            first_name="Elena",
            npi="1999999992",
            taxonomy="2084P0800X",
        )
        electronic = clinic.add_account(
            connection,
            work.keyring,
            practice_id=practice_id,
            name="Demo clearinghouse",
            adapter="caqh_core_mime",
            url=simulator_url,
            sender_id=known.sender_id,
            receiver_id=known.receiver_id,
            secrets={"username": known.username, "password": known.password},
            allow_private_addresses=True,
            total_deadline_seconds=20,
            requests_per_second=20,
        )
        by_phone = clinic.add_account(
            connection, work.keyring, practice_id=practice_id, name="By phone", adapter="phone", secrets={}
        )
        for payer in PAYERS:
            clinic.add_payer(connection, practice_id=practice_id, account_id=electronic, **payer)
        for code, company, kind in HOLDERS:
            clinic.add_payer(
                connection,
                practice_id=practice_id,
                account_id=electronic,
                code=code,
                name=company.name.title(),
                payer_id=company.id,
                phone=company.phone,
                kind=kind.value,
            )
        clinic.add_payer(connection, practice_id=practice_id, account_id=by_phone, **BY_PHONE)
    return practice_id


def _price_list(work: Work, practice_id: str, today: date) -> None:
    """A small price list, from the first day of last year on."""
    begun = date(today.year - 1, 1, 1)
    with work.engine.begin() as connection:
        for code, own, contract, typical in PRICES:
            for kind, dollars, payer in (
                (PriceKind.SELF_PAY, own, ""),
                (PriceKind.CONTRACT, contract, "bluehollow"),
                (PriceKind.TYPICAL, typical, ""),
            ):
                if dollars is not None:
                    price = Price(
                        code=code,
                        kind=kind,
                        payer=payer,
                        cents=dollars * 100,
                        valid_from=begun,
                        source="invented for the demo",
                    )
                    prices.add(connection, practice_id, price, by=ACTOR)
        for row in prices.shown(connection, practice_id, until=today):
            if row.code in CONFIRMED or row.kind != PriceKind.CONTRACT:
                prices.confirm(connection, practice_id, row.id, by=ACTOR)


def _submission(visit: Visit, today: date) -> Submission:
    return Submission.model_validate(
        {
            "patient": {
                "last_name": visit.last_name,
                "first_name": visit.first_name,
                "birth_date": visit.birth_date,
                "sex": "U",
            },
            "coverage": {"payer": visit.payer, "member_id": visit.member_id},
            "service_lines": list(visit.service_lines),
            "date_of_service": (today + timedelta(days=visit.in_days)).isoformat(),
            "priority": visit.priority,
        }
    )
