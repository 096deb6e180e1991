import pytest

from tests.verify.affordability.courses import case, line, pays
from verify.affordability import CaseError, estimate_case


def unknown(*answers, fact="fact", **more):
    named = [{"answer": f"answer {number}", **answer} for number, answer in enumerate(answers)]
    return {"fact": fact, "how": "call", "answers": named, **more}


def figures(found):
    return found["low_cents"], found["expected_cents"], found["high_cents"]


def worths(found):
    return {question["fact"]: question["worth_cents"] for question in found["questions"]}


def test_an_unknown_spreads_the_range_and_is_worth_the_difference():
    found = estimate_case(
        case(
            line(copay_cents=30_00),
            line(1, copay_cents=30_00),
            unknowns=[unknown({}, {"rule": {"copay_cents": 45_00}})],
        )
    )
    assert figures(found) == (60_00, 60_00, 90_00)
    assert found["questions"] == [
        {
            "fact": "fact",
            "worth_cents": 30_00,
            "how": "call",
            "answers": ["answer 0", "answer 1"],
            "expected": "answer 0",
        }
    ]


def test_the_expected_answer_is_the_one_named_or_else_the_first():
    cheap, dear = {"rule": {"copay_cents": 10_00}}, {"rule": {"copay_cents": 50_00}}
    one = line(copay_cents=30_00)
    assert estimate_case(case(one, unknowns=[unknown(dear, cheap)]))["expected_cents"] == 50_00
    named = estimate_case(case(one, unknowns=[unknown(dear, {}, cheap, expected="answer 2")]))
    assert figures(named) == (10_00, 10_00, 50_00)
    assert pays(named) == [10_00]


def test_questions_stand_with_the_dearest_first():
    found = estimate_case(
        case(
            line(0, code="a", copay_cents=1_00),
            line(0, code="b", copay_cents=1_00),
            unknowns=[
                unknown({}, {"rule": {"copay_cents": 2_00}}, fact="cheap", codes=["a"]),
                unknown({}, {"rule": {"copay_cents": 9_00}}, fact="dear", codes=["b"]),
                unknown({}, {}, fact="no matter"),
            ],
        )
    )
    assert [(q["fact"], q["worth_cents"]) for q in found["questions"]] == [
        ("dear", 8_00),
        ("cheap", 1_00),
        ("no matter", 0),
    ]


def test_a_question_is_worth_the_most_it_can_move_whatever_the_other_answers_are():
    # Whether the deductible applies matters only if some of it is left, which is not expected.
    found = estimate_case(
        case(
            line(0, 100_00),
            deductible_individual_cents=0,
            unknowns=[
                unknown({}, {"limits": {"deductible_individual_cents": 70_00}}, fact="left"),
                unknown({}, {"rule": {"deductible_applies": True}}, fact="applies"),
            ],
        )
    )
    assert figures(found) == (0, 0, 70_00)
    assert worths(found) == {"left": 70_00, "applies": 70_00}


def test_an_unknown_is_about_its_codes_between_its_days():
    lines = [line(day, code=code) for day in (0, 1, 2, 3) for code in ("a", "b")]
    about = unknown(
        {},
        {"rule": {"copay_cents": 1_00}},
        codes=["a"],
        starts_on="2026-02-03",
        ends_on="2026-02-04",
        expected="answer 1",
    )
    assert pays(estimate_case(case(*lines, unknowns=[about]))) == [0, 0, 1_00, 0, 1_00, 0, 0, 0]


def test_prices_limits_reset_savings_and_the_second_payer_can_be_open():
    lines = [line(day, 100_00, code="a", deductible_applies=True, coinsurance_bp=5000) for day in (0, 1)]
    found = estimate_case(
        case(
            *lines,
            deductible_individual_cents=0,
            reset={"on": "2026-02-03", "limits": {"deductible_individual_cents": 0}},
            savings=[{"name": "card", "codes": ["a"], "maximum_cents": 0}],
            secondary={"method": "supplement", "pays_of_coinsurance_bp": 0},
            unknowns=[
                unknown({}, {"line": {"allowed_cents": 120_00}}, fact="price"),
                unknown({}, {"limits": {"deductible_individual_cents": 100_00}}, fact="left"),
                unknown({}, {"reset_limits": {"deductible_individual_cents": 100_00}}, fact="next year"),
                unknown({}, {"savings": {"card": {"maximum_cents": 30_00}}}, fact="card"),
                unknown({}, {"secondary": {"method": "qmb"}}, fact="second"),
            ],
        )
    )
    # At most both deductibles and the higher price: 2 x (100 + half of 20); as expected 2 x half of 100.
    assert figures(found) == (0, 100_00, 220_00)
    assert worths(found) == {
        "second": 220_00,
        "left": 50_00,
        "next year": 50_00,
        "card": 30_00,
        "price": 20_00,
    }


def test_sessions_beyond_the_number_answered_do_not_take_place():
    lines = [line(day, code="a", copay_cents=10_00) for day in range(4)] + [
        line(9, code="b", copay_cents=1_00)
    ]
    found = estimate_case(case(*lines, unknowns=[unknown({"sessions": 2}, {"sessions": 3}, {}, codes=["a"])]))
    assert figures(found) == (21_00, 21_00, 41_00)
    assert [s["takes_place"] for s in found["sessions"]] == [True, True, False, False, True]
    assert [s["why"] for s in found["sessions"]][3] == "not expected to take place"


def test_every_second_session_begins_with_the_first():
    lines = [line(day, code="a", copay_cents=10_00) for day in range(5)]
    found = estimate_case(case(*lines, unknowns=[unknown({"every": 2}, {"every": 3}, {"every": 1})]))
    assert figures(found) == (20_00, 30_00, 50_00)
    assert [s["takes_place"] for s in found["sessions"]] == [True, False, True, False, True]


def test_pending_sessions_took_place_whatever_is_planned():
    pending = [line("2026-01-28", 60_00, deductible_applies=True)]
    lines = [line(day, 60_00, deductible_applies=True) for day in (0, 1)]
    found = estimate_case(
        case(
            *lines,
            pending=pending,
            deductible_individual_cents=100_00,
            unknowns=[unknown({"sessions": 0}, {})],
        )
    )
    assert figures(found) == (0, 0, 40_00)


def test_the_band_holds_the_least_and_the_most_paid_by_each_day():
    lines = [line(day, copay_cents=10_00) for day in (0, 0, 1)]
    found = estimate_case(
        case(*lines, oop_individual_cents=25_00, unknowns=[unknown({}, {"rule": {"copay_cents": 20_00}})])
    )
    assert found["band"] == [
        {"date": "2026-02-02", "low_cents": 20_00, "expected_cents": 20_00, "high_cents": 25_00},
        {"date": "2026-02-03", "low_cents": 25_00, "expected_cents": 25_00, "high_cents": 25_00},
    ]


def test_the_years_are_told_apart():
    found = estimate_case(case(line("2026-12-30", copay_cents=10_00), line("2027-01-02", copay_cents=15_00)))
    assert found["by_year"] == {"2026": 10_00, "2027": 15_00}


def test_other_starts_move_the_lines_and_neither_reset_nor_pending_sessions():
    found = estimate_case(
        case(
            *[line(day, 50_00, deductible_applies=True) for day in (0, 7)],
            deductible_individual_cents=20_00,
            pending=[line("2026-01-30", 15_00, deductible_applies=True)],
            reset={"on": "2026-03-01", "limits": {"deductible_individual_cents": 80_00}},
            starts=["2026-02-23", "2026-03-02"],
            unknowns=[unknown({}, {"rule": {"copay_cents": 1_00}}, expected="answer 1")],
        )
    )
    assert figures(found) == (5_00, 7_00, 7_00)
    assert found["starts"] == [
        {"on": "2026-02-23", "low_cents": 55_00, "expected_cents": 56_00, "high_cents": 56_00},
        {"on": "2026-03-02", "low_cents": 80_00, "expected_cents": 81_00, "high_cents": 81_00},
    ]


def test_too_many_combinations_are_refused_with_their_number():
    answers = [{"rule": {"copay_cents": n}} for n in range(17)]
    one = case(line(), unknowns=[unknown(*answers, fact=str(n)) for n in range(3)])
    with pytest.raises(CaseError, match=r"^unknowns: make 4,913 combinations; at most 4,096 can be ranged"):
        estimate_case(one)
    one["unknowns"][0]["answers"] = one["unknowns"][0]["answers"][:14]
    assert estimate_case(one)["high_cents"] == 16
    one["unknowns"] = [unknown(*answers[:16], fact=str(n)) for n in range(3)]
    assert estimate_case(one)["high_cents"] == 15


def test_another_start_is_reckoned_with_the_expected_answers():
    twenty, thirty = {"rule": {"copay_cents": 20_00}}, {"rule": {"copay_cents": 30_00}}
    found = estimate_case(
        case(
            line(0, code="a"),
            line(0, code="b"),
            starts=["2026-02-09"],
            unknowns=[
                unknown({}, twenty, thirty, fact="a", codes=["a"], expected="answer 1"),
                unknown({}, twenty, thirty, fact="b", codes=["b"], expected="answer 2"),
            ],
        )
    )
    assert found["starts"] == [
        {"on": "2026-02-09", "low_cents": 0, "expected_cents": 50_00, "high_cents": 60_00}
    ]


def test_a_price_missing_under_one_answer_is_an_error():
    bare = {"date": "2026-02-02", "code": "a", "self_pay_cents": 475_00}
    with pytest.raises(CaseError, match=r"lines\[0\]\.rule: is missing"):
        estimate_case(case(bare, unknowns=[unknown({}, {"line": {"self_pay_cents": None}})]))


def test_what_is_left_after_the_course_is_told():
    found = estimate_case(
        case(
            line(0, 100_00, deductible_applies=True, counts_visit=True),
            deductible_individual_cents=30_00,
            deductible_family_cents=90_00,
            oop_individual_cents=200_00,
            oop_family_cents=300_00,
            visits_left=5,
        )
    )
    assert found["left"] == {
        "deductible_individual_cents": 0,
        "deductible_family_cents": 60_00,
        "oop_individual_cents": 170_00,
        "oop_family_cents": 270_00,
        "visits_left": 4,
    }
    assert set(estimate_case(case(line()))["left"].values()) == {None}


def test_the_title_comes_back():
    assert estimate_case(case(line(), title="TMS"))["title"] == "TMS"
    assert estimate_case(case(line()))["title"] is None


def test_what_is_not_covered_needs_a_written_notice():
    assert estimate_case(case(line()))["notes"] == []
    (note,) = estimate_case(case(line(0, 1234_50, covered=False), line(0, self_pay_cents=5)))["notes"]
    assert note == (
        "$1,234.50 is reckoned as not covered: without a written notice signed before, the clinic is at risk."
    )


def test_a_key_that_is_not_used_is_named():
    assert estimate_case({**case(line()), "payer": "x"})["notes"] == [
        "The key 'payer' is not part of a case and was not used."
    ]


@pytest.mark.parametrize(
    ("rule", "limits", "words"),
    [
        ({}, {}, "the plan pays all of it"),
        ({"copay_cents": 20_00}, {}, "copay $20.00"),
        (
            {"coinsurance_bp": 1250, "deductible_applies": True, "copay_cents": 5_00},
            {"deductible_individual_cents": 15_00},
            "deductible $15.00; copay $5.00; coinsurance $10.00 (12.5 %)",
        ),
        (
            {"coinsurance_bp": 2000},
            {"oop_individual_cents": 8_00},
            "coinsurance $8.00 (20 %); cap: the out-of-pocket maximum takes off $12.00",
        ),
        (
            {"copay_cents": 1_00},
            {"oop_individual_cents": 0},
            "cap: the out-of-pocket maximum takes off $1.00",
        ),
        ({"covered": False}, {}, "not covered: the whole price"),
        ({"counts_visit": True}, {"visits_left": 0}, "visit limit spent: the whole price"),
    ],
)
def test_why_a_line_costs_what_it_costs(rule, limits, words):
    (session,) = estimate_case(case(line(**rule), **limits))["sessions"]
    assert session["why"] == words


def test_why_names_the_balance_bill_and_who_helps():
    found = estimate_case(
        case(
            line(
                0, 100_00, coinsurance_bp=5000, billed_cents=1350_00, out_of_network=True, balance_bill=True
            ),
            line(0, self_pay_cents=1),
            secondary={"method": "supplement", "pays_of_coinsurance_bp": 4000},
            savings=[{"name": "card", "codes": ["90868"], "patient_pays_cents": 10_00}],
        )
    )
    insured, paid_by_self = [session["why"] for session in found["sessions"]]
    assert insured.split("; ") == [
        "coinsurance $50.00 (50 %)",
        "balance bill $1,250.00 above the allowed amount",
        "the second coverage takes off $20.00",
        "savings pay $20.00",
    ]
    assert paid_by_self == "self-pay: no claim is filed"
