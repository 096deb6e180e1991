"""Account: url, ids, secrets for one source; handed in, never read from the environment."""

from typing import Any, NewType

import msgspec

AccountId = NewType("AccountId", str)


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to reach one source, and how much of it we may use.

    Durations are seconds. `secrets` never appears in a repr, a log line or an error.
    """

    id: AccountId
    name: str
    #: The adapter that speaks to it: a code of `payers.registry`.
    adapter: str
    url: str = ""
    sender_id: str = ""
    receiver_id: str = ""
    secrets: dict[str, str] = {}
    #: Choices of the adapter's own, such as field names or the ISA qualifiers.
    options: dict[str, Any] = {}
    #: P production, T test (ISA15).
    usage: str = "T"
    connect_timeout: float = 5.0
    #: The whole exchange, from the first byte sent to the last received. CORE allows a payer 20 s.
    total_deadline: float = 60.0
    max_answer_bytes: int = 4 * 1024 * 1024
    max_in_flight: int = 10
    requests_per_second: float = 5.0
    #: What one check costs, in cents; None: not known.
    cents_per_check: int | None = None
    #: Loopback and private addresses are refused unless the account says so (the simulator).
    allow_private_addresses: bool = False

    def __repr__(self) -> str:
        return f"Account(id={self.id!r}, adapter={self.adapter!r})"
