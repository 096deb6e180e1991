"""Units: how many an authorization has left, and to which session they reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from verify.authorizations.plan import Session, units_of
from verify.authorizations.record import Granted


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How far the units of one grant go on a day."""

    codes: tuple[str, ...]
    granted: int
    used: int
    #: Units of the sessions still to come, and those sessions that have any.
    planned: int
    sessions: tuple[Session, ...]
    #: How many of these sessions have all their units.
    enough_for: int

    @property
    def left(self) -> int:
        return max(0, self.granted - self.used)

    @property
    def short(self) -> int:
        """Units that are planned and not there."""
        return max(0, self.planned - self.left)

    @property
    def first_without(self) -> date | None:
        """The first session that has not all its units."""
        return self.sessions[self.enough_for].on if self.enough_for < len(self.sessions) else None


def reach(
    grant: Granted, sessions: Sequence[Session], today: date, successors: Mapping[str, str]
) -> Reach | None:
    """None where the payer named no number. Sessions before today count as given unless the payer counted.

    A code that follows one of the grant draws on the same units, as far as the payer lets it.
    """
    if grant.units is None:
        return None
    codes = (*grant.codes, *(successors[code] for code in grant.codes if code in successors))
    used = _used(grant, codes, sessions, today)
    coming = tuple(session for session in sessions if session.on >= today and units_of(session, codes))
    left, enough_for = max(0, grant.units - used), 0
    for session in coming:
        left -= units_of(session, codes)
        if left < 0:
            break
        enough_for += 1
    return Reach(
        codes=codes,
        granted=grant.units,
        used=used,
        planned=sum(units_of(session, codes) for session in coming),
        sessions=coming,
        enough_for=enough_for,
    )


def _used(grant: Granted, codes: Sequence[str], sessions: Sequence[Session], today: date) -> int:
    """What the payer counted by its day, and the sessions since; all past ones where it did not."""
    since = grant.used_as_of
    past = (session for session in sessions if session.on < today and (since is None or session.on > since))
    return (grant.used or 0) + sum(units_of(session, codes) for session in past)
