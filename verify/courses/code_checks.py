"""Codes of planned courses against the catalogue: validity, wrong codes, and the rules between codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from verify.catalogue import Catalogue, is_verified
from verify.catalogue.code import (
    DaysApart,
    MostPerCourse,
    MostPerDay,
    NeedsCode,
    NeedsModifier,
    NotSameDay,
    Rule,
    stands_in,
)
from verify.courses.issue import (
    Billed,
    Issue,
    IssueKind,
    Weight,
    by_day,
    day_words,
    days_of,
    lines_of,
    on_days,
)
from verify.courses.planning import OWN_PRICE


def code_issues(catalogue: Catalogue, entries: Sequence[Billed]) -> Iterator[Issue]:
    """Of everything that is billed in a patient's courses, in the order of its days."""
    to_plans = [one for one in entries if one.role != OWN_PRICE]
    for code in dict.fromkeys(one.code for one in to_plans):
        of_code = [one for one in to_plans if one.code == code]
        yield from _wrong(catalogue, code, of_code)
        yield from _validity(catalogue, code, of_code)
        yield from _of_other_lines(catalogue, code, of_code)
    for rule in catalogue.rules:
        for kind, found in _breaches(rule, to_plans):
            if found:
                yield _issue(catalogue, rule, kind, found)


def _weight(catalogue: Catalogue, sources: Sequence[str], *, payers_differ: bool = False) -> Weight:
    """What nobody checked, and what payers see differently, is a question and no fault."""
    certain = is_verified(sources, catalogue.sources) and not payers_differ
    return Weight.WRONG if certain else Weight.ASK


def _wrong(catalogue: Catalogue, code: str, entries: Sequence[Billed]) -> Iterator[Issue]:
    """A code of the list of wrong ones."""
    for wrong in catalogue.wrong_codes:
        if wrong.code == code:
            instead = " or ".join(wrong.instead)
            yield Issue(
                kind=IssueKind.WRONG_CODE,
                weight=_weight(catalogue, wrong.sources),
                sentence=f"{code} is not the code of {wrong.taken_for}: {wrong.reason}"
                + (f" Take {instead}." if instead else ""),
                service_lines=lines_of(entries),
                days=days_of(entries),
                codes=(code,),
                instead=wrong.instead,
                sources=wrong.sources,
            )


def _validity(catalogue: Catalogue, code: str, entries: Sequence[Billed]) -> Iterator[Issue]:
    """Days before the first on which a code is valid, and after the last."""
    rows = [one for one in catalogue.codes if one.code == code]
    outside = [one for one in entries if rows and not any(row.valid_on(one.on) for row in rows)]
    begins = min((row.valid_from or date.min for row in rows), default=date.min)
    early = [one for one in outside if one.on < begins]
    late = [one for one in outside if one.on >= begins]
    before = tuple(one.code for one in catalogue.codes if one.successor == code)
    after = tuple(row.successor for row in rows if row.successor)
    for kind, found, instead, words in (
        (IssueKind.NOT_YET_VALID, early, before, f"is valid from {day_words(begins)} on"),
        (IssueKind.NO_LONGER_VALID, late, after, "is no longer valid"),
    ):
        if found:
            days = days_of(found)
            yield Issue(
                kind=kind,
                weight=Weight.WRONG,
                sentence=f"{code} {words}, and stands {on_days(days)}."
                + (f" Take {' or '.join(instead)}." if instead else ""),
                service_lines=lines_of(found),
                days=days,
                codes=(code,),
                instead=instead,
                sources=rows[0].sources,
            )


def _of_other_lines(catalogue: Catalogue, code: str, entries: Sequence[Billed]) -> Iterator[Issue]:
    """A code that the treatment does not have: it may be right, and nobody wrote it down."""
    if any(wrong.code == code for wrong in catalogue.wrong_codes):
        return
    lines = catalogue.service_lines
    foreign = [one for one in entries if code not in lines[one.service_line].code_names]
    for key in lines_of(foreign):
        of_line = [one for one in foreign if one.service_line == key]
        yield Issue(
            kind=IssueKind.NOT_OF_LINE,
            weight=Weight.ASK,
            sentence=f"{code} is no code we know for {lines[key].label}; it stands {on_days(days_of(of_line))}.",
            service_lines=(key,),
            days=days_of(of_line),
            codes=(code,),
        )


# --- rules between codes ---------------------------------------------------------------------------------


def _breaches(rule: Rule, entries: Sequence[Billed]) -> Iterator[tuple[IssueKind, list[Billed]]]:
    """What breaks a rule, on all its days together; by course where the rule is about one."""
    days = [day for _, day in by_day(entries)]
    match rule:
        case MostPerCourse():
            for key in lines_of(entries):
                of_course = [one for one in entries if one.service_line == key]
                yield IssueKind.TOO_MANY_IN_COURSE, _too_many(rule, of_course)
        case MostPerDay():
            yield IssueKind.TOO_MANY_A_DAY, [one for day in days for one in _too_many(rule, day)]
        case DaysApart():
            yield IssueKind.TOO_SOON, _too_soon(rule, entries)
        case NotSameDay():
            yield IssueKind.NOT_SAME_DAY, [one for day in days for one in _together(rule, day)]
        case NeedsModifier():
            yield IssueKind.NEEDS_MODIFIER, [one for day in days for one in _without_modifier(rule, day)]
        case NeedsCode():
            yield IssueKind.NEEDS_CODE, [one for day in days for one in _alone(rule, day)]


def _too_many(rule: MostPerCourse | MostPerDay, entries: Sequence[Billed]) -> list[Billed]:
    """Those of a code that stands more often; each code is counted by itself."""
    units: Counter[str] = Counter()
    for one in entries:
        units[one.code] += one.units
    return [one for one in entries if stands_in(one.code, rule.codes) and units[one.code] > rule.most]


def _too_soon(rule: DaysApart, entries: Sequence[Billed]) -> list[Billed]:
    """Pairs of the same code with too few days between them; the same day is another rule's."""
    found: list[Billed] = []
    for code in dict.fromkeys(one.code for one in entries if stands_in(one.code, rule.codes)):
        for one, other in pairwise([it for it in entries if it.code == code]):
            if timedelta(0) < other.on - one.on < timedelta(days=rule.days):
                found += [one, other]
    return list(dict.fromkeys(found))


def _together(rule: NotSameDay, day: Sequence[Billed]) -> list[Billed]:
    ours = [one for one in day if stands_in(one.code, rule.codes)]
    others = [one for one in day if stands_in(one.code, rule.and_codes) and one not in ours]
    return [*ours, *others] if ours and others else []


def _without_modifier(rule: NeedsModifier, day: Sequence[Billed]) -> list[Billed]:
    if not any(stands_in(one.code, rule.and_codes) for one in day):
        return []
    return [
        one for one in day if stands_in(one.code, rule.codes) and not set(one.modifiers) & set(rule.modifiers)
    ]


def _alone(rule: NeedsCode, day: Sequence[Billed]) -> list[Billed]:
    if any(stands_in(one.code, rule.and_codes) for one in day):
        return []
    return [one for one in day if stands_in(one.code, rule.codes)]


def _issue(catalogue: Catalogue, rule: Rule, kind: IssueKind, found: Sequence[Billed]) -> Issue:
    days, codes = days_of(found), tuple(dict.fromkeys(one.code for one in found))
    return Issue(
        kind=kind,
        weight=_weight(catalogue, rule.sources, payers_differ=rule.payers_differ),
        sentence=f"{rule.says} Planned: {' and '.join(codes)} {on_days(days)}.",
        service_lines=lines_of(found),
        days=days,
        codes=codes,
        instead=rule.modifiers if isinstance(rule, NeedsModifier) else (),
        sources=rule.sources,
    )
