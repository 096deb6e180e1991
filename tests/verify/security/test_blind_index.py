"""Encrypted rows are found by keyed hashes that say nothing to who lacks the key."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.security.blind_index import (
    INDEX_BYTES,
    external_index,
    fold_id,
    fold_name,
    identity_index,
    member_index,
    name_tokens,
    search_token,
)
from verify.security.keys import Keyring, add_key

CLINIC, OTHER = "prc_1", "prc_2"
BORN = date(1980, 2, 29)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("O'Brien", "obrien"),
        ("O’BRIEN", "obrien"),
        ("Müller-Lüdenscheidt", "mullerludenscheidt"),
        ("MU\u0308LLER", "muller"),
        ("Strauß", "strauss"),
        ("STRAUSS", "strauss"),
        ("Ørsted", "orsted"),
        ("Łukasiewicz", "lukasiewicz"),
        ("İnci", "inci"),
        ("Nguyễn", "nguyen"),
        ("de la Cruz", "delacruz"),
        ("  St. John ", "stjohn"),
        ("김", "김"),
        ("-", ""),
    ],
)
def test_names_fold_as_people_type_them(written: str, folded: str) -> None:
    assert fold_name(written) == folded


@given(name=st.text(max_size=40))
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)
    assert fold_id(fold_id(name)) == fold_id(name)
    assert "|" not in fold_name(name) + fold_id(name)


def test_a_member_id_is_found_however_it_was_typed(keyring: Keyring) -> None:
    found = {
        member_index(keyring, CLINIC, typed) for typed in ("W123 456-789", "w123456789", " W123.456.789")
    }
    assert len(found) == 1
    assert len(found.pop() or b"") == INDEX_BYTES


def test_nothing_given_has_no_index(keyring: Keyring) -> None:
    assert member_index(keyring, CLINIC, " - ") is None
    assert external_index(keyring, CLINIC, "") is None
    assert name_tokens(keyring, CLINIC, last="?", birth_date=BORN) == frozenset()
    assert search_token(keyring, CLINIC, last=" ") is None


def test_the_same_value_differs_by_practice_column_and_installation(keyring: Keyring, key_path: Path) -> None:
    indexes = {
        member_index(keyring, CLINIC, "W1"),
        member_index(keyring, OTHER, "W1"),
        external_index(keyring, CLINIC, "W1"),
        member_index(Keyring.create(key_path), CLINIC, "W1"),
    }
    assert len(indexes) == 4


def test_look_ups_survive_a_key_rotation(key_path: Path) -> None:
    before = member_index(Keyring.create(key_path), CLINIC, "W1")
    assert member_index(add_key(key_path), CLINIC, "W1") == before


@pytest.mark.parametrize("typed", ["Müller", "MULLER", "mül", "mul"])
def test_a_patient_is_found_by_surname_or_its_first_three_letters(keyring: Keyring, typed: str) -> None:
    tokens = name_tokens(keyring, CLINIC, last="Müller", birth_date=BORN)
    assert search_token(keyring, CLINIC, last=typed) in tokens


@pytest.mark.parametrize("typed", ["Muller", "Müller"])
def test_a_surname_and_birth_date_find_the_one_person(keyring: Keyring, typed: str) -> None:
    tokens = name_tokens(keyring, CLINIC, last="Müller", birth_date=BORN)
    assert search_token(keyring, CLINIC, last=typed, birth_date=BORN) in tokens
    assert search_token(keyring, CLINIC, last=typed, birth_date=date(1980, 2, 28)) not in tokens


@pytest.mark.parametrize("typed", ["Mull", "mu", "Mullers", "uller"])
def test_other_parts_of_a_surname_find_nobody(keyring: Keyring, typed: str) -> None:
    tokens = name_tokens(keyring, CLINIC, last="Müller", birth_date=BORN)
    assert search_token(keyring, CLINIC, last=typed) not in tokens


@pytest.mark.parametrize("short", ["Ng", "Lee", "O"])
def test_a_short_surname_is_found_whole(keyring: Keyring, short: str) -> None:
    assert search_token(keyring, CLINIC, last=short) in name_tokens(
        keyring, CLINIC, last=short, birth_date=None
    )


def test_three_letters_find_the_short_name_and_the_longer_ones(keyring: Keyring) -> None:
    typed = search_token(keyring, CLINIC, last="lee")
    assert typed in name_tokens(keyring, CLINIC, last="Lee", birth_date=None)
    assert typed in name_tokens(keyring, CLINIC, last="Leeson", birth_date=None)


def test_a_person_without_birth_date_has_two_tokens_and_with_it_three(keyring: Keyring) -> None:
    assert len(name_tokens(keyring, CLINIC, last="Miller", birth_date=None)) == 2
    assert len(name_tokens(keyring, CLINIC, last="Miller", birth_date=BORN)) == 3


def test_the_same_person_entered_twice_is_the_same(keyring: Keyring) -> None:
    one = identity_index(keyring, CLINIC, last="O'Brien", first="José", birth_date=BORN)
    assert one == identity_index(keyring, CLINIC, last="OBRIEN", first="jose", birth_date=BORN)
    assert one is not None


def test_people_who_differ_in_any_part_are_not_the_same(keyring: Keyring) -> None:
    people = [
        ("Miller", "Ann", BORN),
        ("Miller", "Anne", BORN),
        ("Millera", "nn", BORN),
        ("Ann", "Miller", BORN),
        ("Miller", "Ann", date(1980, 2, 28)),
    ]
    indexes = {
        identity_index(keyring, CLINIC, last=last, first=first, birth_date=born)
        for last, first, born in people
    }
    assert len(indexes) == len(people)


def test_nobody_is_the_same_by_an_incomplete_identity(keyring: Keyring) -> None:
    assert identity_index(keyring, CLINIC, last="Miller", first="Ann", birth_date=None) is None
    assert identity_index(keyring, CLINIC, last="Miller", first="", birth_date=BORN) is None
    assert identity_index(keyring, CLINIC, last="", first="Ann", birth_date=BORN) is None
