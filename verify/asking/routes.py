"""Routes: through which account a payer is asked now, and through which after one failed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

#: What failed is the way, not the payer behind it: another account may get through.
#: AAA 42 and 80 are the payer's own and follow it through every door.
FAULTS_OF_THE_WAY = frozenset(
    {
        "connect",
        "timeout",
        "dropped",
        "truncated",
        "http_429",
        "http_5xx",
        "receiver_fault",
        "refused_connection",
        "too_large",
    }
)
#: Asked by a person, when nothing else is open.
PHONE = "phone"
#: Why a way is closed for a time: the payer's own hours, or what the clearinghouse tells.
MAINTENANCE, OUTAGE = "maintenance", "outage"


class Route(NamedTuple):
    """One account that reaches the payer, and whether it may be used now."""

    account_id: str
    adapter: str
    #: unknown, supported, not_supported, enrollment_required
    support: str = "unknown"
    enrolled: bool = False
    #: Why the account is not to be used at all, or empty.
    paused_code: str = ""
    #: The end of the hours, or of the outage, in which the payer is not asked there; and which of the two.
    closed_until: datetime | None = None
    closed_code: str = ""
    #: What is not urgent goes out in batches there.
    in_batches: bool = False

    @property
    def is_open(self) -> bool:
        return not self.paused_code and self.closed_until is None


def usable(routes: Sequence[Route]) -> list[Route]:
    """Those that can answer eligibility at all, in their order; the phone last where there is another."""
    able = [
        route
        for route in routes
        if route.support != "not_supported"
        and not (route.support == "enrollment_required" and not route.enrolled)
    ]
    return [route for route in able if route.adapter != PHONE] + [
        route for route in able if route.adapter == PHONE
    ]


def awaiting_enrollment(routes: Sequence[Route]) -> list[Route]:
    """The ways that an enrollment would open, where no question passes electronically without one."""
    if any(route.adapter != PHONE for route in usable(routes)):
        return []
    return [route for route in routes if route.support == "enrollment_required" and not route.enrolled]


def to_try(routes: Sequence[Route], current: str, *, resting: Collection[str] = ()) -> Route | None:
    """The route for the next attempt: the current one while it is open, else the next that is.

    `resting` are accounts whose circuit is open. None when every way is shut: the caller waits. The phone is no
    way around a pause of minutes: it is taken only where it is all there is.
    """
    ordered = _from(usable(routes), current)
    open_ = [route for route in ordered if route.is_open and route.account_id not in resting]
    electronic = [route for route in open_ if route.adapter != PHONE]
    if electronic:
        return electronic[0]
    only_phone = all(route.adapter == PHONE for route in ordered)
    return open_[0] if open_ and only_phone else None


def after_failure(routes: Sequence[Route], current: str, code: str, *, account_failed: bool) -> Route | None:
    """Another way to go on by after this failure; None when there is none, or the payer itself is away."""
    if not account_failed and code not in FAULTS_OF_THE_WAY:
        return None
    others = [
        route
        for route in _from(usable(routes), current)[1:]
        if route.is_open and route.adapter != PHONE and route.account_id != current
    ]
    return others[0] if others else None


def _from(routes: Sequence[Route], current: str) -> list[Route]:
    """The same circle, beginning at the current one."""
    at = next((i for i, route in enumerate(routes) if route.account_id == current), 0)
    return [*routes[at:], *routes[:at]]
