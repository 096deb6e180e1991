"""What can be known of a plan: each name with the shape of its value, and what kind of thing it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class FieldKind(StrEnum):
    """The shape of a fact's value, and how it is typed into a form.

    Every kind also takes "unknown": asked, and they could not say.
    """

    #: yes or no, no value
    YES_NO = "yes_no"
    #: yes, with a few words of which or how where they were said: "shared with therapy"; or no
    YES_NOTE = "yes_note"
    #: cents, an integer
    MONEY = "money"
    #: basis points of the patient's share, an integer: 2000 is 20 %
    PERCENT = "percent"
    #: ISO date
    DATE = "date"
    #: "MM-DD", a day of every year
    MONTH_DAY = "month_day"
    #: text
    TEXT = "text"
    #: one of the fact's `choices`
    WORD = "word"
    #: a whole number
    NUMBER = "number"
    #: ["90867", …]: procedure codes, or a drug's NDC
    CODES = "codes"
    #: {"cents", "per"}; per visit, day or service
    COPAY = "copay"
    #: yes with {"name", "payer_id", "phone"}, or no
    COMPANY = "company"
    #: yes with [{"name", "payer_id", "phone", "order"}], or no
    COMPANIES = "companies"
    #: [{"quantity", "unit", "period", "remaining"}], or no
    LIMIT = "limit"


_K = FieldKind


class FactName(StrEnum):
    """What is known. `kind` is the shape of `Fact.value`; `choices` are the words it may be, where it is one."""

    kind: FieldKind
    choices: tuple[str, ...]

    def __new__(cls, value: str, kind: FieldKind = FieldKind.TEXT, *choices: str) -> Self:
        made = str.__new__(cls, value)
        made._value_ = value
        made.kind, made.choices = kind, choices
        return made

    # --- the plan ---
    ACTIVE = "active", _K.YES_NO
    PLAN_NAME = "plan_name", _K.TEXT
    PLAN_BEGIN = "plan_begin", _K.DATE
    PLAN_END = "plan_end", _K.DATE
    PRODUCT = (
        "product",
        _K.WORD,
        "hmo",
        "epo",
        "ppo",
        "pos",
        "medicare",
        "medicare_advantage",
        "medicaid",
        "medicaid_managed_care",
        "marketplace",
        "tricare",
        "other",
    )
    FUNDING = "funding", _K.WORD, "insured", "self_funded"
    STATE_OF_ISSUE = "state_of_issue", _K.TEXT
    PLAN_YEAR_BEGINS = "plan_year_begins", _K.MONTH_DAY
    #: The day until which the premium is paid; after it a plan may be ended for days that are past.
    PAID_THROUGH = "paid_through", _K.DATE
    HIGH_DEDUCTIBLE = "high_deductible", _K.YES_NO
    #: What the pharmacy bills to: BIN, PCN and group of the card.
    PHARMACY_ROUTING = "pharmacy_routing", _K.TEXT
    OTHER_PAYER = "other_payer", _K.COMPANIES
    #: When the payer last asked about other insurance.
    OTHER_PAYER_UPDATED = "other_payer_updated", _K.DATE
    #: Medicare pays after an employer's plan.
    MEDICARE_SECONDARY = "medicare_secondary", _K.YES_NO
    #: An accident or workers' compensation: somebody else is liable.
    OTHER_PARTY_LIABLE = "other_party_liable", _K.YES_NOTE

    # --- who holds what ---
    #: Yes: another company runs the benefit.
    ADMINISTRATOR = "administrator", _K.COMPANY
    #: Of a domain of benefits; with "reason" and "order" where an answer named it.
    HELD_BY = "held_by", _K.COMPANY
    CLAIMS_TO = "claims_to", _K.TEXT

    # --- the clinic ---
    #: The clinic's own status, tax ID and location, never EB12; of a domain and code group where it was said so.
    IN_NETWORK = "in_network", _K.YES_NO
    #: The same of the treating provider.
    PROVIDER_IN_NETWORK = "provider_in_network", _K.YES_NO
    CREDENTIAL_ACCEPTED = "credential_accepted", _K.YES_NO
    REFERRAL = "referral", _K.YES_NOTE

    # --- covered, and as what ---
    #: No: excluded.
    COVERED = "covered", _K.YES_NO
    EXCLUDED_CODES = "excluded_codes", _K.CODES
    #: The benefit its codes are paid from.
    PROCESSED_UNDER = "processed_under", _K.WORD, "behavioral", "medical", "pharmacy"
    PROCESSED_AS = "processed_as", _K.WORD, "office_visit", "other_outpatient", "procedure", "drug"
    TELEHEALTH = "telehealth", _K.YES_NOTE
    WRITTEN_POLICY = "written_policy", _K.TEXT

    # --- what the patient pays ---
    DEDUCTIBLE_TOTAL = "deductible_total", _K.MONEY
    DEDUCTIBLE_MET = "deductible_met", _K.MONEY
    DEDUCTIBLE_REMAINING = "deductible_remaining", _K.MONEY
    #: Embedded: one person's part is enough; aggregate: the family's whole sum is due first.
    DEDUCTIBLE_KIND = "deductible_kind", _K.WORD, "embedded", "aggregate"
    #: Yes: behavioral benefits have a deductible of their own.
    BEHAVIORAL_DEDUCTIBLE = "behavioral_deductible", _K.YES_NO
    DEDUCTIBLE_APPLIES = "deductible_applies", _K.YES_NO
    #: Yes: it is due before the copay; no: the copay comes first.
    DEDUCTIBLE_FIRST = "deductible_first", _K.YES_NO
    OUT_OF_POCKET_TOTAL = "out_of_pocket_total", _K.MONEY
    OUT_OF_POCKET_MET = "out_of_pocket_met", _K.MONEY
    OUT_OF_POCKET_REMAINING = "out_of_pocket_remaining", _K.MONEY
    #: The day the payer's figures are of, and whether claims are on their way that they do not have yet.
    ACCUMULATORS_AS_OF = "accumulators_as_of", _K.DATE
    CLAIMS_IN_PROCESS = "claims_in_process", _K.YES_NO
    COPAY = "copay", _K.COPAY
    COPAY_TO_DEDUCTIBLE = "copay_to_deductible", _K.YES_NO
    COPAY_TO_OUT_OF_POCKET = "copay_to_out_of_pocket", _K.YES_NO
    COINSURANCE = "coinsurance", _K.PERCENT
    #: At the clinic's place of service a second amount is due for the place.
    FACILITY_FEE = "facility_fee", _K.YES_NOTE

    # --- limits ---
    LIMITS = "limits", _K.LIMIT
    #: Yes: visits to others, or for something else, use it up too.
    LIMITS_SHARED = "limits_shared", _K.YES_NOTE
    #: How many sessions of one day are paid.
    DAY_LIMIT = "day_limit", _K.NUMBER
    #: Of age, diagnosis or how often.
    OTHER_LIMITS = "other_limits", _K.YES_NOTE

    # --- authorization ---
    #: Yes: it is required.
    AUTHORIZATION = "authorization", _K.YES_NO
    #: Who reviews, and how it is sent.
    AUTHORIZATION_ROUTE = "authorization_route", _K.TEXT
    AUTHORIZATION_PAPERS = "authorization_papers", _K.TEXT
    DECISION_DAYS = "decision_days", _K.NUMBER
    #: How many sessions are usually granted at once.
    USUAL_UNITS = "usual_units", _K.NUMBER
    #: Yes: sessions of the taper are granted with the course.
    TAPER_INCLUDED = "taper_included", _K.YES_NO

    # --- esketamine ---
    DRUG_BENEFIT = "drug_benefit", _K.WORD, "medical", "pharmacy", "either"
    #: By the clinic's own contract.
    BUY_AND_BILL = "buy_and_bill", _K.YES_NO
    #: The certified pharmacy the plan wants.
    REMS_PHARMACY = "rems_pharmacy", _K.COMPANY
    #: The code or codes the payer wants for the drug.
    DRUG_CODE = "drug_code", _K.CODES
    OBSERVATION_PAYABLE = "observation_payable", _K.YES_NOTE
    QUANTITY_LIMIT = "quantity_limit", _K.YES_NOTE
    #: What becomes of the manufacturer's help: counted, or not.
    ACCUMULATOR_PROGRAM = (
        "accumulator_program",
        _K.WORD,
        "none",
        "accumulator",
        "maximizer",
        "alternative_funding",
    )
    SITE_CERTIFIED = "site_certified", _K.YES_NO
    REMS_ENROLLED = "rems_enrolled", _K.DATE

    # --- out of network ---
    #: Yes: something is paid out of network, on the patient's own claim if need be.
    OUT_OF_NETWORK = "out_of_network", _K.YES_NOTE
    #: How the allowed amount is found there.
    OUT_OF_NETWORK_METHOD = "out_of_network_method", _K.TEXT
    FILING_DEADLINE = "filing_deadline", _K.TEXT
    SINGLE_CASE_CONTACT = "single_case_contact", _K.TEXT


#: Of the plan as a whole, whatever the service line and the network tier.
PLAN_WIDE = frozenset(
    {
        FactName.PLAN_NAME,
        FactName.PLAN_BEGIN,
        FactName.PLAN_END,
        FactName.PRODUCT,
        FactName.FUNDING,
        FactName.STATE_OF_ISSUE,
        FactName.PLAN_YEAR_BEGINS,
        FactName.PAID_THROUGH,
        FactName.HIGH_DEDUCTIBLE,
        FactName.PHARMACY_ROUTING,
        FactName.OTHER_PAYER,
        FactName.OTHER_PAYER_UPDATED,
        FactName.MEDICARE_SECONDARY,
        FactName.OTHER_PARTY_LIABLE,
    }
)

#: What a plan is by how its network works, and by whose programme it is: a marketplace plan may be an HMO as well.
NETWORK_KINDS = frozenset({"hmo", "epo", "ppo", "pos"})
PROGRAMMES = frozenset(FactName.PRODUCT.choices) - NETWORK_KINDS - {"other"}

#: Amounts that move with every claim, and what is said of their day.
MOVING = frozenset(
    {
        FactName.DEDUCTIBLE_MET,
        FactName.DEDUCTIBLE_REMAINING,
        FactName.OUT_OF_POCKET_MET,
        FactName.OUT_OF_POCKET_REMAINING,
        FactName.ACCUMULATORS_AS_OF,
        FactName.CLAIMS_IN_PROCESS,
    }
)

#: Of the clinic and the patient themselves: no payer's new year ends it.
LASTING = frozenset({FactName.SITE_CERTIFIED, FactName.REMS_ENROLLED})

#: Worded by whoever says it, so that a difference says nothing.
WORDED = frozenset(name for name in FactName if name.kind in (FieldKind.TEXT, FieldKind.YES_NOTE))
