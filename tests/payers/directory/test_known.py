"""The well-known payers: every entry loads, has its source, and agrees with what readers look for in texts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from payers.directory import (
    BadKnown,
    Clearinghouse,
    KnownPayer,
    ListedPayer,
    ListKind,
    PayerKind,
    Quirks,
    known_at,
    known_payers,
    name_text,
    read_known,
    read_list,
)
from payers.reading.other_payers import KNOWN_ADMINISTRATORS
from payers.registry import CLEARINGHOUSES, PROFILES, clearinghouse_of
from tests.payers.x12.corpus import corpus

GOOD = """
[[payer]]
code = "lakeside"
name = "Lakeside Health"
kind = "commercial"
source = "its own page"
read_on = 2026-11-28
"""
IDS = """
[payer.ids.stedi]
id = "LK1"
evidence = "verified"
source = "a list"
read_on = 2026-11-28
"""
OTHER = GOOD.replace("lakeside", "hillside").replace("Lakeside", "Hillside")


@pytest.mark.parametrize("payer", known_payers().values(), ids=lambda payer: payer.code)
def test_every_known_payer_has_a_dated_source_and_quirks_that_can_be_used(payer: KnownPayer) -> None:
    today = datetime.now(UTC).date()
    assert payer.source.strip()
    assert payer.read_on <= today
    assert all(at.source.strip() and at.read_on <= today for at in payer.ids.values())
    assert isinstance(payer.how_asked, Quirks)


@pytest.mark.parametrize("payer", known_payers().values(), ids=lambda payer: payer.code)
def test_every_name_of_a_known_payer_can_be_compared(payer: KnownPayer) -> None:
    assert all(name_text(name) for name in payer.names)


def test_the_ids_read_with_their_owner_are_marked_so_and_the_others_as_second_hand() -> None:
    verified = {
        at.id for payer in known_payers().values() for at in payer.ids.values() if at.evidence == "verified"
    }
    assert verified == {"87726", "QOQWQ", ""}


def test_who_is_asked_instead_of_another() -> None:
    optum = known_payers()["optum_behavioral"]
    assert (optum.ask_instead, optum.ids[Clearinghouse.STEDI].eligibility) == ("uhc", "not_supported")


@pytest.mark.parametrize("name", KNOWN_ADMINISTRATORS)
def test_an_administrator_read_in_a_text_is_a_known_payer(name: str) -> None:
    (payer,) = [each for each in known_payers().values() if name_text(name) in map(name_text, each.names)]
    assert payer.kind is PayerKind.BEHAVIORAL


@pytest.mark.parametrize(
    "payer",
    [each for each in known_payers().values() if each.kind is PayerKind.BEHAVIORAL],
    ids=lambda payer: payer.code,
)
def test_a_known_administrator_is_read_in_a_text_by_its_full_name(payer: KnownPayer) -> None:
    (found,) = [name for name, written in KNOWN_ADMINISTRATORS.items() if written.search(payer.name.upper())]
    assert name_text(found) in map(name_text, payer.names)


def test_a_payer_is_known_by_its_id_at_one_clearinghouse_only() -> None:
    found = known_at(Clearinghouse.STEDI, " ksrcn ")
    assert found is not None
    assert found.code == "kaiser_norcal"
    assert known_at(Clearinghouse.OPTUM, "KSRCN") is None
    assert known_at(Clearinghouse.STEDI, "") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[payer]", "line 1"),
        ("title = 'x'\n", "nothing but [[payer]]"),
        (GOOD + "colour = 'blue'\n", "line 2: Object contains unknown field `colour`"),
        (GOOD.replace("source", "#"), "line 2: Object missing required field `source`"),
        (GOOD.replace("its own page", " "), "line 2: Expected `str` matching"),
        (GOOD.replace("commercial", "friendly"), "line 2: Invalid enum value 'friendly'"),
        (GOOD + GOOD, "line 9: lakeside stands here twice"),
        (GOOD + OTHER.replace("Hillside Health", "The Lakeside Health, Inc."), "line 9: hillside and lakeside"),
        (GOOD + IDS + OTHER + IDS.replace("LK1", "lk1"), "line 15: hillside and lakeside have the same id at stedi"),
        (GOOD + IDS.replace("stedi", "pigeon"), "line 2: Invalid enum value 'pigeon'"),
        (GOOD + IDS.replace("source", "#"), "line 2: Object missing required field `source`"),
        (GOOD + "[payer.quirks]\nplain_member_id = true\n", "line 2: quirks: quirks need a source"),
        (GOOD + "ask_instead = 'nobody'\n", "line 2: nobody is nobody to ask instead"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_used_is_refused_with_its_line_and_reason(text: str, words: str) -> None:
    with pytest.raises(BadKnown) as caught:
        read_known(text, "payers.toml")
    assert str(caught.value).startswith("payers.toml")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("adapter", "options", "whose"),
    [
        ("stedi_json", {}, "stedi"),
        ("optum_v3", {}, "optum"),
        ("caqh_core_soap", {"profile": "stedi_soap"}, "stedi"),
        ("caqh_core_mime", {"profile": "office_ally"}, "office_ally"),
        ("caqh_core_mime", {}, None),
        ("phone", {}, None),
    ],
)
def test_an_account_says_whose_ids_its_payers_go_by(
    adapter: str, options: dict[str, Any], whose: str | None
) -> None:
    assert clearinghouse_of(adapter, options) == whose
    assert set(CLEARINGHOUSES.values()) | set(PROFILES.values()) == set(Clearinghouse)


@pytest.mark.skipif(not corpus().is_dir(), reason="the public lists are not on this machine: no corpus")
def test_names_known_here_are_found_as_they_stand_in_a_public_list() -> None:
    data = (corpus() / "payers" / "officeally__payers.csv").read_bytes()
    listed = {
        name_text(name)
        for each in read_list(data, ListKind.OFFICE_ALLY_CSV)
        if isinstance(each, ListedPayer) and each.eligibility != "not_supported"
        for name in each.names
    }
    found = {
        payer.code for payer in known_payers().values() if listed & {name_text(name) for name in payer.names}
    }
    assert {"uhc", "carelon_behavioral"} <= found
