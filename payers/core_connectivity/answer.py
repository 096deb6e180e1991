"""What an answer says: the benefits in its envelope, or why there are none."""

from __future__ import annotations

from payers.account import Account
from payers.adapter import Reply
from payers.benefits import Benefits
from payers.core_connectivity.envelope import Envelope
from payers.core_connectivity.fields import CREDENTIALS, KNOWN_CODES, PAYLOAD_TYPE, RECEIVER_FAULTS
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.http import Response, raise_for_status
from payers.inquiry import Inquiry
from payers.x12_mapping import receive


def read_answer(
    response: Response, envelope: Envelope | None, inquiry: Inquiry, account: Account, *, otherwise: str
) -> Reply:
    """HTTP 200 is not success: ErrorCode comes first, then the payload, then its AAA.

    Raises AccountError (unauthorized, bad_option), Unavailable (receiver_fault, truncated, http_…), Rejected
    (envelope, x999, ta1, aaa, http_4xx), Unreadable (`otherwise`, where there is no envelope); each with the
    exchange.
    """
    exchange = response.exchange
    if exchange.http_status in {401, 403, 429} or envelope is None or not envelope.error_code:
        raise_for_status(response, account)
    if envelope is None:
        raise Unreadable(otherwise, exchange=exchange)
    if envelope.error_code:
        raise _envelope_error(envelope.error_code, account, response)
    return Reply(benefits=_payload(envelope, inquiry, exchange), exchange=exchange)


def _payload(envelope: Envelope, inquiry: Inquiry, exchange: Exchange) -> Benefits:
    """The benefits in the payload; what it is decides, since payers mislabel it."""
    payload = envelope.payload.strip(b" \t\r\n\x00\xef\xbb\xbf")
    if not envelope.complete and b"IEA" not in payload[-64:]:
        raise Unavailable("truncated", exchange=exchange)
    if not payload.startswith(b"ISA"):
        raise _no_x12(envelope, bool(payload), exchange)
    try:
        return receive(payload, inquiry)
    except PayerError as error:
        error.exchange = exchange
        raise


def _no_x12(envelope: Envelope, has_payload: bool, exchange: Exchange) -> PayerError:
    kind = envelope.text("PayloadType")
    if kind.lower() == "coreenvelopeerror":
        return Rejected("envelope", exchange=exchange, detail="other")
    if not PAYLOAD_TYPE.fullmatch(kind):
        return Unreadable("unknown_payload_type", exchange=exchange)
    return Unreadable("not_x12" if has_payload else "no_transaction", exchange=exchange)


def _envelope_error(code: str, account: Account, response: Response) -> PayerError | AccountError:
    known, exchange = KNOWN_CODES.get(code.lower(), "other"), response.exchange
    if known == "UnAuthorized" or known.startswith(CREDENTIALS):
        return AccountError("unauthorized", account.name, exchange=exchange)
    if known == "MustUnderstand":
        # The only header of ours that must be understood is the one with the credentials.
        return AccountError("bad_option", account.name, exchange=exchange)
    if code.lower() in RECEIVER_FAULTS:
        wait = response.retry_after_seconds
        return Unavailable("receiver_fault", exchange=exchange, retry_after_seconds=wait)
    return Rejected("envelope", exchange=exchange, detail=known)
