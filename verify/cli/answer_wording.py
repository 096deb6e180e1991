"""A 271 on disk, as `verify read --json` shapes it, in words."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from verify.cli.terminal import clean, places, table

Document = Mapping[str, Any]

COVERAGE = {"active": "active", "inactive": "not active", "unknown": "coverage unknown"}
#: EB02, EB06 and EB12 in our words; a code that is not here is shown as sent.
LEVELS = {"IND": "individual", "FAM": "family", "EMP": "employee", "CHD": "children", "DEP": "dependents"}
PERIODS = {
    "22": "service year",
    "23": "calendar year",
    "24": "year to date",
    "25": "contract",
    "29": "remaining",
    "32": "lifetime",
}
NETWORKS = {"Y": "in network", "N": "out of network", "W": "in or out", "U": "network unknown"}


def lines(read: Document) -> Iterator[str]:
    """One file: every member of every transaction, then what was odd."""
    yield clean(read["file"])
    for transaction in read["transactions"]:
        payer = transaction["payer"]
        yield f"  {clean(payer['name'] or 'payer not named')}{of_id(payer['id'])}"
        yield from (f"    {rejection(each)}" for each in transaction["rejections"])
        for member in transaction["members"]:
            yield from (f"    {line}" for line in person(member))
        yield from (f"    {problem(each)}" for each in transaction["problems"])
    yield from (f"  {problem(each)}" for each in read["problems"])


def person(member: Document) -> Iterator[str]:
    who = member["identity"]
    name = ", ".join(filter(None, [who["last"], who["first"]])) or "not named"
    yield (
        f"{clean(name)} ({member['role']}{of_id(who['member_id'])}):"
        f" {COVERAGE.get(member['coverage']['status'], '?')}{at(member['coverage'])}"
    )
    yield from (f"  {rejection(each)}" for each in member["rejections"])
    for title, rows in (
        ("deductible", member["deductibles"]),
        ("out-of-pocket limit", member["out_of_pockets"]),
    ):
        yield from (f"  {line}" for line in accumulators(title, rows))
    yield from (f"  other payer: {elsewhere(each)}" for each in member["other_payers"])
    yield from (f"  carved out to: {elsewhere(each)}" for each in member["carve_outs"])
    yield from (f"  {line}" for line in answers(member["answers"]))
    yield f"  {len(member['benefits'])} benefit lines; --json prints them all"


def accumulators(title: str, rows: Sequence[Document]) -> list[str]:
    cells = [
        [
            title,
            LEVELS.get(each["level"], each["level"]),
            NETWORKS.get(each["network"], each["network"]),
            ",".join(each["service_types"]),
            PERIODS.get(each["period"], each["period"]),
            f"total {money(each['total'])}",
            f"met {money(each['met'])}",
            f"remaining {money(each['remaining'])}",
            each["status"],
            at(each).strip(),
        ]
        for each in rows
    ]
    return table([""] * 10, cells)[1:] if cells else []


def answers(said: Mapping[str, Document]) -> list[str]:
    cells = [
        [name.replace("_", " "), each["status"].replace("_", " "), words(each["value"]), at(each).strip()]
        for name, each in said.items()
    ]
    return table(["QUESTION", "IS", "ANSWER", "SEGMENTS"], cells) if cells else []


def words(value: object, key: str = "") -> str:
    """A value of `payers.benefits.Answer` in one line; what was not said is left out."""
    if isinstance(value, Mapping):
        # What remains of a limit is counted, of a deductible it is dollars.
        counted = "quantity" in value
        return ", ".join(
            f"{name.replace('_', ' ')} {words(each, '' if counted else name)}"
            for name, each in value.items()
            if each is not None
        )
    if isinstance(value, list | tuple):
        return "; or ".join(words(each, key) for each in value)
    if value is None:
        return ""
    if key in {"amount", "total", "met", "remaining"} and isinstance(value, str):
        return money(value)
    return share(value) if key == "percent" else clean(value).replace("_", " ")


def share(percent: object) -> str:
    """EB08 ".2" as "20 %"; anything else as sent."""
    try:
        return f"{(Decimal(str(percent)) * 100).normalize():f} %"
    except InvalidOperation:
        return clean(percent)


def money(sent: str | None) -> str:
    """Absent is not zero."""
    if sent is None:
        return "not stated"
    try:
        return f"${Decimal(sent):,.2f}"
    except InvalidOperation:
        return clean(sent)


def rejection(said: Document) -> str:
    follow_up = f", follow-up {said['follow_up']}" if said["follow_up"] else ""
    return f"refused in {said['loop']}: AAA {said['reason']}{follow_up}{at(said)}"


def elsewhere(other: Document) -> str:
    entity = other["entity"]
    phones = "".join(f", phone {each['number']}" for each in entity["contacts"] if each["qualifier"] == "TE")
    services = f" for {','.join(other['service_types'])}" if other["service_types"] else ""
    return clean(f"{entity['name'] or 'not named'}{of_id(entity['id'])}{phones}{services}{at(other)}")


def problem(found: Document) -> str:
    return f"! {found['severity']} at {clean(found['place'])}: {clean(found['message'])}"


def of_id(identifier: str | None) -> str:
    return f" {clean(identifier)}" if identifier else ""


def at(said: Document) -> str:
    return f" [{places(said['segments'])}]" if said["segments"] else ""
