"""Names of payers are found however people write them, and likeness is what PostgreSQL says it is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.directory import ListedPayer, ListKind, query_text, ranked, read_list, search_text, similarity
from payers.directory.names import ABBREVIATIONS, name_text
from tests.payers.x12.corpus import corpus

LIST = Path(__file__).with_name("payers.csv")
#: What people type -> the id of the payer they mean.
MEANT = {
    "blue cross tx": "T0010",
    "bcbs texas": "T0010",
    "BCBSTX": "T0010",
    "bc/bs of tx": "T0010",
    "blue cross blue sheild of texas": "T0010",
    "bcbs ok": "T0012",
    "bcbs north carolina": "T0014",
    "blue cross california": "T0016",
    "UHC": "87726",
    "united health care": "87726",
    "United HealthCare Insurance Co.": "87726",
    "uhc community plan texas": "T0001",
    "87726": "87726",
    " 87726 ": "87726",
    "uhc01": "87726",
    "00112": "87726",
    "aetna": "T0030",
    "aetan": "T0030",
    "aetna better health tx": "T0031",
    "carelon behavioral": "T0050",
    "carelon bh": "T0050",
    "beacon health options": "T0050",
    "value options": "T0050",
    "cigna behavioral": "T0041",
    "united behavioral health": "T0005",
    "magelan": "T0052",
    "humana": "T0060",
    "tricare": "T0062",
    "kaiser co": "T0071",
    "superior health plan": "T0081",
    "tx medicaid": "T0091",
    "florida blue": "T0018",
}


def listed() -> list[ListedPayer]:
    found = list(read_list(LIST.read_bytes(), ListKind.CSV))
    assert all(isinstance(each, ListedPayer) for each in found)
    return [each for each in found if isinstance(each, ListedPayer)]


@pytest.mark.parametrize("query", MEANT)
def test_what_people_type_finds_the_payer_they_mean(query: str):
    assert ranked(query, listed())[0].their_id == MEANT[query]


@pytest.mark.parametrize("query", ["", "   ", "zzz", "!"])
def test_what_is_like_nothing_finds_nobody(query: str):
    assert ranked(query, listed()) == []


def test_no_more_are_given_than_asked_for():
    assert len(ranked("blue cross", listed(), most=3)) == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("BCBS of TX, Inc.", "blue cross blue shield texas"),
        ("Blue Cross and Blue Shield of Texas", "blue cross blue shield texas"),
        ("BlueCross BlueShield TX", "blue cross blue shield texas"),
        ("BCBSTX", "blue cross blue shield texas"),
        ("UHC", "unitedhealthcare"),
        ("United Health Care", "unitedhealthcare"),
        ("UnitedHealthcare Insurance Company", "unitedhealthcare"),
        ("Med-Pay", "med pay"),
        ("Anthem BCBS IN", "anthem blue cross blue shield indiana"),
        ("Life in Balance", "life in balance"),
        ("OK", "ok"),
        ("Children\u2019s Médical", "childrens medical"),
        ("Health Plan, Inc.", "health plan inc"),
        ("", ""),
    ],
)
def test_a_name_is_written_one_way(name: str, text: str):
    assert name_text(name) == text


@given(st.text(max_size=40))
def test_a_name_written_one_way_stays_so(name: str):
    assert query_text(query_text(name)) == query_text(name)
    assert name_text(name) or not any(letter.isascii() and letter.isalnum() for letter in name)


def test_abbreviations_are_dated_and_lead_nowhere_in_a_circle():
    assert ABBREVIATIONS.as_of <= datetime.now(UTC).date()
    assert ABBREVIATIONS.source.startswith("our own")
    for said in [*ABBREVIATIONS.words, *ABBREVIATIONS.states]:
        assert name_text(name_text(said)) == name_text(said)
    assert ABBREVIATIONS.ordinary <= ABBREVIATIONS.states.keys()


def test_what_a_payer_is_found_by_has_every_name_and_every_id_once():
    payer = ListedPayer(
        their_id="00540",
        stable_id="QWERT",
        name="BCBS of TX",
        names=("BCBS of TX", "Blue Cross Blue Shield Texas", "Blue"),
        aliases=("G0012", "qwert"),
    )
    assert search_text(payer).split("\n") == [
        "blue cross blue shield texas",
        "blue",
        "00540",
        "qwert",
        "g0012",
    ]


# PostgreSQL's word


@pytest.fixture(scope="module")
def trigram_database(postgres_server) -> Iterator[psycopg.Connection]:
    url = postgres_server.url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("create extension if not exists pg_trgm")
        yield session
        session.execute("drop extension pg_trgm")


def test_likeness_is_what_postgresql_says(trigram_database: psycopg.Connection):
    names = [text for payer in listed() for text in search_text(payer).split("\n")]
    queries = [query_text(query) for query in MEANT] + ["a", "ab", "a b", "blue  cross", ""]
    for query in queries:
        rows = trigram_database.execute(
            "select name, similarity(%s, name) from unnest(%s::text[]) as name", (query, names)
        ).fetchall()
        for name, said in rows:
            assert similarity(query, name) == pytest.approx(said, abs=1e-6), (query, name)


def test_a_search_in_postgresql_finds_whom_people_mean(trigram_database: psycopg.Connection):
    """One row for each line of `search_text`, the likest first: what a database does with it."""
    rows = [(payer.their_id, line) for payer in listed() for line in search_text(payer).split("\n")]
    ids, lines = [their_id for their_id, _ in rows], [line for _, line in rows]
    found = {}
    for query in MEANT:
        [best] = trigram_database.execute(
            "select id from unnest(%s::text[], %s::text[]) as t(id, line)"
            " order by similarity(line, %s) desc, length(line) limit 1",
            (ids, lines, query_text(query)),
        )
        found[query] = best[0]
    assert found == MEANT


@pytest.mark.skipif(not corpus().is_dir(), reason="the public lists are not on this machine: no corpus")
def test_a_search_in_a_public_list_of_thousands_finds_whom_people_mean():
    data = (corpus() / "payers" / "officeally__payers.csv").read_bytes()
    payers = [
        each
        for each in read_list(data, ListKind.OFFICE_ALLY_CSV)
        if isinstance(each, ListedPayer) and each.eligibility != "not_supported"
    ]
    for query, words in {
        "uhc": "United",
        "bcbs texas": "Texas",
        "aetna better health tx": "Aetna Better Health Texas",
        "magelan": "Magellan",
    }.items():
        assert words in ranked(query, payers)[0].name, query
