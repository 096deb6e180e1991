"""What the patient pays for a visit: copay and coinsurance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from payers.benefits import Answer, Benefit
from payers.reading.codes import PERIODS
from payers.reading.scope import narrowest

ADMISSION = "36"
PLAN_PAYS = re.compile(r"\bPLAN PAYS\b|\bPAYS AT\b|\bPAYER PAYS\b", re.IGNORECASE)
#: The scopes in which a cost share is the payer's own word about the service asked.
OWN = frozenset({"procedure", "service"})


def copay(lines: Sequence[Benefit], asked: Sequence[str], procedures: Sequence[str]) -> Answer:
    """EB01 B, dollars per visit, day …: {"amount", "per"}, and "basis" where it is not the service's own.

    Basis is "office_visit" or "plan"; then the answer is derived (sheet 8.3, cost-share precedence).
    An amount that is not sent is not 0; a copay of 0 is.
    """
    scope, found = narrowest(
        lines, asked, procedures, lambda line: line.information_code == "B" and line.amount is not None
    )
    found = [line for line in found if line.period != ADMISSION] or found
    return _answer(
        scope, [({"amount": line.amount, "per": PERIODS.get(line.period or "")}, line) for line in found]
    )


def coinsurance(lines: Sequence[Benefit], asked: Sequence[str], procedures: Sequence[str]) -> Answer:
    """EB01 A, the patient's share: {"percent": ".2"}, and "basis" as for a copay.

    20 is read as .2, and .8 with a text that says the plan pays it as .2; both are derived, with
    the figure as sent beside it.
    """
    scope, found = narrowest(
        lines, asked, procedures, lambda line: line.information_code == "A" and line.percent is not None
    )
    return _answer(scope, [(share(line), line) for line in found])


def share(line: Benefit) -> dict[str, str | None]:
    """The patient's share of one line."""
    sent = line.percent or ""
    try:
        percent = Decimal(sent)
    except InvalidOperation:
        return {"percent": None, "as_sent": sent}
    part = percent / 100 if percent > 1 else percent
    if any(PLAN_PAYS.search(text) for text in line.messages):
        part = 1 - part
    return {"percent": sent} if part == percent else {"percent": f"{part.normalize():f}", "as_sent": sent}


def _answer(scope: str, found: list[tuple[dict[str, str | None], Benefit]]) -> Answer:
    if not found:
        return Answer(status="not_stated")
    values: dict[object, dict[str, str | None]] = {}
    for value, _ in found:
        basis = {} if scope in OWN else {"basis": scope}
        values.setdefault(_same(value), {**value, **basis})
    segments = [line.segments[0] for _, line in found]
    if len(values) > 1:
        return Answer(status="ambiguous", value=list(values.values()), segments=segments)
    [value] = values.values()
    own = scope in OWN and "as_sent" not in value
    return Answer(status="stated" if own else "derived", value=value, segments=segments)


def _same(value: dict[str, str | None]) -> object:
    """30 and 30.00 are one amount."""
    figure = value.get("amount") or value.get("percent") or ""
    try:
        return Decimal(figure), value.get("per")
    except InvalidOperation:
        return figure, value.get("per")
