"""Code -> adapter, imported on first use."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from payers.account import Account
from payers.adapter import Adapter
from payers.batch import BatchSource
from payers.directory import Clearinghouse, OutageSource, PayerList
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
#: Adapter -> how the same account asks in batches, where its option `batch_url` says that it does.
BATCHES = {
    "stedi_2026": "payers.adapters.stedi_batch:StediBatch",
    "stedi_json": "payers.adapters.stedi_batch:StediBatch",
}
#: Adapter -> how the same account fetches its clearinghouse's list of payers.
PAYER_LISTS = {
    "optum_v3": "payers.adapters.optum_payers:OptumPayers",
    "stedi_2026": "payers.adapters.stedi_payers:StediPayers",
    "stedi_json": "payers.adapters.stedi_payers:StediPayers",
    "stedi_x12": "payers.adapters.stedi_payers:StediPayers",
}
#: Adapter -> how the same account hears of payers its clearinghouse cannot reach.
OUTAGES = {"optum_v3": "payers.adapters.optum_payers:OptumPayers"}
#: Adapter -> whose ids its payers go by; a profile of CAQH CORE may say it instead.
CLEARINGHOUSES = {
    "optum_v3": Clearinghouse.OPTUM,
    "stedi_2026": Clearinghouse.STEDI,
    "stedi_json": Clearinghouse.STEDI,
    "stedi_x12": Clearinghouse.STEDI,
}
PROFILES = {"office_ally": Clearinghouse.OFFICE_ALLY, "stedi_soap": Clearinghouse.STEDI}


def adapter_for(account: Account) -> Adapter:
    """The adapter the account names, made for it. Raises AccountError for a code nobody knows."""
    if account.adapter not in ADAPTERS:
        raise AccountError("unknown_adapter", account.name)
    made: Adapter = _made(ADAPTERS[account.adapter], account)
    return made


def asks_in_batches(adapter: str, options: Mapping[str, Any]) -> bool:
    """Whether an account of this adapter and these options asks in batches as well."""
    return adapter in BATCHES and bool(options.get("batch_url"))


def batch_source_for(account: Account) -> BatchSource | None:
    """What asks in batches for this account; None where it asks one by one only."""
    if not asks_in_batches(account.adapter, account.options):
        return None
    made: BatchSource = _made(BATCHES[account.adapter], account)
    return made


def payer_list_for(account: Account) -> PayerList | None:
    """The list of payers of this account's clearinghouse; None where it has none that can be fetched."""
    if account.adapter not in PAYER_LISTS:
        return None
    made: PayerList = _made(PAYER_LISTS[account.adapter], account)
    return made


def outage_source_for(account: Account) -> OutageSource | None:
    """The outages of this account's clearinghouse; None where it tells of none."""
    if account.adapter not in OUTAGES:
        return None
    made: OutageSource = _made(OUTAGES[account.adapter], account)
    return made


def clearinghouse_of(adapter: str, options: Mapping[str, Any]) -> Clearinghouse | None:
    """Whose ids an account's payers go by; None where nothing is known of it."""
    return CLEARINGHOUSES.get(adapter) or PROFILES.get(str(options.get("profile", "")))


def _made(named: str, account: Account) -> Any:
    module, name = named.split(":")
    return getattr(import_module(module), name)(account)
