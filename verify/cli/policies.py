"""Policy cards at the terminal: list, show, check, and hold one against an evidence sheet on disk."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Json
from verify.cli.terminal import fitted, table, write, write_json

if TYPE_CHECKING:
    from verify.catalogue.policy_card import PolicyCard
    from verify.policies import Evaluation

LIST = """List the policy cards: what we know of payers' written policies, and how old it is.

\b
  verify policies list
  verify policies list --service tms --json      one JSON object a line
"""
SHOW = """Show one policy card: its criteria, what it says about authorization, its sources, and what it lacks.

\b
  verify policies show aetna_tms
"""
CHECK = """Check the policy cards and the lists beside them. Exit code 1 when one is broken or past its review date.

\b
  verify policies check
  verify policies check --on 2027-06-01      as of another day
"""
MATCH = """Hold a policy card against an evidence sheet on disk; "-" reads it from stdin.

Each criterion is met, not met or unknown. The program decides nothing: the payer does.
`verify schema evidence` prints the sheet's shape.

\b
  verify policies match aetna_tms sheet.json --born 1988-04-02
  verify policies match medicare_wps_tms sheet.json --renewal --began 2026-11-02
"""
HEADINGS = ("CARD", "SERVICE", "TITLE", "HOLDS FROM", "READ", "REVIEW BY", "HOW WE KNOW")
DAY = ["%Y-%m-%d"]

policies = typer.Typer(
    help="Policy cards: what payers' written policies ask.", no_args_is_help=True, rich_markup_mode=None
)
Key = Annotated[str, typer.Argument(metavar="CARD", show_default=False)]
On = Annotated[
    datetime | None, typer.Option("--on", metavar="DATE", formats=DAY, help="As of this day; else today.")
]


def register(app: typer.Typer) -> None:
    policies.command("list", help=LIST, short_help="List the cards.")(list_cards)
    policies.command("show", help=SHOW, short_help="Show one card.")(show)
    policies.command("check", help=CHECK, short_help="Check cards and lists.")(check)
    policies.command("match", help=MATCH, short_help="Hold a card against an evidence sheet.")(match)
    app.add_typer(policies, name="policies")


def list_cards(
    service: Annotated[
        str, typer.Option("--service", metavar="KEY", help="For this service line alone.")
    ] = "",
    json: Json = False,
) -> None:
    from verify.catalogue.card_shelf import load_cards

    found = [card for card in load_cards() if not service or service in card.service_lines]
    if json:
        for card in found:
            write_json(card)
        return
    cells = [
        (
            card.key,
            ", ".join(card.service_lines),
            card.title,
            card.effective_from or "not stated",
            card.read_on,
            card.review_by,
            card.status_of_entry.replace("_", " "),
        )
        for card in found
    ]
    for line in fitted(table(HEADINGS, cells)) if cells else []:
        write(line)
    if not cells:
        say(f"verify: no policy card for {service!r}; what payers' policies say of it is not stated.")


def show(key: Key, on: On = None, json: Json = False) -> None:
    card = card_of(key)
    if json:
        write_json(card)
        return
    from verify.cli.policy_wording import card_lines

    for line in card_lines(card, _day(on)):
        write(line)


def check(on: On = None, json: Json = False) -> None:
    from verify.servers.data_checks import check_data_files
    from verify.servers.diagnosis import Level

    found = list(check_data_files(_day(on)))
    if json:
        write_json(found)
    else:
        for one in found:
            write(f"{one.level.value:8} {one.what}")
    if any(one.level is not Level.OK for one in found):
        raise typer.Exit(Exit.ERROR)


def match(
    key: Key,
    sheet: Annotated[str, typer.Argument(metavar="SHEET", show_default=False)],
    born: Annotated[
        datetime | None, typer.Option("--born", metavar="DATE", formats=DAY, help="The patient's birth date.")
    ] = None,
    on: On = None,
    renewal: Annotated[
        bool, typer.Option("--renewal", help="What it asks to go on with a course that runs.")
    ] = False,
    began: Annotated[
        datetime | None,
        typer.Option("--began", metavar="DATE", formats=DAY, help="The first session of that course."),
    ] = None,
    json: Json = False,
) -> None:
    if began and not renewal:
        raise Stop("--began is for --renewal", Exit.USAGE)
    found = evaluated(
        card_of(key),
        sheet,
        born.date() if born else None,
        _day(on),
        began=began.date() if began else None,
        renewal=renewal,
    )
    if json:
        write_json(found)
        return
    from verify.cli.policy_wording import evaluation_lines

    for line in evaluation_lines(found):
        write(line)


def evaluated(
    card: PolicyCard, sheet: str, born: date | None, on: date, *, began: date | None, renewal: bool
) -> Evaluation:
    """Raises Stop (2) for a sheet that cannot be read; its places are named, its values never."""
    from pydantic import ValidationError

    from verify.catalogue.criteria import Purpose
    from verify.catalogue.drug_classes import load_drug_classes
    from verify.policies import Evidence, EvidenceSheet, evaluate, purpose_of

    content = sys.stdin.read() if sheet == "-" else Path(sheet).read_text(encoding="utf-8")
    try:
        read = EvidenceSheet.model_validate_json(content)
    except ValidationError as error:
        raise Stop(unreadable("sheet", error), Exit.USAGE) from None
    held = Evidence(read, born, on, load_drug_classes(), began if began and began <= on else None)
    purpose = Purpose.RENEWAL if renewal else purpose_of(read, card.service_lines[0])
    return evaluate(card, held, purpose=purpose)


def unreadable(what: str, error: Any) -> str:
    faults = [
        f"  /{'/'.join(str(part) for part in one['loc'])}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors()
    ]
    return "\n".join([f"The {what} cannot be read:", *faults])


def card_of(key: str) -> PolicyCard:
    """Raises Stop (3)."""
    from verify.catalogue.card_shelf import load_cards

    found = next((card for card in load_cards() if card.key == key), None)
    if found is None:
        raise Stop(f"There is no policy card {key!r}; `verify policies list` names them.", Exit.NOT_FOUND)
    return found


def _day(on: datetime | None) -> date:
    # The day of the machine: cards are read in, not treated on, a practice's calendar.
    return on.date() if on else datetime.now().astimezone().date()
