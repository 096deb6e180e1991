"""By when a payer must decide a request, where a federal rule says so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

import msgspec

from verify.catalogue.document import Document
from verify.catalogue.policy_card import Program

FILE = "decision_clocks.toml"


class Clock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    programs: tuple[Program, ...]
    valid_from: date
    urgent_hours: int
    standard_days: int
    #: Whether it holds for drugs too.
    drugs: bool
    source: str
    note: str = ""
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not self.source.strip() or not self.programs:
            raise ValueError("programs and source are needed")
        if self.urgent_hours < 1 or self.standard_days < 1:
            raise ValueError("a clock runs for at least an hour and a day")


class Clocks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    read_on: date
    review_by: date
    clocks: tuple[Clock, ...]


@cache
def load_clocks() -> tuple[Clock, ...]:
    """Raises CatalogueError naming file, line and reason."""
    return read_clocks((files("verify.authorizations") / FILE).read_text(encoding="utf-8")).clocks


def read_clocks(text: str) -> Clocks:
    """Raises CatalogueError naming file, line and reason."""
    return Document(FILE, text.encode()).read(Clocks)


def decision_due(
    received_at: datetime, *, urgent: bool, program: Program | None, is_drug: bool
) -> datetime | None:
    """When the decision is due; None where no rule of ours says so, which is not "never".

    `received_at` is in the practice's zone: its calendar decides which days are counted.
    """
    clock = next((one for one in load_clocks() if _applies(one, received_at, program, is_drug)), None)
    if clock is None:
        return None
    if urgent:
        # Hours are hours, whatever the clocks of the zone do meanwhile.
        moment = received_at.timestamp() + clock.urgent_hours * 3600
        return datetime.fromtimestamp(moment, tz=received_at.tzinfo)
    return received_at + timedelta(days=clock.standard_days)


def _applies(clock: Clock, received_at: datetime, program: Program | None, is_drug: bool) -> bool:
    day = received_at.date()
    in_time = clock.valid_from <= day <= (clock.valid_until or date.max)
    return in_time and program in clock.programs and (clock.drugs or not is_drug)
