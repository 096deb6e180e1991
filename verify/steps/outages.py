"""Outages: what clearinghouses tell of payers they cannot reach, kept by each process for five minutes."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from payers.account import Account
from payers.directory import Outage, OutageSource, outage_of
from payers.errors import AccountError, PayerError
from payers.registry import OUTAGES, outage_source_for
from verify.security.logging import get_logger

log = get_logger(__name__)

KEPT_SECONDS = 300.0
#: An outage without an end is taken to last this long from when it was told.
WITHOUT_AN_END = timedelta(minutes=30)
#: The whole call; questions wait for it.
DEADLINE_SECONDS = 10.0


class _Told(NamedTuple):
    """The outages of one account, as told at a moment."""

    outages: Sequence[Outage]
    at: datetime


class Outages:
    """What is known of outages, shared by a process's threads. Whoever finds it old asks; the others do not wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._told: dict[str, _Told] = {}
        #: Account -> when it was last looked at, heard or not.
        self._looked: dict[str, float] = {}

    def closed_until(self, account_id: str, their_id: str, now: datetime) -> datetime | None:
        """The end of the outage of this payer at this account, as far as was told; None: there is none.

        One that comes and goes lets questions pass, and is none.
        """
        told = self._told.get(account_id)
        if told is None or not their_id:
            return None
        outage = outage_of(told.outages, their_id, now)
        if outage is None or outage.intermittent:
            return None
        end = outage.ends_at or told.at + WITHOUT_AN_END
        return end if end > now else None

    def renew(self, account: Account, now: datetime) -> bool:
        """Asks the account's clearinghouse, where it tells of outages and what is known is old; whether it did.

        Never raises: a question is not lost for that nobody told of outages.
        """
        if account.adapter not in OUTAGES or not self._is_mine_to_ask(account):
            return False
        try:
            heard = _ask(account)
        except (PayerError, AccountError) as failure:
            log.warning("outages_not_heard", account_id=account.id, code=failure.code)
            return False
        self._told[account.id] = _Told(heard, now)
        return True

    def _is_mine_to_ask(self, account: Account) -> bool:
        with self._lock:
            looked = self._looked.get(account.id)
            if looked is not None and self._clock() - looked < KEPT_SECONDS:
                return False
            self._looked[account.id] = self._clock()
            return True


def _ask(account: Account) -> list[Outage]:
    hasty = replace(account, total_deadline=min(account.total_deadline, DEADLINE_SECONDS))
    source: OutageSource | None = outage_source_for(hasty)
    assert source is not None, "only accounts that tell of outages are asked"
    try:
        return source.outages()
    finally:
        source.close()
