"""Code -> adapter, imported on first use."""

from importlib import import_module

from payers.account import Account
from payers.adapter import Adapter
from payers.errors import AccountError

ADAPTERS = {
    "caqh_core_mime": "payers.adapters.caqh_core_mime:CaqhCoreMime",
    "caqh_core_soap": "payers.adapters.caqh_core_soap:CaqhCoreSoap",
    "optum_v3": "payers.adapters.optum_v3:OptumV3",
    "phone": "payers.adapters.phone:Phone",
    "stedi_2026": "payers.adapters.stedi_2026:Stedi2026",
    "stedi_json": "payers.adapters.stedi_json:StediJson",
    "stedi_x12": "payers.adapters.stedi_x12:StediX12",
}


def adapter_for(account: Account) -> Adapter:
    """The adapter the account names, made for it. Raises AccountError for a code nobody knows."""
    if account.adapter not in ADAPTERS:
        raise AccountError("unknown_adapter", account.name)
    module, name = ADAPTERS[account.adapter].split(":")
    made: Adapter = getattr(import_module(module), name)(account)
    return made
