"""Asking one question at the terminal, without a database: of the simulated payer, or through a real account."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Json
from verify.cli.terminal import clean, fitted, table, write, write_json

if TYPE_CHECKING:
    from payers.inquiry import Inquiry
    from payers.simulator.scenarios import Scenario
    from verify.cli.rehearsal import Ended, Told

ASK = """Ask one question and print the answer; needs no database and nothing running.

--payer and --scenario ask a simulated payer of its own, through the adapter of that name, about the member of that
scenario (docs/payers/simulator.md); several, or all of either, are printed as one table. Exits 1 when one does not
end as the scenario says.

--account and --inquiry ask for real, and a real check is billed: JSON files as `verify accounts add` takes them, and
an inquiry with payer_id, payer_name, requester, member_id, subscriber, service_type, date_of_service. One of them may
be "-" for stdin. Prints what the answer holds, names and member ids too; exits 1 when there is none.

\b
  verify ask --payer stedi_json --scenario ACT
  verify ask --payer all --scenario RATE5- --scenario HANG
  verify ask --payer all --scenario all
  verify ask --account clearinghouse.json --inquiry question.json
"""
ALL = "all"
HEADINGS = ("adapter", "scenario", "outcome", "code", "seconds", "")
Names = list[str] | None


def register(app: typer.Typer) -> None:
    app.command(help=ASK, short_help="Ask one question, without a database.")(ask)


def ask(
    payer: Annotated[Names, typer.Option(metavar="ADAPTER|all", help="Who asks; repeat.")] = None,
    scenario: Annotated[Names, typer.Option(metavar="MEMBER|all", help="About whom; repeat.")] = None,
    account: Annotated[str, typer.Option(metavar="FILE|-", help="The account to ask through.")] = "",
    inquiry: Annotated[str, typer.Option(metavar="FILE|-", help="What to ask.")] = "",
    service: Annotated[str, typer.Option(metavar="TYPE", help="The service type of a scenario.")] = "MH",
    on: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Day of service; today if not said."),
    ] = None,
    deadline: Annotated[
        float, typer.Option(min=0.01, metavar="SECONDS", help="How long a scenario's answer may take.")
    ] = 2.0,
    json: Json = False,
) -> None:
    if payer and scenario and not (account or inquiry):
        day = (on or datetime.now().astimezone()).date()
        raise typer.Exit(of_the_simulator(payer, scenario, service, day, deadline, json=json))
    if account and inquiry and not (payer or scenario):
        raise typer.Exit(for_real(account, inquiry, json=json))
    raise Stop("Either --payer and --scenario, or --account and --inquiry.", Exit.USAGE)


def of_the_simulator(
    payers: list[str], scenarios: list[str], service: str, day: date, deadline: float, *, json: bool
) -> Exit:
    """One answer in full, or a table of how each ended."""
    from verify.cli.rehearsal import Question, rehearse

    adapters, about = adapters_named(payers), scenarios_named(scenarios)
    began, found = time.monotonic(), []
    for told in rehearse(adapters, about, Question(service, day, deadline)):
        found.append(told)
        if len(adapters) * len(about) == 1:
            show(f"{told.adapter} {told.scenario}", told.ended, service, day, json=json)
        elif json:
            write_json(cell(told))
    if len(found) > 1 and not json:
        for line in fitted(table(HEADINGS, map(row, sorted(found, key=lambda each: each.adapter)))):
            write(line)
    right, seconds = sum(told.as_expected for told in found), time.monotonic() - began
    say(
        f"verify: {len(adapters)} adapters, {len(about)} scenarios:"
        f" {right} of {len(found)} ended as expected, in {seconds:.1f} s"
    )
    return Exit.OK if right == len(found) else Exit.ERROR


def adapters_named(names: list[str]) -> list[str]:
    from payers.registry import ADAPTERS

    if ALL in names:
        return sorted(ADAPTERS)
    if unknown := [name for name in names if name not in ADAPTERS]:
        raise Stop(f"No adapter {unknown[0]!r}; there are {', '.join(sorted(ADAPTERS))}.", Exit.USAGE)
    return list(dict.fromkeys(names))


def scenarios_named(names: list[str]) -> list[Scenario]:
    """By the beginning of a member id: `ACT`, or with a parameter `SLOW1-`. All in the order of their table."""
    from payers.simulator.scenarios import SCENARIOS, scenario_for

    if ALL in names:
        return list(SCENARIOS)
    found = {name: scenario_for(name) for name in names}
    for name, scenario in found.items():
        if not name.upper().startswith(scenario.prefix):
            known = ", ".join(each.prefix for each in SCENARIOS)
            raise Stop(f"No scenario {name!r}; there are {known}.", Exit.USAGE)
    return list(found.values())


def cell(told: Told) -> dict[str, Any]:
    """One line of `--json`, where there are several; it holds nobody's data."""
    return {
        "adapter": told.adapter,
        "scenario": told.scenario,
        **ending(told.ended),
        "expected": told.expected,
        "as_expected": told.as_expected,
    }


def ending(ended: Ended) -> dict[str, Any]:
    return {
        "outcome": ended.ending,
        "code": ended.code,
        "detail": ended.detail,
        "seconds": round(ended.seconds, 3),
    }


def row(told: Told) -> tuple[object, ...]:
    ended = told.ended
    wrong = "" if told.as_expected else f"expected {told.expected}"
    return told.adapter, told.scenario, ended.ending, ended.code, f"{ended.seconds:7.3f}", wrong


def show(title: str, ended: Ended, service: str, day: date, *, json: bool) -> None:
    """How the question ended, then the answer as `verify read` prints a file."""
    from payers.x12_mapping import to_json
    from verify.cli.answer_wording import lines

    found = [] if ended.benefits is None else [ended.benefits]
    # A rejection answers nothing; it only says why.
    service_types = [service] if ended.ending == "answered" else []
    shape = to_json(title, found, [], service_types=service_types, on=day)
    if json:
        write_json({**ending(ended), "answer": shape["transactions"][0] if found else None})
        return
    detail = f" ({clean(ended.detail)})" if ended.detail else ""
    write(f"{' '.join(filter(None, [ended.ending, ended.code]))}{detail} after {ended.seconds:.2f} s")
    for line in lines(shape) if found else ():
        write(line)


def for_real(account: str, inquiry: str, *, json: bool) -> Exit:
    """One question through an account of a file; a payer is asked, and it is billed."""
    from payers.registry import adapter_for
    from verify.cli import rehearsal
    from verify.cli.clinic import account_of
    from verify.cli.submission import from_file

    if not account or not inquiry or account == inquiry == "-":
        raise Stop("--account and --inquiry belong together; one of them may be stdin.", Exit.USAGE)
    through = account_of(from_file(account))
    asked = inquiry_of(from_file(inquiry))
    adapter = adapter_for(through)
    try:
        ended = rehearsal.ask(adapter, asked)
    finally:
        adapter.close()
    show(through.name, ended, asked.service_type, asked.date_of_service, json=json)
    return Exit.OK if ended.ending == "answered" else Exit.ERROR


def inquiry_of(given: object) -> Inquiry:
    """The question a file describes; a trace and a number are made where it has none. Stops with the faulty field."""
    import secrets

    import msgspec

    from payers.inquiry import Inquiry

    if not isinstance(given, dict):
        raise Stop("An inquiry is a JSON object.", Exit.USAGE)
    now = datetime.now(UTC)
    made = {
        "trace": f"ASK{now:%y%m%d%H%M%S}",
        "control_number": secrets.randbelow(999_999_999) + 1,
        "date_of_service": datetime.now().astimezone().date().isoformat(),
    }
    try:
        return msgspec.convert({**made, **given}, Inquiry)
    except msgspec.ValidationError as error:
        raise Stop(f"The inquiry cannot be used: {error}.", Exit.USAGE) from None
