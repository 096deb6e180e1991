"""The three answers on top of a verification: its findings put side by side; nothing is judged here."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from verify.store.documents import Document
from verify.verification import VerificationState
from verify.web import words

Json = dict[str, Any]


class Line(NamedTuple):
    """One line of an answer; what is known names the fact it comes from."""

    label: str
    text: str
    #: The fact's id on the page, and its source in words; empty where nobody said anything.
    fact_id: str = ""
    source: str = ""
    #: What it was said of where that is not the service asked, and whether anybody said just that.
    note: str = ""


class Answer(NamedTuple):
    question: str
    said: str
    #: good, warn, bad, busy or empty.
    tone: str
    lines: list[Line]


class Said(NamedTuple):
    text: str
    tone: str


NOT_STATED = "not stated"
MOST_TASKS = 3

#: The headline of an answer, by the conclusion of its rule; the first that fits any line is said.
ACTIVE = {
    "inactive": Said("The plan is not active", "bad"),
    "unknown": Said("The payer’s answer is unclear", "warn"),
    "not_stated": Said("Not stated", "warn"),
    "plan_active": Said("The plan is active; this treatment was not mentioned", "warn"),
    "active": Said("Coverage is active", "good"),
}
AUTHORIZATION = {
    "required": Said("Authorization is required", "warn"),
    "unknown": Said("Authorization: the payer cannot say electronically", "warn"),
    "ask_for_codes": Said("Authorization: ask for these codes", "warn"),
    "not_stated": Said("Authorization: not stated", "warn"),
    "not_required": Said("No authorization is required", "good"),
}
COST_SHARE = {
    "unknown": Said("The payer’s figures are unclear", "warn"),
    "not_stated": Said("Not stated; that is not $0", "warn"),
}

#: Short words for a conclusion beside its label.
SHORT = {
    "covered": (
        "Treatment covered",
        {
            "covered": "yes",
            "covered_with_authorization": "yes, with authorization",
            "excluded": "no, excluded",
            "excluded_in_part": "in part",
            "reported_not_covered": "reported as not covered",
            "unknown": "unclear",
        },
    ),
    "network": (
        "Clinic in network",
        {
            "in_network": "yes",
            "out_of_network": "no",
            "in_part": "in part",
            "partly_stated": "in part stated",
            "unknown": "unclear",
        },
    ),
    "administrator": (
        "Run by",
        {"other_company": "another company", "payer_itself": "the payer itself", "unknown": "unclear"},
    ),
    "other_coverage": (
        "Other insurance",
        {"other_payer": "on file", "none": "none on file", "unknown": "unclear"},
    ),
}
#: What must be looked at before the visit, by rule and conclusion.
GATES = {
    "referral": {"needed": ("Referral", "needed")},
    "rems": {"stop": ("REMS", "stop: the session cannot begin"), "not_stated": ("REMS", NOT_STATED)},
    "drug_benefit": {"other_benefit": ("The drug", "is under another benefit than planned")},
    "buy_and_bill": {"must_not_buy": ("The drug", "is not to be bought by the clinic")},
    "visit_limits": {"short": ("Visit limit", "too short for the course")},
    "day_limit": {"over": ("Sessions a day", "more than are paid")},
    "plan_year": {
        "new_year_in_course": ("Plan year", "begins anew within the course"),
        "plan_ends_in_course": ("Plan", "ends within the course"),
    },
    "severity": {"ask_psychiatrist": ("Diagnosis", "ask the psychiatrist")},
}
AMOUNTS = {
    "cost_share": ("copay", "coinsurance"),
    "deductible": ("deductible_remaining", "deductible_total"),
    "out_of_pocket": ("out_of_pocket_remaining", "out_of_pocket_total"),
}

#: What is often said of something wider than the service, and of what then.
GENERALLY_SAID = ("copay", "coinsurance", "authorization")
GENERAL = {"98": "an office visit", "30": "the plan in general"}


class Case:
    """A document with its facts by key, on the practice's clock."""

    def __init__(self, document: Document, zone: str) -> None:
        self.document = document
        self.zone = zone
        elsewhere = other_insurances(document)
        self.facts = [
            fact
            for fact in present_facts(document)
            if fact["source"].get("payer") not in elsewhere and not fact.get("withdrawn")
        ]
        self.by_key = {fact["key"]: fact for fact in self.facts}
        self.several = len(document.service_lines) > 1
        self.unheard = is_unheard(document)

    def findings(self, rule: str) -> list[Json]:
        return [finding for finding in self.document.findings if finding["rule"] == rule]

    def headline(self, rule: str, said: dict[str, Said]) -> Said | None:
        """The first of `said` that is concluded for any line; None when none is, or nobody has answered."""
        if self.unheard:
            return None
        concluded = {finding["conclusion"] for finding in self.findings(rule)}
        return next((words_ for conclusion, words_ in said.items() if conclusion in concluded), None)

    def line(self, label: str, text: str, fact: Json | None) -> Line:
        if fact is None:
            return Line(label, text)
        said_by = self.document.companies.get(fact["source"].get("payer", ""), "")
        return Line(label, text, fact["id"], words.source(fact, self.zone, said_by), _note(fact))

    def of_line(self, label: str, finding: Json, label_of: dict[str, str]) -> str:
        """The label, and of which treatment it speaks where there are several."""
        line = label_of.get(finding["service_line"], "") if self.several else ""
        return f"{label}, {line}" if line else label

    def deciding(self, finding: Json) -> Json | None:
        """The fact that decided a finding, if anybody said something."""
        facts = [self.by_key[key] for key in finding["facts"] if key in self.by_key]
        return next((fact for fact in facts if fact["standing"] != "not_stated"), None)

    def nothing_yet(self) -> Said:
        """What to say before anything was judged."""
        if self.document.ask_again_at and self.document.state in words.RUNNING:
            return Said("The payer has not answered yet", "warn")
        if self.document.state in words.RUNNING:
            return Said("The payer is being asked", "busy")
        if self.document.state == VerificationState.NEEDS_INFORMATION:
            return Said("Cannot be asked yet", "warn")
        return Said("Not known", "warn")


def is_unheard(document: Document) -> bool:
    """Whether nobody has answered: judged or not, nobody was silent about anything."""
    said = any(fact["standing"] != "not_stated" for fact in present_facts(document))
    return not said and not any(asked.answered_at for asked in document.inquiries)


def three_answers(document: Document, zone: str, label_of: dict[str, str]) -> list[Answer]:
    """Covered? What will the patient pay? What must happen before the visit?"""
    case = Case(document, zone)
    made = [_covered(case, label_of), _pays(case), _before(case, label_of)]
    if not case.unheard:
        return made
    # Of what nobody was heard on, "not stated" would be said of a silence that was none.
    return [
        answer._replace(lines=[line for line in answer.lines if line.text != NOT_STATED]) for answer in made
    ]


def _covered(case: Case, label_of: dict[str, str]) -> Answer:
    said = case.headline("active_coverage", ACTIVE) or case.nothing_yet()
    lines = [_holder(case), _named(case, "plan_name"), _named(case, "plan_begin"), _named(case, "plan_end")]
    found = [line for line in lines if line is not None]
    for rule, (label, short) in SHORT.items():
        for finding in case.findings(rule):
            fact = case.deciding(finding)
            text = short.get(finding["conclusion"], NOT_STATED)
            if fact is not None and finding["conclusion"] in {"other_company", "other_payer"}:
                text = words.fact_value(fact).removeprefix("yes: ")
            found.append(case.line(case.of_line(label, finding, label_of), text, fact))
    return Answer("Covered?", *said, list(dict.fromkeys(found)))


def _holder(case: Case) -> Line | None:
    """Who holds the whole plan, where that is not the payer on the card: the answers below are theirs."""
    said = [fact for fact in by_time(case.facts, "held_by") if fact["about"].get("domain") == "plan"]
    named = [fact for fact in said if fact["standing"] == "yes"]
    if not named:
        return None
    return case.line("Held by", words.fact_value(named[-1]).removeprefix("yes: "), named[-1])


def _pays(case: Case) -> Answer:
    lines = [line for rule, names in AMOUNTS.items() for line in _amounts(case, rule, names)]
    return Answer("What will the patient pay?", *_pays_headline(case), list(dict.fromkeys(lines)))


def _pays_headline(case: Case) -> Said:
    sums = case.document.summary
    copay = f"{words.dollars(sums.copay)} copay" if sums.copay else ""
    share = f"{sums.coinsurance_percent}% coinsurance" if sums.coinsurance_percent is not None else ""
    settled = " and ".join(filter(None, [copay, share]))
    if settled:
        return Said(settled, "good")
    if any(finding["conclusion"] not in COST_SHARE for finding in case.findings("cost_share")):
        return Said("A general figure only, not for this treatment", "warn")
    return case.headline("cost_share", COST_SHARE) or case.nothing_yet()


def _amounts(case: Case, rule: str, names: Iterable[str]) -> list[Line]:
    """The amounts a rule went by, each with its fact; one "not stated" where there are none."""
    findings = case.findings(rule)
    keys = [key for finding in findings for key in finding["facts"] if key in case.by_key]
    said = [case.by_key[key] for key in keys if case.by_key[key]["standing"] in {"value", "unknown"}]
    lines = [
        case.line(_label(fact), words.fact_value(fact), fact)
        for name in names
        for fact in said
        if fact["name"] == name
    ]
    first = words.FACT_WORDS[next(iter(names))]
    return lines or ([Line(first, NOT_STATED)] if findings else [])


def _note(fact: Json) -> str:
    """ "an office visit, derived" of a copay that stands in for the one of the service."""
    scope = GENERAL.get(fact["about"].get("service_type", "")) if fact["name"] in GENERALLY_SAID else None
    return ", ".join(filter(None, [scope, "derived" if fact["status"] == "derived" else None]))


def _label(fact: Json) -> str:
    label = words.FACT_WORDS.get(fact["name"], words.plain(fact["name"]))
    about = fact["about"]
    if about.get("service_line") and about.get("domain"):
        label += f", as a {about['domain']} provider"
    if about.get("codes"):
        label += f" ({about['codes']} codes)"
    return f"Family {label.lower()}" if about.get("level") == "family" else label


def _before(case: Case, label_of: dict[str, str]) -> Answer:
    said = case.headline("authorization", AUTHORIZATION) or case.nothing_yet()
    lines = [_named(case, "authorization_route"), _named(case, "limits")]
    found = [line for line in lines if line is not None]
    found += [*_on_record(case, label_of), *_gates(case, label_of)]
    tasks = [task for task in case.document.follow_ups if task.state == "open"]
    found += [Line("To do", task.title) for task in tasks[:MOST_TASKS]]
    if len(tasks) > MOST_TASKS:
        found.append(Line("To do", f"and {len(tasks) - MOST_TASKS} more below"))
    return Answer("What must happen before the visit?", *said, found)


def _gates(case: Case, label_of: dict[str, str]) -> Iterator[Line]:
    for rule, said in GATES.items():
        for finding in case.findings(rule):
            if finding["conclusion"] in said:
                label, text = said[finding["conclusion"]]
                yield case.line(case.of_line(label, finding, label_of), text, case.deciding(finding))


def _on_record(case: Case, label_of: dict[str, str]) -> Iterator[Line]:
    """Beside whether one is required: what became of the authorization that is on record, in a few words."""
    for finding in case.findings("authorization_held"):
        said = (
            "fits the course"
            if finding["conclusion"] == "fits"
            else words.plain(finding["conclusion"]).lower()
        )
        yield Line(case.of_line("Authorization on record", finding, label_of), said)


def _named(case: Case, name: str) -> Line | None:
    """The newest fact of a name that says something."""
    said = [fact for fact in by_time(case.facts, name) if fact["standing"] != "not_stated"]
    return case.line(words.FACT_WORDS[name], words.fact_value(said[-1]), said[-1]) if said else None


def present_facts(document: Document) -> list[Json]:
    """What was learned since the question was last corrected."""
    return [fact for fact in document.facts if fact["revision"] == document.revision]


def other_insurances(document: Document) -> set[str]:
    """Payers asked about another policy of the patient: what they say is not of this one."""
    return {
        step.get("to_payer", "")
        for step in document.trail.get("steps", [])
        if step["reason"] == "other_payer"
    }


def older_facts(document: Document) -> list[Json]:
    return [fact for fact in document.facts if fact["revision"] != document.revision]


def by_time(facts: Iterable[Json], name: str) -> list[Json]:
    return sorted(
        (fact for fact in facts if fact["name"] == name), key=lambda fact: str(fact["source"]["obtained_at"])
    )


class Row(NamedTuple):
    """One thing that is known, with everybody who said just that."""

    label: str
    value: str
    facts: list[Json]


class Group(NamedTuple):
    """What is known of one kind, and the names of what nobody said anything of."""

    title: str
    rows: list[Row]
    unstated: list[str]


def fact_groups(facts: list[Json]) -> list[Group]:
    """Facts in the order a coordinator reads them; what is not stated is named once, at the end."""
    groups = []
    for title, names in words.FACT_GROUPS.items():
        said = [fact for name in names for fact in by_time(facts, name) if fact["standing"] != "not_stated"]
        spoken = {fact["name"] for fact in said}
        unstated = [words.FACT_WORDS[name] for name in names if name not in spoken and by_time(facts, name)]
        if said or unstated:
            groups.append(Group(title, _rows(said), unstated))
    known = {name for names in words.FACT_GROUPS.values() for name in names}
    others = [fact for fact in facts if fact["name"] not in known]
    return [*groups, Group("Other", _rows(others), [])] if others else groups


def _rows(facts: list[Json]) -> list[Row]:
    """The same said several times is one row; two different words on one thing stay two."""
    found: dict[tuple[str, str], Row] = {}
    for fact in facts:
        label = _label(fact)
        if fact["about"].get("tier") == "out_of_network":
            label += ", out of network"
        value = words.fact_value(fact)
        found.setdefault((label, value), Row(label, value, [])).facts.append(fact)
    return list(found.values())
