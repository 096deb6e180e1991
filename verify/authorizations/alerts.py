"""Alert: where an authorization does not fit the course, what to do, and by when."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import msgspec

from verify.followup.working_time import business_day_after, is_business_day

#: A request is sent so long before the session that needs it. Source: clinic practice, 3 to 14 days to decide.
LEAD_DAYS = 14
#: Near its end. Source: clinic practice, re-verification rule 8.
DAYS_LEFT, SESSIONS_LEFT = 14, 3


class AlertKind(StrEnum):
    """What does not fit, the heaviest first."""

    PAYER_CHANGED = "payer_changed"
    CODE_MISSING = "code_missing"
    CODE_SUPERSEDED = "code_superseded"
    DENIED = "denied"
    NOT_YET = "not_yet"
    OVERDUE = "overdue"
    UNITS_SHORT = "units_short"
    UNITS_LOW = "units_low"
    DATES_SHORT = "dates_short"
    ENDS_SOON = "ends_soon"
    STARTS_LATE = "starts_late"
    TOO_OFTEN = "too_often"
    PROVIDER_DIFFERS = "provider_differs"
    TAX_ID_DIFFERS = "tax_id_differs"
    SITE_DIFFERS = "site_differs"
    DIAGNOSIS_DIFFERS = "diagnosis_differs"
    NO_NUMBER = "no_number"
    RENEWAL_DUE = "renewal_due"


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. Holds no name, number or diagnosis."""

    kind: AlertKind
    sentence: str
    #: What to do next.
    next_step: str
    due_on: date
    #: The code it is about, where it is about one.
    code: str = ""


def due_before(needed_on: date, today: date) -> date:
    """So that an answer can be there in time: two weeks before, on a business day, never before the next one."""
    wanted = needed_on - timedelta(days=LEAD_DAYS)
    while not is_business_day(wanted):
        wanted -= timedelta(days=1)
    return max(wanted, business_day_after(today))
