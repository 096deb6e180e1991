"""Are as many sessions of one day paid as are planned?"""

from __future__ import annotations

from verify.facts import FactName, Standing
from verify.findings.finding import Case, Verdict, number_of

RULE = "day_limit"


def day_limit(case: Case) -> Verdict | None:
    """within, over, unknown or not_stated; nothing where no day has several sessions and nobody spoke of it."""
    known, most = case.look_up_line(FactName.DAY_LIMIT), case.course.most_a_day
    paid = number_of(known)
    if most < 2 and paid is None:
        return None
    if paid is not None and most > paid:
        sentence = f"The payer pays {paid} session{'' if paid == 1 else 's'} a day, and {most} are planned on one day."
        return case.verdict(RULE, "over", sentence, [known])
    if paid is not None:
        sentence = f"The payer pays {paid} session{'' if paid == 1 else 's'} a day; no day has more."
        return case.verdict(RULE, "within", sentence, [known])
    conclusion = "unknown" if known.standing is Standing.UNKNOWN else "not_stated"
    sentence = f"{most} sessions are planned on one day; how many are paid is not stated."
    return case.verdict(RULE, conclusion, sentence, [known], ask=[FactName.DAY_LIMIT])
