"""The clinic's network status for a service line, from what was said of its parts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from verify.facts.fact import About, Standing
from verify.facts.merging import Known, Merged
from verify.facts.names import FactName


def network_of_line(
    merged: Merged,
    service_line: str,
    codes: str = "",
    name: FactName = FactName.IN_NETWORK,
    *,
    domains: Collection[str] = (),
) -> Known:
    """In network for the line: what was said of all of it, else of its parts, as far as they go.

    Where it is known which benefit its codes are paid from, only what was said of that benefit counts. Where one
    part is in and another out, that is disputed: which of the two decides a session is not known. `codes`: for
    that group of codes alone, of which what was said of another group says nothing. `name`: of the clinic, or of
    the treating provider. `domains`: the benefits it may be paid from; while it is not known from which, a yes for
    one of them is none for the others.
    """
    whole = merged.look_up(name, service_line=service_line)
    parts = _parts(merged, service_line, codes, name)
    inside = {about: known for about, known in parts.items() if known.standing is Standing.YES}
    outside = [known for known in parts.values() if known.standing is Standing.NO]
    if outside:
        said = (whole, *inside.values())
        against = [known.fact for known in said if known.standing is Standing.YES and known.fact]
        return replace(outside[0], rivals=(*outside[0].rivals, *against))
    if whole.standing is not Standing.NOT_ASKED:
        return whole
    heard = {about.domain for about in inside}
    if heard and _paid_from(merged, service_line) not in heard and not heard.issuperset(domains):
        return whole
    return min(parts.values(), key=lambda known: known.settled, default=whole)


def _parts(merged: Merged, service_line: str, codes: str, name: FactName) -> dict[About, Known]:
    domain = _paid_from(merged, service_line)
    found = {
        about: known
        for (said, about), known in merged.known.items()
        if said is name
        and about.service_line == service_line
        and (about.domain or about.codes)
        and (not codes or about.codes in ("", codes))
    }
    return {about: known for about, known in found.items() if about.domain == domain} or found


def _paid_from(merged: Merged, service_line: str) -> str | None:
    """The benefit, where it is known."""
    under = merged.look_up(FactName.PROCESSED_UNDER, service_line=service_line)
    return str(under.fact.value) if under.fact and under.settled else None
