"""Whom a payer looks for: 2100C and 2100D of a 270, by as much or as little as it searches by."""

from __future__ import annotations

import re
from typing import Any

from payers import x12
from payers.inquiry import Address, Inquiry, Person
from payers.x12_mapping import elements
from payers.x12_mapping.elements import CITY, FIRST, ID, LAST, MIDDLE, REFERENCE, STATE, STREET, SUFFIX, field
from payers.x12_mapping.requirements import Requirements

Body = list[list[x12.Writable]]

#: What a search may leave out, by the account's option `leave_out`.
OPTIONAL = frozenset(
    {"member_id", "last", "first", "middle", "suffix", "birth_date", "sex", "group_number", "date_of_service"}
)
#: What a search may be by besides, by the account's option `search_by`.
EXTRA = frozenset({"ssn", "zip", "address", "diagnoses"})

ICD_10 = re.compile(r"[A-Z]\d[0-9A-Z]{1,5}")
#: HI01 to HI08, and as many pointers to them as one EQ05 holds.
MOST_DIAGNOSES, MOST_POINTERS = 8, 4


class Search:
    """How one account's payer searches: `leave_out` and `search_by` of its options."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._left_out = _known(options, "leave_out", OPTIONAL)
        self._added = _known(options, "search_by", EXTRA)
        self._requirements = Requirements(options)

    def sends(self, name: str) -> bool:
        """Whether an element that may be left out is sent, or one that is sent on demand is wanted."""
        return name in self._added if name in EXTRA else name not in self._left_out

    def subscriber(self, inquiry: Inquiry, person: Person, *, is_patient: bool) -> Body:
        """2100C: name, id and group; what the patient is searched by where it is the subscriber."""
        self._requirements.check(inquiry, self.sends)
        member_id = self._member_id(inquiry) if self.sends("member_id") else ""
        group = field(inquiry.group_number, "group_number", REFERENCE) if self.sends("group_number") else ""
        found: Body = [self._name("IL", person, "subscriber", member_id)]
        if group:
            found.append(["REF", "6P", group])
        if not is_patient:
            return found
        if not (member_id or (person.last and self.sends("last"))):
            raise x12.Unwritable("leave_out", "leaves neither a member id nor a name to search by")
        return found + self._where(person, "subscriber") + self._demographics(person)

    def dependent(self, person: Person, relationship: str) -> Body:
        """2100D."""
        found = [self._name("03", person, "dependent", ""), *self._where(person, "dependent")]
        found += self._demographics(person)
        if relationship:
            found.append(["INS", "N", field(relationship, "relationship", 2)])
        return found

    def diagnoses(self, inquiry: Inquiry) -> Body:
        """`HI*ABK:F332*ABF:F411~`, the principal diagnosis first."""
        if not (inquiry.diagnoses and self.sends("diagnoses")):
            return []
        return [["HI", *qualified_diagnoses(inquiry)]]

    def pointers(self, inquiry: Inquiry) -> tuple[str, ...]:
        """EQ05: the places in HI of the diagnoses asked about."""
        sent = len(inquiry.diagnoses) if self.sends("diagnoses") else 0
        return tuple(str(at) for at in range(1, min(sent, MOST_POINTERS) + 1))

    def _member_id(self, inquiry: Inquiry) -> str:
        return field(self._requirements.member_id(inquiry.member_id), "member_id", ID)

    def _name(self, entity: str, person: Person, who: str, member_id: str) -> list[x12.Writable]:
        """`NM1*IL*1*ROE*JANE****MI*W100200300~`."""
        parts = [("last", LAST), ("first", FIRST), ("middle", MIDDLE), ("suffix", SUFFIX)]
        last, first, middle, suffix = [
            field(getattr(person, name), f"{who}.{name}", longest) if self.sends(name) else ""
            for name, longest in parts
        ]
        identity = ["MI", member_id] if member_id else []
        return ["NM1", entity, "1", last, first, middle, "", suffix, *identity]

    def _where(self, person: Person, who: str) -> Body:
        """`REF*SY*123456789~ N3*1 MAIN ST~ N4*LAKESIDE*OH*44000~`, as far as the account searches by them."""
        found: Body = []
        if person.ssn and self.sends("ssn"):
            found.append(["REF", "SY", elements.digits(person.ssn, f"{who}.ssn", (9,))])
        address = person.address
        if address is None:
            return found
        whole = self.sends("address")
        if whole and address.street:
            found.append(["N3", field(address.street, f"{who}.address.street", STREET)])
        if whole or self.sends("zip"):
            found += _place(address if whole else Address(zip=address.zip), who)
        return found

    def _demographics(self, person: Person) -> Body:
        """`DMG*D8*19800102*F~`."""
        birth = elements.day(person.birth_date) if person.birth_date and self.sends("birth_date") else ""
        sex = person.sex if self.sends("sex") else ""
        if sex not in ("", "M", "F", "U"):
            raise x12.Unwritable("sex", "is not M, F or U")
        return [["DMG", "D8" if birth else "", birth, sex]] if birth or sex else []


def qualified_diagnoses(inquiry: Inquiry) -> list[tuple[str, str]]:
    """`[("ABK", "F332"), ("ABF", "F411")]`: the principal diagnosis first, without the dot."""
    codes = [code.replace(".", "").strip().upper() for code in inquiry.diagnoses]
    if len(codes) > MOST_DIAGNOSES:
        raise x12.Unwritable("diagnoses", f"{len(codes)} codes, {MOST_DIAGNOSES} allowed")
    if not all(ICD_10.fullmatch(code) for code in codes):
        raise x12.Unwritable("diagnoses", "is not an ICD-10-CM code")
    return [("ABF" if at else "ABK", code) for at, code in enumerate(codes)]


def _place(address: Address, who: str) -> Body:
    city = field(address.city, f"{who}.address.city", CITY)
    state = field(address.state, f"{who}.address.state", STATE)
    zip_code = elements.digits(address.zip, f"{who}.address.zip", (5, 9)) if address.zip else ""
    return [["N4", city, state, zip_code]] if city or state or zip_code else []


def _known(options: dict[str, Any], name: str, allowed: frozenset[str]) -> frozenset[str]:
    given = frozenset(options.get(name, ()))
    if unknown := given - allowed:
        raise x12.Unwritable(name, f"knows no {sorted(unknown)}")
    return given
