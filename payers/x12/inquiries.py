"""270 -> typed questions, one per patient: what a payer (or the simulator) reads."""

from __future__ import annotations

from payers.x12.levels import DEPENDENT, RECEIVER, SOURCE, SUBSCRIBER, Level, levels
from payers.x12.model import Problem, Segment, Transaction, element


class Party:
    """One NM1 with what follows it: `NM1*IL*1*ROE*JANE****MI*W100200300~`."""

    __slots__ = (
        "address",
        "birth_date",
        "entity",
        "first",
        "id",
        "id_qualifier",
        "kind",
        "last",
        "middle",
        "references",
        "relationship",
        "sex",
        "suffix",
    )

    def __init__(
        self,
        *,
        entity: str = "",
        kind: str = "",
        last: str = "",
        first: str = "",
        id_qualifier: str = "",
        id: str = "",  # noqa: A002 - the element's name
        birth_date: str = "",
    ) -> None:
        #: NM101
        self.entity = entity
        #: NM102: 1 person, 2 organisation
        self.kind = kind
        self.last = last
        self.first = first
        self.middle = ""
        self.suffix = ""
        self.id_qualifier = id_qualifier
        self.id = id
        #: DMG02, CCYYMMDD as sent
        self.birth_date = birth_date
        self.sex = ""
        #: INS02
        self.relationship = ""
        #: REF01 -> REF02
        self.references: dict[str, str] = {}
        #: N301, N401, N402, N403: street, city, state, ZIP
        self.address = ("", "", "", "")


class Question:
    """What one 270 asks about one patient."""

    __slots__ = (
        "control_number",
        "dates",
        "dependent",
        "diagnoses",
        "diagnosis_pointers",
        "payer",
        "procedures",
        "provider",
        "purpose",
        "reference",
        "service_types",
        "subscriber",
        "traces",
    )

    def __init__(
        self,
        *,
        control_number: str,
        reference: str,
        purpose: str,
        payer: Party,
        provider: Party,
        subscriber: Party,
        dependent: Party | None,
        traces: list[tuple[str, str]],
        dates: list[tuple[str, str, str]],
        service_types: list[str],
        procedures: list[list[str]],
        diagnoses: list[tuple[str, str]],
        diagnosis_pointers: list[list[str]],
    ) -> None:
        #: ST02
        self.control_number = control_number
        #: BHT03
        self.reference = reference
        #: BHT02: 13 request, 01 cancellation
        self.purpose = purpose
        self.payer = payer
        self.provider = provider
        self.subscriber = subscriber
        self.dependent = dependent
        #: TRN02 and TRN03 of the patient's own TRN*1, in order
        self.traces = traces
        #: DTP01, DTP02, DTP03 in order: ("291", "D8", "20260105")
        self.dates = dates
        #: EQ01, repetitions apart
        self.service_types = service_types
        #: EQ02: qualifier, code, modifiers …
        self.procedures = procedures
        #: HI: ("ABK", "F332") the principal one, then the others
        self.diagnoses = diagnoses
        #: EQ05 of each EQ that has one: places in `diagnoses`, counted from 1
        self.diagnosis_pointers = diagnosis_pointers

    @property
    def patient(self) -> Party:
        return self.dependent or self.subscriber

    @property
    def trace(self) -> str:
        return self.traces[0][0] if self.traces else ""

    @property
    def date_of_service(self) -> str:
        """DTP*291 as sent, "" when the payer is to assume today."""
        return next((value for qualifier, _, value in self.dates if qualifier == "291"), "")


def read_270(transaction: Transaction) -> list[Question]:
    """The questions of one 270: a patient is each 2000C or 2000D that has an EQ (or has no one below)."""
    problems: list[Problem] = []
    tree = levels(transaction, problems)
    parents = {level.parent for level in tree}
    bht = next((s for s in transaction.segments if s[0] == "BHT"), [])
    return [
        _question(transaction, bht, tree, index)
        for index, level in enumerate(tree)
        if level.code in (SUBSCRIBER, DEPENDENT)
        and (index not in parents or any(segment[0] == "EQ" for segment in level.segments))
    ]


def _question(transaction: Transaction, bht: Segment, tree: list[Level], index: int) -> Question:
    chain: dict[str, Level] = {}
    at: int | None = index
    while at is not None:
        chain.setdefault(tree[at].code, tree[at])
        at = tree[at].parent
    own = tree[index].segments
    cut = transaction.delimiters
    repeated = [element(s, 1) for s in own if s[0] == "EQ" and element(s, 1)]
    types = [
        code for value in repeated for code in (value.split(cut.repetition) if cut.repetition else [value])
    ]
    return Question(
        control_number=transaction.control_number,
        reference=element(bht, 3),
        purpose=element(bht, 2),
        payer=_party(chain.get(SOURCE)),
        provider=_party(chain.get(RECEIVER)),
        subscriber=_party(chain.get(SUBSCRIBER)),
        dependent=_party(chain[DEPENDENT]) if DEPENDENT in chain else None,
        traces=[(element(s, 2), element(s, 3)) for s in own if s[0] == "TRN" and element(s, 1) == "1"],
        dates=[(element(s, 1), element(s, 2), element(s, 3)) for s in own if s[0] == "DTP"],
        service_types=types,
        procedures=[element(s, 2).split(cut.component) for s in own if s[0] == "EQ" and element(s, 2)],
        diagnoses=[_diagnosis(code, cut.component) for s in own if s[0] == "HI" for code in s[1:] if code],
        diagnosis_pointers=[
            element(s, 5).split(cut.component) for s in own if s[0] == "EQ" and element(s, 5)
        ],
    )


def _diagnosis(value: str, component: str) -> tuple[str, str]:
    qualifier, _, rest = value.partition(component)
    return qualifier, rest.partition(component)[0]


def _party(level: Level | None) -> Party:
    found = Party()
    for segment in level.segments if level else []:
        match segment[0]:
            case "NM1" if not found.entity:
                found.entity, found.kind = element(segment, 1), element(segment, 2)
                found.last, found.first = element(segment, 3), element(segment, 4)
                found.middle, found.suffix = element(segment, 5), element(segment, 7)
                found.id_qualifier, found.id = element(segment, 8), element(segment, 9)
            case "DMG":
                found.birth_date, found.sex = element(segment, 2), element(segment, 3)
            case "INS":
                found.relationship = element(segment, 2)
            case "REF":
                found.references.setdefault(element(segment, 1), element(segment, 2))
            case "N3":
                found.address = (element(segment, 1), *found.address[1:])
            case "N4":
                place = element(segment, 1), element(segment, 2), element(segment, 3)
                found.address = (found.address[0], *place)
    return found
