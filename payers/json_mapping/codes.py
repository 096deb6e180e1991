"""Words of the JSON sources -> the X12 codes they stand for; what is not here is passed through as sent.

Source: the Optum and Stedi interface descriptions of v3, and Stedi's client of 2026-06-01, as of 2026-09.
"""

from collections.abc import Mapping


def key(words: str) -> str:
    """What is alike in `Third-Party Administrator` and `THIRD_PARTY_ADMINISTRATOR`."""
    return "".join(letter for letter in words.upper() if letter.isalnum())


def _keyed(table: Mapping[str, str]) -> dict[str, str]:
    return {key(words): code for words, code in table.items()}


def coded(table: Mapping[str, str], words: str | None) -> str | None:
    """The code these words stand for; the words themselves where nobody knows."""
    return None if words is None else table.get(key(words), words)


#: AAA04.
FOLLOW_UPS = _keyed(
    {
        "Please Correct and Resubmit": "C",
        "Resubmission Not Allowed": "N",
        "Please Resubmit Original Transaction": "P",
        "Resubmission Allowed": "R",
        "Do Not Resubmit; Inquiry Initiated to a Third Party": "S",
        "Please Wait 30 Days and Resubmit": "W",
        "Please Wait 10 Days and Resubmit": "X",
        "Do Not Resubmit; We Will Hold Your Request and Respond Again Shortly": "Y",
    }
)

#: NM101 of 2120.
ENTITIES = _keyed(
    {
        "Contracted Service Provider": "13",
        "Preferred Provider Organization (PPO)": "1I",
        "Preferred Provider Organization": "1I",
        "Provider": "1P",
        "Third-Party Administrator": "2B",
        "Employer": "36",
        "Other Physician": "73",
        "Facility": "FA",
        "Gateway Provider": "GP",
        "Group": "GW",
        "Independent Physicians Association (IPA)": "I3",
        "Independent Physicians Association": "I3",
        "Insured or Subscriber": "IL",
        "Legal Representative": "LR",
        "Origin Carrier": "OC",
        "Primary Care Provider": "P3",
        "Prior Insurance Carrier": "P4",
        "Plan Sponsor": "P5",
        "Payer": "PR",
        "Primary Payer": "PRP",
        "Secondary Payer": "SEP",
        "Tertiary Payer": "TTP",
        "Party Performing Verification": "VER",
        "Vendor": "VN",
        "Organization Completing Configuration Change": "VY",
        "Utilization Management Organization": "X3",
        "Managed Care Organization": "Y2",
    }
)

#: PER03, PER05, PER07.
CONTACTS = _keyed(
    {
        "Electronic Data Interchange Access Number": "ED",
        "Electronic Mail": "EM",
        "Facsimile": "FX",
        "Telephone": "TE",
        "Uniform Resource Locator (URL)": "UR",
        "Telephone Extension": "EX",
        "Work Phone Number": "WP",
    }
)

#: DTP01, by the field's name.
DATES = {
    "discharge": "096", "issue": "102", "effectiveDateOfChange": "152", "periodStart": "193", "periodEnd": "194",
    "completion": "198", "coordinationOfBenefits": "290", "plan": "291", "benefit": "292",
    "primaryCareProvider": "295", "latestVisitOrConsultation": "304", "eligibility": "307", "added": "318",
    "cobraBegin": "340", "cobraEnd": "341", "premiumPaidToDateBegin": "342", "premiumPaidtoDateBegin": "342",
    "premiumPaidToDateEnd": "343", "planBegin": "346", "planEnd": "347", "benefitBegin": "348", "benefitEnd": "349",
    "eligibilityBegin": "356", "eligibilityEnd": "357", "enrollment": "382", "admission": "435",
    "dateOfDeath": "442", "certification": "458", "service": "472", "policyEffective": "539",
    "policyExpiration": "540", "dateOfLastUpdate": "636", "status": "771",
    "admissions": "435", "discharges": "096",
}  # fmt: skip

#: REF01, by the field's name.
REFERENCES = {
    "stateLicenseNumber": "0B", "medicareProviderNumber": "1C", "medicaidProviderNumber": "1D",
    "facilityIdNumber": "1J", "personalIdentificationNumber": "4A", "planNumber": "18", "policyNumber": "1L",
    "memberId": "1W", "caseNumber": "3H", "familyUnitNumber": "49", "groupNumber": "6P", "referralNumber": "9F",
    "alternativeListId": "ALS", "classOfContractCode": "CE", "coverageListId": "CLI", "contractNumber": "CT",
    "medicalRecordIdentificationNumber": "EA", "electronicDevicePin": "EL", "submitterIdentificationNumber": "EO",
    "patientAccountNumber": "EJ", "hicNumber": "F6", "drugFormularyNumber": "FO", "priorAuthorizationNumber": "G1",
    "idCardSerialNumber": "GH", "idCardNumber": "HJ", "centersForMedicareAndMedicaidServicesNPI": "HPI",
    "issueNumber": "IF", "insurancePolicyNumber": "IG", "userIdentification": "JD",
    "medicalAssistanceCategory": "M7", "eligibilityCategory": "MRC", "providerPlanNetworkIdNumber": "N5",
    "planNetworkIdNumber": "N6", "facilityNetworkIdentificationNumber": "N7", "medicaidRecipientIdNumber": "NQ",
    "medicaidRecepientIdNumber": "NQ", "priorIdNumber": "Q4", "socialSecurityNumber": "SY", "ssn": "SY",
    "federalTaxpayersIdentificationNumber": "TJ", "agencyClaimNumber": "Y4",
}  # fmt: skip
#: REF03: the field that names -> the field that is named.
DESCRIPTIONS = {
    "groupDescription": "groupNumber",
    "planDescription": "planNumber",
    "planNetworkDescription": "planNetworkIdNumber",
    "planNetworkIdDescription": "planNetworkIdNumber",
}

#: HSD01, HSD03, HSD05, where only the words are sent.
QUANTITIES = _keyed({"Days": "DY", "Units": "FL", "Hours": "HS", "Month": "MN", "Visits": "VS"})
UNITS = _keyed({"Days": "DA", "Months": "MO", "Visits": "VS", "Visit": "VS", "Week": "WK", "Years": "YR"})
#: EB06, HSD05.
PERIODS = _keyed(
    {
        "Hour": "6", "Day": "7", "24 Hours": "13", "Years": "21", "Service Year": "22", "Calendar Year": "23",
        "Year to Date": "24", "Contract": "25", "Episode": "26", "Visit": "27", "Outlier": "28", "Remaining": "29",
        "Exceeded": "30", "Not Exceeded": "31", "Lifetime": "32", "Lifetime Remaining": "33", "Month": "34",
        "Week": "35", "Admission": "36",
    }
)  # fmt: skip
