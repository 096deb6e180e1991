"""The call script, as data: what to say, only as far as it is still open, and the fields to fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import PLAN_WIDE, CallField, FactName, FieldKind, Level
from verify.findings.finding import Question, day_words


class Line(NamedTuple):
    """One line of the script. It is said when one of its facts is open, or always when it has none."""

    number: int
    say: str
    facts: tuple[FactName, ...] = ()
    #: Said only for a line that gives this substance.
    substance: str = ""


BEFORE_DIALING = (
    "Have ready: clinic name, tax ID, group and provider NPI, callback number.",
    "Have ready: the patient's name, birth date and member ID, as the payer has them.",
    "Have ready: {codes}, the diagnosis, and {day} as the planned start.",
)

#: In the order of one call. Source: clinic practice (worksheet and phone script). {codes}, {day} are filled in.
LINES: tuple[Line, ...] = (
    Line(1, "This call may be recorded. May I have your name and a reference number for this call?"),
    Line(
        2,
        "Is coverage active on {day}? Since when, until when, and when does the plan year start?",
        (FactName.ACTIVE, FactName.PLAN_BEGIN, FactName.PLAN_END),
    ),
    Line(2, "Is any other insurance on file, and when was that last updated?", (FactName.OTHER_PAYER,)),
    Line(
        3,
        "Who administers outpatient mental health for this group? And {codes}? "
        "(Another company: note name and phone, finish here, call there.)",
        (FactName.ADMINISTRATOR, FactName.HELD_BY),
    ),
    Line(
        4,
        "Are our tax ID, location and provider in network for {codes}? As behavioral or as medical provider?",
        (FactName.IN_NETWORK,),
    ),
    Line(
        5,
        "Code by code, {codes}: covered or excluded? Under which benefit does it process: "
        "office visit, other outpatient, procedure, drug?",
        (FactName.COVERED,),
    ),
    Line(
        6,
        "What is the copay or coinsurance, per visit or per day, and does the deductible apply?",
        (FactName.COPAY, FactName.COINSURANCE, FactName.DEDUCTIBLE_APPLIES),
    ),
    Line(
        7,
        "The deductible, individual and family: how much, how much is left, as of what date? "
        "Are claims in process?",
        (FactName.DEDUCTIBLE_TOTAL, FactName.DEDUCTIBLE_MET, FactName.DEDUCTIBLE_REMAINING),
    ),
    Line(
        7,
        "The out-of-pocket maximum, individual and family: how much, how much is left, as of what date?",
        (FactName.OUT_OF_POCKET_TOTAL, FactName.OUT_OF_POCKET_MET, FactName.OUT_OF_POCKET_REMAINING),
    ),
    Line(8, "Is there a visit limit, how much of it is used, and what counts?", (FactName.LIMITS,)),
    Line(
        9,
        "Is authorization required, code by code for {codes}? Who reviews, how is it sent, which papers, "
        "how many days, how many units, and are taper sessions included?",
        (FactName.AUTHORIZATION, FactName.AUTHORIZATION_ROUTE),
    ),
    Line(
        11,
        "Is the drug under the medical or the pharmacy benefit? May we buy and bill? Which pharmacies? "
        "Which drug code? Is the observation payable?",
        (FactName.COVERED,),
        "esketamine",
    ),
    Line(
        12,
        "Which written policy covers J3490 ketamine for depression by this route? Note its title and date.",
        (FactName.COVERED,),
        "racemic_ketamine",
    ),
    Line(
        13,
        "Read back the key answers. Ask for the reference number and the time again. "
        "Note that “benefits quoted are not a guarantee of payment” was read.",
    ),
)


class _Field(NamedTuple):
    name: str
    label: str
    kind: FieldKind
    fact: FactName
    level: Level = Level.PERSON


#: The fields that answer an open fact, in the order of the script.
FIELDS: Mapping[FactName, tuple[_Field, ...]] = {
    FactName.ACTIVE: (
        _Field("active", "Active on the date of service?", FieldKind.YES_NO, FactName.ACTIVE),
        _Field("plan_begin", "Plan begins", FieldKind.DATE, FactName.PLAN_BEGIN),
        _Field("plan_end", "Plan ends", FieldKind.DATE, FactName.PLAN_END),
    ),
    FactName.PLAN_NAME: (_Field("plan_name", "Plan name", FieldKind.TEXT, FactName.PLAN_NAME),),
    FactName.PLAN_BEGIN: (_Field("plan_begin", "Plan begins", FieldKind.DATE, FactName.PLAN_BEGIN),),
    FactName.PLAN_END: (_Field("plan_end", "Plan ends", FieldKind.DATE, FactName.PLAN_END),),
    FactName.OTHER_PAYER: (
        _Field(
            "other_payer", "Other insurance on file (name, phone)", FieldKind.COMPANIES, FactName.OTHER_PAYER
        ),
    ),
    FactName.ADMINISTRATOR: (
        _Field(
            "administrator",
            "Administered by another company? (name, phone)",
            FieldKind.COMPANY,
            FactName.ADMINISTRATOR,
        ),
    ),
    FactName.HELD_BY: (
        _Field(
            "held_by",
            "The company that holds the benefits (name, phone)",
            FieldKind.COMPANY,
            FactName.HELD_BY,
        ),
    ),
    FactName.IN_NETWORK: (
        _Field("in_network", "Are we in network for these codes?", FieldKind.YES_NO, FactName.IN_NETWORK),
    ),
    FactName.COVERED: (_Field("covered", "Covered benefit?", FieldKind.YES_NO, FactName.COVERED),),
    FactName.COPAY: (_Field("copay", "Copay, per visit, day or service", FieldKind.COPAY, FactName.COPAY),),
    FactName.COINSURANCE: (
        _Field(
            "coinsurance", "Coinsurance the patient pays, percent", FieldKind.PERCENT, FactName.COINSURANCE
        ),
    ),
    FactName.DEDUCTIBLE_APPLIES: (
        _Field(
            "deductible_applies", "Does the deductible apply?", FieldKind.YES_NO, FactName.DEDUCTIBLE_APPLIES
        ),
    ),
    FactName.DEDUCTIBLE_TOTAL: (
        _Field("deductible_total", "Deductible, individual", FieldKind.MONEY, FactName.DEDUCTIBLE_TOTAL),
    ),
    FactName.DEDUCTIBLE_MET: (
        _Field("deductible_met", "Deductible met, individual", FieldKind.MONEY, FactName.DEDUCTIBLE_MET),
    ),
    FactName.DEDUCTIBLE_REMAINING: (
        _Field("deductible_total", "Deductible, individual", FieldKind.MONEY, FactName.DEDUCTIBLE_TOTAL),
        _Field(
            "deductible_left", "Deductible left, individual", FieldKind.MONEY, FactName.DEDUCTIBLE_REMAINING
        ),
        _Field(
            "family_deductible_left",
            "Deductible left, family",
            FieldKind.MONEY,
            FactName.DEDUCTIBLE_REMAINING,
            Level.FAMILY,
        ),
    ),
    FactName.OUT_OF_POCKET_TOTAL: (
        _Field("out_of_pocket_total", "Out-of-pocket maximum", FieldKind.MONEY, FactName.OUT_OF_POCKET_TOTAL),
    ),
    FactName.OUT_OF_POCKET_MET: (
        _Field("out_of_pocket_met", "Out-of-pocket met", FieldKind.MONEY, FactName.OUT_OF_POCKET_MET),
    ),
    FactName.OUT_OF_POCKET_REMAINING: (
        _Field("out_of_pocket_total", "Out-of-pocket maximum", FieldKind.MONEY, FactName.OUT_OF_POCKET_TOTAL),
        _Field("out_of_pocket_left", "Out-of-pocket left", FieldKind.MONEY, FactName.OUT_OF_POCKET_REMAINING),
        _Field(
            "family_out_of_pocket_left",
            "Out-of-pocket left, family",
            FieldKind.MONEY,
            FactName.OUT_OF_POCKET_REMAINING,
            Level.FAMILY,
        ),
    ),
    FactName.LIMITS: (
        _Field("limits", "Visit limit (20 per year, 12 left)", FieldKind.LIMIT, FactName.LIMITS),
    ),
    FactName.AUTHORIZATION: (
        _Field("authorization", "Authorization required?", FieldKind.YES_NO, FactName.AUTHORIZATION),
        _Field(
            "authorization_route", "Where and how to send it", FieldKind.TEXT, FactName.AUTHORIZATION_ROUTE
        ),
    ),
    FactName.AUTHORIZATION_ROUTE: (
        _Field(
            "authorization_route", "Where and how to send it", FieldKind.TEXT, FactName.AUTHORIZATION_ROUTE
        ),
    ),
}


def call_script(
    questions: Sequence[Question],
    service_lines: Sequence[ServiceLine],
    on: date,
    *,
    payer_name: str = "",
    payer_phone: str = "",
) -> dict[str, Any]:
    """The script of one call about one or more service lines, JSON-able, with no patient data in it.

    `lines` hold number, words and service line (empty for the whole plan); `fields` are CallFields, which
    `verify.facts.facts_from_call` reads.
    """
    open_facts = {(question.fact, question.service_line) for question in questions}
    all_codes = _join(code.code for line in service_lines for code in line.codes_on(on))
    day = day_words(on)
    return {
        "payer_name": payer_name,
        "payer_phone": payer_phone,
        "before": [text.format(codes=all_codes, day=day) for text in BEFORE_DIALING],
        "lines": list(_spoken(open_facts, service_lines, on)),
        "fields": msgspec.to_builtins(list(_fields(open_facts, service_lines))),
    }


def _spoken(
    open_facts: set[tuple[FactName, str]], service_lines: Sequence[ServiceLine], on: date
) -> Iterator[dict[str, Any]]:
    """Line by line as the call goes, each for every service line it is open for."""
    for line in LINES:
        if not line.facts:
            yield {"number": line.number, "say": line.say, "service_line": ""}
            continue
        wanted = [treatment for treatment in service_lines if _is_said(line, treatment, open_facts)]
        if not wanted and any((fact, "") in open_facts for fact in line.facts):
            yield _said(line, service_lines, on, "")
        for treatment in wanted:
            yield _said(line, [treatment], on, treatment.key)


def _is_said(line: Line, treatment: ServiceLine, open_facts: set[tuple[FactName, str]]) -> bool:
    fits = not line.substance or line.substance == treatment.substance
    return fits and any((fact, treatment.key) in open_facts for fact in line.facts)


def _said(line: Line, treatments: Sequence[ServiceLine], on: date, key: str) -> dict[str, Any]:
    codes = _join(code.code for treatment in treatments for code in treatment.codes_on(on))
    return {
        "number": line.number,
        "say": line.say.format(codes=codes, day=day_words(on)),
        "service_line": key,
    }


def _fields(
    open_facts: set[tuple[FactName, str]], service_lines: Sequence[ServiceLine]
) -> Iterator[CallField]:
    """Each field once, those of the whole plan under their bare name."""
    seen: set[str] = set()
    for key, prefix in (("", ""), *((line.key, line.label) for line in service_lines)):
        for fact, fields in FIELDS.items():
            for field in fields if (fact, key) in open_facts else ():
                made = _field(field, "" if field.fact in PLAN_WIDE else key, prefix)
                if made.name not in seen:
                    seen.add(made.name)
                    yield made


def _field(field: _Field, key: str, prefix: str) -> CallField:
    return CallField(
        name=f"{key}.{field.name}" if key else field.name,
        label=f"{prefix}: {field.label}" if key else field.label,
        kind=field.kind,
        fact=field.fact,
        level=field.level,
        service_line=key,
    )


def _join(codes: Iterator[str]) -> str:
    distinct = list(dict.fromkeys(codes))
    return " and ".join((", ".join(distinct[:-1]), distinct[-1])) if len(distinct) > 1 else "".join(distinct)
