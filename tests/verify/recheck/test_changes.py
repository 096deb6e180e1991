"""A second answer is held against the first: only true changes, in cents and days, and what they do to the visit."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.reading import answers
from payers.x12_mapping import read_file
from verify.catalogue import load
from verify.facts import (
    About,
    Fact,
    FactName,
    Source,
    SourceKind,
    Standing,
    Status,
    facts_from_answers,
    facts_from_member,
)
from verify.followup import Kind
from verify.recheck import (
    BasisPoints,
    Cents,
    Change,
    ChangeKind,
    Day,
    Snapshot,
    Weight,
    Word,
    change_task,
    changes_between,
    is_confirmation,
    snapshot,
)

ON = date(2026, 12, 1)
UNTIL = date(2027, 2, 1)
NOW = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")

K, W = ChangeKind, Weight

#: Everything known, nothing open.
KNOWN = Snapshot(
    service_line="psychotherapy",
    label="Psychotherapy",
    on=ON,
    last_visit_on=UNTIL,
    payer="Blue Hollow",
    coverage="active",
    plan_name="Gold PPO",
    deductible_total=1500_00,
    deductible_left=350_00,
    out_of_pocket_total=6000_00,
    out_of_pocket_left=2000_00,
    copay=30_00,
    coinsurance_basis_points=2000,
    cost_is_of_line=True,
    authorization="not_required",
)


def changed(**values: object) -> tuple[Change, ...]:
    return changes_between(KNOWN, msgspec.structs.replace(KNOWN, **values))


def only(**values: object) -> Change:
    (change,) = changed(**values)
    return change


def test_the_same_twice_is_no_change() -> None:
    assert changed() == ()
    assert is_confirmation(())


@pytest.mark.parametrize(
    ("values", "kind", "weight"),
    [
        ({"coverage": "inactive"}, K.COVERAGE_ENDED, W.STOPS),
        ({"coverage": None}, K.COVERAGE_UNCONFIRMED, W.STOPS),
        ({"coverage": "unknown"}, K.COVERAGE_UNCONFIRMED, W.STOPS),
        ({"payer": "Cedarline"}, K.PAYER, W.STOPS),
        ({"administered_by": "Harbor Behavioral"}, K.ADMINISTRATOR, W.STOPS),
        ({"other_payers": ("Cedarline",)}, K.OTHER_PAYER, W.STOPS),
        ({"authorization": "required"}, K.AUTHORIZATION_NEEDED, W.STOPS),
        ({"deductible_left": 1500_00}, K.DEDUCTIBLE_RESET, W.COSTS),
        ({"deductible_left": 500_00}, K.DEDUCTIBLE_RAISED, W.COSTS),
        ({"deductible_left": 0}, K.DEDUCTIBLE_MET, W.COSTS),
        ({"deductible_left": 300_00}, K.DEDUCTIBLE_LEFT, W.ROUTINE),
        ({"deductible_left": None}, K.DEDUCTIBLE_LEFT, W.ASKS),
        ({"out_of_pocket_left": 6000_00}, K.OUT_OF_POCKET_RESET, W.COSTS),
        ({"out_of_pocket_left": 0}, K.OUT_OF_POCKET_MET, W.COSTS),
        ({"copay": 45_00}, K.COPAY, W.COSTS),
        ({"copay": None}, K.COPAY, W.ASKS),
        ({"coinsurance_basis_points": 0}, K.COINSURANCE, W.COSTS),
        ({"plan_name": "Silver PPO"}, K.PLAN_NAME, W.COSTS),
        ({"plan_ends_on": date(2026, 12, 31)}, K.PLAN_ENDS, W.COSTS),
        ({"plan_ends_on": UNTIL}, K.PLAN_ENDS, W.ROUTINE),
    ],
)
def test_each_change_has_its_kind_and_weight(values: dict[str, object], kind: K, weight: W) -> None:
    change = only(**values)
    assert (change.kind, change.weight) == (kind, weight)
    assert is_confirmation([change]) == (weight is W.ROUTINE)
    assert bool(change.effect) == (weight in (W.STOPS, W.COSTS))


def test_amounts_are_cents_days_are_days_and_shares_are_basis_points() -> None:
    copay = only(copay=45_00)
    assert (copay.was, copay.now, copay.visit_cents) == (Cents(30_00), Cents(45_00), 15_00)
    assert only(plan_ends_on=date(2026, 12, 31)).now == Day(date(2026, 12, 31))
    assert only(coinsurance_basis_points=3000).now == BasisPoints(3000)
    assert only(administered_by="Harbor").now == Word("Harbor")


def test_absent_is_not_zero() -> None:
    assert only(deductible_left=None).now is None
    assert only(deductible_left=0).now == Cents(0)


def test_the_effect_names_the_visit() -> None:
    assert "December 1, 2026" in only(coverage="inactive").effect
    assert "$15.00 more" in only(copay=45_00).effect
    assert "$10.00 less" in only(copay=20_00).effect


def test_what_a_payer_says_in_general_is_no_exact_price_of_the_line() -> None:
    change = only(copay=45_00, cost_is_of_line=False)
    assert change.visit_cents is None
    assert "in general" in change.effect


def test_a_plan_name_in_other_letters_is_the_same_plan() -> None:
    assert changed(plan_name="GOLD PPO") == ()


def test_active_for_the_plan_or_for_the_service_is_active() -> None:
    assert changed(coverage="plan_active") == ()


def test_what_stops_a_visit_comes_first() -> None:
    changes = changed(deductible_left=300_00, copay=45_00, coverage="inactive")
    assert [change.weight for change in changes] == [W.STOPS, W.COSTS, W.ROUTINE]


def test_changes_survive_being_stored() -> None:
    changes = list(changed(copay=45_00, plan_ends_on=date(2026, 12, 31), coverage="inactive"))
    assert msgspec.convert(msgspec.to_builtins(changes), list[Change]) == changes


# --- the task -------------------------------------------------------------------------------------------


def test_changes_make_one_task_due_today_when_a_visit_cannot_go_on() -> None:
    changes = changed(copay=45_00, coverage="inactive")
    task = change_task(changes, about="ver_1", now=NOW, zone=CHICAGO)
    assert task is not None
    assert (task.kind, task.title) == (Kind.CHANGED, "Coverage ended, and 1 more")
    assert "$15.00 more" in task.detail
    monday = task.due_at.astimezone(CHICAGO)
    assert (monday.date(), monday.hour) == (date(2026, 11, 30), 17), "a Saturday night's task"


def test_routine_makes_no_task() -> None:
    assert change_task(changed(deductible_left=300_00), about="ver_1", now=NOW, zone=CHICAGO) is None
    assert change_task(changed(copay=None), about="ver_1", now=NOW, zone=CHICAGO) is None


def test_two_rechecks_make_two_tasks() -> None:
    keys = {
        task.dedupe_key
        for about in ("ver_1", "ver_2")
        if (task := change_task(changed(copay=45_00), about=about, now=NOW, zone=CHICAGO))
    }
    assert len(keys) == 2


# --- from real answers ----------------------------------------------------------------------------------

HEAD = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *261128*0900*^*00501*000000007*0*T*:",
    "GS*HB*PAYER*CLINIC*20261128*0900*7*X*005010X279A1",
    "ST*271*0007*005010X279A1",
    "BHT*0022*11*REF7*20261128*0900",
    "HL*1**20*1",
    "NM1*PR*2*INVENTED HEALTH*****PI*INV01",
    "HL*2*1*21*1",
    "NM1*1P*2*EXAMPLE PSYCHIATRY*****XX*1999999984",
    "HL*3*2*22*0",
    "TRN*2*T-7*9CLINIC0001",
    "NM1*IL*1*EXAMPLE*ADA****MI*INV700100",
    "DMG*D8*19880402*F",
    "DTP*346*D8*20260101",
)
BENEFITS = (
    "EB*1**30**INVENTED PPO",
    "EB*C*IND*30***23*1500*****Y",
    "EB*C*IND*30***29*350*****Y",
    "EB*G*IND*30***23*6000*****Y",
    "EB*G*IND*30***29*2000*****Y",
    "EB*1**MH",
    "EB*B*IND*MH***27*30****N*Y",
    "EB*A*IND*MH*****.2**N*Y",
)


def said(benefits: Sequence[str], *, line: str = "psychotherapy", reference: str = "exch_1") -> Snapshot:
    """What an answer with these benefits comes to, read as the product reads it."""
    tail = (f"SE*{len(HEAD) + len(benefits) - 1}*0007", "GE*1*7", "IEA*1*000000007")
    text = "~\n".join([*HEAD, *benefits, *tail]) + "~\n"
    member = read_file(text.encode())[0][0].members[0]
    source = Source(kind=SourceKind.X12_271, reference=reference, by="system", obtained_at=NOW)
    facts = [
        fact
        for service_type in ("30", "MH")
        for fact in (
            *facts_from_answers(
                answers(member, [service_type], ON), source=source, service_type=service_type, member=member
            ),
            *facts_from_member(member, source=source, on=ON),
        )
    ]
    return taken(facts, line)


def taken(facts: Sequence[Fact], line: str = "psychotherapy") -> Snapshot:
    its = load().service_lines[line]
    return snapshot(facts, its, ON, last_visit_on=UNTIL, now=NOW + timedelta(hours=1), payer="Invented")


def test_a_real_answer_fills_the_snapshot() -> None:
    it = said(BENEFITS)
    assert (it.coverage, it.plan_name, it.plan_begins_on) == ("active", "INVENTED PPO", date(2026, 1, 1))
    assert (it.deductible_total, it.deductible_left) == (1500_00, 350_00)
    assert (it.copay, it.coinsurance_basis_points) == (30_00, 2000)
    assert (it.authorization, it.cost_is_of_line) == ("not_required", True)


@given(order=st.permutations(BENEFITS))
def test_the_same_answer_in_another_order_is_no_change(order: list[str]) -> None:
    assert changes_between(said(BENEFITS), said(order, reference="exch_2")) == ()


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ("EB*B*IND*MH***27*30****N*Y", "EB*B*IND*MH***27*45****N*Y", K.COPAY),
        ("EB*C*IND*30***29*350*****Y", "EB*C*IND*30***29*1500*****Y", K.DEDUCTIBLE_RESET),
        ("EB*1**30**INVENTED PPO", "EB*1**30**INVENTED HMO", K.PLAN_NAME),
    ],
)
def test_one_changed_segment_is_one_change(was: str, now: str, kind: K) -> None:
    other = [now if line == was else line for line in BENEFITS]
    assert [change.kind for change in changes_between(said(BENEFITS), said(other))] == [kind]


def test_a_plan_that_is_inactive_now_ends_the_coverage() -> None:
    other = ["EB*6**30", *BENEFITS[1:5]]
    changes = changes_between(said(BENEFITS), said(other))
    assert changes[0].kind is K.COVERAGE_ENDED
    assert changes[0].weight is W.STOPS


def test_a_disputed_copay_is_not_stated_rather_than_changed() -> None:
    call = Fact(
        name=FactName.COPAY,
        about=About(service_line="psychotherapy"),
        standing=Standing.VALUE,
        status=Status.STATED,
        source=Source(kind=SourceKind.CALL, reference="exch_9", by="user_1", obtained_at=NOW),
        value={"cents": 30_00, "per": "visit"},
    )
    payer = Fact(
        name=FactName.COPAY,
        about=About(service_type="MH"),
        standing=Standing.VALUE,
        status=Status.STATED,
        source=Source(kind=SourceKind.X12_271, reference="exch_8", by="system", obtained_at=NOW),
        value={"cents": 45_00, "per": "visit"},
    )
    (change,) = changes_between(taken([call]), taken([call, payer]))
    assert (change.kind, change.now, change.weight) == (K.COPAY, None, W.ASKS)
