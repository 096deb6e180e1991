"""Why there are no benefits, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payers.benefits import Benefits
    from payers.exchange import Exchange


class PayerError(Exception):
    """No benefits came back. The subclass says what the caller should do.

    `code` is one of a closed set of short words, safe to log and to show; no text of the payer's
    and nothing of the patient's is ever part of the message. `exchange` is the evidence, where
    anything was sent.
    """

    def __init__(self, code: str, *, exchange: Exchange | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.exchange = exchange


class Unavailable(PayerError):
    """Ask again later: the payer did not answer, or said it cannot just now.

    Codes: connect, timeout, dropped, truncated, http_429, http_5xx, receiver_fault, aaa_42, aaa_80,
    refused_connection, too_large. `retry_after_seconds` is the payer's own word where it gave one;
    `sent` is False only when certainly nothing reached the payer.
    """

    def __init__(
        self,
        code: str,
        *,
        exchange: Exchange | None = None,
        retry_after_seconds: float | None = None,
        sent: bool = True,
    ) -> None:
        super().__init__(code, exchange=exchange)
        self.retry_after_seconds = retry_after_seconds
        self.sent = sent


class Rejected(PayerError):
    """Correct the question: the payer refused it as asked.

    Codes: aaa (see `benefits`: which person, provider, payer, date or service is wrong), x999, ta1,
    envelope (CORE envelope error naming a field), http_4xx, unwritable (never sent: a field is too long
    or has characters X12 does not allow; `detail` names it); of a batch, items and name_taken (payers.batch).
    The same question unchanged is never asked again.
    """

    def __init__(
        self,
        code: str,
        *,
        exchange: Exchange | None = None,
        benefits: Benefits | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(code, exchange=exchange)
        self.benefits = benefits
        #: What was refused, in our words and codes only: "PayloadIDIllegal", "IK304=8 at NM1".
        self.detail = detail


class Pending(PayerError):
    """Wait for a person or a later message: a call is needed, or the payer answers in its own time.

    Codes: call_needed, later.
    """


class Unreadable(PayerError):
    """Keep it for us: something came back that we cannot read. The exchange is re-read after a fix.

    Codes: not_x12, not_multipart, not_soap, not_json, no_transaction, wrong_trace, wrong_person,
    unknown_payload_type; of a list of payers or outages, no_list.
    """


class AccountError(Exception):
    """The account itself is wrong: credentials, address, certificate. No inquiry can pass.

    Outside PayerError on purpose, so that nothing that asks again can swallow it.
    Codes: unauthorized, bad_url, private_address, tls, missing_secret, bad_option, unknown_adapter,
    unknown_profile, disabled_profile (unverified, and the account does not insist).
    """

    def __init__(self, code: str, account_name: str, *, exchange: Exchange | None = None) -> None:
        super().__init__(f"{code}: {account_name}")
        self.code = code
        self.account_name = account_name
        self.exchange = exchange
