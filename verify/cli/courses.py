"""Planned courses at the terminal, through the running system's API."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, client
from verify.cli.terminal import write, write_json

SHOW = """Show the planned courses of a verification: sessions with days and codes, and what to look at. The look is recorded.

\b
  verify course show ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
  verify course show ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --service tms --json
"""
EDIT = """Plan a course anew; what is not said stays as it is. A new version is kept, and the old ones too.

Sessions are named by the numbers that `verify course show` prints. --days is a schedule by hand, in the place of
start, weekdays, number and whatever was changed before. Exit code 4 when somebody planned the course meanwhile.

\b
  verify course edit ID --start 2027-01-04 --weekdays mon,wed,fri --sessions 30
  verify course edit ID --service tms --drop 7 --move 8=2027-01-16 --add 2027-02-27
  verify course edit ID --service spravato_medical --dose 1=56 --dose 4=84
  verify course edit ID --service tms --codes 5=90869
  verify course edit ID --service ketamine_iv --days 2027-01-05 --days 2027-01-08 --days 2027-01-12
"""
VerificationId = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
Service = Annotated[str, typer.Option("--service", metavar="LINE", help="Needed where there are several.")]
course = typer.Typer(help="Planned courses.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    course.command("show", help=SHOW, short_help="Show planned courses.")(show)
    course.command("edit", help=EDIT, short_help="Plan a course anew.")(edit)
    app.add_typer(course, name="course")


def show(id: VerificationId, service: Service = "", data: Data = None, json: Json = False) -> None:
    from verify.cli.course_wording import conflicts, lines

    found = client(data).courses(id)
    chosen = [chosen_of(found, service)] if service else found["courses"]
    if json:
        write_json(chosen[0] if service else found)
        return
    for one in chosen:
        for line in lines(one):
            write(line)
        write()
    for line in conflicts(found):
        write(line)


def edit(
    id: VerificationId,
    service: Service = "",
    start: Annotated[str, typer.Option(metavar="DATE", help="The first session, YYYY-MM-DD.")] = "",
    weekdays: Annotated[str, typer.Option(metavar="DAYS", help="As mon,wed,fri.")] = "",
    sessions: Annotated[int | None, typer.Option(metavar="N", help="How many.")] = None,
    later: Annotated[
        int | None, typer.Option(metavar="N", help="Boosters or maintenance afterwards.")
    ] = None,
    every: Annotated[int | None, typer.Option(metavar="WEEKS", help="Weeks between those.")] = None,
    minutes: Annotated[int | None, typer.Option(metavar="N", help="How long a session takes.")] = None,
    dose: Annotated[
        list[str] | None, typer.Option(metavar="N=MG", help="The dose from session N on; repeat.")
    ] = None,
    billed_as: Annotated[str, typer.Option(metavar="WAY", help="The way of billing.")] = "",
    days: Annotated[
        list[str] | None, typer.Option(metavar="DATE", help="A schedule by hand; repeat.")
    ] = None,
    move: Annotated[list[str] | None, typer.Option(metavar="N=DATE", help="Move a session; repeat.")] = None,
    drop: Annotated[list[int] | None, typer.Option(metavar="N", help="Drop a session; repeat.")] = None,
    add: Annotated[list[str] | None, typer.Option(metavar="DATE", help="Add a session; repeat.")] = None,
    codes: Annotated[
        list[str] | None,
        typer.Option(metavar="N=CODE*UNITS+…", help="The codes of a session; repeat."),
    ] = None,
    start_over: Annotated[
        bool, typer.Option("--start-over", help="Forget what was changed session by session.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    from verify.cli.course_changes import Changes, outline_of
    from verify.cli.course_wording import lines

    api = client(data)
    present = chosen_of(api.courses(id), service)
    changes = Changes(
        start=start,
        weekdays=weekdays,
        sessions=sessions,
        later=later,
        every=every,
        minutes=minutes,
        dose=dose or [],
        billed_as=billed_as,
        days=days or [],
        move=move or [],
        drop=drop or [],
        add=add or [],
        codes=codes or [],
        start_over=start_over,
    )
    planned = api.plan_course(id, present["service_line"], outline_of(present, changes), present["mark"])
    if json:
        write_json(planned)
        return
    for line in lines(planned):
        write(line)
    say(f"verify: version {planned['version']} of the course is kept")


def chosen_of(found: dict[str, Any], service: str) -> dict[str, Any]:
    """The course that is meant. Stops where it is not clear which, or there is none."""
    there = {one["service_line"]: one for one in found["courses"]}
    if not service and len(there) == 1:
        return dict(next(iter(there.values())))
    if service not in there:
        words = f"No course of {service!r}" if service else "Which course? --service names it"
        code = Exit.NOT_FOUND if service else Exit.USAGE
        raise Stop(f"{words}; there are {', '.join(there)}.", code)
    return dict(there[service])
