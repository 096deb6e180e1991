"""Which service types to ask one payer, in order, and when enough was said. Checks are billed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from payers.directory import Quirks
from verify.catalogue import BenefitDomain, ServiceLine, next_service_type, opening_service_types
from verify.facts import WHOLE_PLAN, Fact

#: No more service types than this are asked of one payer for one verification.
MOST_QUESTIONS = 4
#: What is asked first of whoever holds only these benefits (EB03).
FIRST_BY_DOMAIN = {"behavioral": "MH", "pharmacy": "88"}
#: A holder of these benefits is asked about lines of these domains.
LINES_BY_DOMAIN = {
    "behavioral": frozenset({BenefitDomain.BEHAVIORAL}),
    "pharmacy": frozenset({BenefitDomain.PHARMACY}),
    "medical": frozenset({BenefitDomain.MEDICAL}),
}


def lines_held(lines: Sequence[ServiceLine], domain: str) -> list[ServiceLine]:
    """The service lines a holder of these benefits is asked about; all of them of the plan as a whole."""
    held = LINES_BY_DOMAIN.get(domain)
    return list(lines) if held is None else [line for line in lines if line.benefit_domain in held]


def opening(lines: Sequence[ServiceLine], quirks: Quirks, *, domain: str = "") -> list[str]:
    """What is asked at once: the plan and mental health, or the first question about carved-out benefits."""
    if domain in FIRST_BY_DOMAIN:
        return [FIRST_BY_DOMAIN[domain]]
    return _answered(opening_service_types(lines), quirks)


def further(
    lines: Sequence[ServiceLine], known: Sequence[Fact], asked: Collection[str], quirks: Quirks
) -> list[str]:
    """The next service type of each line nothing was said of; nothing more once everything is, or enough was asked."""
    wanted = []
    for line in lines:
        if is_silent(line, known):
            skipped = {each for each in line.ask if not _is_answered(each, quirks)}
            following = next_service_type(line, {*asked, *skipped})
            wanted += [following] if following else []
    room = MOST_QUESTIONS - len(asked)
    return list(dict.fromkeys(wanted))[: max(room, 0)]


def is_silent(line: ServiceLine, known: Sequence[Fact]) -> bool:
    """Whether no answer says anything of the line's own service types; the plan's general status is nothing of its own."""
    own = {service_type for service_type in line.ask if service_type != WHOLE_PLAN}
    return not any(fact.settled and fact.about.service_type in own for fact in known)


def _answered(service_types: Sequence[str], quirks: Quirks) -> list[str]:
    return [each for each in service_types if _is_answered(each, quirks)]


def _is_answered(service_type: str, quirks: Quirks) -> bool:
    """The plan as a whole is always worth asking; the others where nothing says the payer passes them over."""
    return service_type == WHOLE_PLAN or not quirks.service_types or service_type in quirks.service_types
