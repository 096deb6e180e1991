"""A planned course in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verify.cli.terminal import table

HEADINGS = ("NO", "DAY", "PHASE", "CODES", "")
#: How heavy an issue is, in a word before it.
WEIGHTS = {"wrong": "wrong:", "ask": "ask:  "}


def lines(course: dict[str, Any]) -> Iterator[str]:
    """Its heading, its sessions, and what to look at."""
    planned = f"version {course['version']}, {course['edited_by']}" if course["version"] else "as usual"
    yield f"{course['label']}  ({course['service_line']}, {planned})"
    yield from table(HEADINGS, [_row(session) for session in course["sessions"]])
    for issue in course["issues"]:
        yield issue_words(issue)


def conflicts(found: dict[str, Any]) -> Iterator[str]:
    for issue in found["conflicts"]:
        yield issue_words(issue)


def issue_words(issue: dict[str, Any]) -> str:
    return f"  {WEIGHTS.get(issue['weight'], issue['weight'])} {issue['sentence']}"


def _row(session: dict[str, Any]) -> list[object]:
    changed = f"moved from {session['moved_from']}" if session["moved_from"] else ""
    if session["place"] is None:
        changed = "added"
    codes = " ".join(_code(service) for service in session["services"]) or "none"
    dose = f"  {session['dose_mg']} mg" if session["dose_mg"] else ""
    return [session["number"], session["on"], session["phase"], codes + dose, changed]


def _code(service: dict[str, Any]) -> str:
    """ "J0013*84", "99214:25"."""
    units = f"*{service['units']}" if service["units"] > 1 else ""
    modifiers = f":{','.join(service['modifiers'])}" if service["modifiers"] else ""
    return f"{service['code']}{units}{modifiers}"
