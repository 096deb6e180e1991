"""Which card answers: the administrator's before the payer's, Medicare's by the state; or none, and why."""

from datetime import date
from typing import Any

import msgspec
import pytest

from verify.catalogue.card_shelf import load_cards
from verify.catalogue.medicare_contractors import load_contractors
from verify.policies import Chosen, Wanted, choose
from verify.policies.choosing import AT_THE_LEAST, NO_CARD

CARDS = load_cards()
BY_KEY = {card.key: card for card in CARDS}
ON = date(2026, 11, 30)


def chosen(*payer: str, cards: Any = CARDS, **fields: Any) -> Chosen:
    asked = {"service_line": "tms", "on": ON, "payer": payer, **fields}
    return choose(msgspec.convert(asked, Wanted), cards, load_contractors())


def key(*payer: str, **fields: Any) -> str | None:
    found = chosen(*payer, **fields).card
    return found.key if found else None


@pytest.mark.parametrize(
    ("payer", "fields", "card"),
    [
        (["Aetna"], {}, "aetna_tms"),
        (["aetna", "AETNA, Health."], {}, "aetna_tms"),
        (["house_code", "Cigna"], {}, "cigna_tms"),
        (["Aetna"], {"service_line": "spravato_medical"}, "aetna_spravato"),
        (["Aetna"], {"service_line": "psychotherapy"}, None),
        (["Aetna Better Health of Illinois"], {}, None),
        (["Aetna"], {"program": "commercial"}, "aetna_tms"),
        (["Aetna"], {"program": "medicaid"}, None),
        ([""], {}, None),
        ([], {}, None),
        (["Aetna"], {"on": date(2025, 12, 31)}, None),
        (["Aetna"], {"on": date(2026, 1, 1)}, "aetna_tms"),
        (["Lucet"], {"on": date(2016, 5, 1), "state": "MI"}, "new_directions_bcbsm_tms"),
        (["Lucet"], {"on": date(2016, 5, 1), "state": "OH"}, None),
        (["Lucet"], {"state": "MI"}, None),
        (["Blue Cross Blue Shield of Massachusetts"], {"service_line": "ketamine_iv"}, "bcbs_ma_spravato"),
        (["New York Medicaid"], {"state": "NY", "program": "medicaid"}, "ny_medicaid_tms"),
        (["New York Medicaid"], {"state": "NJ"}, None),
    ],
)
def test_a_card_is_found_by_whole_name_service_day_kind_and_state(
    payer: list[str], fields: dict[str, Any], card: str | None
) -> None:
    assert key(*payer, **fields) == card


def test_the_administrators_card_comes_before_the_payers() -> None:
    assert key("Aetna", administrator=["Magellan"]) == "magellan_tms"
    assert key("Aetna", administrator=["Somebody Else"]) == "aetna_tms"
    assert key("Somebody Else", administrator=["Optum"]) == "uhc_tms"


@pytest.mark.parametrize(
    ("state", "card"),
    [
        ("TX", "medicare_novitas_tms"),
        ("FL", "medicare_first_coast_tms"),
        ("CA", "medicare_noridian_je_tms"),
        ("WA", "medicare_noridian_jf_tms"),
        ("NY", "medicare_ngs_tms"),
        ("OH", "medicare_cgs_tms"),
        ("NC", "medicare_palmetto_tms"),
        ("MI", "medicare_wps_tms"),
        ("", None),
        ("ZZ", None),
    ],
)
def test_medicare_answers_by_the_state_of_the_place_of_treatment(state: str, card: str | None) -> None:
    assert key("Medicare", state=state) == card


def test_without_a_state_it_is_said_that_the_state_decides() -> None:
    found = chosen("Medicare")
    assert found.sentence == (
        f"{NO_CARD} The state of the place of treatment decides which Medicare contractor answers."
    )
    assert chosen("Nobody's").sentence == NO_CARD


def test_where_a_state_alone_does_not_tell_the_contractor_that_is_said() -> None:
    assert any("Arlington" in words for words in chosen("Medicare", state="VA").caveats)
    assert chosen("Medicare", state="FL").caveats == ()


def test_medicare_without_local_determination_answers_everywhere() -> None:
    assert key("Medicare", service_line="ketamine_iv") == "medicare_ketamine"
    assert key("Medicare", service_line="spravato_medical", state="TX") == "medicare_spravato"


def test_a_medicare_advantage_plan_without_a_card_is_held_to_its_area_at_the_least() -> None:
    found = chosen("Aetna", program="medicare_advantage", state="TX")
    assert found.card is BY_KEY["medicare_novitas_tms"]
    assert found.sentence == (
        "The plan has no policy card of its own; the local determination of its area is "
        "Medicare L34998, TMS for adults with major depression."
    )
    assert found.caveats == (AT_THE_LEAST,)
    assert chosen("Aetna", program="medicare_advantage").card is None
    assert "decides which Medicare contractor" in chosen("Aetna", program="medicare_advantage").sentence
    assert chosen("Aetna", program="medicare_advantage", state="TX", service_line="ketamine_iv").card is None
    assert key("Humana", program="medicare_advantage", state="TX") == "humana_tms"


def test_a_card_for_some_kinds_of_coverage_says_so_while_the_kind_is_not_known() -> None:
    assert chosen("Cigna").caveats == (
        "The card is for commercial plans and marketplace plans; which kind of coverage this is was not said.",
    )
    assert chosen("Cigna", program="marketplace").caveats == ()
    assert chosen("Select Health").caveats == ()
    assert chosen("Medicare", service_line="ketamine_iv").caveats == ()


def test_a_card_for_some_states_says_so_while_the_state_is_not_known() -> None:
    found = chosen("New York Medicaid", program="medicaid")
    assert found.card is BY_KEY["ny_medicaid_tms"]
    assert found.caveats == ("The card is for NY; the state of the place of treatment is not known.",)
    assert chosen("New York Medicaid", program="medicaid", state="NY").caveats == ()


def test_two_cards_that_fit_are_told_apart_by_nobody() -> None:
    one = msgspec.structs.replace(BY_KEY["aetna_tms"], key="one", programs=("commercial",))
    other = msgspec.structs.replace(BY_KEY["aetna_tms"], key="other", programs=("medicaid",))
    found = chosen("Aetna", cards=[other, one])
    assert found.card is None
    assert found.sentence == (
        "More than one policy card fits (one and other): which kind of coverage it is must be known first."
    )
    assert chosen("Aetna", cards=[other, one], program="medicaid").card is other


def test_a_found_card_is_named() -> None:
    assert (
        chosen("Priority Health").sentence
        == "Policy card: Priority Health, transcranial magnetic stimulation."
    )


def test_what_is_said_without_a_card_is_said_in_full() -> None:
    assert chosen("Nobody's").sentence == (
        "There is no policy card: what the payer's written policy says is not stated."
    )
    assert chosen("Aetna", program="medicare_advantage", state="TX").caveats == (
        (
            "A Medicare Advantage plan follows the local determination of its area at the least and may ask for "
            "authorization besides."
        ),
    )


def test_an_empty_name_is_nobodys() -> None:
    nameless = msgspec.structs.replace(BY_KEY["aetna_tms"], names=("!",))
    assert chosen(" ", cards=[nameless]).card is None
