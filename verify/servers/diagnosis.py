"""What an examination found, how bad it is, and what to do about it."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    check: str
    level: Level
    what: str
    #: Empty when all is well.
    what_to_do: str = ""


def ok(check: str, what: str) -> Finding:
    return Finding(check=check, level=Level.OK, what=what)


def warning(check: str, what: str, what_to_do: str) -> Finding:
    return Finding(check=check, level=Level.WARNING, what=what, what_to_do=what_to_do)


def fault(check: str, what: str, what_to_do: str) -> Finding:
    return Finding(check=check, level=Level.FAULT, what=what, what_to_do=what_to_do)
