"""X12 codes the rules turn on, with our own short words for them."""

#: EB01
ACTIVE = frozenset("12345")
INACTIVE = frozenset("678")
NON_COVERED = "I"

#: EB03: the plan as a whole.
PLAN = "30"
#: EB03: office visits, which stand in for a psychiatric visit only where nothing else is said.
OFFICE_VISITS = ("98", "BY")

#: EB06 and HSD05 -> what an amount is for.
PERIODS = {
    "6": "hour",
    "7": "day",
    "13": "24 hours",
    "21": "years",
    "22": "service year",
    "23": "calendar year",
    "24": "year to date",
    "25": "contract",
    "26": "episode",
    "27": "visit",
    "28": "outlier",
    "29": "remaining",
    "30": "exceeded",
    "31": "not exceeded",
    "32": "lifetime",
    "33": "lifetime remaining",
    "34": "month",
    "35": "week",
    "36": "admission",
}
YEAR_TO_DATE, REMAINING, LIFETIME, LIFETIME_REMAINING = "24", "29", "32", "33"
#: A year, however the plan counts it; an empty EB06 is the plan's usual period.
YEARS = (None, "23", "25", "22", "21")

#: EB09 and HSD01 -> units of a limit.
UNITS = {
    "DY": "days",
    "FL": "units",
    "HS": "hours",
    "M2": "maximum",
    "MN": "months",
    "P6": "services",
    "VS": "visits",
    "YY": "years",
    "CA": "covered",
    "CE": "covered (estimated)",
    "QA": "approved",
}
QUANTITY_USED = "99"
#: EB09 that are ages, not amounts of care.
AGES = frozenset({"S7", "S8"})

#: III02: places a psychiatric visit in person happens in.
OFFICE_PLACES = frozenset({"11", "19", "22", "24", "49", "50", "53", "57", "58", "71", "72"})

#: DTP01 of plans and benefits: where one day begins or ends something.
BEGINS = frozenset({"291", "292", "307", "346", "348", "356"})
ENDS = frozenset({"347", "349", "357", "442"})

#: EB04 of Medicare Advantage plans.
ADVANTAGE = frozenset({"HN", "HM", "PR", "PS", "IN"})
#: 2120 NM101 of those who may administer a benefit in the payer's stead.
ADMINISTRATORS = frozenset({"VN", "TTP", "PR", "X3", "2B", "13", "Y2"})
MANAGED_CARE = "Y2"
