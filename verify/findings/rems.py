"""Are site and patient in the REMS before the first session?"""

from __future__ import annotations

from verify.facts import FactName, Standing
from verify.findings.finding import Case, Verdict, day_of, day_words
from verify.worksheet import Treatment, treatment_of

RULE = "rems"


def rems(case: Case) -> Verdict | None:
    """ready, stop, unknown or not_stated; nothing for a line that gives no esketamine.

    A hard stop: without both the session cannot begin (REMS: patients enrolled before their first treatment).
    """
    if treatment_of(case.line) is not Treatment.ESKETAMINE:
        return None
    site, enrolled = case.look_up_line(FactName.SITE_CERTIFIED), case.look_up_line(FactName.REMS_ENROLLED)
    first = min(case.course.days, default=case.on)
    day = day_of(enrolled)
    if site.standing is Standing.NO:
        sentence = "The site is not REMS-certified: no session can begin here."
        return case.verdict(RULE, "stop", sentence, [site, enrolled])
    if day is not None and day > first:
        sentence = f"The patient is enrolled in the REMS on {day_words(day)}, after the first session on {day_words(first)}: it cannot begin before."
        return case.verdict(RULE, "stop", sentence, [enrolled, site])
    missing = [known_as for known_as, settled in _parts(site.settled, day is not None) if not settled]
    if not missing:
        sentence = "The site is REMS-certified, and the patient is enrolled before the first session."
        return case.verdict(RULE, "ready", sentence, [site, enrolled])
    ask = [
        name
        for name, known in ((FactName.SITE_CERTIFIED, site), (FactName.REMS_ENROLLED, enrolled))
        if not known.settled
    ]
    unknown = Standing.UNKNOWN in (site.standing, enrolled.standing)
    sentence = f"Not stated for the REMS: {' and '.join(missing)}. Without it the session cannot begin."
    return case.verdict(RULE, "unknown" if unknown else "not_stated", sentence, [site, enrolled], ask=ask)


def _parts(site: bool, patient: bool) -> tuple[tuple[str, bool], ...]:
    return (("that the site is certified", site), ("that the patient is enrolled", patient))
