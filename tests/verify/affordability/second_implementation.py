"""The estimate a second time: slow and obvious, on plain dictionaries, written from the description alone.

Imports nothing of the product. Every combination of answers is a copy of the whole document, and each
is walked from its first line to its last.
"""

from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

RULE = {
    "covered": True,
    "copay_cents": 0,
    "copay_basis": "visit",
    "copay_group": None,
    "coinsurance_bp": 0,
    "deductible_applies": False,
    "order": "deductible_first",
    "copay_counts_deductible": False,
    "copay_counts_oop": True,
    "counts_visit": False,
    "visit_group": None,
}


class Plan:
    """One payer's ledger, with its reset."""

    def __init__(self, limits, reset):
        self.left = dict(limits)
        self.reset = reset
        self.groups_charged = set()
        self.visits_begun = set()

    def on(self, day):
        if self.reset and day >= self.reset["on"]:
            self.left = dict(self.reset["limits"])
            self.reset = None

    def limit(self, what):
        individual = self.left.get(f"{what}_individual_cents")
        family = self.left.get(f"{what}_family_cents")
        if self.left.get(f"{what}_kind") == "aggregate":
            return family
        both = [amount for amount in (individual, family) if amount is not None]
        return min(both) if both else None

    def pays_for(self, day, rule):
        if not rule["covered"]:
            return False
        if (day, rule["visit_group"]) in self.visits_begun:
            return True
        return not rule["counts_visit"] or self.left.get("visits_left") != 0

    def shares(self, day, rule, allowed):
        """Deductible, copay, coinsurance of a line the plan pays for."""
        copay = rule["copay_cents"]
        if rule["copay_basis"] == "day":
            if (day, rule["copay_group"]) in self.groups_charged:
                copay = 0
            self.groups_charged.add((day, rule["copay_group"]))
        deductible_left = self.limit("deductible") or 0
        if not rule["deductible_applies"]:
            deductible_left = 0
        rest = allowed
        deductible = 0
        if rule["order"] == "deductible_first":
            deductible = min(rest, deductible_left)
            rest -= deductible
            copay = min(copay, rest)
            rest -= copay
        else:
            copay = min(copay, rest)
            rest -= copay
            deductible = min(rest, deductible_left)
            rest -= deductible
        exact = Decimal(rest) * rule["coinsurance_bp"] / 10000
        coinsurance = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        maximum = self.limit("oop")
        if maximum is not None:
            counted = deductible + coinsurance
            if rule["copay_counts_oop"]:
                counted += copay
            too_much = max(0, counted - maximum)
            less = min(too_much, coinsurance)
            coinsurance -= less
            too_much -= less
            if rule["copay_counts_oop"]:
                less = min(too_much, copay)
                copay -= less
                too_much -= less
            deductible -= min(too_much, deductible)
        return deductible, copay, coinsurance

    def move(self, day, rule, deductible, copay, coinsurance):
        met = deductible
        if rule["copay_counts_deductible"]:
            met += copay
        spent = deductible + coinsurance
        if rule["copay_counts_oop"]:
            spent += copay
        for name, amount in (("deductible", met), ("oop", spent)):
            for whose in ("individual", "family"):
                key = f"{name}_{whose}_cents"
                if self.left.get(key) is not None:
                    self.left[key] = max(0, self.left[key] - amount)
        visit = (day, rule["visit_group"])
        if (
            rule["counts_visit"]
            and self.left.get("visits_left") is not None
            and visit not in self.visits_begun
        ):
            self.left["visits_left"] -= 1
            if rule["visit_group"] is not None:
                self.visits_begun.add(visit)


def second_rule(second, code):
    for one in second.get("rules", []):
        if one.get("codes") is None or code in one["codes"]:
            return {**RULE, **one["rule"]}, one.get("allowed_cents")
    return None, None


def second_would_pay(second, plan, day, line):
    rule, allowed = second_rule(second, line["code"])
    if rule is None or not plan.pays_for(day, rule):
        return 0
    if allowed is None:
        allowed = line["allowed_cents"]
    shares = plan.shares(day, rule, allowed)
    plan.move(day, rule, *shares)
    return allowed - sum(shares)


def after_second(second, plan, day, line, first_paid, owed):
    if second is None or second["method"] in ("supplement", "qmb"):
        return 0
    alone = second_would_pay(second, plan, day, line)
    if second["method"] == "non_duplication":
        alone = max(0, alone - first_paid)
    return min(owed, alone)


def half_up(amount, basis_points):
    return int((Decimal(amount) * basis_points / 10000).quantize(Decimal(1), ROUND_HALF_UP))


def walk(document):
    """One dictionary for each line that takes place, in the order taken."""
    entries = [(line["date"], line, True) for line in document.get("pending", [])]
    entries += [(line["date"], line, False) for line in document["lines"]]
    entries.sort(key=lambda entry: entry[0])
    plan = Plan(document["limits"], None if document.get("never") else document.get("reset"))
    second = document.get("secondary")
    second_plan = Plan(second.get("limits", {}), second.get("reset")) if second else None
    cards = [
        dict(card, left=card.get("maximum_cents"), renewed=False)
        if card.get("left_cents") is None
        else dict(card, left=card["left_cents"], renewed=False)
        for card in document.get("savings", [])
    ]
    found = []
    for day, line, pending in entries:
        if line.get("left_out"):
            continue
        plan.on(day)
        if second_plan:
            second_plan.on(day)
        for card in cards:
            if card.get("renews_on") and day >= card["renews_on"] and not card["renewed"]:
                card["left"], card["renewed"] = card.get("maximum_cents"), True
        entry = one_line(day, line, plan, second, second_plan, cards)
        found.append({"date": day, "code": line["code"], "pending": pending, **entry})
    return found


def one_line(day, line, plan, second, second_plan, cards):
    nothing = dict.fromkeys(("plan", "deductible", "copay", "coinsurance", "non_covered", "balance"), 0)
    if line.get("self_pay_cents") is not None:
        return {**nothing, "non_covered": line["self_pay_cents"], "patient": line["self_pay_cents"]}
    rule = {**RULE, **line["rule"]}
    allowed, billed = line["allowed_cents"], line.get("billed_cents")
    if not plan.pays_for(day, rule):
        price = allowed if billed is None else billed
        helped = after_second(second, second_plan, day, line, 0, price)
        return {**nothing, "non_covered": price, "patient": price - helped}
    deductible, copay, coinsurance = plan.shares(day, rule, allowed)
    owed = deductible + copay + coinsurance
    first_paid = allowed - owed
    if second is not None and second["method"] == "qmb":
        owed = 0
    elif second is not None and second["method"] == "supplement":
        owed -= half_up(deductible, second.get("pays_of_deductible_bp", 0))
        owed -= half_up(copay + coinsurance, second.get("pays_of_coinsurance_bp", 0))
    else:
        owed -= after_second(second, second_plan, day, line, first_paid, owed)
    ignored = 0
    for card in cards:
        in_time = card.get("starts_on", "0000") <= day <= card.get("ends_on", "9999")
        if line["code"] not in card["codes"] or not in_time:
            continue
        pays = max(0, owed - card.get("patient_pays_cents", 0))
        if card["left"] is not None:
            pays = min(pays, card["left"])
            card["left"] -= pays
        owed -= pays
        if not card.get("counts", True):
            ignored += pays
    own = deductible + copay + coinsurance - ignored
    own_deductible = min(deductible, own)
    own_copay = min(copay, own - own_deductible)
    plan.move(day, rule, own_deductible, own_copay, own - own_deductible - own_copay)
    balance = 0
    if line.get("out_of_network") and line.get("balance_bill"):
        balance = max(0, billed - allowed)
    return {
        "plan": first_paid,
        "deductible": deductible,
        "copay": copay,
        "coinsurance": coinsurance,
        "non_covered": 0,
        "balance": balance,
        "patient": owed + balance,
    }


def planned_total(entries):
    return sum(entry["patient"] for entry in entries if not entry["pending"])


def concerned(document, unknown):
    """The lines an unknown is about, in the order they are taken, pending ones apart."""

    def about(line):
        in_time = unknown.get("starts_on", "0000") <= line["date"] <= unknown.get("ends_on", "9999")
        return in_time and (unknown.get("codes") is None or line["code"] in unknown["codes"])

    planned = sorted((line for line in document["lines"] if about(line)), key=lambda line: line["date"])
    return planned, [line for line in document.get("pending", []) if about(line)]


def answered(document, choices):
    """The document with every unknown answered."""
    told = deepcopy(document)
    for unknown, choice in zip(document.get("unknowns", []), choices, strict=True):
        answer = unknown["answers"][choice]
        planned, pending = concerned(told, unknown)
        for rank, line in enumerate(planned):
            late = answer.get("sessions") is not None and rank >= answer["sessions"]
            skipped = answer.get("every") is not None and rank % answer["every"] != 0
            if late or skipped:
                line["left_out"] = True
        for line in planned + pending:
            line.update(answer.get("line", {}))
            if answer.get("rule"):
                line["rule"] = {**(line.get("rule") or {}), **answer["rule"]}
        told["limits"].update(answer.get("limits", {}))
        if answer.get("no_reset"):
            told["never"] = True
        if answer.get("reset_limits"):
            told["reset"]["limits"].update(answer["reset_limits"])
        for card in told.get("savings", []):
            card.update(answer.get("savings", {}).get(card["name"], {}))
        if answer.get("secondary"):
            told["secondary"].update(answer["secondary"])
    return told


def estimate(document):
    unknowns = document.get("unknowns", [])
    counts = [range(len(unknown["answers"])) for unknown in unknowns]
    totals = {choices: planned_total(walk(answered(document, choices))) for choices in product(*counts)}
    expected = tuple(
        next((n for n, a in enumerate(u["answers"]) if a["answer"] == u.get("expected")), 0) for u in unknowns
    )
    worths = []
    for at in range(len(unknowns)):
        by_rest = {}
        for choices, total in totals.items():
            by_rest.setdefault(choices[:at] + choices[at + 1 :], []).append(total)
        worths.append(max(max(some) - min(some) for some in by_rest.values()))
    return {
        "low": min(totals.values()),
        "expected": totals[expected],
        "high": max(totals.values()),
        "worths": sorted(worths, reverse=True),
        "sessions": walk(answered(document, expected)),
    }
