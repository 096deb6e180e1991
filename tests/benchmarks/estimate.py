"""A bundle of 120 lines with 8 two-valued unknowns, ranged exactly, against 256 ledger passes.

python run.py bench estimate [--seconds N]: the last line is one JSON object, processor time in milliseconds.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from statistics import median
from time import perf_counter, process_time
from typing import Any

from verify.affordability.course import walk
from verify.affordability.estimate import estimate, plan
from verify.affordability.planned_course import PlannedCourse
from verify.affordability.reader import read_case
from verify.affordability.scenarios import combinations, walk_all

BEGUN = date(2026, 10, 5)
#: Two answers to each of eight unknowns.
PASSES = 256
HALF = {"coinsurance_bp": 2000, "deductible_applies": True}
VISIT = {"copay_cents": 3000}


def bundle(unknowns: list[dict[str, Any]], maximum: int | None) -> dict[str, Any]:
    """TMS, therapy, visits and Spravato of one patient across a plan-year reset: 120 lines."""
    lines = [line(n, "90868", 25000, HALF) for n in range(36)]
    lines += [line(2 * n, "J0013", 117600, HALF) for n in range(24)]
    lines += [line(2 * n, "99214", 13000, VISIT) for n in range(24)]
    lines += [line(3 * n, "90834", 11000, VISIT) for n in range(36)]
    limits = {"deductible_individual_cents": 90000, "oop_individual_cents": maximum}
    reset = {
        "on": "2027-01-01",
        "limits": {"deductible_individual_cents": 200000, "oop_individual_cents": maximum},
    }
    return {"lines": lines, "limits": limits, "reset": reset, "unknowns": unknowns}


def line(day: int, code: str, cents: int, rule: dict[str, Any]) -> dict[str, Any]:
    on = BEGUN + timedelta(days=day + day // 2)
    return {"date": on.isoformat(), "code": code, "allowed_cents": cents, "rule": rule}


def two(fact: str, codes: list[str] | None, **change: Any) -> dict[str, Any]:
    answers = [{"answer": "as the case says"}, {"answer": "the other", **change}]
    return {"fact": fact, "codes": codes, "answers": answers}


#: What a coordinator meets: two accumulators, two rules, two prices, a count, next year's deductible.
USUAL = [
    two("deductible left", None, limits={"deductible_individual_cents": 40000}),
    two("maximum left", None, limits={"oop_individual_cents": 150000}),
    two("TMS is an office visit", ["90868"], rule={"copay_cents": 4000, "coinsurance_bp": 0}),
    two("therapy copay", ["90834"], rule={"copay_cents": 2000}),
    two("allowed for TMS", ["90868"], line={"allowed_cents": 21000}),
    two("allowed for the drug", ["J0013"], line={"allowed_cents": 99000}),
    two("TMS sessions", ["90868"], sessions=30),
    two("next year's deductible", None, reset_limits={"deductible_individual_cents": 250000}),
]
#: Every answer changes lines from first to last, and no maximum makes passes alike.
WORST = [
    two(f"fact {n}", None, **{part: change})
    for n, (part, change) in enumerate(
        [
            ("rule", {"copay_cents": 1111}),
            ("rule", {"coinsurance_bp": 1111}),
            ("rule", {"deductible_applies": False}),
            ("rule", {"order": "copay_first"}),
            ("rule", {"copay_counts_deductible": True}),
            ("rule", {"copay_counts_oop": False}),
            ("line", {"allowed_cents": 10101}),
            ("line", {"billed_cents": 20202, "out_of_network": True, "balance_bill": True}),
        ]
    )
]


#: Eight services with a price open each, so that no two passes have a line in common but the first few.
CODES = [f"service {n}" for n in range(8)]
APART = [two(code, [code], line={"allowed_cents": 10000 + 997 * 2**n}) for n, code in enumerate(CODES)]


def apart() -> dict[str, Any]:
    """Copays of the day, a deductible that lasts for weeks and a maximum that some just reach: little can be shared."""
    rule = {**HALF, "copay_cents": 3000, "copay_basis": "day"}
    lines = [line(n, CODES[n % 8], 21000, rule) for n in range(120)]
    limits = {"deductible_individual_cents": 90000, "oop_individual_cents": 800000}
    return {"lines": lines, "limits": limits, "unknowns": APART}


def helped() -> dict[str, Any]:
    """The same behind a second plan and with a card: every line moves several books, and nothing can be shared."""
    rule = {"coinsurance_bp": 3000, "deductible_applies": True}
    second = {
        "method": "standard",
        "limits": {"deductible_individual_cents": 30000},
        "rules": [{"rule": rule}],
    }
    card = {"name": "card", "codes": CODES[:1], "maximum_cents": 100000, "patient_pays_cents": 1000}
    return {**apart(), "secondary": second, "savings": [card]}


def every_pass(course: PlannedCourse) -> Callable[[], None]:
    """Walks each of the combinations from its first line to its last, nothing shared; lines made beforehand."""
    answers = (range(len(unknown.answers)) for unknown in course.unknowns)
    prepared = [
        (course.books(choices), course.lines(choices), course.terms(choices)) for choices in product(*answers)
    ]

    def walk_each() -> None:
        for books, lines, terms in prepared:
            walk(books, course.days, lines, terms)

    return walk_each


def cpu_ms(work: Callable[[], object]) -> float:
    """Processor time: other programs of the machine do not count."""
    begun = process_time()
    work()
    return (process_time() - begun) * 1000


def measure(document: dict[str, Any], seconds: float) -> dict[str, Any]:
    case = read_case(document)
    course = plan(case)
    assert len(course.days) == 120
    assert combinations(course) == PASSES
    passes, ranges = every_pass(course), []
    until = perf_counter() + seconds
    while len(ranges) < 5 or perf_counter() < until:
        ranges.append((cpu_ms(passes), cpu_ms(lambda: walk_all(plan(case)))))
    found = estimate(case)
    return {
        "passes_ms": round(median(one for one, _ in ranges), 1),
        "range_ms": round(median(one for _, one in ranges), 1),
        "range_in_passes": round(median(PASSES * ranged / all_passes for all_passes, ranged in ranges), 1),
        "whole_estimate_ms": round(
            median(cpu_ms(lambda: estimate(read_case(document))) for _ in range(5)), 1
        ),
        "low_cents": found.low_cents,
        "high_cents": found.high_cents,
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8.0, help="how long to measure in all")
    seconds = options.parse_args().seconds
    bundles = {
        "usual": bundle(USUAL, 600000),
        "worst": bundle(WORST, None),
        "apart": apart(),
        "helped": helped(),
    }
    found = {name: measure(document, seconds / len(bundles)) for name, document in bundles.items()}
    for name, figures in found.items():
        print(f"{name} unknowns:", figures)
    within = all(found[name]["range_in_passes"] <= PASSES for name in ("usual", "worst", "apart"))
    print(json.dumps({"benchmark": "estimate", "passes_allowed": PASSES, "within": within, **found}))
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
