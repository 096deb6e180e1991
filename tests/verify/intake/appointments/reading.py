"""What the tests of the readers share: a call made of what a sender sends, and the clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.senders import Sent
from verify.intake.appointments import SCHEMES, Call, Context, Notice

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
CONTEXT = Context(ZoneInfo("America/Chicago"), NOW)
PATH = "/webhooks/appointments/source_1"


def call(sent: Sent, *, method: str = "POST", path: str = PATH) -> Call:
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return Call(method, path, sent.query, headers, sent.body)


def read(scheme: str, sent: Sent) -> list[Notice]:
    return SCHEMES[scheme].read(call(sent), CONTEXT)


def fits(scheme: str, made: Call, secret: str, now: datetime | None = None) -> bool:
    return SCHEMES[scheme].fits(made, secret, now or datetime.now(UTC))
