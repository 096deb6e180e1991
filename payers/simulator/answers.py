"""one question of a 270 -> the 271 that answers it"""

from datetime import UTC, date, datetime, timedelta

import msgspec

from payers.simulator.benefits import COMPANY_IDS, Segment, benefits
from payers.simulator.plans import Plan, plan_for
from payers.simulator.scenarios import Behavior, Scenario
from payers.x12.inquiries import Party, Question
from payers.x12.writing import Envelope, compose

#: How far from today a payer looks, either way.
HORIZON = timedelta(days=366)
#: AAA03 -> AAA04; C (correct it) where it is not here.
FOLLOW_UPS = {"42": "R", "80": "R", "79": "N", "51": "N"}
PAYER, PROVIDER, SUBSCRIBER, PATIENT, SERVICE = "payer", "provider", "subscriber", "patient", "service"
#: AAA03 -> the level that is wrong; the patient's where it is not here.
LEVELS = {
    "42": PAYER, "79": PAYER, "80": PAYER,
    "43": PROVIDER, "51": PROVIDER,
    "72": SUBSCRIBER, "73": SUBSCRIBER, "75": SUBSCRIBER, "76": SUBSCRIBER,
    "15": SERVICE, "33": SERVICE,
}  # fmt: skip
SOMEBODY_ELSE = Party(
    entity="IL", kind="1", last="ELSE", first="SOMEBODY", id_qualifier="MI", id="ZZZ000000", birth_date="19510203"
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The question with what is decided about it."""

    question: Question
    scenario: Scenario
    now: datetime
    #: CCYYMMDD of the question, else today; None when it is no date.
    on: date | None

    @property
    def service_type(self) -> str:
        return self.question.service_types[0] if self.question.service_types else "30"


def asked(question: Question, scenario: Scenario, now: datetime) -> Asked:
    return Asked(question=question, scenario=scenario, now=now, on=_date_asked(question, now))


def answer(it: Asked, envelope: Envelope) -> str:
    """The 271, as text."""
    return compose([_body(it)], envelope, set_id="271")


def refusal(it: Asked) -> str:
    """AAA03 this question gets, "" when it is answered. What is missing goes before what the scenario says."""
    question = it.question
    if not (len(question.provider.id) == 10 and question.provider.id.isdigit()):
        return "43"
    if not question.subscriber.id:
        return "72"
    if not question.patient.last:
        return "65" if question.dependent else "73"
    if not question.patient.birth_date:
        return "58"
    return it.scenario.rejection or _date_refusal(it)


def _date_refusal(it: Asked) -> str:
    today = it.now.date()
    if it.on is None:
        return "57"
    if it.on < today - HORIZON:
        return "62"
    return "63" if it.on > today + HORIZON else ""


def _date_asked(question: Question, now: datetime) -> date | None:
    text = question.date_of_service.partition("-")[0]
    if not text:
        return now.date()
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _body(it: Asked) -> list[Segment]:
    question, code = it.question, refusal(it)
    level = LEVELS.get(code, PATIENT) if code else ""
    aaa = [["AAA", "Y" if code in {"42", "80"} else "N", "", code, FOLLOW_UPS.get(code, "C")]]
    at = {name: aaa if level == name else [] for name in (PAYER, PROVIDER, SUBSCRIBER, PATIENT)}
    stamp = [f"{it.now:%Y%m%d}", f"{it.now:%H%M}"]
    lines: list[Segment] = [
        ["BHT", "0022", "11", question.reference, *stamp],
        ["HL", "1", "", "20", "0" if level == PAYER else "1"],
        _name(question.payer),
        *at[PAYER],
    ]
    if level == PAYER:
        return lines
    lines += [
        ["HL", "2", "1", "21", "0" if level == PROVIDER else "1"],
        _name(question.provider),
        *at[PROVIDER],
    ]
    if level == PROVIDER:
        return lines
    return lines + _people(it, at[SUBSCRIBER], at[PATIENT], aaa if level == SERVICE else [], refused=bool(code))


def _people(
    it: Asked, at_subscriber: list[Segment], at_patient: list[Segment], at_service: list[Segment], *, refused: bool
) -> list[Segment]:
    question = it.question
    subscriber = SOMEBODY_ELSE if it.scenario.behavior is Behavior.WRONG_PERSON else question.subscriber
    dependent = question.dependent if not at_subscriber else None
    said = _said(it, at_service) if at_service or not refused else []
    lines = _person("3", "2", "22", subscriber, has_dependent=dependent is not None)
    if dependent is None:
        traces = _traces(it)
        return [lines[0], *traces, *lines[1:], *at_subscriber, *at_patient, *said]
    below = _person("4", "3", "23", dependent, has_dependent=False)
    return [*lines, below[0], *_traces(it), *below[1:], *at_patient, *said]


def _person(number: str, parent: str, level: str, person: Party, *, has_dependent: bool) -> list[Segment]:
    """`HL*3*2*22*0~ NM1*IL*1*ROE*JANE****MI*ACT0001~ DMG*D8*19900102*F~`."""
    lines: list[Segment] = [["HL", number, parent, level, "1" if has_dependent else "0"], _name(person)]
    if person.birth_date:
        lines.append(["DMG", "D8", person.birth_date, person.sex])
    if level == "23":
        lines.append(["INS", "N", person.relationship or "34"])
    return lines


def _name(party: Party) -> Segment:
    return [
        "NM1", party.entity, party.kind, party.last, party.first, party.middle, "", party.suffix,
        party.id_qualifier if party.id else "", party.id,
    ]  # fmt: skip


def _traces(it: Asked) -> list[Segment]:
    """Ours back (TRN01 2), and one of the payer's own (TRN01 1)."""
    traces = it.question.traces
    if it.scenario.behavior is Behavior.WRONG_TRACE:
        traces = [("ANOTHER-QUESTION", originator) for _, originator in traces]
    echoed: list[Segment] = [["TRN", "2", trace, originator] for trace, originator in traces]
    return [*echoed, ["TRN", "1", f"SIM{it.question.trace}"[:50], "9SIMULATOR"]]


def _said(it: Asked, at_service: list[Segment]) -> list[Segment]:
    """Dates of the plan, then its benefits."""
    on = it.on or it.now.date()
    plan = plan_for(it.question.subscriber.id, on, it.now.date())
    if at_service:
        return [["EB", "V", "", it.service_type], *at_service]
    kind = _kind(it, plan, on)
    dates: list[Segment] = [["DTP", "346", "D8", f"{plan.begins_on:%Y%m%d}"]]
    if kind == "inactive":
        ended = min(on, it.now.date()) - timedelta(days=31)
        dates = [["DTP", "347", "D8", f"{ended:%Y%m%d}"]] if on >= plan.begins_on else dates
    else:
        dates.append(["DTP", "291", "RD8", f"{on.year}0101-{on.year}1231"])
    return [["REF", "6P", plan.group], *dates, *benefits(kind, plan, it.service_type)]


def _kind(it: Asked, plan: Plan, on: date) -> str:
    if on < plan.begins_on:
        return "inactive"
    if it.question.payer.id in COMPANY_IDS:
        # The second hop: the company that holds the benefits is asked itself.
        return "full"
    return it.scenario.plan
