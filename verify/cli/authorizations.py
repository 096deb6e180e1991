"""Authorizations at the terminal: through the running system's API, and from a file with nothing running."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, client
from verify.cli.policies import DAY, unreadable
from verify.cli.terminal import clean, write, write_json

if TYPE_CHECKING:
    from verify.authorizations import Alert, Authorization, Plan

LIST = """List a patient's authorizations for a verification's treatments, each held against the planned course.

Prints authorization numbers; the look is recorded.

\b
  verify authorizations list ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
  verify authorizations list ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --program medicaid --json
"""
ADD = """Record an authorization from a JSON file, or from stdin with "-" (`verify schema authorization` has the shape).

\b
  verify authorizations add ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB authorization.json
"""
MATCH = """Hold an authorization on disk against a planned course on disk; needs nothing running.

FILE has an "authorization" (`verify schema authorization`) and a "plan": its service line, the sessions with
their day and codes, and the payer, provider, tax id, site and diagnoses as far as they are known.

Exit codes: 0 it fits, 1 it does not, 2 the file cannot be read.

\b
  verify authorizations match case.json
  verify authorizations match case.json --on 2026-12-01 --json
"""

authorizations = typer.Typer(
    help="Authorizations, held against the course.", no_args_is_help=True, rich_markup_mode=None
)
Verification = Annotated[str, typer.Argument(metavar="VERIFICATION", show_default=False)]


def register(app: typer.Typer) -> None:
    authorizations.command("list", help=LIST, short_help="List a patient's authorizations.")(list_held)
    authorizations.command("add", help=ADD, short_help="Record an authorization.")(add)
    authorizations.command("match", help=MATCH, short_help="Hold a file against a course.")(match)
    app.add_typer(authorizations, name="authorizations")


def list_held(
    verification: Verification,
    program: Annotated[
        str, typer.Option("--program", metavar="KIND", help="The kind of coverage, such as medicaid.")
    ] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    found = client(data).authorizations(verification, program=program or None)
    if json:
        write_json(found)
        return
    for one in found:
        for line in shown_lines(one):
            write(line)
    if not found:
        say("verify: no authorization is on record for this course.")


def shown_lines(one: dict[str, Any]) -> list[str]:
    """One authorization as the API shows it."""
    record = one["record"]
    span = f"{record['starts_on'] or 'not stated'} to {record['ends_on'] or 'not stated'}"
    number = record["number"] or "no number"
    found = [f"{one['id']}  {record['service_line']}  {record['status'].replace('_', ' ')}  {number}  {span}"]
    found += [
        f"  {', '.join(units['codes'])}: {units['left']} of {units['granted']} units left, {units['planned']} planned"
        for units in one["units"]
    ]
    if one["decision_due_at"]:
        found.append(f"  the payer must decide by {one['decision_due_at']}")
    found += [
        f"  ! {alert['sentence']} {alert['next_step']} Due {alert['due_on']}." for alert in one["alerts"]
    ]
    return [clean(line) if not line.startswith(" ") else f"  {clean(line)}" for line in found]


def add(
    verification: Verification,
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False)],
    data: Data = None,
) -> None:
    from verify.authorizations import Authorization

    record = _read(Authorization, _content(file), "authorization")
    made = client(data).add_authorization(verification, record.model_dump(mode="json"))
    write(made["id"])


def match(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False)],
    on: Annotated[
        datetime | None, typer.Option("--on", metavar="DATE", formats=DAY, help="As of this day; else today.")
    ] = None,
    json: Json = False,
) -> None:
    from verify.authorizations import match as hold
    from verify.catalogue import load

    held, plan = case_of(_content(file))
    day = on.date() if on else datetime.now().astimezone().date()
    found = hold(held, plan, today=day, line=load().service_lines.get(plan.service_line))
    if json:
        write_json(found)
    else:
        for alert in found:
            write(alert_line(alert))
    if found:
        raise typer.Exit(Exit.ERROR)
    say("verify: nothing speaks against it as far as the file tells.")


def alert_line(alert: Alert) -> str:
    return (
        f"{alert.due_on}  {alert.kind.replace('_', ' '):18}  {clean(alert.sentence)} {clean(alert.next_step)}"
    )


def case_of(content: str) -> tuple[Authorization, Plan]:
    """Raises Stop (2) for what cannot be read; places are named, values never."""
    import msgspec

    from verify.authorizations import Authorization, Plan

    try:
        case = msgspec.json.decode(content, type=dict[str, Any])
        plan = msgspec.convert(case.get("plan"), Plan)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Stop(f"The plan cannot be read: {error}", Exit.USAGE) from None
    record = msgspec.json.encode(case.get("authorization")).decode()
    return _read(Authorization, record, "authorization"), plan


def _content(file: str) -> str:
    return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")


def _read(kind: type[Authorization], content: str, what: str) -> Authorization:
    from pydantic import ValidationError

    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise Stop(unreadable(what, error), Exit.USAGE) from None
