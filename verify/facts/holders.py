"""Facts about who holds which benefits, from the companies an answer names."""

from __future__ import annotations

from collections.abc import Sequence

from payers.reading import Holder
from verify.facts.fact import About, Fact, Source, Standing, Status, expiry
from verify.facts.names import FactName


def facts_from_holders(found: Sequence[Holder], *, source: Source) -> list[Fact]:
    """One fact a company and what it holds. Numbers of a member are left out; they stay in the answer."""
    return [_held_by(holder, source) for holder in found]


def _held_by(holder: Holder, source: Source) -> Fact:
    value = {
        "name": holder.name or None,
        "payer_id": holder.company_id or None,
        "phone": holder.phone or None,
        "reason": holder.reason,
        "order": holder.order or None,
    }
    return Fact(
        name=FactName.HELD_BY,
        about=About(domain=holder.domain),
        standing=Standing.YES,
        status=Status.STATED,
        value=value,
        segments=holder.segments,
        source=source,
        expires_at=expiry(FactName.HELD_BY, source.obtained_at),
    )
