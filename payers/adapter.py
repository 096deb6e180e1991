"""The contract: ask(inquiry) -> Reply (Benefits and Exchange), or raise a PayerError; read what was kept.

To add one: a file in `payers/adapters/` with a class like this, a line in `payers/registry.py`, a page in
`docs/payers/`, a column in `docs/payers/matrix.csv`, and a test class that inherits `AdapterContract`.
"""

from typing import Protocol

import msgspec

from payers.benefits import Benefits
from payers.exchange import Exchange
from payers.inquiry import Inquiry


class Reply(msgspec.Struct, frozen=True):
    """An answer that was read, and the evidence for it."""

    benefits: Benefits
    exchange: Exchange


class Adapter(Protocol):
    """Speaks to one account. Made once per process and account; safe to use from many threads.

    `ask` keeps the account's total deadline and body cap, and never asks twice by itself: when to
    ask again is decided in `verify.retry`. (A question refused at the door because its token had
    ended was not asked yet: it may be sent once more with a new one.) Raises PayerError (ask again, correct, wait, keep) or
    AccountError (nothing can pass until a person mends the account).
    """

    def ask(self, inquiry: Inquiry) -> Reply: ...

    def read(self, exchange: Exchange, inquiry: Inquiry) -> Reply:
        """What a kept exchange says in answer to `inquiry`, read as `ask` reads it; nobody is asked.

        Raises as `ask` does. For an exchange whose answer came whole: what `ask` could not read before a
        mending of the reader, this can after it.
        """
        ...

    def close(self) -> None: ...
