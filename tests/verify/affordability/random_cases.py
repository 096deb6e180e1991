"""Random cases of the whole format, with amounts that meet their limits often."""

from datetime import date, timedelta

FIRST = date(2026, 11, 2)
CODES = ("90867", "90868", "99214", "90834")
GROUPS = (None, "visit", "therapy")


def amount(rng, most):
    """Often round, sometimes not, sometimes nothing."""
    return rng.choice((0, rng.randrange(most + 1), rng.randrange(most // 100 + 1) * 100))


def some(rng, likely, value):
    return value if rng.random() < likely else None


def rule(rng):
    full = {
        "covered": rng.random() < 0.93,
        "copay_cents": amount(rng, 6000),
        "copay_basis": rng.choice(("visit", "service", "day")),
        "copay_group": rng.choice(GROUPS),
        "coinsurance_bp": rng.choice((0, 1000, 2000, 3333, 5000, 10000, rng.randrange(10001))),
        "deductible_applies": rng.random() < 0.6,
        "order": rng.choice(("deductible_first", "copay_first")),
        "copay_counts_deductible": rng.random() < 0.4,
        "copay_counts_oop": rng.random() < 0.7,
        "counts_visit": rng.random() < 0.4,
        "visit_group": rng.choice(GROUPS),
    }
    return {key: value for key, value in full.items() if rng.random() < 0.7}


def limits(rng):
    full = {
        "deductible_individual_cents": some(rng, 0.8, amount(rng, 60000)),
        "deductible_family_cents": some(rng, 0.5, amount(rng, 90000)),
        "oop_individual_cents": some(rng, 0.8, amount(rng, 120000)),
        "oop_family_cents": some(rng, 0.5, amount(rng, 160000)),
        "deductible_kind": rng.choice(("embedded", "aggregate")),
        "oop_kind": rng.choice(("embedded", "aggregate")),
        "visits_left": some(rng, 0.4, rng.randrange(7)),
    }
    return {key: value for key, value in full.items() if rng.random() < 0.8}


def day(rng):
    return (FIRST + timedelta(rng.randrange(90))).isoformat()


def reset(rng):
    return {"on": rng.choice(("2026-12-01", "2027-01-01", day(rng))), "limits": limits(rng)}


def line(rng, on):
    found = {"date": on, "code": rng.choice(CODES), "allowed_cents": amount(rng, 40000), "rule": rule(rng)}
    if rng.random() < 0.5:
        found["billed_cents"] = amount(rng, 60000)
        found["out_of_network"] = rng.random() < 0.4
        found["balance_bill"] = rng.random() < 0.5
    if rng.random() < 0.05:
        found["self_pay_cents"] = amount(rng, 50000)
    return found


def lines(rng, most):
    days = [day(rng) for _ in range(max(1, most // 2))]
    return [line(rng, rng.choice(days)) for _ in range(rng.randint(1, most))]


def secondary(rng):
    found = {
        "method": rng.choice(("standard", "non_duplication", "supplement", "qmb")),
        "limits": limits(rng),
        "rules": [
            {
                "codes": rng.sample(CODES, 2) if rng.random() < 0.5 else None,
                "rule": rule(rng),
                "allowed_cents": some(rng, 0.3, amount(rng, 40000)),
            }
            for _ in range(rng.randrange(3))
        ],
        "pays_of_deductible_bp": rng.choice((0, 5000, 10000)),
        "pays_of_coinsurance_bp": rng.choice((0, 7500, 10000)),
    }
    return {**found, "reset": reset(rng)} if rng.random() < 0.4 else found


def savings(rng):
    return [
        {
            "name": f"card {number}",
            "codes": rng.sample(CODES, 2),
            "patient_pays_cents": amount(rng, 2000),
            "maximum_cents": some(rng, 0.7, amount(rng, 60000)),
            "counts": rng.random() < 0.5,
            **({"left_cents": amount(rng, 30000)} if rng.random() < 0.2 else {}),
            **({"starts_on": day(rng)} if rng.random() < 0.2 else {}),
            **({"renews_on": day(rng)} if rng.random() < 0.3 else {}),
        }
        for number in range(rng.randint(1, 2))
    ]


def answer(rng, number, case):
    found = {"answer": f"answer {number}"}
    kinds = ["rule", "line", "limits", "sessions", "every", "nothing"]
    kinds += [key for key in ("reset", "savings", "secondary") if case.get(key)]
    for kind in {rng.choice(kinds), rng.choice(kinds)}:
        if kind == "rule":
            found["rule"] = rule(rng)
        elif kind == "line":
            found["line"] = {"allowed_cents": amount(rng, 40000)}
        elif kind == "limits":
            found["limits"] = limits(rng)
        elif kind == "sessions":
            found["sessions"] = rng.randrange(6)
        elif kind == "every":
            found["every"] = rng.randint(1, 3)
        elif kind == "reset":
            found["reset_limits"] = limits(rng)
        elif kind == "savings":
            found["savings"] = {
                case["savings"][0]["name"]: {"counts": rng.random() < 0.5, "maximum_cents": 900}
            }
        elif kind == "secondary":
            found["secondary"] = {"method": rng.choice(("standard", "non_duplication", "qmb"))}
    return found


def unknown(rng, number, case):
    answers = [answer(rng, at, case) for at in range(rng.randint(2, 3))]
    present = [one["code"] for one in case["lines"]]
    found = {"fact": f"fact {number}", "answers": answers}
    if rng.random() < 0.6:
        found["codes"] = [rng.choice(present), "90834"]
    if rng.random() < 0.3:
        found["starts_on"] = day(rng)
    if rng.random() < 0.5:
        found["expected"] = answers[-1]["answer"]
    return found


def plain_case(rng):
    """Lines, limits and perhaps a reset: the format every estimator knows."""
    case = {"lines": lines(rng, 12), "limits": limits(rng)}
    if rng.random() < 0.5:
        case["reset"] = reset(rng)
    return case


def any_case(rng):
    """The whole format."""
    case = plain_case(rng)
    if rng.random() < 0.3:
        case["pending"] = lines(rng, 3)
    if rng.random() < 0.35:
        case["secondary"] = secondary(rng)
    if rng.random() < 0.35:
        case["savings"] = savings(rng)
    case["unknowns"] = [unknown(rng, number, case) for number in range(rng.choice((0, 0, 1, 2, 3)))]
    return case


def long_case(rng):
    """A course as patients have them: few kinds of lines, many days, and answers that hold for all of them."""
    kinds = [line(rng, "") for _ in range(rng.randint(1, 4))]
    days = sorted(day(rng) for _ in range(rng.randint(25, 60)))
    case = {"lines": [{**rng.choice(kinds), "date": on} for on in days], "limits": limits(rng)}
    for name in case["limits"]:
        if name.endswith("_cents") and case["limits"][name] is not None:
            case["limits"][name] *= rng.choice((1, 10))
    if rng.random() < 0.5:
        case["reset"] = reset(rng)
    if rng.random() < 0.2:
        case["secondary"] = secondary(rng)
    if rng.random() < 0.2:
        case["savings"] = savings(rng)
    case["unknowns"] = [unknown(rng, number, case) for number in range(rng.randint(1, 3))]
    if "reset" in case and rng.random() < 0.3:
        case["unknowns"][0]["answers"][1]["no_reset"] = True
    return case
