"""A treatment of the catalogue in words for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from verify.cli.terminal import table

if TYPE_CHECKING:
    from verify.catalogue import Catalogue, Code, CourseModel, ServiceLine

#: What the FDA says of it, in our words.
FDA = {
    "approved": "approved by the FDA",
    "cleared": "cleared by the FDA (510(k))",
    "off_label": "off-label",
    "not_applicable": "no drug or device",
}


def as_json(line: ServiceLine, catalogue: Catalogue) -> dict[str, Any]:
    """Everything the files say of a line, with the sources it names."""
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(line)
    document["codes"] = document.pop("resolved")
    document["sources"] = {
        tag: msgspec.to_builtins(source)
        for tag, source in catalogue.sources.items()
        if tag in set(_tags(document))
    }
    return document


def _tags(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key in {"sources", "seen"}:
                yield from one
            else:
                yield from _tags(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _tags(one)


def lines(line: ServiceLine, catalogue: Catalogue) -> Iterator[str]:
    """The page of a treatment."""
    told = _Told(catalogue)
    yield f"{line.label}  ({line.key})"
    yield from told.said("Benefit", f"{line.benefit_domain.value}. {line.benefit.note}", line.benefit.sources)
    if line.benefit.billed_elsewhere:
        yield f"  Billed elsewhere: {line.benefit.billed_elsewhere}."
    yield from told.said("FDA", f"{FDA[line.fda_status.value]}. {line.fda.note}", line.fda.sources)
    asked = f"{' then '.join(line.ask)}; back-up {', '.join(line.asking.back_up)}"
    yield from told.said("Service types", asked, line.asking.sources)
    places = ", ".join((*line.places.usual, *line.places.also))
    yield from told.said("Place of service", f"{places}. {line.places.note}".rstrip(), line.places.sources)
    if line.diagnoses:
        yield from told.said("Diagnoses", _diagnoses(line), line.diagnoses.sources)
    yield from _codes(line, told)
    yield from _course(line.course, told)
    yield ""
    yield f"To be read again by {line.review_by}."


class _Told:
    """Sentences with their sources behind them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def said(self, what: str, words: str, sources: Sequence[str]) -> Iterator[str]:
        yield f"{what}: {words}"
        yield f"  [{self.behind(sources)}]"

    def behind(self, sources: Sequence[str]) -> str:
        from verify.catalogue import is_verified

        titles = "; ".join(self.catalogue.sources[tag].title for tag in sources)
        return titles if is_verified(sources, self.catalogue.sources) else f"not verified: {titles}"


def _diagnoses(line: ServiceLine) -> str:
    assert line.diagnoses is not None
    parts = {
        "usual": line.diagnoses.usual,
        "some payers": line.diagnoses.some_payers,
        "refused almost everywhere": line.diagnoses.refused,
    }
    said = "; ".join(f"{words} {', '.join(codes)}" for words, codes in parts.items() if codes)
    return f"{said}. {line.diagnoses.note}".rstrip()


def _codes(line: ServiceLine, told: _Told) -> Iterator[str]:
    yield ""
    rows = [
        [code.code, code.role.value, code.unit.__struct_config__.tag, _validity(code), code.label]
        for code in line.codes
    ]
    yield from table(("CODE", "ROLE", "PER", "VALID", "LABEL"), rows)
    for code in line.codes:
        yield from told.said(code.code, code.note or code.label, code.sources)
    for rule in line.rules:
        yield from told.said("Rule, payers differ" if rule.payers_differ else "Rule", rule.says, rule.sources)
    for one in line.modifiers:
        yield from told.said(f"Modifier {one.modifier} on {', '.join(one.codes)}", one.note, one.sources)
    for wrong in line.wrong_codes:
        instead = f" Take {' or '.join(wrong.instead)}." if wrong.instead else ""
        words = f"{wrong.code} for {wrong.taken_for}. {wrong.reason}{instead}"
        yield from told.said("Wrong code", words, wrong.sources)
        if wrong.seen:
            yield f"  [seen: {told.behind(wrong.seen)}]"


def _validity(code: Code) -> str:
    if code.valid_until:
        return f"until {code.valid_until}"
    return f"from {code.valid_from}" if code.valid_from else ""


def _course(course: CourseModel, told: _Told) -> Iterator[str]:
    yield ""
    yield from told.said("Course", f"{sessions_words(course)} sessions. {course.note}", course.sources)
    for one in course.stretches:
        pace = " ".join(map(str, one.per_week)) if one.per_week else f"every {one.every_weeks} weeks"
        a_day = f", {one.per_day} a day" if one.per_day > 1 else ""
        yield f"  {one.phase.value:13} {one.sessions:3} sessions, {one.stands.value} ({pace}{a_day})"
    if later := course.later:
        between = f"{later.at_least_weeks} to {later.at_most_weeks}"
        yield f"  {later.phase.value:13}     every {later.every_weeks} weeks ({between}), planned apart"


def sessions_words(course: CourseModel) -> str:
    """ "36 (30 to 46)", or the number alone."""
    if course.fewest == course.most:
        return str(course.sessions)
    return f"{course.sessions} ({course.fewest} to {course.most})"
