"""The contract for asking many at once: hand a batch in, look how far it is, collect it page by page.

To add one: a file in `payers/adapters/` with a class like `BatchSource`, a line in `payers/registry.py` and a page in
`docs/payers/`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from payers.adapter import Reply
from payers.errors import PayerError, Rejected
from payers.exchange import Exchange
from payers.inquiry import Inquiry


class BatchStatus(StrEnum):
    """How far a batch is, in the source's words; one that nobody knows is UNKNOWN, and not finished."""

    PENDING = "pending"
    VALIDATED = "validated"
    VALIDATION_FAILED = "validation_failed"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    UNKNOWN = "unknown"

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it than can be collected now."""
        return self in _FINISHED


_FINISHED = {BatchStatus.VALIDATION_FAILED, BatchStatus.COMPLETED, BatchStatus.COMPLETED_WITH_ERRORS}


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a batch stands. A count the source does not give is None."""

    status: BatchStatus
    total: int | None = None
    #: Answered by the payer, whatever the answer says.
    succeeded: int | None = None
    #: Given up without an answer.
    failed: int | None = None
    in_progress: int | None = None


class BatchReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The source has taken a batch; `exchange` holds the whole of it, patients and all."""

    batch_id: str
    submitted_at: datetime
    exchange: Exchange


class Finished(msgspec.Struct, frozen=True):
    """One inquiry with what `Adapter.ask` would have given for it, an error as a value."""

    trace: str
    outcome: Reply | PayerError


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What one call collected. `next_page_token` is empty on the last page."""

    finished: list[Finished]
    next_page_token: str = ""
    #: Items that were not asked about here, came twice, or were nobody's: left alone.
    ignored: int = 0


class SomeRefused(Rejected):
    """Nothing of the batch was taken, for the sake of these: leave them out and hand the rest in again.

    `refused` holds, by trace, the Rejected that each would have got by itself; the exchange is here alone, for it
    holds them all. Code: items.
    """

    def __init__(self, refused: Mapping[str, Rejected], *, exchange: Exchange | None = None) -> None:
        super().__init__("items", exchange=exchange)
        self.refused = dict(refused)


class NameTaken(Rejected):
    """A batch of this name was handed in before: by us, when its receipt was lost on the way. See `find`.

    Code: name_taken.
    """

    def __init__(self, *, exchange: Exchange | None = None) -> None:
        super().__init__("name_taken", exchange=exchange)


class BatchSource(Protocol):
    """Asks in batches through one account; safe to use from many threads, and never asks twice by itself.

    Every call keeps the account's total deadline, and raises PayerError or AccountError like `Adapter.ask`.
    """

    #: As many inquiries as one batch may hold.
    most_items: int
    #: For so many hours it tries payers it cannot reach; nothing more comes of a batch after that.
    longest_hours: int

    def submit(self, inquiries: Sequence[Inquiry], name: str) -> BatchReceipt:
        """Hands in a batch, each inquiry under its own trace; `name` is given once and never again.

        Raises SomeRefused, NameTaken, and ValueError for a batch that is none (empty, too large, two
        inquiries of one trace, a name the source does not take). After Unavailable with `sent` the batch may
        have been taken: hand it in once more under the same name, which can only be taken once.
        """
        ...

    def find(self, name: str, since: datetime) -> str | None:
        """The id of the batch of that name; None while nothing of it that ended after `since` is found."""
        ...

    def progress(self, batch_id: str) -> Progress: ...

    def collect(
        self,
        batch_id: str,
        asked: Mapping[str, Inquiry],
        *,
        submitted_at: datetime,
        page_token: str = "",
    ) -> Page:
        """One page of what is finished, from the first page on where no token is given.

        `asked` holds the inquiries that are still open, by trace; it is only looked up in. Anything else that
        comes is ignored: an item of another batch, one that was collected before, one of nobody's.
        """
        ...

    def failures(
        self,
        batch_id: str,
        asked: Mapping[str, Inquiry],
        *,
        submitted_at: datetime,
        page_token: str = "",
    ) -> Page:
        """One page of the items that ended without an answer, each with why; for a batch that is finished.

        An inquiry that neither `collect` nor this ever brings is lost: it was not answered, and may be asked
        by itself.
        """
        ...

    def close(self) -> None: ...
