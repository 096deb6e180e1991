"""Two readings of one answer, the source's JSON and the raw 271 in it -> where they disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from payers.benefits import Benefit, Benefits, Member, Problem

#: What is told apart of one line, comparable between the two.
Line = tuple[object, ...]


def differences(
    ours: Benefits, theirs: Benefits, lines_of: Callable[[Benefit], Iterator[Line]]
) -> list[Problem]:
    """Each disagreement as a problem of its own, without a word of the patient's.

    `ours` is read from the raw 271, `theirs` from the JSON. `lines_of` says what of a line both can
    tell; a source that splits a line in several gives several.
    """
    found = list(_of_rejections(ours, theirs))
    mine, other = _patient(ours), _patient(theirs)
    if mine is None or other is None:
        return found
    return [*found, *_of_identity(mine, other), *_of_coverage(mine, other), *_of_lines(mine, other, lines_of)]


def whole_line(line: Benefit) -> Iterator[Line]:
    """What v3 says of an EB, one entry for one EB."""
    yield (
        line.information_code,
        line.coverage_level,
        tuple(line.service_types),
        line.insurance_type,
        line.plan,
        line.period,
        number(line.amount),
        number(line.percent),
        line.quantity_qualifier,
        number(line.quantity),
        line.authorization_required,
        line.in_network,
        tuple(line.procedure[:2]),
        tuple(line.messages),
        tuple((entity.type, entity.name, entity.id) for entity in line.entities),
    )


def number(value: str | None) -> Decimal | str | None:
    """`.2` and `0.20` are one figure; what is none is compared as it stands."""
    try:
        return None if value is None else Decimal(value).normalize()
    except InvalidOperation:
        return value


def _patient(answer: Benefits) -> Member | None:
    return answer.members[-1] if answer.members else None


def _problem(place: str, message: str) -> Problem:
    return Problem(place=place, severity="structure", message=f"JSON and 271 disagree: {message}")


def _of_rejections(ours: Benefits, theirs: Benefits) -> Iterator[Problem]:
    if _reasons(ours) != _reasons(theirs):
        yield _problem("rejections", "the AAA codes are not the same")


def _reasons(answer: Benefits) -> set[str | None]:
    """AAA03 only: where one stands, and how often it is repeated, the two say differently."""
    lines = [line for member in answer.members for line in member.benefits]
    said = [*answer.rejections, *(r for m in answer.members for r in m.rejections)]
    return {each.reason for each in [*said, *(r for line in lines for r in line.rejections)]}


def _of_identity(mine: Member, other: Member) -> Iterator[Problem]:
    for name in ("last", "first", "member_id", "birth_date"):
        one, two = getattr(mine.identity, name), getattr(other.identity, name)
        if (one or "").strip().upper() != (two or "").strip().upper():
            yield _problem("member", f"{name} differs")


def _of_coverage(mine: Member, other: Member) -> Iterator[Problem]:
    if mine.coverage.status != other.coverage.status:
        yield _problem("coverage", f"{mine.coverage.status} in the 271, {other.coverage.status} in the JSON")


def _of_lines(
    mine: Member, other: Member, lines_of: Callable[[Benefit], Iterator[Line]]
) -> Iterator[Problem]:
    ours = Counter(entry for line in mine.benefits for entry in lines_of(line))
    theirs = Counter(entry for line in other.benefits for entry in lines_of(line))
    for only, where in ((ours - theirs, "271"), (theirs - ours, "JSON")):
        if only:
            codes = sorted({str(entry[0])[:2] for entry in only})
            yield _problem(
                "benefits", f"{only.total()} lines are only in the {where} (EB01 {', '.join(codes)})"
            )
