"""Turn: waits until a payer account lets one more question out, for a bounded time."""

import time
from contextlib import suppress

from payers.account import Account, AccountId
from payers.limits import Admitted, Limits, LimitsUnavailable, LocalShare, Outcome, State, Wait
from verify.verification import Lane

#: How long a thread waits for the account's turn before it gives the job back.
PATIENCE_SECONDS = 10.0
#: A place is kept beyond the payer's deadline by this, so that it never frees itself during a call.
LEASE_MARGIN_SECONDS = 5.0


class Turnstile:
    """The limits all workers share; while Redis is away, this process's own share of them."""

    def __init__(self, shared: Limits, *, processes: int) -> None:
        self._shared = shared
        self._own = LocalShare(processes)

    def enter(
        self, account: Account, token: str, lane: Lane, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> Wait | None:
        """None when the call may be made now; else how long the account has no room for it."""
        patience_ends = time.monotonic() + patience_seconds
        while True:
            decision = self._admit(account, token, urgent=lane is Lane.URGENT)
            if isinstance(decision, Admitted):
                return None
            if decision.reason == "circuit" or time.monotonic() + decision.seconds > patience_ends:
                return decision
            time.sleep(decision.seconds)

    def leave(
        self, account: Account, token: str, outcome: Outcome, *, retry_after_seconds: float | None = None
    ) -> None:
        """The call is over; a place that cannot be given back runs out by itself."""
        self._own.release(account.id, token, outcome, retry_after_seconds=retry_after_seconds)
        with suppress(LimitsUnavailable):
            self._shared.release(account.id, token, outcome, retry_after_seconds=retry_after_seconds)

    def state(self, account_id: str) -> State | None:
        """What the account's limits look like, for pages; None while nobody can tell."""
        with suppress(LimitsUnavailable):
            return self._shared.state(AccountId(account_id))
        return None

    def _admit(self, account: Account, token: str, *, urgent: bool) -> Admitted | Wait:
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
                )
        raise AssertionError("a process's own share is always there")
