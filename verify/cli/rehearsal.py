"""One question through one adapter and how it ended; every adapter by every scenario of the simulator."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from payers.errors import AccountError, PayerError, Pending, Rejected, Unavailable, Unreadable
from payers.inquiry import Inquiry, MemberId, Npi, PayerId, Person, Requester
from payers.registry import adapter_for
from payers.simulator.scenarios import Behavior, Ending, Scenario
from payers.simulator.server import Simulator

if TYPE_CHECKING:
    from payers.account import Account
    from payers.adapter import Adapter
    from payers.benefits import Benefits

#: Adapters that ask nobody by wire: every question ends as a call.
BY_HAND = frozenset({"phone"})
PENDING = "pending"
#: Whose answer can be told from another by its trace; invented, as everybody here.
ADA = Person(last="EXAMPLE", first="ADA", birth_date=date(1988, 4, 2), sex="F")
CLINIC = Requester(name="EXAMPLE PSYCHIATRY", npi=Npi("1999999984"))


class Ended(NamedTuple):
    """How one question ended: one of Ending, or pending."""

    ending: str
    code: str
    detail: str
    seconds: float
    #: What was said, of a rejection too.
    benefits: Benefits | None = None


class Told(NamedTuple):
    """One cell of the table."""

    adapter: str
    scenario: str
    ended: Ended
    expected: str

    @property
    def as_expected(self) -> bool:
        return self.ended.ending == self.expected


class Question(NamedTuple):
    """What every scenario is asked with."""

    service_type: str
    on: date
    deadline_seconds: float


def ask(adapter: Adapter, inquiry: Inquiry) -> Ended:
    """Asks once."""
    began = time.monotonic()
    try:
        ending, failure = str(Ending.ANSWERED), None
        benefits: Benefits | None = adapter.ask(inquiry).benefits
    except (PayerError, AccountError) as raised:
        ending, failure = ending_of(raised), raised
        benefits = raised.benefits if isinstance(raised, Rejected) else None
    seconds = time.monotonic() - began
    return Ended(ending, failure.code if failure else "", getattr(failure, "detail", ""), seconds, benefits)


def ending_of(failure: PayerError | AccountError) -> str:
    match failure:
        case Rejected():
            return Ending.REJECTED
        case Unavailable():
            return Ending.UNAVAILABLE
        case Unreadable():
            return Ending.UNKNOWN
        case Pending():
            return PENDING
        case AccountError():
            return Ending.ACCOUNT
    raise AssertionError(f"a new kind of PayerError: {type(failure).__name__}")


def rehearse(adapters: Sequence[str], scenarios: Sequence[Scenario], question: Question) -> Iterator[Told]:
    """Every adapter asks about every scenario, one after the other, the adapters at the same time."""
    with Simulator() as payer, ThreadPoolExecutor(len(adapters)) as pool:
        running = [
            pool.submit(list, _one_adapter(payer, number, adapter, scenarios, question))
            for number, adapter in enumerate(adapters, 1)
        ]
        for done in as_completed(running):
            yield from done.result()


def _one_adapter(
    payer: Simulator, number: int, adapter: str, scenarios: Iterable[Scenario], question: Question
) -> Iterator[Told]:
    account = payer.account(adapter)
    for at, scenario in enumerate(scenarios, 1):
        asked = _inquiry(scenario, number, at, question)
        made = adapter_for(_with_time(account, scenario, question))
        try:
            if scenario.behavior is Behavior.TOKEN_ENDED and adapter not in BY_HAND:
                # A token that is refused as soon as it is got is the account's fault; this one has served before.
                made.ask(replace(asked, member_id=MemberId("ACT0")))
            yield Told(adapter, scenario.prefix, ask(made, asked), _expected(adapter, scenario))
        finally:
            made.close()


def _with_time(account: Account, scenario: Scenario, question: Question) -> Account:
    slow = scenario.parameter or 0 if scenario.behavior is Behavior.SLOW else 0
    return replace(account, total_deadline=question.deadline_seconds + slow)


def _expected(adapter: str, scenario: Scenario) -> str:
    return PENDING if adapter in BY_HAND else scenario.ending


def _inquiry(scenario: Scenario, number: int, at: int, question: Question) -> Inquiry:
    """The scenario's member; each adapter has one of its own, since some scenarios count."""
    parameter = "" if scenario.parameter is None else str(scenario.parameter)
    return Inquiry(
        payer_id=PayerId("EXHP1"),
        payer_name="EXAMPLE HEALTH",
        requester=CLINIC,
        member_id=MemberId(f"{scenario.prefix}{parameter}-{number:02}"),
        subscriber=ADA,
        service_type=question.service_type,
        date_of_service=question.on,
        trace=f"ASK{datetime.now(UTC):%y%m%d%H%M%S}{number:02}{at:03}",
        control_number=number * 1000 + at,
    )
