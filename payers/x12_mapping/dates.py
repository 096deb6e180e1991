"""DTP and DMG dates of one answer -> ISO dates; what is none becomes a problem with its place."""

from __future__ import annotations

from datetime import date

from payers import x12
from payers.benefits import DateRange
from payers.x12.model import Segment, Transaction, element


class Dates:
    """Reads the dates of one transaction and keeps what was odd about them."""

    def __init__(self, transaction: Transaction, problems: list[x12.Problem]) -> None:
        self._interchange = transaction.interchange
        self._problems = problems
        self._known: dict[str, tuple[str | None, str | None]] = {}

    def range(self, dtp: Segment, number: int) -> DateRange:
        """`DTP*291*RD8*20260101-20261231~`, or a single day, which is both ends."""
        qualifier, value = (dtp[1], dtp[3]) if len(dtp) > 3 else (element(dtp, 1), "")
        # The same few days come again and again in one answer.
        ends = self._known.get(value)
        start, end = self._ends(value, number) if ends is None else ends
        return DateRange(qualifier or None, start, end)

    def _ends(self, value: str, number: int) -> tuple[str | None, str | None]:
        start, joint, end = value.partition("-")
        first = self.day(start, number, "DTP03")
        ends = first, self.day(end, number, "DTP03") if joint else first
        if None not in ends:
            self._known[value] = ends
        return ends

    def day(self, value: str, number: int, name: str) -> str | None:
        """CCYYMMDD, with or without a time after it, as an ISO date; None and a problem for what is none."""
        digits = value.strip()
        try:
            if len(digits) < 8 or not digits.isdecimal():
                raise ValueError
            return date.fromisoformat(digits[:8]).isoformat()
        except ValueError:
            self._problems.append(
                x12.Problem(
                    severity="structure",
                    message="not a date; left out",
                    interchange=self._interchange,
                    segment=number,
                    element=name,
                )
            )
            return None
