"""Messages of invented people for the tests: only what a test cares about is given."""

from datetime import UTC, date, datetime

from payers import x12
from payers.account import Account, AccountId
from payers.inquiry import Inquiry, MemberId, Npi, PayerId, Person, Requester

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ACCOUNT = Account(id=AccountId("a"), name="test", adapter="x", sender_id="LAKESIDE", receiver_id="MERIDIAN")
JANE = Person(last="Roe", first="Jane", birth_date=date(1980, 1, 2), sex="F")
SAM = Person(last="Roe", first="Sam", birth_date=date(2010, 5, 6), sex="M")

SOURCE = [["HL", "1", "", "20", "1"], ["NM1", "PR", "2", "MERIDIAN HEALTH", "", "", "", "", "PI", "MER01"]]
RECEIVER = [["HL", "2", "1", "21", "1"], ["NM1", "1P", "2", "LAKESIDE", "", "", "", "", "XX", "1999999984"]]


def envelope(**changes) -> x12.Envelope:
    """From the payer to the clinic."""
    given = {"sender_id": "MERIDIAN", "receiver_id": "LAKESIDE", "control_number": 905, "now": NOW}
    return x12.Envelope(**given | changes)


ENVELOPE = envelope()


def inquiry(**changes) -> Inquiry:
    """A question about Jane Roe, mental health, 2 March 2026."""
    given = {
        "payer_id": PayerId("MER01"),
        "payer_name": "Meridian Health",
        "requester": Requester(name="Lakeside Psychiatry", npi=Npi("1999999984"), tax_id="12-3456789"),
        "member_id": MemberId("W100200300"),
        "subscriber": JANE,
        "service_type": "MH",
        "date_of_service": date(2026, 3, 2),
        "trace": "T-000905",
        "control_number": 905,
    }
    return Inquiry(**given | changes)


def subscriber(
    *lines, number="3", trace="T-000905", last="ROE", first="JANE", member="W100200300", born="19800102"
):
    """2000C with its lines; empty values are left out."""
    return [
        ["HL", number, "2", "22", "0"],
        *([["TRN", "2", trace, "9999999984"]] if trace else []),
        ["NM1", "IL", "1", last, first, "", "", "", "MI" if member else "", member],
        *([["DMG", "D8", born, "F"]] if born else []),
        *lines,
    ]


def answer(*levels, before=(*SOURCE, *RECEIVER)) -> list:
    """The body of a 271: payer, provider and the levels given."""
    body = [["BHT", "0022", "11", "T-000905", "20260105", "0930"], *before]
    return [*body, *(segment for level in levels for segment in level)]


def message(*bodies, envelope: x12.Envelope = ENVELOPE) -> bytes:
    """One interchange with a 271 for each body."""
    return x12.compose(bodies, envelope, set_id="271").encode()


def segments(data: bytes | str) -> list[list[str]]:
    """Every segment of every transaction, ST to SE."""
    return [segment for transaction in x12.parse(data).transactions for segment in transaction.segments]
