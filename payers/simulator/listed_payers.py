"""The payers this clearinghouse says it reaches: invented ones, and how each source writes them.

Written apart from `payers.directory` on purpose: a mistake in one is caught by the other.
"""

import csv
import io
from typing import Any

import msgspec

Json = dict[str, Any]

SUPPORTED, ENROLL, NOT = "SUPPORTED", "ENROLLMENT_REQUIRED", "NOT_SUPPORTED"
STATES = ("AZ", "CA", "CO", "FL", "GA", "IL", "NC", "NY", "OH", "OK", "OR", "PA", "TX", "VA", "WA")
STATE_NAMES = {
    "AZ": "Arizona", "CA": "California", "CO": "Colorado", "FL": "Florida", "GA": "Georgia", "IL": "Illinois",
    "NC": "North Carolina", "NY": "New York", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
    "TX": "Texas", "VA": "Virginia", "WA": "Washington",
}  # fmt: skip


class Listed(msgspec.Struct, frozen=True):
    """One invented payer."""

    id: str
    stable_id: str
    name: str
    names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    states: tuple[str, ...] = ("NATIONAL",)
    eligibility: str = SUPPORTED
    coordination_of_benefits: str = NOT


#: Those the demo and the scenarios know, then one plan and one Medicaid programme for each state.
PAYERS = (
    Listed("BHHP1", "BLHOL", "Blue Hollow Health Plan", ("Blue Hollow", "BHHP"), ("00540",)),
    Listed("CEDR7", "CEDAR", "Cedarline Insurance", ("Cedar Line PPO",), (), ("OR", "WA")),
    Listed("DMED0", "DMEDI", "Demo Medicare", ("Medicare Part B",), (), ("NATIONAL",), ENROLL),
    Listed("DAET0", "DAETN", "Demo Aetna"),
    Listed("DCIG0", "DCIGN", "Demo Cigna"),
    Listed("EXHP1", "EXAHP", "Example Health", (), (), ("NATIONAL",), SUPPORTED, SUPPORTED),
    Listed("EXBH1", "EXABH", "Example Behavioral Health", ("EBH",)),
    Listed("EXRX1", "EXARX", "Example Pharmacy Services", (), (), ("NATIONAL",), NOT),
    Listed("EXOT1", "EXAOT", "Example Other Payer"),
    Listed("EXMA1", "EXAMA", "Example Advantage Plan"),
    Listed("EXMC1", "EXAMC", "Example Community Plan"),
    *(
        Listed(
            f"MLARK{n:02}",
            f"LARK{chr(65 + n)}",
            f"Meadowlark Health of {STATE_NAMES[state]}",
            (),
            (),
            (state,),
        )
        for n, state in enumerate(STATES)
    ),
    *(
        Listed(
            f"PMED{n:02}",
            f"PMED{chr(65 + n)}",
            f"Public Medicaid of {STATE_NAMES[state]}",
            (),
            (),
            (state,),
            ENROLL,
        )
        for n, state in enumerate(STATES)
    ),
)


def found(query: str) -> list[Listed]:
    """Payers with every word of the query in a name, or the query in an id."""
    words, whole = query.lower().split(), query.strip().lower()
    return [
        payer
        for payer in PAYERS
        if any(whole in each.lower() for each in (payer.id, payer.stable_id, *payer.aliases))
        or any(all(word in name.lower() for word in words) for name in (payer.name, *payer.names))
    ]


def as_stedi(payer: Listed) -> Json:
    enrollment = {"eligibilityInquiry": {"type": "ONE_CLICK", "timeframe": "DAYS"}}
    return {
        "stediId": payer.stable_id,
        "primaryPayerId": payer.id,
        "displayName": payer.name,
        "names": list(payer.names),
        "aliases": [payer.id, *payer.aliases],
        "coverageTypes": ["medical"],
        "operatingStates": list(payer.states),
        "transactionSupport": {
            "eligibilityCheck": payer.eligibility,
            "coordinationOfBenefits": payer.coordination_of_benefits,
            "claimStatus": NOT,
        },
        **(
            {"enrollment": {"transactionEnrollmentProcesses": enrollment}}
            if payer.eligibility == ENROLL
            else {}
        ),
    }


def as_optum(payer: Listed) -> Json:
    return {
        "payerPlanName": payer.name,
        "payerPlanAlias": payer.names[0] if payer.names else None,
        "system": "IMN",
        "imnPayerId": payer.id,
        "payerId": payer.stable_id,
        "linkedPayerIds": {"additionalPayerIDs": list(payer.aliases)},
        "transactionType": "Eligibility",
        "status": "Inactive" if payer.eligibility == NOT else "Active",
        "enrollment": {"required": payer.eligibility == ENROLL},
        "stateDoingBusiness": [
            {"label": STATE_NAMES[each], "value": each} for each in payer.states if each in STATE_NAMES
        ],
    }


def stedi_csv() -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(
        [
            "StediId", "PrimaryPayerId", "DisplayName", "Names", "Aliases", "EligibilityInquiry",
            "EligibilityInquiryEnrollmentRequired", "CoordinationOfBenefits", "CoverageTypes", "OperatingStates",
        ]
    )  # fmt: skip
    for payer in PAYERS:
        writer.writerow(
            [
                payer.stable_id,
                payer.id,
                payer.name,
                "|".join(payer.names),
                "|".join([payer.id, *payer.aliases]),
                _word(payer.eligibility != NOT),
                _word(payer.eligibility == ENROLL),
                _word(payer.coordination_of_benefits == SUPPORTED),
                "medical",
                "|".join(payer.states),
            ]
        )
    return text.getvalue()


def _word(said: bool) -> str:
    return "true" if said else "false"
