"""Words of Stedi's answer of 2026-06-01 -> X12 codes; what is not here is passed through as sent.

Source: Stedi's own client for the interface, as of 2026-09.
"""

from payers.json_mapping.codes import key

#: EB01, by the list a line stands in. The status lines say theirs themselves.
CATEGORIES = {
    "coInsurance": "A", "coPayment": "B", "deductible": "C", "coverageBasis": "CB", "benefitDescription": "D",
    "exclusions": "E", "limitations": "F", "outOfPocket": "G", "unlimited": "H", "nonCovered": "I",
    "costContainment": "J", "reserve": "K", "primaryCareProvider": "L", "preExistingCondition": "M",
    "managedCareCoordinator": "MC", "servicesRestrictedToFollowingProvider": "N", "notDeemedMedicalNecessity": "O",
    "benefitDisclaimer": "P", "secondSurgicalOpinionRequired": "Q", "otherOrAdditionalPayer": "R",
    "priorYearsHistory": "S", "cardReportedStolen": "T", "contactFollowingEntityForInformation": "U",
    "cannotProcess": "V", "otherSourceOfData": "W", "healthCareFacility": "X", "spendDown": "Y",
}  # fmt: skip


def _keyed(table: dict[str, str]) -> dict[str, str]:
    return {key(words): code for words, code in table.items()}


STATUSES = _keyed(
    {
        "ACTIVE_COVERAGE": "1", "ACTIVE_FULL_RISK_CAPITATION": "2", "ACTIVE_SERVICES_CAPITATED": "3",
        "ACTIVE_SERVICES_CAPITATED_TO_PRIMARY_CARE_PROVIDER": "4", "ACTIVE_PENDING_INVESTIGATION": "5",
        "INACTIVE": "6", "INACTIVE_PENDING_ELIGIBILITY_UPDATE": "7", "INACTIVE_PENDING_INVESTIGATION": "8",
    }
)  # fmt: skip
#: EB02.
LEVELS = _keyed(
    {
        "CHILDREN_ONLY": "CHD", "DEPENDENTS_ONLY": "DEP", "EMPLOYEE_AND_CHILDREN": "ECH", "EMPLOYEE_ONLY": "EMP",
        "EMPLOYEE_AND_SPOUSE": "ESP", "FAMILY": "FAM", "INDIVIDUAL": "IND", "SPOUSE_AND_CHILDREN": "SPC",
        "SPOUSE_ONLY": "SPO",
    }
)  # fmt: skip
#: EB04.
INSURANCES = _keyed(
    {
        "MEDICARE_SECONDARY_WORKING_AGED_BENEFICIARY_OR_SPOUSE_WITH_EMPLOYER_GROUP_HEALTH_PLAN": "12",
        "MEDICARE_SECONDARY_ENDSTAGE_RENAL_DISEASE_BENEFICIARY_IN_THE_MANDATED_COORDINATION_PERIOD"
        "_WITH_AN_EMPLOYERS_GROUP_HEALTH_PLAN": "13",
        "MEDICARE_SECONDARY_NOFAULT_INSURANCE_INCLUDING_AUTO_IS_PRIMARY": "14",
        "MEDICARE_SECONDARY_WORKERS_COMPENSATION": "15",
        "MEDICARE_SECONDARY_PUBLIC_HEALTH_SERVICE_PHS_OR_OTHER_FEDERAL_AGENCY": "16",
        "MEDICARE_SECONDARY_BLACK_LUNG": "41",
        "MEDICARE_SECONDARY_VETERANS_ADMINISTRATION": "42",
        "MEDICARE_SECONDARY_DISABLED_BENEFICIARY_UNDER_AGE_65_WITH_LARGE_GROUP_HEALTH_PLAN_LGHP": "43",
        "MEDICARE_SECONDARY_OTHER_LIABILITY_INSURANCE_IS_PRIMARY": "47",
        "AUTO_INSURANCE_POLICY": "AP", "COMMERCIAL": "C1",
        "CONSOLIDATED_OMNIBUS_BUDGET_RECONCILIATION_ACT_COBRA": "CO", "MEDICARE_CONDITIONALLY_PRIMARY": "CP",
        "DISABILITY": "D", "DISABILITY_BENEFITS": "DB", "EXCLUSIVE_PROVIDER_ORGANIZATION": "EP",
        "FAMILY_OR_FRIENDS": "FF", "GROUP_POLICY": "GP", "HEALTH_MAINTENANCE_ORGANIZATION_HMO": "HM",
        "HEALTH_MAINTENANCE_ORGANIZATION_HMO_MEDICARE_RISK": "HN", "SPECIAL_LOW_INCOME_MEDICARE_BENEFICIARY": "HS",
        "INDEMNITY": "IN", "INDIVIDUAL_POLICY": "IP", "LONG_TERM_CARE": "LC", "LONG_TERM_POLICY": "LD",
        "LIFE_INSURANCE": "LI", "LITIGATION": "LT", "MEDICARE_PART_A": "MA", "MEDICARE_PART_B": "MB",
        "MEDICAID": "MC", "MEDIGAP_PART_A": "MH", "MEDIGAP_PART_B": "MI", "MEDICARE_PRIMARY": "MP", "OTHER": "OT",
        "PROPERTY_INSURANCE_PERSONAL": "PE", "PERSONAL": "PL", "PERSONAL_PAYMENT_CASH_NO_INSURANCE": "PP",
        "PREFERRED_PROVIDER_ORGANIZATION_PPO": "PR", "POINT_OF_SERVICE_POS": "PS",
        "QUALIFIED_MEDICARE_BENEFICIARY": "QM", "PROPERTY_INSURANCE_REAL": "RP", "SUPPLEMENTAL_POLICY": "SP",
        "TAX_EQUITY_FISCAL_RESPONSIBILITY_ACT_TEFRA": "TF", "WORKERS_COMPENSATION": "WC", "WRAP_UP_POLICY": "WU",
    }
)  # fmt: skip
#: EB09.
QUALIFIERS = _keyed(
    {
        "MINIMUM": "8H", "QUANTITY_USED": "99", "COVERED_ACTUAL": "CA", "COVERED_ESTIMATED": "CE",
        "NUMBER_OF_CO_INSURANCE_DAYS": "D3", "DEDUCTIBLE_BLOOD_UNITS": "DB", "DAYS": "DY", "HOURS": "HS",
        "LIFE_TIME_RESERVE_ACTUAL": "LA", "LIFE_TIME_RESERVE_ESTIMATED": "LE", "MAXIMUM": "M2", "MONTH": "MN",
        "NUMBER_OF_SERVICES_OR_PROCEDURES": "P6", "QUANTITY_APPROVED": "QA", "VISITS": "VS", "YEARS": "YY",
    }
)  # fmt: skip
#: EB11 and EB12.
AUTHORIZATIONS = _keyed({"REQUIRED": "Y", "NOT_REQUIRED": "N"})
NETWORKS = _keyed({"IN_NETWORK": "Y", "OUT_OF_NETWORK": "N", "IN_AND_OUT_OF_NETWORK": "W"})
#: EB13-1; X12 has one qualifier for CPT and HCPCS.
PROCEDURES = {"CPT": "HC", "HCPCS": "HC", "CDT": "AD", "NDC": "N4"}
#: DMG03 and TRN01.
SEXES = _keyed({"FEMALE": "F", "MALE": "M", "UNKNOWN": "U"})
TRACES = _keyed({"CURRENT_TRANSACTION": "1", "REFERENCED_TRANSACTION": "2"})
#: The loop of an AAA.
LOCATIONS = {
    "ENVELOPE": "", "PAYER": "2100A", "PROVIDER": "2100B", "SUBSCRIBER": "2100C", "SUBSCRIBER_BENEFITS": "2110C",
    "DEPENDENT": "2100D", "DEPENDENT_BENEFITS": "2110D",
}  # fmt: skip

#: DTP01 of both ends, of the first alone and of the last alone.
DATES = {
    "plan": ("291", "346", "347"), "benefit": ("292", "348", "349"), "eligibility": ("307", "356", "357"),
    "cobra": ("", "340", "341"), "premiumPaidToDate": ("", "342", "343"), "policy": ("", "539", "540"),
    "period": ("", "193", "194"),
}  # fmt: skip
#: DTP01 of the others.
DAYS = {
    "discharge": "096", "issue": "102", "effectiveDateOfChange": "152", "completion": "198",
    "coordinationOfBenefits": "290", "primaryCareProvider": "295", "latestVisit": "304", "added": "318",
    "enrollment": "382", "admission": "435", "dateOfDeath": "442", "certification": "458", "service": "472",
    "dateOfLastUpdate": "636", "status": "771",
}  # fmt: skip
#: REF01.
REFERENCES = {
    "plan": "18", "group": "6P", "planNetwork": "N6", "groupOrPolicyNumber": "1L", "memberId": "1W",
    "familyUnitNumber": "49", "classOfContractCode": "CE", "contractNumber": "CT", "medicalRecordId": "EA",
    "patientAccountNumber": "EJ", "mbi": "F6", "identificationCardSerialNumber": "GH", "identityCardNumber": "HJ",
    "issueNumber": "IF", "insurancePolicyNumber": "IG", "medicaidRecipientId": "NQ", "priorIdentifierNumber": "Q4",
    "ssn": "SY", "agencyClaimNumber": "Y4", "caseNumber": "3H", "eligibilityCategory": "MRC",
    "referralNumber": "9F", "alternativeListId": "ALS", "coverageListId": "CLI", "drugFormularyNumber": "FO",
    "priorAuthNumber": "G1", "medicalAssistanceCategory": "M7",
}  # fmt: skip
#: NM108, by the field an id stands in.
IDS = {
    "payerId": "PI", "npi": "XX", "memberId": "MI", "identification": "PI", "tin": "FI", "ein": "24", "etin": "46",
    "naicId": "NI", "facilityId": "FA", "pharmacyProcessorNumber": "PP", "serviceProviderNumber": "SV", "ssn": "34",
}  # fmt: skip
#: PER03.
CONTACTS = {"phoneNumbers": "TE", "emails": "EM", "faxNumbers": "FX", "ediNumbers": "ED", "urls": "UR"}
