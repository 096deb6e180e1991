"""A verification, as the API gives it, in words."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from verify.cli.answer_wording import words
from verify.cli.terminal import clean, places, table
from verify.facts import FactName, FieldKind

Document = Mapping[str, Any]
NOT_STATED = "not stated"
HOW = {
    "second_inquiry": "asked next",
    "phone": "by phone",
    "portal": "portal or phone",
    "letter": "in writing",
    "contract": "in our contract",
    "patient": "from the patient",
    "clinic": "in the clinic's own papers",
}
SOURCES = {"x12_271": "271", "payer_json": "271 as JSON"}


def row(document: Document) -> list[str]:
    """One line of the worklist: ROW_HEADINGS."""
    patient, payer = document.get("patient") or {}, document.get("payer") or {}
    return [
        document["id"],
        document.get("state_text") or document["state"],
        str(document.get("date_of_service") or ""),
        person(patient),
        payer.get("name") or "",
        ", ".join(document.get("service_lines") or []),
        (document.get("next_action") or {}).get("text") or "",
    ]


ROW_HEADINGS = ("ID", "STATE", "SERVICE", "PATIENT", "PAYER", "TREATMENT", "NEXT")


def lines(document: Document) -> Iterator[str]:
    """The whole verification: the answer first, then what is to be done, then the evidence."""
    yield from head(document)
    for title, part in PARTS.items():
        if body := list(part(document)):
            yield ""
            yield title.upper()
            yield from (f"  {line}" for line in body)


def head(document: Document) -> Iterator[str]:
    patient, coverage = document.get("patient") or {}, document.get("coverage") or {}
    payer = document.get("payer") or {}
    yield f"{document['id']}  {document.get('state_text') or document['state']}"
    yield f"  {person(patient)}, born {patient.get('birth_date') or 'unknown'}"
    yield f"  {clean(payer.get('name') or coverage.get('payer_name') or 'payer unknown')}, member {clean(coverage.get('member_id') or 'unknown')}"
    yield f"  {', '.join(document.get('service_lines') or [])} on {document.get('date_of_service')}"
    action = document.get("next_action") or {}
    if action.get("text"):
        yield f"  Next: {clean(action['text'])} ({action.get('owner_role')}{by(action.get('due_at'))})"
    if document.get("ask_again_at"):
        yield f"  The payer is asked again at {moment(document['ask_again_at'])}"


def summary(document: Document) -> Iterator[str]:
    told = document.get("summary") or {}
    said = [
        ("Coverage", told.get("coverage_status")),
        ("Plan", told.get("plan_name")),
        ("Deductible remaining", money(told.get("deductible_remaining"))),
        ("Out-of-pocket remaining", money(told.get("out_of_pocket_remaining"))),
        ("Copay", money(told.get("copay"))),
        ("Coinsurance", percent(told.get("coinsurance_percent"))),
        ("Authorization", told.get("authorization")),
        ("Administered by", told.get("administered_by")),
        ("Worksheet known", percent(told.get("known_percent"))),
        ("Confidence", told.get("confidence")),
    ]
    yield from table_body([name, NOT_STATED if value is None else value] for name, value in said)


def findings(document: Document) -> Iterator[str]:
    for finding in document.get("findings") or []:
        yield joined(finding.get("service_line"), finding["sentence"])


def holders(document: Document) -> Iterator[str]:
    """The trail: who holds which benefits, and what came of asking."""
    for step in (document.get("trail") or {}).get("steps", []):
        order = f" ({step['order']})" if step.get("order") else ""
        came = step["state"] if step["state"] != "not_followed" else f"not asked, {step.get('why', '')}"
        yield (
            f"{step['domain'] or 'some benefits'}: {clean(step.get('name') or 'a company not named')}{order}, "
            f"{step['reason'].replace('_', ' ')}; {came.replace('_', ' ')}"
        )


def repairs(document: Document) -> Iterator[str]:
    for made in document.get("repairs") or []:
        yield (
            f"{clean(made['payer_name'])}, try {made['number']}: {made['text']}. {made['state'].capitalize()}, "
            f"{moment(made['created_at'])}"
        )


def questions(document: Document) -> Iterator[str]:
    for question in document.get("questions") or []:
        yield (
            joined(question.get("service_line"), question["text"])
            + f" ({HOW.get(question['how'], question['how'])})"
        )


def follow_ups(document: Document) -> Iterator[str]:
    for task in document.get("follow_ups") or []:
        done = "" if task.get("state") == "open" else f" [{task.get('state')}]"
        yield f"{clean(task.get('title') or task.get('kind'))} ({task.get('owner_role')}{by(task.get('due_at'))}){done}"


def facts(document: Document) -> Iterator[str]:
    """What was said, by whom; then what nobody said anything of."""
    known = document.get("facts") or []
    said = [fact for fact in known if fact.get("standing") != "not_stated"]
    names = document.get("companies") or {}
    yield from table_body(
        [
            fact["name"].replace("_", " "),
            about(fact.get("about") or {}),
            value(fact),
            str(fact.get("status", "")).replace("_", " "),
            clean(names.get((fact.get("source") or {}).get("payer", ""), "")),
            source(fact),
        ]
        for fact in said
    )
    spoken = {fact["name"] for fact in said}
    silent = dict.fromkeys(fact["name"] for fact in known if fact["name"] not in spoken)
    if silent:
        yield "not stated: " + ", ".join(name.replace("_", " ") for name in silent)


def inquiries(document: Document) -> Iterator[str]:
    for asked in document.get("inquiries") or []:
        payer = asked.get("payer") or {}
        name = payer.get("name") if isinstance(payer, Mapping) else payer
        said = [
            clean(name or ""),
            f"service type {asked['service_type']}" if asked.get("service_type") else "",
            f"hop {asked['hop']}" if asked.get("hop") else "",
            asked["state"] if not asked.get("batch_state") else "in tonight's batch",
            (asked.get("outcome_code") or "").replace("_", " "),
        ]
        yield ", ".join(filter(None, said)) + f", {_when(asked)}"


def _when(asked: Document) -> str:
    if asked.get("batch_state"):
        at = asked.get("handed_in_at")
        return f"handed in at {moment(at)}" if at else "not handed in yet"
    again = f", asked again at {moment(asked['ask_again_at'])}" if asked.get("ask_again_at") else ""
    return f"attempt {asked.get('attempt')}" + again


def notes(document: Document) -> Iterator[str]:
    for note in document.get("notes") or []:
        yield f"{moment(note.get('created_at'))} {clean(note.get('author') or '')} ({note.get('kind')}): {clean(note.get('body'))}"


PARTS: dict[str, Callable[[Document], Iterator[str]]] = {
    "What the payer says": summary,
    "Findings": findings,
    "Who holds what": holders,
    "Still unknown": questions,
    "To do": follow_ups,
    "Facts and where they come from": facts,
    "Asked": inquiries,
    "Asked in other words": repairs,
    "Notes": notes,
}


# --- one value --------------------------------------------------------------------------------------------


def person(patient: Document) -> str:
    return clean(f"{patient.get('last_name') or '?'}, {patient.get('first_name') or '?'}")


def about(what: Document) -> str:
    service = what.get("service_line") or (
        f"type {what['service_type']}" if what.get("service_type") else what.get("domain") or "some benefits"
    )
    tier, level = what.get("tier", "any"), what.get("level", "person")
    return " ".join(
        [
            service,
            *([f"{what['domain']}"] if what.get("domain") else []),
            *([f"{what['codes']} codes"] if what.get("codes") else []),
            *([tier.replace("_", " ")] if tier != "any" else []),
            *([level] if level != "person" else []),
        ]
    )


def value(fact: Document) -> str:
    """Yes, no, unknown and not stated stay four different things."""
    said, standing = fact.get("value"), str(fact.get("standing", "")).replace("_", " ")
    if said is None or standing not in {"value", "yes", "no"}:
        return standing if said is None else f"{standing}: {amount(fact['name'], said)}"
    return amount(fact["name"], said) if standing == "value" else f"{standing}: {amount(fact['name'], said)}"


def amount(name: str, said: object) -> str:
    """The value of a fact in its unit."""
    kind = FactName(name).kind if name in frozenset(FactName) else FieldKind.MONEY
    if isinstance(said, int) and not isinstance(said, bool):
        return _number(kind, said)
    if kind is FieldKind.WORD:
        return clean(said).replace("_", " ")
    if isinstance(said, Mapping):
        parts = {key: each for key, each in said.items() if each not in (None, "")}
        if "cents" not in parts:
            return words(parts)
        return ", ".join(
            dollars(each) if key == "cents" else f"{key.replace('_', ' ')} {words(each, key)}"
            for key, each in parts.items()
        )
    if isinstance(said, list | tuple):
        return "; ".join(amount(name, each) for each in said)
    return clean(said)


def _number(kind: FieldKind, said: int) -> str:
    if kind is FieldKind.PERCENT:
        return percent(Decimal(said) / 100) or ""
    return str(said) if kind is FieldKind.NUMBER else dollars(said)


def dollars(cents: int) -> str:
    return f"${Decimal(cents) / 100:,.2f}"


def money(sent: Mapping[str, str] | None) -> str | None:
    """{"amount": "123.45", "currency": "USD"} as "$123.45"; absent stays absent."""
    if sent is None:
        return None
    sign = "$" if sent["currency"] == "USD" else sent["currency"] + " "
    return f"{sign}{Decimal(sent['amount']):,.2f}"


def percent(sent: object) -> str | None:
    return None if sent is None else f"{Decimal(str(sent)).normalize():f} %"


def source(fact: Document) -> str:
    origin = fact.get("source") or {}
    kind = SOURCES.get(origin.get("kind", ""), str(origin.get("kind", "")).replace("_", " "))
    segments = fact.get("segments") or []
    where = f" segment{'s' if len(segments) > 1 else ''} {places(segments)}" if segments else ""
    gone = ", taken back" if fact.get("withdrawn") else ""
    return f"{kind}{where}, {moment(origin.get('obtained_at'))}{gone}"


def moment(sent: object) -> str:
    """An instant in this terminal's zone, to the minute: "2026-11-23 09:14 CST"."""
    if not sent:
        return ""
    return datetime.fromisoformat(str(sent)).astimezone().strftime("%Y-%m-%d %H:%M %Z").rstrip()


def by(due: object) -> str:
    return f", by {moment(due)}" if due else ""


def joined(*words: object) -> str:
    return ": ".join(clean(word) for word in words if word)


def table_body(rows: Any) -> list[str]:
    cells = list(rows)
    return table([""] * len(cells[0]), cells)[1:] if cells else []
