"""Payers as data: names, ids, aliases, quirks, and what clearinghouses list."""

from payers.directory.quirks import (
    AutomaticRepair,
    BadQuirks,
    NpiPreference,
    PayerKind,
    Quirks,
    read_quirks,
)

__all__ = ["AutomaticRepair", "BadQuirks", "NpiPreference", "PayerKind", "Quirks", "read_quirks"]
