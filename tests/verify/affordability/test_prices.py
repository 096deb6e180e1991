from datetime import date

import pytest

from verify.affordability import CaseError
from verify.affordability.prices import COLUMNS, Price, PriceKind, find_price, read_price, read_prices

HEAD = ",".join(COLUMNS)
GOOD = "90868,contract,ACME,250.00,2026-01-01,2026-12-31,contract of 2025-11-03,yes"


def problems(*rows, head=HEAD):
    with pytest.raises(CaseError) as caught:
        read_prices("\n".join([head, *rows]))
    return {problem.field: problem.message for problem in caught.value.problems}


def test_a_row_becomes_a_price():
    assert read_prices(f"{HEAD}\n{GOOD}\n\n") == [
        Price(
            code="90868",
            kind=PriceKind.CONTRACT,
            payer="ACME",
            cents=250_00,
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 12, 31),
            source="contract of 2025-11-03",
            verified=True,
        )
    ]


def test_what_nobody_confirmed_stays_unverified_and_an_open_end_stays_open():
    (price,) = read_prices(f"{HEAD}\nketamine_iv,self_pay,,475,2026-01-01,,price list,")
    assert (price.verified, price.valid_until, price.payer) == (False, None, "")


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("475", 475_00),
        ('"$1,200.00"', 1200_00),
        ("1200.05", 1200_05),
        ("0", 0),
        ('"1,234,567.89"', 1234567_89),
    ],
)
def test_dollars_are_read_exactly(text, cents):
    (price,) = read_prices(f"{HEAD}\n90868,typical,,{text},2026-01-01,,survey,no")
    assert price.cents == cents


@pytest.mark.parametrize(
    "text", ['"$1,2O0"', "", "-5", "1e3", "12.5", '"12,00"', "12.345", "١٢", "12345678", "$"]
)
def test_what_is_no_amount_names_row_and_column(text):
    found = problems(GOOD, f"90868,typical,,{text},2026-01-01,,survey,no")
    assert list(found) == ["row 3, amount"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (",typical,,5,2026-01-01,,survey,no", "row 2, code"),
        ("90868,typical,,5,2026-01-01,,,no", "row 2, source"),
        ("90868,guess,,5,2026-01-01,,survey,no", "row 2, kind"),
        ("90868,typical,,5,,,survey,no", "row 2, valid_from"),
        ("90868,typical,,5,2026-02-30,,survey,no", "row 2, valid_from"),
        ("90868,typical,,5,02/03/2026,,survey,no", "row 2, valid_from"),
        ("90868,typical,,5,2026-02-02,2026-02-01,survey,no", "row 2, valid_until"),
        ("90868,typical,,5,2026-02-02,,survey,maybe", "row 2, verified"),
        ("90868,typical,5", "row 2"),
    ],
)
def test_a_faulty_row_names_its_place(row, field):
    assert list(problems(row)) == [field]


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ("90868,typical,5", "", "has 3 cells, not 8"),
        (",typical,,5,2026-01-01,,survey,no", "code", "is missing"),
        ("9" * 21 + ",typical,,5,2026-01-01,,survey,no", "code", "has more than 20 characters"),
        (f"90868,typical,,5,2026-01-01,,{'s' * 201},no", "source", "has more than 200 characters"),
        (
            "90868,guess,,5,2026-01-01,,survey,no",
            "kind",
            "must be one of self_pay, billed, contract, typical",
        ),
        ("90868,contract,,5,2026-01-01,,survey,no", "payer", "is missing: a contract rate is a payer's"),
        ("90868,self_pay,ACME,5,2026-01-01,,s,no", "payer", "must be empty for the clinic's own price"),
        ("90868,billed,ACME,5,2026-01-01,,s,no", "payer", "must be empty for the clinic's own price"),
        ("90868,typical,,x,2026-01-01,,s,no", "amount", "must be dollars, as 1200 or $1,200.00"),
        ("90868,typical,,5,,,survey,no", "valid_from", "is missing"),
        ("90868,typical,,5,2026-02-30,,survey,no", "valid_from", "is no day of the calendar"),
        ("90868,typical,,5,2026-02-02,2026-02-01,s,no", "valid_until", "lies before valid_from"),
        ("90868,typical,,5,2026-02-02,,survey,maybe", "verified", "must be yes or no"),
    ],
)
def test_a_fault_says_what_is_wanted_in_a_row_and_in_a_form(row, field, words):
    assert problems(row) == {f"row 2, {field}" if field else "row 2": words}
    if field:
        with pytest.raises(CaseError) as caught:
            read_price(dict(zip(COLUMNS, row.split(","), strict=True)))
        (problem,) = caught.value.problems
        assert (problem.field, problem.message) == (field, words)


def test_a_form_is_read_as_a_row_is_and_may_leave_cells_out():
    of_form = read_price(dict(zip(COLUMNS, f" {GOOD} ".split(","), strict=True)))
    assert [of_form] == read_prices(f"{HEAD}\n{GOOD}")
    short = {"code": "90868", "kind": "typical", "amount": "5", "valid_from": "2026-01-01", "source": "s"}
    assert read_price(short) == Price(
        code="90868", kind=PriceKind.TYPICAL, cents=5_00, valid_from=date(2026, 1, 1), source="s"
    )


def test_a_price_may_be_of_one_day_with_the_longest_code_and_source():
    (price,) = read_prices(f"{HEAD}\n{'9' * 20},typical,,5,2026-01-01,2026-01-01,{'s' * 200},no")
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2)]
    assert [price.holds_on(day) for day in days] == [False, True, False]
    assert (len(price.code), len(price.source)) == (20, 200)


def test_a_price_of_no_payer_is_found_without_one():
    prices = read_prices(f"{HEAD}\n90868,typical,,240,2026-01-01,,survey,no")
    assert find_price(prices, "90868", PriceKind.TYPICAL, date(2026, 5, 5)) == prices[0]
    assert find_price(prices, "90868", PriceKind.SELF_PAY, date(2026, 5, 5)) is None


def test_every_faulty_row_is_named_at_once():
    bad = "90868,typical,,x,2026-01-01,,survey,no"
    assert list(problems(bad, GOOD, bad)) == ["row 2, amount", "row 4, amount"]


def test_the_heading_must_name_the_columns_in_any_order():
    columns = "code, kind, payer, amount, valid_from, valid_until, source, verified"
    assert problems(GOOD, head="code,price") == {"row 1": f"must name the columns {columns}"}
    turned = ",".join(reversed(COLUMNS)) + "\n" + ",".join(reversed(GOOD.split(",")))
    assert read_prices(turned) == read_prices(f"{HEAD}\n{GOOD}")
    with pytest.raises(CaseError):
        read_prices("")


def test_a_byte_order_mark_does_no_harm_and_what_is_no_csv_is_told_so():
    assert read_prices(f"\ufeff{HEAD}\n{GOOD}") == read_prices(f"{HEAD}\n{GOOD}")
    assert problems("x" * 200_000) == {"": "The file is no CSV that can be read"}


def test_the_latest_price_that_holds_on_the_day_is_found():
    rows = [
        "90868,contract,ACME,250,2026-01-01,2026-12-31,old,yes",
        "90868,contract,ACME,260,2026-07-01,,new,yes",
        "90868,typical,,240,2026-01-01,,survey,no",
    ]
    prices = read_prices("\n".join([HEAD, *rows]))
    found = [
        find_price(prices, "90868", PriceKind.CONTRACT, date(*day), "ACME")
        for day in ((2025, 12, 31), (2026, 1, 1), (2026, 6, 30), (2026, 7, 1), (2027, 1, 1))
    ]
    assert [price and price.cents for price in found] == [None, 250_00, 250_00, 260_00, 260_00]
    assert find_price(prices, "90868", PriceKind.CONTRACT, date(2026, 5, 5), "OTHER") is None
    assert find_price(prices, "90867", PriceKind.CONTRACT, date(2026, 5, 5), "ACME") is None
