"""The page of payers, the suggestions beside the field, and the API's payers."""

from typing import Any

import pytest
from sqlalchemy import update

from payers.directory import Support
from payers.limits import State
from tests.verify.store.payer_lists import listed
from tests.verify.web.conftest import Practice, Site
from verify.store import clinic
from verify.store.directory import set_quirks
from verify.store.payer_lists import import_list
from verify.store.routes import enroll
from verify.store.tables import payer_accounts
from verify.web.payers import standing


@pytest.fixture
def account_id(site: Site) -> str:
    """An account with a list, that reaches a payer of the practice."""
    with site.work.engine.begin() as connection:
        made = clinic.add_account(
            connection,
            site.work.keyring,
            practice_id=site.here.id,
            name="Clearinghouse",
            adapter="stedi_json",
            secrets={},
        )
        clinic.add_payer(
            connection,
            practice_id=site.here.id,
            code="bcbstx",
            name="Blue Cross and Blue Shield of Texas",
            aliases=["BCBSTX"],
            account_id=made,
            payer_id="G84980",
        )
        import_list(
            connection,
            site.here.id,
            made,
            [
                listed("G84980", "BCBS of Texas"),
                listed("T2", "Blue Cross of Oklahoma", eligibility=Support.ENROLLMENT_REQUIRED),
            ],
        )
    return made


def test_a_payer_is_suggested_in_whatever_spelling_it_is_typed(site: Site, account_id: str) -> None:
    text = site.visit().get("/payers/suggest", params={"payer": "blue cross tx"}).text
    assert 'data-fill="Blue Cross and Blue Shield of Texas"' in text
    assert "Blue Cross of Oklahoma: listed by a clearinghouse, not set up here yet" in text
    assert 'data-fill="Blue Cross of Oklahoma"' not in text


@pytest.mark.parametrize("typed", ["", "  ", "zzzz", "bcbstx", "BCBS of TX"])
def test_nothing_is_suggested_for_nothing_or_for_somebodys_name(
    site: Site, account_id: str, typed: str
) -> None:
    assert site.visit().get("/payers/suggest", params={"payer": typed}).text.strip() == ""


def test_what_somebody_typed_stays_text(site: Site, account_id: str) -> None:
    evil = '<script>"blue cross'
    answer = site.visit("admin").get("/payers", params={"find": evil})
    assert answer.status_code == 200
    assert evil not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_name_that_was_picked_is_the_payers(site: Site, account_id: str) -> None:
    made = site.submit(coverage={"payer": "Blue Cross and Blue Shield of Texas"})
    assert site.program().get(f"/api/v1/verifications/{made}").json()["payer"]["code"] == "bcbstx"
    made = site.submit(coverage={"payer": "Blue Cross of Oklahoma"}, patient={"last_name": "Other"})
    unknown = site.program().get(f"/api/v1/verifications/{made}").json()["payer"]
    assert (unknown["code"], unknown["name"]) == (None, "Blue Cross of Oklahoma")


def test_the_form_suggests_and_works_without_scripts(site: Site, account_id: str) -> None:
    text = site.visit().get("/verifications/new").text
    assert 'hx-get="/payers/suggest"' in text
    assert 'list="payers"' in text
    assert '<option value="Blue Cross and Blue Shield of Texas">' in text


def test_the_page_shows_ways_accounts_and_what_was_found(site: Site, account_id: str) -> None:
    visit = site.visit("admin")
    text = visit.get("/payers").text
    for words in ("Blue Cross and Blue Shield of Texas", "G84980", "Clearinghouse", "Passes", "2 payers"):
        assert words in text
    found = visit.get("/payers", params={"find": "bc oklahoma"}).text
    assert f"verify payers adopt T2 --account {account_id}" in found
    assert "Needs enrollment" in found
    assert "Blue Hollow" not in found
    assert "Nobody is like this" in visit.get("/payers", params={"find": "zzzz"}).text


def test_one_payer_is_shown_with_its_ways_and_how_it_wants_to_be_asked(site: Site, account_id: str) -> None:
    quirks = {"source": "its companion guide", "read_on": "2026-11-28", "required": ["sex", "zip"]}
    with site.work.engine.begin() as connection:
        payer = clinic.find_payer(connection, site.here.id, "bcbstx")
        assert payer is not None
        set_quirks(connection, payer.id, quirks)
        enroll(connection, payer.id, account_id, site.work.now())
        connection.execute(
            update(payer_accounts).where(payer_accounts.c.id == account_id).values(paused_code="unauthorized")
        )
    text = site.visit("admin").get("/payers/bcbstx").text
    for words in ("BCBSTX", "Enrolled", "Paused: unauthorized", "sex, zip", "its companion guide"):
        assert words in text
    shown = site.program().get("/api/v1/payers/BCBSTX").json()
    assert (shown["code"], shown["quirks"], shown["aliases"]) == ("bcbstx", quirks, ["BCBSTX"])
    (way,) = shown["ways"]
    assert (way["their_id"], way["support"], way["paused_code"]) == ("G84980", "supported", "unauthorized")
    assert way["enrolled_at"] is not None


def test_the_api_lists_all_payers_or_those_that_are_meant(site: Site, account_id: str) -> None:
    program = site.program()
    assert {each["code"] for each in program.get("/api/v1/payers").json()} == {"bluehollow", "bcbstx"}

    def meant(query: str) -> list[Any]:
        found: list[Any] = program.get("/api/v1/payers", params={"query": query}).json()
        return [each["code"] for each in found]

    assert meant("bcbs texas")[0] == "bcbstx"
    assert meant("g84980") == ["bcbstx"]
    assert meant("oklahoma") == [], "the practice's own alone may be named"
    assert program.get("/api/v1/payers/nobody").status_code == 404


def test_another_practice_suggests_and_finds_its_own_alone(site: Site, account_id: str) -> None:
    there: Practice = site.elsewhere
    text = site.visit(practice=there).get("/payers/suggest", params={"payer": "blue cross tx"}).text
    assert "Texas" not in text
    assert "Oklahoma" not in text


@pytest.mark.parametrize(
    ("paused", "options", "limits", "words"),
    [
        ("", {}, None, "In use"),
        ("bad_url", {}, None, "Paused: bad url"),
        ("", {"maintenance": [{"from": "00:00", "to": "00:00", "zone": "UTC"}]}, None, "Maintenance hours"),
        ("", {"maintenance": "nonsense"}, None, "In use"),
        ("", {}, "open", "Left alone: it does not answer"),
        ("", {}, "paused", "Asked us to wait"),
    ],
)
def test_an_account_says_how_it_stands(
    site: Site, paused: str, options: dict[str, Any], limits: str | None, words: str
) -> None:
    now = site.work.now()
    soon = now.replace(year=now.year + 1)
    state = {
        "open": State(in_flight=0, open_since=now, next_probe_at=soon),
        "paused": State(in_flight=0, paused_until=soon),
        None: None,
    }[limits]
    chip, until = standing(paused, options, state, now)
    assert chip.text == words
    assert (until is not None) is (
        words in {"Maintenance hours", "Left alone: it does not answer", "Asked us to wait"}
    )
