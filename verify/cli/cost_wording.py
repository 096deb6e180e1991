"""What a patient's course costs, as the API gives it, in words."""

from collections.abc import Iterable, Iterator, Mapping
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
            "Begun on another day (when to begin is a clinical matter; as if the plan went on as it is)",
            [_begun(one) for one in it["other_starts"]],
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
    yield from _titled("Assumed here, and stored nowhere", map(clean, document["assumed"]))
    yield from _titled("Reckoned with", document["reckoned_with"])
    yield from _titled("Not in these figures", document["not_included"])


def side_by_side(document: Document) -> Iterator[str]:
    """One treatment a line; those without a figure say what is missing."""
    head = ["TREATMENT", "EXPECTED", "AT LEAST", "AT MOST", "FIRST WEEK", "VISITS", "CONFIDENCE"]
    rows = [
        [_way(one), *(_dollars(it[name]) for name in FIGURES), str(it["visits"]), it["confidence"]]
        for one in document["treatments"]
        if (it := one["estimate"]) is not None
    ]
    yield from table(head, rows) if rows else ()
    lacking = [one for one in document["treatments"] if one["estimate"] is None]
    yield from _titled(
        "No figure yet", [f"{_way(one)}: {clean('; '.join(one['missing']))}" for one in lacking]
    )
    assumed = dict.fromkeys(words for one in document["treatments"] for words in one["assumed"])
    yield from _titled("Assumed here, and stored nowhere", map(clean, assumed))
    yield ""
    yield "Each by itself, an estimate and no guarantee of payment. Which is best is a clinical matter."


FIGURES = ("expected", "low", "high", "first_week")


def _way(one: Document) -> str:
    way = "self-pay" if one["self_pay"] else one["billed_as"] or "through the plan"
    return clean(f"{one['label']}, {way}")


def _begun(one: Document) -> str:
    if one["expected"] is None:
        return f"{one['on']}  needed first: {clean('; '.join(one['missing']))}"
    low, expected, high = (_dollars(one[name]) for name in ("low", "expected", "high"))
    return f"{one['on']}  {expected} expected, between {low} and {high}"


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


def _titled(title: str, body: Iterable[str]) -> Iterator[str]:
    body = list(body)
    if body:
        yield ""
        yield title
        yield from (f"  {line}" for line in body)


def _dollars(sent: Mapping[str, str]) -> str:
    return money(sent) or ""
