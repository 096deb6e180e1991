"""Findings, questions and completeness, as the API gives them, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verify.cli.terminal import clean, table
from verify.cli.wording import HOW, facts, findings, holders, joined, money
from verify.facts import ELECTRONIC

Document = Mapping[str, Any]
STANDINGS = {
    "yes": "yes",
    "no": "no",
    "value": "known",
    "unknown": "unknown: they could not say",
    "not_stated": "not stated",
    "not_asked": "not asked",
}


def lines(document: Document) -> Iterator[str]:
    """What is known and means, what to ask first, how complete it is, and who holds what."""
    yield document["verification_id"]
    for title, part in PARTS.items():
        if body := list(part(document)):
            yield ""
            yield title.upper()
            yield from (f"  {line}" for line in body)


def questions(document: Document) -> Iterator[str]:
    for question in document["questions"]:
        worth = f", worth up to {money(question['worth'])}" if question["worth"] else ""
        said = joined(question["service_line"], question["text"])
        yield f"{said} ({HOW.get(question['how'], question['how'])}{worth})"


def completeness(document: Document) -> Iterator[str]:
    for one in document["completeness"]:
        usable = "usable" if one["usable"] else "not usable yet"
        yield (
            f"{clean(one['service_line'])}: {one['percent']} % known ({one['known']} of {one['needed']}), "
            f"{usable}, confidence {one['confidence']}"
        )
        if one["missing"]:
            yield f"  the minimum lacks: {', '.join(map(clean, one['missing']))}"
        yield from (f"  {line}" for line in _items(one["items"]))


def _items(items: list[Document]) -> list[str]:
    rows = [
        (item["name"], standing(item), item["confidence"] if item["settled"] else "", item["need"])
        for item in items
    ]
    return table(("field", "known?", "how well", "need"), rows) if rows else []


def standing(item: Document) -> str:
    """Yes, no, known, unknown, not stated and not asked stay different things."""
    if item["covered_by"]:
        return f"not needed: {item['covered_by']} says it"
    said = STANDINGS[item["standing"]]
    if item["disputed"]:
        return f"{said}, sources disagree"
    return f"{said}, out of date" if item["stale"] else said


def known(document: Document) -> Iterator[str]:
    """Facts as `verify show` has them; what a person wrote down with the id by which it is taken back."""
    said = [fact for fact in document["facts"] if fact["standing"] != "not_stated"]
    written = list(facts(document))
    for line, fact in zip(written, said, strict=False):
        by_person = fact["source"]["kind"] not in ELECTRONIC
        yield f"{line}  {fact['id']}" if by_person else line
    yield from written[len(said) :]


PARTS: dict[str, Callable[[Document], Iterator[str]]] = {
    "Findings": findings,
    "What to ask, the dearest first": questions,
    "How much is known": completeness,
    "Who holds what": holders,
    "Facts and where they come from": known,
}
