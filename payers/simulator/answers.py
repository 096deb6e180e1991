"""One question of a 270 -> the 271 that answers it."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from payers.simulator.benefits import COMPANY_IDS, Segment, benefits
from payers.simulator.plans import Plan, plan_for
from payers.simulator.scenarios import NO_PAYER, Behavior, Scenario
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
    entity="IL",
    kind="1",
    last="ELSE",
    first="SOMEBODY",
    id_qualifier="MI",
    id="ZZZ000000",
    birth_date="19510203",
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
    if question.payer.id.upper().startswith(NO_PAYER):
        return "79"
    if not (len(question.provider.id) == 10 and question.provider.id.isdigit()):
        return "43"
    if not question.subscriber.id:
        return "72"
    if not question.patient.last:
        return "65" if question.dependent else "73"
    if not question.patient.birth_date:
        return "58"
    if _is_further(it):
        return _further(it).removeprefix("AAA") if _further(it).startswith("AAA") else _date_refusal(it)
    return it.scenario.rejection or _unwanted(it) or _date_refusal(it)


def _unwanted(it: Asked) -> str:
    """AAA03 while the question is not as the payer wants it."""
    question = it.question
    refused = {
        "plain_member_id": ("72", "-" in question.subscriber.id),
        "no_middle_name": ("73", bool(question.patient.middle)),
        "subscriber": ("77", question.dependent is not None),
        "today": ("63", it.on != it.now.date()),
    }
    code, is_refused = refused.get(it.scenario.wants, ("", False))
    return code if is_refused else ""


def _is_further(it: Asked) -> bool:
    """The second hop: a company that holds the benefits is asked itself."""
    return it.question.payer.id in COMPANY_IDS


def _further(it: Asked) -> str:
    """What a company says of a member the payer sends on."""
    return it.scenario.further.get(it.question.payer.id, "full")


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
    """BHT, then source, receiver and people, as far down as nobody is refused."""
    question, code = it.question, refusal(it)
    level = LEVELS.get(code, PATIENT) if code else ""
    aaa = [["AAA", "Y" if code in {"42", "80"} else "N", "", code, FOLLOW_UPS.get(code, "C")]]
    at: dict[str, list[Segment]] = {name: [] for name in (PAYER, PROVIDER, SUBSCRIBER, PATIENT, SERVICE)}
    at |= {level: list(aaa)} if level else {}
    lines: list[Segment] = [
        ["BHT", "0022", "11", question.reference, f"{it.now:%Y%m%d}", f"{it.now:%H%M}"],
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
    return lines if level == PROVIDER else lines + _people(it, at)


def _people(it: Asked, at: dict[str, list[Segment]]) -> list[Segment]:
    question = it.question
    subscriber = SOMEBODY_ELSE if it.scenario.behavior is Behavior.WRONG_PERSON else question.subscriber
    refused = bool(at[SUBSCRIBER] or at[PATIENT])
    references, dates, lines = ([], [], []) if refused else _said(it, at[SERVICE])
    if question.dependent is None or at[SUBSCRIBER]:
        inside = [*references, *at[SUBSCRIBER], *at[PATIENT]]
        return [["HL", "3", "2", "22", "0"], *_traces(it), *_person(subscriber, inside), *dates, *lines]
    dependent = _person(question.dependent, [*references, *at[PATIENT]])
    relationship = ["INS", "N", question.dependent.relationship or "34"]
    above: list[Segment] = [["HL", "3", "2", "22", "1"], *_person(subscriber, [])]
    return [*above, ["HL", "4", "3", "23", "0"], *_traces(it), *dependent, relationship, *dates, *lines]


def _person(person: Party, inside: list[Segment]) -> list[Segment]:
    """`NM1*IL*1*ROE*JANE****MI*ACT0001~ REF*6P*GRP1~ DMG*D8*19900102*F~`; `inside` stands before the DMG."""
    born: list[Segment] = [["DMG", "D8", person.birth_date, person.sex]] if person.birth_date else []
    return [_name(person), *inside, *born]


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


def _said(it: Asked, at_service: list[Segment]) -> tuple[list[Segment], list[Segment], list[Segment]]:
    """References, dates and benefits of the plan; the service's rejection alone when there is one."""
    if at_service:
        return [], [], [["EB", "V", "", it.service_type], *at_service]
    on = it.on or it.now.date()
    plan = plan_for(it.question.subscriber.id, on, it.now.date())
    kind = _kind(it, plan, on)
    dates: list[Segment] = [["DTP", "346", "D8", f"{plan.begins_on:%Y%m%d}"]]
    if kind != "inactive":
        dates.append(["DTP", "291", "RD8", f"{on.year}0101-{on.year}1231"])
    elif on >= plan.begins_on:
        ended = min(on, it.now.date()) - timedelta(days=31)
        dates = [["DTP", "347", "D8", f"{ended:%Y%m%d}"]]
    return [["REF", "6P", plan.group]], dates, benefits(kind, plan, it.service_type)


def _kind(it: Asked, plan: Plan, on: date) -> str:
    if on < plan.begins_on:
        return "inactive"
    return _further(it) if _is_further(it) else it.scenario.plan
