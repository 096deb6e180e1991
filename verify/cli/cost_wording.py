"""What a patient's course costs, as the API gives it, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from verify.cli.terminal import clean, table
from verify.cli.wording import money

Document = Mapping[str, Any]


def lines(document: Document) -> Iterator[str]:
    """The range first, then what would narrow it, then session by session."""
    yield from brief(document)
    it = document["estimate"]
    if it is not None:
        yield from _titled(
            "Begun in the new plan year instead (when to begin is a clinical matter)",
            [
                f"{one['on']}  {_dollars(one['expected'])} expected, between {_dollars(one['low'])}"
                f" and {_dollars(one['high'])}"
                for one in it["other_starts"]
            ],
        )
        yield from _titled("By year", [f"{year}  {_dollars(sum_)}" for year, sum_ in it["by_year"].items()])
        rows = [
            [one["date"], one["code"], _dollars(one["patient_pays"]).rjust(11), one["why"]]
            for one in it["sessions"]
            if one["takes_place"]
        ]
        yield from _titled(
            "Session by session, as expected", table(["DAY", "CODE", "PATIENT PAYS", "WHY"], rows)
        )
    yield from _titled("Reckoned with", document["reckoned_with"])
    yield from _titled("Not in these figures", document["not_included"])


def brief(document: Document) -> Iterator[str]:
    """The range, how sure it is, and the questions that would narrow it; or what is missing."""
    it = document["estimate"]
    if it is None:
        yield "No figure can be given yet. Needed first:"
        yield from (f"  {clean(one)}" for one in document["missing"])
        return
    low, expected, high = (_dollars(it[name]) for name in ("low", "expected", "high"))
    yield f"{expected}" if low == high else f"{expected} expected, between {low} and {high}"
    if (covered := it["if_covered"]) is not None:
        yield (
            f"If it is covered and the clinic is in network: between {_dollars(covered['low'])}"
            f" and {_dollars(covered['high'])}"
        )
    reasons = "; ".join(it["confidence_reasons"])
    yield f"Confidence {it['confidence']}{f': {reasons}' if reasons else ''}. An estimate, not a guarantee of payment."
    yield from (clean(note) for note in it["notes"])
    worth = [one for one in it["questions"] if one["worth"]["amount"] != "0.00"]
    yield from _titled(
        "What would narrow it, the dearest first",
        [f"{_dollars(one['worth']):>11}  {clean(one['question'])}: {clean(one['how'])}" for one in worth],
    )


def _titled(title: str, body: list[str]) -> Iterator[str]:
    if body:
        yield ""
        yield title
        yield from (f"  {line}" for line in body)


def _dollars(sent: Mapping[str, str]) -> str:
    return money(sent) or ""
