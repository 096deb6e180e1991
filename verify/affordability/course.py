"""A course of dated lines on one ledger: plan-year reset, second payer, savings and self-pay included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from verify.affordability.ledger import Ledger, Rule, Share, cost_share, pays_for, post
from verify.affordability.other_coverage import Method, Second, alone, second_pays, supplement_pays
from verify.affordability.savings import Savings, own_money, pays


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One service; its day stands beside it. Amounts are cents.

    `balance` is what may be billed above the allowed amount, `not_covered_price` what the patient owes
    when the plan pays nothing, `self_pay` the price when no claim is filed.
    """

    code: str
    rule: Rule = Rule()
    allowed: int = 0
    not_covered_price: int = 0
    balance: int = 0
    self_pay: int | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for every line: the ledger of the next plan year, the second payer, the savings."""

    reset_on: date = date.max
    reset_ledger: Ledger = Ledger()
    second: Second | None = None
    savings: tuple[Savings, ...] = ()


class Books(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where everything stands after a line: the ledgers, what is on the cards, the day."""

    ledger: Ledger
    second: Ledger = Ledger()
    #: One for each programme, in cents; None: no limit.
    cards: tuple[int | None, ...] = ()
    day: date = date.min


class Outcome(StrEnum):
    COVERED = "covered"
    NOT_COVERED = "not_covered"
    VISITS_SPENT = "visits_spent"
    SELF_PAY = "self_pay"
    #: Does not take place under the answers assumed.
    LEFT_OUT = "left_out"


class Posting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who pays what of one line, in cents."""

    outcome: Outcome
    patient: int
    plan: int = 0
    deductible: int = 0
    copay: int = 0
    coinsurance: int = 0
    capped: int = 0
    non_covered: int = 0
    balance: int = 0
    second: int = 0
    cards: int = 0


#: How a line was taken: the share of a covered one (None: not covered), what the second payer pays, the cards.
Taken = tuple[Outcome, Share | None, int, int]

LEFT_OUT = Posting(outcome=Outcome.LEFT_OUT, patient=0)


def open_books(ledger: Ledger, second: Ledger, savings: Iterable[Savings]) -> Books:
    return Books(ledger=ledger, second=second, cards=tuple(programme.left for programme in savings))


def walk(
    books: Books, days: Sequence[date], lines: Sequence[Line | None], terms: Terms
) -> tuple[Books, list[Posting]]:
    """Takes lines, which stand in the order of their days, one after the other; None is left out."""
    postings = []
    for day, line in zip(days, lines, strict=True):
        books = turn_to(day, books, terms)
        if line is None:
            postings.append(LEFT_OUT)
        else:
            books, taken = take(books, line, terms)
            postings.append(posting(line, taken))
    return books, postings


def walk_costs(
    books: Books, days: Sequence[date], lines: Sequence[Line | None], terms: Terms
) -> tuple[Books, list[int]]:
    """As `walk`, with what the patient pays of each line alone: a range needs no more."""
    if terms.second is None and not terms.savings:
        return _walk_unhelped(books, days, lines, terms)
    costs = []
    for day, line in zip(days, lines, strict=True):
        books = turn_to(day, books, terms)
        if line is None:
            costs.append(0)
        else:
            books, taken = take(books, line, terms)
            costs.append(owed(line, taken))
    return books, costs


def _walk_unhelped(
    books: Books, days: Sequence[date], lines: Sequence[Line | None], terms: Terms
) -> tuple[Books, list[int]]:
    """Where nobody helps, the ledger is all that moves; while it stands still, a line costs the same again."""
    ledger, today = books.ledger, books.day
    costs: list[int] = []
    still, known = ledger, dict[int, int]()
    for day, line in zip(days, lines, strict=True):
        if day != today:
            ledger, today = _next_day(ledger, today, day, terms.reset_on, terms.reset_ledger), day
        if ledger is not still:
            still, known = ledger, {}
        cost = 0 if line is None else known.get(id(line))
        if cost is None:
            assert line is not None
            after, taken = _take_unhelped(ledger, line)
            cost = known[id(line)] = owed(line, taken)
            ledger = ledger if after == ledger else after
        costs.append(cost)
    return Books(ledger=ledger, day=today), costs


def turn_to(day: date, books: Books, terms: Terms) -> Books:
    """The books on a later day: plan years that began meanwhile replace their ledger, cards renew."""
    if day == books.day:
        return books
    return Books(
        ledger=_next_day(books.ledger, books.day, day, terms.reset_on, terms.reset_ledger),
        second=books.second
        if terms.second is None
        else _next_day(books.second, books.day, day, terms.second.reset_on, terms.second.reset_ledger),
        cards=tuple(
            programme.maximum if books.day < programme.renews_on <= day else left
            for programme, left in zip(terms.savings, books.cards, strict=True)
        ),
        day=day,
    )


def _next_day(ledger: Ledger, last: date, day: date, reset_on: date, fresh: Ledger) -> Ledger:
    if last < reset_on <= day:
        return fresh
    if not ledger.charged_today and not ledger.visited_today:
        return ledger
    return msgspec.structs.replace(ledger, charged_today=frozenset(), visited_today=frozenset())


def take(books: Books, line: Line, terms: Terms) -> tuple[Books, Taken]:
    """One line: who pays what of it, and the books after it."""
    if line.self_pay is not None or (terms.second is None and not terms.savings):
        ledger, taken = _take_unhelped(books.ledger, line)
        return Books(ledger=ledger, second=books.second, cards=books.cards, day=books.day), taken
    if not pays_for(books.ledger, line.rule):
        return _take_not_covered(books, line, terms)
    return _take_with_help(books, line, terms, cost_share(books.ledger, line.rule, line.allowed))


def _take_unhelped(ledger: Ledger, line: Line) -> tuple[Ledger, Taken]:
    """One line that the patient and the plan pay alone, or the patient."""
    if line.self_pay is not None:
        return ledger, (Outcome.SELF_PAY, None, 0, 0)
    if not pays_for(ledger, line.rule):
        return ledger, (_not_paid(line), None, 0, 0)
    share = cost_share(ledger, line.rule, line.allowed)
    return post(ledger, line.rule, share), (Outcome.COVERED, share, 0, 0)


def _not_paid(line: Line) -> Outcome:
    return Outcome.VISITS_SPENT if line.rule.covered else Outcome.NOT_COVERED


def _take_not_covered(books: Books, line: Line, terms: Terms) -> tuple[Books, Taken]:
    """The plan pays nothing and nothing accrues; a second payer may cover the line all the same."""
    ledger, second = _second_pays(books, line, terms, None)
    return msgspec.structs.replace(books, second=ledger), (_not_paid(line), None, second, 0)


def _take_with_help(books: Books, line: Line, terms: Terms, share: Share) -> tuple[Books, Taken]:
    """The second payer pays of the share, then the cards of what is left."""
    second_ledger, second = _second_pays(books, line, terms, share)
    cards, paid, not_counted = _swipe(books, line, terms.savings, share.total - second)
    ledger = post(books.ledger, line.rule, own_money(share, not_counted))
    after = Books(ledger=ledger, second=second_ledger, cards=cards, day=books.day)
    return after, (Outcome.COVERED, share, second, paid)


def _second_pays(books: Books, line: Line, terms: Terms, share: Share | None) -> tuple[Ledger, int]:
    """The second payer's ledger after the line, and what it takes off what the first left over.

    `share` is the patient's part under the first plan; None when that plan does not pay for the line.
    A supplement follows the first plan: of such a line it pays nothing.
    """
    second = terms.second
    if second is None:
        return books.second, 0
    if second.method in (Method.SUPPLEMENT, Method.QMB):
        return books.second, 0 if share is None else supplement_pays(second, share)
    ledger, would_pay = alone(second, books.second, line.code, line.allowed)
    if share is None:
        return ledger, min(would_pay, line.not_covered_price)
    return ledger, second_pays(second, would_pay, line.allowed - share.total, share.total)


def _swipe(
    books: Books, line: Line, savings: tuple[Savings, ...], owed: int
) -> tuple[tuple[int | None, ...], int, int]:
    """The cards after the line, what they paid, and how much of that the plan does not count."""
    after, paid, not_counted = [], 0, 0
    for programme, left in zip(savings, books.cards, strict=True):
        paying = pays(programme, left, owed - paid) if programme.helps(line.code, books.day) else 0
        paid += paying
        not_counted += 0 if programme.counts else paying
        after.append(None if left is None else left - paying)
    return tuple(after), paid, not_counted


def owed(line: Line, taken: Taken) -> int:
    """What the patient pays of a line, in cents."""
    _, share, second, cards = taken
    if share is not None:
        return share.deductible + share.copay + share.coinsurance + line.balance - second - cards
    price = line.not_covered_price if line.self_pay is None else line.self_pay
    return price - second - cards


def posting(line: Line, taken: Taken) -> Posting:
    """The line as it is shown."""
    outcome, share, second, cards = taken
    patient = owed(line, taken)
    if share is None:
        price = patient + second + cards
        return Posting(outcome=outcome, patient=patient, non_covered=price, second=second, cards=cards)
    return Posting(
        outcome=outcome,
        patient=patient,
        plan=line.allowed - share.total,
        deductible=share.deductible,
        copay=share.copay,
        coinsurance=share.coinsurance,
        capped=share.capped,
        balance=line.balance,
        second=second,
        cards=cards,
    )
