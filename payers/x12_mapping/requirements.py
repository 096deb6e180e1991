"""What a payer must be given before it can look for anybody, checked before it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from payers import x12
from payers.inquiry import Inquiry

#: What `searches` may name, and how it is found in an inquiry.
GIVEN: dict[str, Callable[[Inquiry], object]] = {
    "member_id": lambda inquiry: inquiry.member_id.strip(),
    "last": lambda inquiry: inquiry.patient.last.strip(),
    "first": lambda inquiry: inquiry.patient.first.strip(),
    "birth_date": lambda inquiry: inquiry.patient.birth_date,
    "sex": lambda inquiry: inquiry.patient.sex,
    "ssn": lambda inquiry: inquiry.patient.ssn,
}


class Requirements:
    """What one account's payer requires, by its options; nothing where they say nothing.

    `searches`: the ways it looks for a person, each a list of what it takes; a question holds all of at least
    one. `member_id_strip`: marks that people write into an id and the payer does not; `member_id_pattern`: what
    is left must look like this from end to end. `dependents`: false where everybody is a subscriber.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        """Raises Unwritable for names nobody knows and for a pattern that is none."""
        self._searches = _ways(options.get("searches", ()))
        self._strip = dict.fromkeys(map(ord, str(options.get("member_id_strip", ""))))
        self._dependents = bool(options.get("dependents", True) or options.get("dependent_as_subscriber"))
        if unknown := {name for way in self._searches for name in way} - GIVEN.keys():
            raise x12.Unwritable("searches", f"knows no {sorted(unknown)}")
        try:
            self._pattern = re.compile(str(options.get("member_id_pattern", "")))
        except re.error:
            raise x12.Unwritable("member_id_pattern", "is no regular expression") from None

    def check(self, inquiry: Inquiry, sends: Callable[[str], bool]) -> None:
        """Raises Unwritable for a question the payer cannot answer; `sends` says what goes out at all."""
        if inquiry.dependent is not None and not self._dependents:
            raise x12.Unwritable("dependent", "this payer knows subscribers only")
        ways = (all(sends(name) and GIVEN[name](inquiry) for name in way) for way in self._searches)
        if self._searches and not any(ways):
            raise x12.Unwritable("searches", "not enough to search by")

    def member_id(self, value: str) -> str:
        """The id as it is sent. Raises Unwritable, without the id, when it cannot be one of this payer's."""
        bare = value.translate(self._strip)
        if bare and self._pattern.pattern and not self._pattern.fullmatch(bare.upper()):
            raise x12.Unwritable("member_id", "does not look like an id of this payer")
        return bare


def _ways(given: Any) -> list[tuple[str, ...]]:
    if not isinstance(given, list | tuple) or not all(isinstance(way, list | tuple) for way in given):
        raise x12.Unwritable("searches", "is no list of lists")
    return [tuple(map(str, way)) for way in given]
