"""Whether plan and benefit dates include a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from payers.benefits import DateRange
from payers.reading.codes import BEGINS, ENDS


def covers(dates: Sequence[DateRange], on: date) -> bool:
    """Whether the day lies in the plan or benefit dates; without any it does.

    One day of a "begin" kind, or of the plan or eligibility, is when it begins: payers send
    `DTP*291*D8*20150701` for coverage that goes on (CMS HETS).
    """
    day = on.isoformat()
    for each in dates:
        if each.qualifier in ENDS:
            if each.to is not None and each.to < day:
                return False
        elif each.qualifier in BEGINS:
            if each.start is not None and each.start > day:
                return False
            if each.to is not None and each.to != each.start and each.to < day:
                return False
    return True
