"""Which service types to ask a payer with, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from verify.catalogue.service_line import WHOLE_PLAN, ServiceLine

#: Asked at once for every line; the next ones only where these say nothing. One service type per inquiry,
#: because payers often answer only the first of several.
OPENING_SERVICE_TYPES = (WHOLE_PLAN, "MH")


def opening_service_types(lines: Iterable[ServiceLine]) -> list[str]:
    """What to ask at once for these lines, each once: 30 first, then MH where a line asks with it."""
    wanted = {code for line in lines for code in line.ask}
    return [code for code in OPENING_SERVICE_TYPES if wanted and (code == WHOLE_PLAN or code in wanted)]


def next_service_type(line: ServiceLine, asked: Collection[str]) -> str | None:
    """The next one to ask for a line that is still open, or None when all have been asked."""
    return next((code for code in line.ask if code not in asked), None)
