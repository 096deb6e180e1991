"""Work: what every step needs to do its part: database, keys, broker, payer accounts, clock."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

import msgspec
import redis
from sqlalchemy import Engine

from payers.account import Account
from payers.adapter import Adapter
from payers.batch import BatchSource
from payers.errors import AccountError
from payers.limits import Limits
from payers.registry import adapter_for, batch_source_for
from verify.catalogue import use_folder
from verify.queue import Sender
from verify.security.keys import Keyring
from verify.settings import Settings
from verify.steps.batches import Batches
from verify.steps.outages import Outages
from verify.steps.sources import Clients
from verify.steps.turn import Turnstile
from verify.store import connect
from verify.store.jobs import Hint
from verify.store.sealing import Seals
from verify.verification import Lane

#: One per lane; what a process may take for itself when the shared count is away.
WORKER_PROCESSES = len(Lane)


@dataclass(frozen=True)
class Work:
    """The parts a step works with; one per process, shared by its threads."""

    settings: Settings
    engine: Engine
    keyring: Keyring
    sender: Sender
    turnstile: Turnstile
    adapters: "Adapters" = field(default_factory=lambda: Adapters())
    sources: Clients = field(default_factory=Clients)
    batches: Batches = field(default_factory=Batches)
    outages: Outages = field(default_factory=Outages)

    def seals(self, practice_id: str) -> Seals:
        return Seals(self.keyring, practice_id)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def hint(self, *hints: Hint | None) -> None:
        """Sends hints, after the commit that made their jobs. What cannot be sent is swept later."""
        for hint in filter(None, hints):
            if hint.at_once:
                self.sender.send(hint.step, hint.job_id, hint.lane.value)

    def close(self) -> None:
        self.adapters.close()
        self.sources.close()
        self.engine.dispose()


class Adapters:
    """One adapter per account and process, so that its connections are kept alive; made anew when the account changed.

    Payers that want to be asked in their own way have their own beside it: their wishes are options. What asks in
    batches stands beside what asks one by one.
    """

    def __init__(self) -> None:
        self._singly = _Kept(adapter_for)
        self._in_batches = _Kept(batch_source_for)

    def of(self, account: Account) -> Adapter:
        """Raises AccountError for an account no adapter can be made of."""
        return self._singly.of(account)

    def warm(self, account: Account) -> None:
        """Makes the account's adapter, so that a question leaves on time; what is wrong with it is said when it asks."""
        with suppress(AccountError):
            self.of(account)

    def in_batches_of(self, account: Account) -> BatchSource | None:
        """None for an account that asks one by one only. Raises AccountError as `of`."""
        return self._in_batches.of(account)

    def close(self) -> None:
        self._singly.close()
        self._in_batches.close()


class _Closes(Protocol):
    def close(self) -> None: ...


Made = TypeVar("Made", bound=_Closes | None)


class _Kept(Generic[Made]):
    """What was made of accounts, by account and options."""

    def __init__(self, make: Callable[[Account], Made]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: dict[tuple[str, bytes], tuple[Account, Made]] = {}

    def of(self, account: Account) -> Made:
        place = (account.id, msgspec.json.encode(account.options, order="deterministic"))
        with self._lock:
            known = self._made.get(place)
            if known is not None and known[0] == account:
                return known[1]
            made = self._make(account)
            self._made[place] = (account, made)
        # The old one is not closed: another thread may be asking through it. Its sockets go with it.
        return made

    def close(self) -> None:
        with self._lock:
            made = [each for _, each in self._made.values()]
            self._made.clear()
        for each in made:
            if each is not None:
                each.close()


def open_work(settings: Settings, *, pool_size: int = 10) -> Work:
    """Connects to the servers the settings name, with the clinic's own catalogue.

    Raises KeyFileError for keys that cannot be used, CatalogueError for a file of the clinic's that cannot.
    """
    use_folder(settings.catalogue_folder)
    assert settings.database_url is not None, "started without a database address"
    assert settings.redis_url is not None, "started without a broker address"
    client = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=2.0,
        socket_connect_timeout=2.0,
        max_connections=64,
        health_check_interval=5,
    )
    return Work(
        settings=settings,
        engine=connect(settings.database_url, pool_size=pool_size),
        keyring=Keyring.load(settings.key_file),
        sender=Sender(settings.redis_url),
        turnstile=Turnstile(Limits(client), processes=WORKER_PROCESSES),
    )
