"""Maintenance: the hours in which a payer is not to be asked, from its account's options.

`account.options["maintenance"]`: [{"days": ["sun"], "from": "01:00", "to": "05:00", "zone": "America/New_York"}].
Without `days`, every day; a window whose `to` is not after its `from` ends the next day. Clearinghouses announce
such hours for each payer; they are the account's data, none are built in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
Hour = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
#: Windows that touch are passed one after the other; more than so many in a row are not believed.
MOST_IN_A_ROW = 14


class BadMaintenance(ValueError):
    """Windows that cannot be read; the text says which field is wrong, and names no value."""


class Window(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"begins": "from", "ends": "to"}
):
    """Hours on the payer's own clock; `days` are those it begins on."""

    begins: Hour
    ends: Hour
    zone: str
    days: tuple[Weekday, ...] = WEEKDAYS

    def until(self, now: datetime) -> datetime | None:
        """When it ends, if `now` lies in it."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        for day in (today - timedelta(days=1), today):
            if WEEKDAYS[day.weekday()] in self.days:
                begins, ends = self._on(day)
                if begins <= now < ends:
                    return ends
        return None

    def _on(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.ends > self.begins else day + timedelta(days=1)
        return self._at(day, self.begins), self._at(last, self.ends)

    def _at(self, day: date, hour: str) -> datetime:
        moment = datetime.combine(day, time.fromisoformat(hour), tzinfo=ZoneInfo(self.zone))
        return moment.astimezone(UTC)


def windows(options: Mapping[str, Any]) -> list[Window]:
    """The windows of an account's options. Raises BadMaintenance."""
    try:
        found = msgspec.convert(options.get("maintenance", []), list[Window])
    except msgspec.ValidationError as error:
        raise BadMaintenance(f"maintenance: {error}") from None
    for window in found:
        try:
            ZoneInfo(window.zone)
        except (KeyError, ValueError, OSError):
            raise BadMaintenance("maintenance: zone is no time zone, such as America/New_York") from None
    return found


def closed_until(known: Iterable[Window], now: datetime) -> datetime | None:
    """When the payer may be asked again, if it may not be now. `now` is aware."""
    kept, at = list(known), now
    for _ in range(MOST_IN_A_ROW):
        ends = [until for window in kept if (until := window.until(at)) is not None]
        if not ends:
            break
        at = max(ends)
    return at if at > now else None
