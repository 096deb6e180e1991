"""A list of payers taken in, and searches in it. `python run.py bench directory`.

1. A list of `--payers N` (10000) invented payers, several names and ids each, is imported, imported again unchanged,
   and again with a tenth of it changed, a tenth gone and a tenth new. `--practices` (3) practices have one each.
2. Searches as people type them (`--searches`, 400), one after the other: half, 95th and 99th percentile in
   milliseconds, and how often the payer meant came first.

The last line is one JSON object. The server, and everything else, is in a temporary folder.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from payers.directory import ListedPayer, Support
from payers.directory.names import ABBREVIATIONS
from verify.security.keys import Keyring
from verify.servers.postgres import Postgres
from verify.store import clinic, connect, migrate
from verify.store.payer_lists import Imported, import_list
from verify.store.payer_search import search

FIRST = (
    "Alder Amber Arbor Aspen Beacon Birch Blue Bright Brook Cedar Clear Clover Copper Coral Crest Dale Eagle Echo "
    "Elm Ember Falcon Fern Field Flint Forest Glen Golden Granite Green Grove Harbor Hazel Heron High Hill Iron "
    "Ivy Juniper Lake Laurel Linden Maple Marsh Meadow Mill North Oak Ocean Orchard Pearl Pine Prairie Quail Quartz "
    "Raven Red Ridge River Robin Rose Sage Silver Sky South Spring Star Stone Summit Sun Swift Thistle Timber Vale "
    "Valley Walnut West Wild Willow Winter Wood"
)
SECOND = (
    "brook bridge crest dale field ford gate grove haven hill hollow land line mark mont point ridge side stead "
    "stone view ward water way wood worth"
)
KINDS = (
    "Health Plan", "Insurance Company", "Blue Cross Blue Shield", "Community Plan", "Medicaid", "Medicare Advantage",
    "Behavioral Health", "HMO", "PPO", "Benefit Fund", "Healthcare", "Mutual", "Employee Benefit Trust", "Advantage",
)  # fmt: skip
STATES = {code: name.title() for code, name in ABBREVIATIONS.states.items()}


class Meant(NamedTuple):
    """What somebody types, and the id of the payer they mean."""

    typed: str
    their_id: str


def listed(count: int, seed: int) -> list[ListedPayer]:
    """Invented payers whose names share their words, as real ones do."""
    chance, first, second = random.Random(seed), FIRST.split(), SECOND.split()
    made: dict[str, ListedPayer] = {}
    while len(made) < count:
        code, state = chance.choice(list(STATES.items()))
        brand = chance.choice(first) + chance.choice(second)
        name = f"{brand} {chance.choice(KINDS)} of {state}"
        number = f"{len(made):05d}"
        made.setdefault(
            name,
            ListedPayer(
                their_id=f"T{number}",
                stable_id=f"S{number}",
                name=name,
                names=(name, f"{brand} {code.upper()}", f"{brand} {chance.choice(KINDS)}"),
                aliases=(f"A{number}", f"0{number}"),
                states=(code.upper(),),
                eligibility=chance.choice(list(Support)),
            ),
        )
    return list(made.values())


def typed(payers: list[ListedPayer], count: int, seed: int) -> Iterator[Meant]:
    """Names in other words: the state shortened, small letters, a letter wrong, a word left out; or an id."""
    chance = random.Random(seed)
    short = {name: code for code, name in STATES.items()}
    for payer in chance.choices(payers, k=count):
        match chance.randrange(4):
            case 0:
                words = payer.name.lower().split(" of ")
                yield Meant(f"{words[0]} {short[words[1].title()]}", payer.their_id)
            case 1:
                at = chance.randrange(1, len(payer.name) - 1)
                yield Meant(payer.name[:at] + payer.name[at + 1 :], payer.their_id)
            case 2:
                yield Meant(payer.name.replace(" of ", " ").upper(), payer.their_id)
            case _:
                yield Meant(chance.choice([payer.their_id.lower(), *payer.aliases]), payer.their_id)


def take(
    engine: Engine, practice_id: str, account_id: str, rows: list[ListedPayer]
) -> tuple[float, Imported]:
    started = time.perf_counter()
    with engine.begin() as connection:
        came = import_list(connection, practice_id, account_id, rows)
    return time.perf_counter() - started, came


def changed(payers: list[ListedPayer], more: list[ListedPayer]) -> list[ListedPayer]:
    tenth = len(payers) // 10
    other = [payer.__class__(**{**_fields(payer), "stable_id": "X"}) for payer in payers[:tenth]]
    return other + payers[tenth : tenth * 9] + more[:tenth]


def _fields(payer: ListedPayer) -> dict[str, object]:
    return {name: getattr(payer, name) for name in payer.__struct_fields__}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payers", type=int, default=10_000)
    parser.add_argument("--practices", type=int, default=3)
    parser.add_argument("--searches", type=int, default=400)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder) / "postgres")
        server.start()
        try:
            engine = connect(server.url)
            migrate(engine)
            report = run(engine, Keyring.load_or_create(Path(folder) / "keys.json"), chosen)
            engine.dispose()
        finally:
            server.stop()
    print(json.dumps(report))


def run(engine: Engine, keyring: Keyring, chosen: argparse.Namespace) -> dict[str, object]:
    payers = listed(chosen.payers, seed=1)
    report: dict[str, object] = {"payers": chosen.payers, "practices": chosen.practices}
    for number in range(chosen.practices):
        with engine.begin() as connection:
            practice_id = clinic.add_practice(
                connection, name=f"Larkspur {number}", time_zone="UTC", npi="1999999984", tax_id=""
            )
            account_id = clinic.add_account(
                connection, keyring, practice_id=practice_id, name="House", adapter="stedi_json", secrets={}
            )
        first, _ = take(engine, practice_id, account_id, payers)
    again, came = take(engine, practice_id, account_id, payers)
    assert came.same == chosen.payers
    seconds = searched(engine, practice_id, payers, chosen.searches, report)
    other, _ = take(engine, practice_id, account_id, changed(payers, listed(chosen.payers, seed=2)))
    report |= {"import_s": round(first, 2), "same_again_s": round(again, 2), "changed_s": round(other, 2)}
    report |= {f"search_p{each}_ms": round(at(seconds, each) * 1000, 1) for each in (50, 95, 99)}
    return report


def searched(
    engine: Engine, practice_id: str, payers: list[ListedPayer], count: int, report: dict[str, object]
) -> list[float]:
    seconds, first = [], 0
    for meant in typed(payers, count, seed=3):
        with engine.connect() as connection:
            started = time.perf_counter()
            found = search(connection, practice_id, meant.typed)
            seconds.append(time.perf_counter() - started)
        first += bool(found) and meant.their_id in found[0].their_ids.values()
    report["meant_came_first"] = f"{first} of {count}"
    return sorted(seconds)


def at(values: list[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


if __name__ == "__main__":
    main()
