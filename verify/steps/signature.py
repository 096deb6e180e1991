"""Signature: until when what a person signed holds."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from verify.catalogue import load
from verify.findings import first_end
from verify.steps.known import known_of
from verify.steps.work import Work
from verify.store import clinic


def holds_until(work: Work, connection: Connection, verification: Row[Any]) -> datetime | None:
    """When the first needed field that is known now must be asked again; None where none of them ends."""
    lines = [load().service_lines[key] for key in verification.service_lines]
    zone = clinic.zone(connection, verification.practice_id)
    return first_end(known_of(work, connection, verification, lines, zone))
