"""Appointment systems: signatures over raw bytes, and parsers -> one Appointment."""

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.notice import Call, Context, Kind, Malformed, Notice, UnknownType
from verify.intake.appointments.schemes import SCHEMES, Scheme

__all__ = [
    "SCHEMES",
    "Appointment",
    "Call",
    "Context",
    "Cover",
    "Kind",
    "Malformed",
    "Notice",
    "Person",
    "Scheme",
    "Status",
    "UnknownType",
]
