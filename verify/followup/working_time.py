"""Working time: when something is due, in the practice's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from verify.catalogue import load
from verify.verification import Due, Lane

#: A business day ends here. Source: our own default.
END_OF_DAY = time(17, 0)
#: The least anybody has, so that nothing is overdue as soon as it is there. Source: our own default.
AT_ONCE = timedelta(hours=1)


def due_at(due: Due, *, now: datetime, zone: tzinfo, lane: Lane, visit: date | None = None) -> datetime:
    """By when, at the latest on the business day before the visit, and never sooner than in an hour.

    What should have been done by now is due at once, which is within the hour. Urgent work is due the same
    business day. Raises ValueError for Due.NEVER, Due.AT_RETRY and Due.AT_EXPIRY, which no person waits for.
    """
    local = now.astimezone(zone)
    at = _ordinary(due, local, lane, visit)
    if visit is not None:
        at = min(at, end_of(_business_day_before(visit), zone))
    return max(at, (now.astimezone(UTC) + AT_ONCE).astimezone(zone))


def _ordinary(due: Due, local: datetime, lane: Lane, visit: date | None) -> datetime:
    match due:
        case Due.NOW:
            return local
        case Due.NEXT_BUSINESS_DAY if lane is not Lane.URGENT:
            return end_of(business_day_after(local.date()), local.tzinfo)
        case Due.SAME_BUSINESS_DAY | Due.NEXT_BUSINESS_DAY:
            return end_of(_this_business_day(local), local.tzinfo)
        case Due.BEFORE_NEXT_VISIT:
            day = _business_day_before(visit) if visit else business_day_after(local.date())
            return end_of(day, local.tzinfo)
        case Due.NEVER | Due.AT_RETRY | Due.AT_EXPIRY:
            raise ValueError(f"{due} is no due time of a person")


def _this_business_day(local: datetime) -> date:
    """Today while it is one and not over, else the next."""
    over = local.time() >= END_OF_DAY
    return business_day_after(local.date()) if over or not is_business_day(local.date()) else local.date()


def business_day_after(day: date) -> date:
    following = day + timedelta(days=1)
    return following if is_business_day(following) else business_day_after(following)


def _business_day_before(day: date) -> date:
    preceding = day - timedelta(days=1)
    return preceding if is_business_day(preceding) else _business_day_before(preceding)


def is_business_day(day: date) -> bool:
    """Neither a weekend nor one of the days on which the catalogue has clinics closed."""
    return day.isoweekday() <= 5 and day not in load().closed_days


def end_of(day: date, zone: tzinfo | None) -> datetime:
    """When business ends on a day."""
    return datetime.combine(day, END_OF_DAY, tzinfo=zone)
