"""Facts from a call: the form a coordinator fills while speaking with the payer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from verify.facts.fact import Fact, Source, SourceKind
from verify.facts.form import FormField, facts_from_form


def facts_from_call(
    answers: Mapping[str, Any],
    *,
    script: Mapping[str, Any],
    call_id: str,
    by: str,
    obtained_at: datetime,
    as_of: date | None = None,
    call_reference: str = "",
    told_by: str = "",
    kind: SourceKind = SourceKind.CALL,
) -> list[Fact]:
    """The facts in the answers typed into a script's fields. Raises UnreadableAnswers."""
    source = Source(
        kind=kind,
        reference=call_id,
        by=by,
        obtained_at=obtained_at,
        as_of=as_of,
        call_reference=call_reference,
        told_by=told_by,
    )
    return facts_from_form(answers, msgspec.convert(script["fields"], list[FormField]), source=source)
