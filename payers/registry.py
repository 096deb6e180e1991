"""Code -> adapter, imported on first use."""

from importlib import import_module

from payers.account import Account
from payers.adapter import Adapter
from payers.errors import AccountError

ADAPTERS = {
    "caqh_core_mime": "payers.adapters.caqh_core_mime:CaqhCoreMime",
    "phone": "payers.adapters.phone:Phone",
    "stedi_json": "payers.adapters.stedi_json:StediJson",
}


def adapter_for(account: Account) -> Adapter:
    """The adapter the account names, made for it. Raises AccountError for a code nobody knows."""
    if account.adapter not in ADAPTERS:
        raise AccountError("unknown_adapter", account.name)
    module, name = ADAPTERS[account.adapter].split(":")
    made: Adapter = getattr(import_module(module), name)(account)
    return made
