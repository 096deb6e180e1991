"""Findings and facts at the terminal: what is known and means, what to ask first, and writing down what was read."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from verify.cli.ending import Exit, Stop
from verify.cli.options import Data, Json, client
from verify.cli.terminal import fitted, table, write, write_json

FINDINGS = """Show what is known of a verification, what it means, what is missing and what to ask first.

Facts with their source, findings, questions with their worth in dollars (the dearest first), how complete the
worksheet of each treatment is, and who holds what: as of now, so that what has run out says so.

\b
  verify findings ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --service tms
  verify findings ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --json
  verify findings --patient pat_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB      the newest of a patient
"""
ADD = """Write down what you read in a portal, a letter, the contract or on the card.

FIELD=ANSWER by the names of `verify facts fields`. "unknown" is an answer: it was looked for, and is not said.
The reference is the title or number of the document, never the patient's name.

\b
  verify facts add ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --source portal --reference "Benefits page" \\
      plan_year_begins=01-01 tms.copay="30 per visit"
  verify facts add ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --source letter --reference "Letter 77" \\
      --as-of 2026-11-20 --until 2026-12-31 tms.covered=yes
"""
WITHDRAW = """Take back what a person wrote down. The old fact and its evidence stay; a newer one says that it does not hold.

\b
  verify facts withdraw ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB fact_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --reason "another patient's page"
"""
FIELDS = """List the fields that may be written down for a verification, and how each is typed.

\b
  verify facts fields ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
HEADINGS = ("FIELD", "WHAT", "HOW IT IS TYPED")

Id = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
facts = typer.Typer(
    help="Write down what was learned without a call.", no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    app.command(help=FINDINGS, short_help="Show what is known, what it means and what to ask.")(findings)
    facts.command("add", help=ADD, short_help="Write down what you read.")(add)
    facts.command("withdraw", help=WITHDRAW, short_help="Take back what was written down.")(withdraw)
    facts.command("fields", help=FIELDS, short_help="List the fields.")(fields)
    app.add_typer(facts, name="facts")


def findings(
    id: Annotated[str, typer.Argument(metavar="[ID]", show_default=False)] = "",
    patient: Annotated[str, typer.Option(metavar="ID", help="The newest verification of this patient.")] = "",
    service: Annotated[str, typer.Option(metavar="LINE", help="Only this treatment, such as tms.")] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    if bool(id) == bool(patient):
        raise Stop("Either a verification's ID or --patient ID.", Exit.USAGE)
    api = client(data)
    document = api.findings(id or _newest(api, patient, service), service)
    if service and not document["completeness"]:
        # A name that was mistyped must not read as a treatment without findings.
        raise Stop("This verification has no such treatment; `verify show` names its own.", Exit.NOT_FOUND)
    if json:
        write_json(document)
        return
    from verify.cli.findings_wording import lines

    for line in lines(document):
        write(line)


def _newest(api: Any, patient: str, service: str) -> str:
    """Raises Stop where the patient has none."""
    for document in api.verifications(patient=patient, limit=200):
        if not service or service in document["service_lines"]:
            return str(document["id"])
    raise Stop("This patient has no such verification.", Exit.NOT_FOUND)


def add(
    id: Id,
    answers: Annotated[list[str], typer.Argument(metavar="FIELD=ANSWER…", show_default=False)],
    source: Annotated[
        str,
        typer.Option(metavar="WORD", help="portal, letter, contract, card, patient, clinic or policy_card."),
    ],
    reference: Annotated[
        str, typer.Option(metavar="TEXT", help="Title or number of the document, or the page.")
    ],
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The day it speaks of; else today.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="Until when it says that it holds.")] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    body = {
        "source": source,
        "reference": reference,
        "as_of": as_of or None,
        "holds_until": until or None,
        "answers": dict(_pair(one) for one in answers),
    }
    document = client(data).write_facts(id, body)
    if json:
        write_json(document)
    else:
        write(f"{len(answers)} written down")


def _pair(text: str) -> tuple[str, str]:
    """Raises Stop, which repeats nothing of the answer."""
    name, equals, answer = text.partition("=")
    if not equals:
        raise Stop("Answers are FIELD=ANSWER.", Exit.USAGE)
    return name.strip(), answer.strip()


def withdraw(
    id: Id,
    fact: Annotated[str, typer.Argument(metavar="FACT", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept with it.")],
    data: Data = None,
) -> None:
    client(data).withdraw_fact(id, fact, reason)
    write("taken back")


def fields(id: Id, data: Data = None, json: Json = False) -> None:
    found = client(data).worksheet(id)
    if json:
        for field in found:
            write_json(field)
        return
    rows = [(field["name"], field["label"], field["hint"]) for field in found]
    for line in fitted(table(HEADINGS, rows)) if rows else []:
        write(line)
