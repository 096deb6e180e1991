"""Who holds what, as a table: a row for each kind of benefits, its company, what came of asking it, the evidence."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from verify.facts import WhyNot
from verify.findings.who_holds import REASONS, WHY_NOT
from verify.store.documents import Document
from verify.web.words import DOMAINS

#: The rows that are always there, so that silence is seen.
ALWAYS = ("medical", "behavioral", "pharmacy", "utilization")
CAME_OF = {
    "asking": "being asked",
    "answered": "asked and answered",
    "unanswered": "asked; no answer that can be used",
}


class Held(NamedTuple):
    benefits: str
    company: str
    phone: str
    came_of: str
    #: good, warn or empty.
    tone: str
    #: The fact that names the company, where one does.
    fact_id: str = ""


def who_holds(document: Document) -> list[Held]:
    """The map: who was named for which benefits, in the order of the trail, and whom nobody has named."""
    steps: list[Mapping[str, Any]] = document.trail.get("steps", [])
    if not any(asked.state == "answered" for asked in document.inquiries):
        return []
    return [*_first(document), *(_row(document, step) for step in steps), *_silent(steps)]


def _first(document: Document) -> Iterator[Held]:
    """The payer on the card holds the membership; of single benefits it says so only by answering for them."""
    name = document.trail.get("payer_name", "")
    answered = any(
        asked.state == "answered" and not asked.hop and not asked.replaced_by_id
        for asked in document.inquiries
    )
    if name:
        yield Held(
            "On the card", name, "", "asked and answered" if answered else "asked", "good" if answered else ""
        )


def _row(document: Document, step: Mapping[str, Any]) -> Held:
    state = step["state"]
    why = WHY_NOT[WhyNot(step["why"])] if step.get("why") else ""
    order = f"Other insurance, {step['order']}" if step.get("order") else "Other insurance"
    label = order if step["reason"] == "other_payer" else DOMAINS[step["domain"]]
    company = (step.get("name") or "a company not named") + REASONS.get(step["reason"], "")
    tone = "good" if state == "answered" else "" if step.get("why") == "not_needed" else "warn"
    return Held(
        label, company, step.get("phone", ""), CAME_OF.get(state, why), tone, _evidence(document, step)
    )


def _evidence(document: Document, step: Mapping[str, Any]) -> str:
    for fact in document.facts:
        same = fact["name"] == "held_by" and fact["about"].get("domain", "") == step["domain"]
        if same and (fact.get("value") or {}).get("name") == (step.get("name") or None):
            return str(fact["id"])
    return ""


def _silent(steps: list[Mapping[str, Any]]) -> Iterator[Held]:
    named = {step["domain"] for step in steps if step["reason"] != "other_payer"}
    for domain in ALWAYS:
        if domain not in named:
            yield Held(
                DOMAINS[domain], "", "", "with the whole plan" if "plan" in named else "not stated", ""
            )
