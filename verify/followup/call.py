"""The call script, as data: what to say, only as far as it is still open, and the fields to fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import FactName, FormField, SourceKind
from verify.findings import Case, Question
from verify.findings.completeness import form_name, is_ruled_out, look_up
from verify.findings.finding import day_words
from verify.worksheet import Field, Line, Need, Of, Place, Script, load, treatment_of


class _Asked(NamedTuple):
    """One field of the form, of one line or of the plan; `is_open`: it is asked for its own sake."""

    case: Case
    field: Field
    place: Place
    is_open: bool

    @property
    def service_line(self) -> str:
        return "" if self.field.of is Of.PLAN else self.case.line.key


def call_script(
    questions: Iterable[Question],
    cases: Sequence[Case],
    *,
    key: str = "payer",
    payer_name: str = "",
    payer_phone: str = "",
    settles: bool = True,
) -> dict[str, Any]:
    """The script of one call about one or more service lines, JSON-able, with no patient data in it.

    `settles`: whether the call answers the questions to the payer on the card that wait for a person.

    `lines` hold number, words and service line (empty for the whole plan); `fields` are FormFields, which
    `verify.facts.facts_from_call` reads. What is answered in the same call may call for more: those fields are
    there too, unless something that is known rules them out.
    """
    script = load().scripts[key]
    asked = _asked({(one.fact, one.service_line) for one in questions}, cases, script)
    service_lines, on = [case.line for case in cases], cases[0].on if cases else date.min
    codes, day = _join(code.code for line in service_lines for code in line.codes_on(on)), day_words(on)
    return {
        "key": script.key,
        "payer_name": payer_name,
        "payer_phone": payer_phone or script.phone,
        "hours": script.hours,
        "settles": settles,
        "source_kind": script.source_kind.value,
        "before": [text.format(codes=codes, day=day, line="") for text in script.before],
        "lines": list(_spoken(script, asked, service_lines, on)),
        "fields": msgspec.to_builtins([_form_field(one) for one in asked]),
    }


def look_up_script(
    questions: Iterable[Question], cases: Sequence[Case], source_kind: SourceKind
) -> dict[str, Any]:
    """The fields of what is looked up or asked without a call: just those that are open."""
    facts = {(one.fact, one.service_line) for one in questions}
    fields = [
        one for script in load().scripts.values() for one in _asked(facts, cases, script) if one.is_open
    ]
    named = {
        form.name: form for form in (_form_field(one) for one in fields if one.field.fact in _names(facts))
    }
    return {
        "key": "",
        "source_kind": source_kind.value,
        "before": [],
        "lines": [],
        "fields": msgspec.to_builtins(list(named.values())),
    }


def _names(facts: Iterable[tuple[FactName, str]]) -> set[FactName]:
    return {name for name, _ in facts}


def learned_form(cases: Sequence[Case]) -> list[FormField]:
    """Every field of the worksheet for these lines, each once, in the order of the worksheet."""
    found = {
        form_name(field, case.line.key, place): _Asked(case, field, place, is_open=True)
        for case in cases
        for field in load().of_line(case.line)
        for place in _places(case, field)
    }
    return [_form_field(one) for one in found.values()]


# --- which fields ---------------------------------------------------------------------------------------


def _asked(open_facts: set[tuple[FactName, str]], cases: Sequence[Case], script: Script) -> list[_Asked]:
    """Each field once, in the order of the call, the treatments one after the other."""
    found: dict[str, _Asked] = {}
    for case in cases:
        for field in load().of_line(case.line):
            for one in _of_field(open_facts, case, field, script):
                found.setdefault(form_name(field, case.line.key, one.place), one)
    order = [case.line.key for case in cases]
    return sorted(
        found.values(),
        key=lambda one: (
            script.line_of(one.field.fact),
            bool(one.service_line),
            order.index(one.case.line.key),
        ),
    )


def _of_field(
    open_facts: set[tuple[FactName, str]], case: Case, field: Field, script: Script
) -> Iterator[_Asked]:
    spoken = script.line_of(field.fact) < _NEVER or field.script == script.key
    if not spoken or is_ruled_out(case, field):
        return
    here = {fact for fact, line in open_facts if line in ("", case.line.key)}
    is_open = (field.fact, "" if field.of is Of.PLAN else case.line.key) in open_facts
    follows = field.need is not Need.OPTIONAL and any(one.fact in here for one in field.when)
    if is_open or follows or here.intersection(field.beside):
        for place in _places(case, field):
            if not look_up(case, field, place).settled:
                yield _Asked(case, field, place, is_open=is_open or follows)


#: Where `Script.line_of` puts a fact that no line asks for.
_NEVER = 99


def _places(case: Case, field: Field) -> tuple[Place, ...]:
    return case.places if field.of is Of.PLACE else (Place(),)


def _form_field(one: _Asked) -> FormField:
    field, place = one.field, one.place
    said = f"{field.label} As a {place.domain} provider" if place.domain else field.label
    said += f": {', '.join(place.codes)}" if place.group else ""
    return FormField(
        name=form_name(field, one.case.line.key, place),
        label=f"{one.case.line.label}: {said}" if one.service_line else said,
        kind=field.fact.kind,
        fact=field.fact,
        choices=field.fact.choices,
        level=field.level,
        tier=field.tier,
        service_line=one.service_line,
        domain=place.domain or field.domain,
        codes=place.group,
    )


# --- what is said ---------------------------------------------------------------------------------------


def _spoken(
    script: Script, asked: Sequence[_Asked], service_lines: Sequence[ServiceLine], on: date
) -> Iterator[dict[str, Any]]:
    """Line by line as the call goes, each for every service line it is open for."""
    for line in script.lines:
        if not line.facts:
            yield {"number": line.number, "say": line.say, "service_line": ""}
            continue
        wanted = {one.service_line for one in asked if one.is_open and one.field.fact in line.facts}
        treatments = [
            treatment
            for treatment in service_lines
            if treatment.key in wanted and line.concerns(treatment_of(treatment))
        ]
        if not treatments and "" in wanted:
            yield _said(line, service_lines, on, "")
        for treatment in treatments:
            yield _said(line, [treatment], on, treatment.key)


def _said(line: Line, treatments: Sequence[ServiceLine], on: date, key: str) -> dict[str, Any]:
    codes = _join(code.code for treatment in treatments for code in treatment.codes_on(on))
    labels = _join(treatment.label for treatment in treatments)
    return {
        "number": line.number,
        "say": line.say.format(codes=codes, day=day_words(on), line=labels),
        "service_line": key,
    }


def _join(codes: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(codes))
    return " and ".join((", ".join(distinct[:-1]), distinct[-1])) if len(distinct) > 1 else "".join(distinct)
