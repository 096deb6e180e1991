"""Turn: waits until a payer account lets one more question out, for a bounded time."""

import time
from contextlib import suppress

from payers.account import Account, AccountId
from payers.limits import Admitted, Limits, LimitsUnavailable, LocalShare, Outcome, Reason, State, Wait
from verify.verification import Lane

#: How long a thread waits for the account's turn before it gives the job back.
PATIENCE_SECONDS = 10.0
#: A place is kept beyond the payer's deadline by this, so that it never frees itself during a call, which may have to
#: wait for another moment first.
LEASE_MARGIN_SECONDS = PATIENCE_SECONDS + 5.0
#: A question leaves this part of the time between two after its admission. In between a row is written, which takes
#: now more and now less; leaving as soon as that is done, questions admitted evenly would reach the payer in bunches.
EVEN = 0.25
LONGEST_EVEN_SECONDS = 0.1
#: One that is later than this has missed its moment, and takes another: what came after it is on its way.
LATE_SECONDS = 0.02
#: A job given back comes with a sweep, up to a second late; asking for it earlier, it is there in time.
SWEEP_SECONDS = 1.0


class Turnstile:
    """The limits all workers share; while Redis is away, this process's own share of them."""

    def __init__(self, shared: Limits, *, processes: int) -> None:
        self._shared = shared
        self._own = LocalShare(processes)
        #: Token -> when it was admitted, by time.monotonic().
        self._admitted: dict[str, float] = {}

    def enter(
        self, account: Account, token: str, lane: Lane, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> Wait | None:
        """None when the call may be made now; else how long the account has no room for it."""
        patience_ends = time.monotonic() + patience_seconds
        while True:
            left = max(0.0, patience_ends - time.monotonic())
            decision = self._admit(account, token, urgent=lane is Lane.URGENT, patience_seconds=left)
            if isinstance(decision, Admitted):
                self._admitted[token] = time.monotonic()
                return None
            if decision.reason is Reason.CIRCUIT:
                return decision
            if time.monotonic() + decision.seconds > patience_ends:
                return Wait(max(0.0, decision.seconds - SWEEP_SECONDS), decision.reason)
            time.sleep(decision.seconds)

    def depart(self, account: Account, token: str) -> None:
        """Waits until the admitted call is to be made."""
        even = min(EVEN / account.requests_per_second, LONGEST_EVEN_SECONDS)
        moment = self._admitted.get(token, time.monotonic()) + even
        if time.monotonic() > moment + LATE_SECONDS:
            self._take_another_moment(account)
            moment = time.monotonic() + even
        time.sleep(max(0.0, moment - time.monotonic()))

    def _take_another_moment(self, account: Account) -> None:
        gives_up = time.monotonic() + PATIENCE_SECONDS
        with suppress(LimitsUnavailable):
            while wait := self._shared.another_moment(account.id, per_second=account.requests_per_second):
                if time.monotonic() + wait > gives_up:
                    return
                time.sleep(wait)

    def leave(
        self, account: Account, token: str, outcome: Outcome, *, retry_after_seconds: float | None = None
    ) -> None:
        """The call is over; a place that cannot be given back runs out by itself."""
        self._admitted.pop(token, None)
        self._own.release(account.id, token, outcome, retry_after_seconds=retry_after_seconds)
        with suppress(LimitsUnavailable):
            self._shared.release(account.id, token, outcome, retry_after_seconds=retry_after_seconds)

    def state(self, account_id: str) -> State | None:
        """What the account's limits look like, for pages; None while nobody can tell."""
        with suppress(LimitsUnavailable):
            return self._shared.state(AccountId(account_id))
        return None

    def _admit(
        self, account: Account, token: str, *, urgent: bool, patience_seconds: float
    ) -> Admitted | Wait:
        limits = self._shared, self._own
        for limit in limits:
            with suppress(LimitsUnavailable):
                return limit.admit(
                    account.id,
                    token,
                    max_in_flight=account.max_in_flight,
                    per_second=account.requests_per_second,
                    lease_seconds=account.total_deadline + LEASE_MARGIN_SECONDS,
                    urgent=urgent,
                    patience_seconds=patience_seconds,
                )
        raise AssertionError("a process's own share is always there")
