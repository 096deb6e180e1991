import pytest

from verify.affordability.ledger import (
    CopayBasis,
    Ledger,
    LimitKind,
    Order,
    Rule,
    Share,
    capped,
    cost_share,
    deductible_left,
    less,
    oop_left,
    part_of,
    pays_for,
    post,
)


@pytest.mark.parametrize(
    ("cents", "basis_points", "part"),
    [
        (1, 5000, 1),
        (1, 4999, 0),
        (3, 5000, 2),
        (250_00, 2000, 50_00),
        (99, 10_000, 99),
        (99, 0, 0),
        (7, 1, 0),
    ],
)
def test_half_a_cent_is_rounded_up(cents, basis_points, part):
    assert part_of(cents, basis_points) == part


@pytest.mark.parametrize(
    ("kind", "individual", "family", "left"),
    [
        (LimitKind.EMBEDDED, 200, 500, 200),
        (LimitKind.EMBEDDED, 500, 200, 200),
        (LimitKind.EMBEDDED, 300, None, 300),
        (LimitKind.EMBEDDED, None, 300, 300),
        (LimitKind.EMBEDDED, None, None, None),
        (LimitKind.AGGREGATE, 200, 500, 500),
        (LimitKind.AGGREGATE, 200, None, None),
    ],
)
def test_embedded_takes_the_smaller_limit_and_aggregate_the_familys_alone(kind, individual, family, left):
    ledger = Ledger(
        deductible_individual_cents=individual,
        deductible_family_cents=family,
        oop_individual_cents=individual,
        oop_family_cents=family,
        deductible_kind=kind,
        oop_kind=kind,
    )
    assert oop_left(ledger) == left
    assert deductible_left(ledger) == (left or 0)


def test_each_limit_has_its_own_kind():
    ledger = Ledger(
        deductible_individual_cents=1,
        deductible_family_cents=2,
        oop_individual_cents=3,
        oop_family_cents=4,
        deductible_kind=LimitKind.AGGREGATE,
    )
    assert (deductible_left(ledger), oop_left(ledger)) == (2, 3)


@pytest.mark.parametrize(("left", "spent", "after"), [(None, 5, None), (5, 3, 2), (5, 5, 0), (5, 6, 0)])
def test_what_is_left_never_falls_below_nothing(left, spent, after):
    assert less(left, spent) == after


def test_deductible_first_leaves_the_copay_what_remains():
    ledger = Ledger(deductible_individual_cents=80)
    rule = Rule(copay_cents=50, deductible_applies=True, coinsurance_bp=5000)
    assert cost_share(ledger, rule, 100) == Share(80, 20, 0)
    assert cost_share(ledger, rule, 200) == Share(80, 50, 35)


def test_copay_first_leaves_the_deductible_what_remains():
    ledger = Ledger(deductible_individual_cents=80)
    rule = Rule(copay_cents=50, deductible_applies=True, coinsurance_bp=5000, order=Order.COPAY_FIRST)
    assert cost_share(ledger, rule, 100) == Share(50, 50, 0)
    assert cost_share(ledger, rule, 200) == Share(80, 50, 35)
    assert cost_share(ledger, rule, 30) == Share(0, 30, 0)


@pytest.mark.parametrize("order", Order)
def test_a_deductible_that_does_not_apply_is_not_owed(order):
    rule = Rule(copay_cents=10, coinsurance_bp=1000, order=order)
    assert cost_share(Ledger(deductible_individual_cents=80), rule, 110) == Share(0, 10, 10)


@pytest.mark.parametrize(
    ("left", "copay_counts", "share"),
    [
        (None, True, Share(30, 20, 10)),
        (60, True, Share(30, 20, 10)),
        (59, True, Share(30, 20, 9, 1)),
        (50, True, Share(30, 20, 0, 10)),
        (45, True, Share(30, 15, 0, 15)),
        (30, True, Share(30, 0, 0, 30)),
        (12, True, Share(12, 0, 0, 48)),
        (0, True, Share(0, 0, 0, 60)),
        (40, False, Share(30, 20, 10)),
        (35, False, Share(30, 20, 5, 5)),
        (25, False, Share(25, 20, 0, 15)),
        (0, False, Share(0, 20, 0, 40)),
    ],
)
def test_the_maximum_trims_coinsurance_then_copay_then_deductible(left, copay_counts, share):
    assert capped(30, 20, 10, left, copay_counts) == share


@pytest.mark.parametrize(
    ("to_deductible", "to_maximum", "deductible", "maximum"),
    [(False, True, 70, 40), (True, True, 50, 40), (False, False, 70, 60), (True, False, 50, 60)],
)
def test_a_copay_moves_what_it_counts_toward(to_deductible, to_maximum, deductible, maximum):
    rule = Rule(copay_counts_deductible=to_deductible, copay_counts_oop=to_maximum)
    before = Ledger(
        deductible_individual_cents=100,
        deductible_family_cents=200,
        oop_individual_cents=100,
        oop_family_cents=300,
        deductible_kind=LimitKind.AGGREGATE,
        oop_kind=LimitKind.AGGREGATE,
    )
    assert post(before, rule, Share(30, 20, 10)) == Ledger(
        deductible_individual_cents=deductible,
        deductible_family_cents=deductible + 100,
        oop_individual_cents=maximum,
        oop_family_cents=maximum + 200,
        deductible_kind=LimitKind.AGGREGATE,
        oop_kind=LimitKind.AGGREGATE,
    )


def test_a_counted_visit_is_used_and_an_uncounted_one_is_not():
    ledger = Ledger(visits_left=2)
    assert post(ledger, Rule(counts_visit=True), Share(0, 0, 0)).visits_left == 1
    assert post(ledger, Rule(), Share(0, 0, 0)).visits_left == 2
    assert post(Ledger(), Rule(counts_visit=True), Share(0, 0, 0)).visits_left is None


def test_a_plan_pays_for_what_is_covered_while_visits_are_left():
    assert pays_for(Ledger(visits_left=1), Rule(counts_visit=True))
    assert not pays_for(Ledger(visits_left=0), Rule(counts_visit=True))
    assert pays_for(Ledger(visits_left=0), Rule())
    assert pays_for(Ledger(), Rule(counts_visit=True))
    assert not pays_for(Ledger(), Rule(covered=False))


def test_lines_of_one_group_and_day_use_up_one_visit():
    drug = visit = Rule(counts_visit=True, visit_group="spravato")
    after = post(Ledger(visits_left=1), drug, Share(0, 0, 0))
    assert after.visits_left == 0
    assert pays_for(after, visit)
    assert post(after, visit, Share(0, 0, 0)) == after
    assert not pays_for(after, Rule(counts_visit=True, visit_group="therapy"))
    assert not pays_for(after, Rule(counts_visit=True))
    assert not pays_for(after, Rule(counts_visit=True, visit_group="spravato", covered=False))


def test_a_visit_begun_of_no_group_or_without_a_limit_is_no_groups_visit():
    alone = Rule(counts_visit=True)
    assert post(post(Ledger(visits_left=2), alone, Share(0, 0, 0)), alone, Share(0, 0, 0)) == Ledger(
        visits_left=0
    )
    of_group = Rule(counts_visit=True, visit_group="spravato")
    assert post(Ledger(), of_group, Share(0, 0, 0)) == Ledger()
    uncounted = Rule(visit_group="spravato")
    assert post(Ledger(visits_left=2), uncounted, Share(0, 0, 0)) == Ledger(visits_left=2)


def test_a_copay_per_day_is_owed_once_for_each_group():
    rule = Rule(copay_cents=35, copay_basis=CopayBasis.DAY, copay_group="visits")
    after = post(Ledger(), rule, cost_share(Ledger(), rule, 100))
    assert cost_share(after, rule, 100).copay == 0
    assert cost_share(after, Rule(copay_cents=35, copay_basis=CopayBasis.DAY), 100).copay == 35
    assert cost_share(after, Rule(copay_cents=35, copay_group="visits"), 100).copay == 35


@pytest.mark.parametrize("basis", [CopayBasis.VISIT, CopayBasis.SERVICE])
def test_a_copay_per_visit_or_service_is_owed_every_time(basis):
    rule = Rule(copay_cents=35, copay_basis=basis)
    assert cost_share(post(Ledger(), rule, Share(0, 35, 0)), rule, 100).copay == 35
