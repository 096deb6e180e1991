"""Asks by phone: every question becomes a call for a person."""

from payers.account import Account
from payers.adapter import Reply
from payers.errors import Pending
from payers.exchange import Exchange
from payers.inquiry import Inquiry


class Phone:
    """A payer that is only reached by calling it. The script and the form are made in `verify`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def ask(self, inquiry: Inquiry) -> Reply:  # noqa: ARG002 - the contract's name
        """Raises Pending("call_needed"), always; nothing is sent, so there is no exchange."""
        raise Pending("call_needed")

    def read(self, exchange: Exchange, inquiry: Inquiry) -> Reply:  # noqa: ARG002 - as above
        """Raises Pending("call_needed"): what a call brought was typed, and is no answer to be read."""
        raise Pending("call_needed")

    def close(self) -> None:
        """Nothing is held open."""
