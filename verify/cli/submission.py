"""A submission from a command's options, or from a file."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from verify.cli.ending import Exit, Stop

#: Option -> where it stands in the submission.
PLACES = {
    "last": ("patient", "last_name"),
    "first": ("patient", "first_name"),
    "middle": ("patient", "middle_name"),
    "born": ("patient", "birth_date"),
    "sex": ("patient", "sex"),
    "phone": ("patient", "phone"),
    "payer": ("coverage", "payer"),
    "member_id": ("coverage", "member_id"),
    "group": ("coverage", "group_number"),
    "subscriber_last": ("coverage", "subscriber", "last_name"),
    "subscriber_first": ("coverage", "subscriber", "first_name"),
    "subscriber_born": ("coverage", "subscriber", "birth_date"),
    "relationship": ("coverage", "subscriber", "relationship"),
    "service": ("service_lines",),
    "on": ("date_of_service",),
    "reason": ("reason",),
    "priority": ("priority",),
    "npi": ("provider_npi",),
}
NEEDED = ("last", "first", "service", "on")


def from_options(options: Mapping[str, object]) -> dict[str, object]:
    """What the options say, and nothing they do not: defaults are the API's."""
    given = {name: value for name, value in options.items() if value}
    if absent := [f"--{name}" for name in NEEDED if name not in given]:
        raise Stop(f"{', '.join(absent)} missing. A file with the whole submission does as well.", Exit.USAGE)
    made: dict[str, object] = {}
    for name, value in given.items():
        *path, last = PLACES[name]
        room = made
        for step in path:
            room = room.setdefault(step, {})  # type: ignore[assignment]
        room[last] = value
    return made


def from_file(source: str) -> object:
    """The JSON in the file, or on stdin for "-". What it holds is the API's to judge."""
    text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    name = "stdin" if source == "-" else source
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Stop(
            f"{name} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.", Exit.USAGE
        ) from None
    except UnicodeDecodeError:
        raise Stop(f"{name} is not JSON: it is not UTF-8.", Exit.USAGE) from None
