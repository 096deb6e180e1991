"""A sealed value opens in its own place, with its own key, unchanged; otherwise it says only that it does not."""

import traceback
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.security import encryption
from verify.security.encryption import Unsealable, seal, seal_json, sealing_key, unseal, unseal_json
from verify.security.keys import Keyring, add_key, remove_key

PLACE = {"practice_id": "prc_1", "table": "patients", "column": "identity_sealed", "row_id": "pat_1"}
MARKER = b"Zzyzx-Marker W123456789"


@given(content=st.binary(max_size=5000))
def test_what_was_sealed_comes_back(keyring: Keyring, content: bytes) -> None:
    assert unseal(keyring, seal(keyring, content, **PLACE), **PLACE) == content


@given(content=st.binary(max_size=600).map(lambda unit: unit * 40))
def test_large_repetitive_documents_come_back(keyring: Keyring, content: bytes) -> None:
    assert unseal(keyring, seal(keyring, content, **PLACE), **PLACE) == content


def test_a_large_document_is_compressed_and_a_small_field_is_not(keyring: Keyring) -> None:
    assert len(seal(keyring, b"EB*1**30~" * 1000, **PLACE)) < 500
    assert len(seal(keyring, MARKER, **PLACE)) == len(MARKER) + 36


def test_the_same_value_never_looks_the_same_twice(keyring: Keyring) -> None:
    assert len({seal(keyring, MARKER, **PLACE) for _ in range(1000)}) == 1000


def test_nothing_of_the_value_or_its_place_can_be_read_in_it(keyring: Keyring) -> None:
    sealed = seal(keyring, MARKER, **PLACE)
    assert b"Marker" not in sealed
    assert b"prc_1" not in sealed


@pytest.mark.parametrize(
    "elsewhere", [{"row_id": "pat_2"}, {"column": "other"}, {"table": "coverages"}, {"practice_id": "prc_2"}]
)
def test_a_value_moved_elsewhere_does_not_open(keyring: Keyring, elsewhere: dict[str, str]) -> None:
    with pytest.raises(Unsealable) as refused:
        unseal(keyring, seal(keyring, MARKER, **PLACE), **{**PLACE, **elsewhere})
    assert refused.value.code == "refused"


@pytest.mark.parametrize("part", ["practice_id", "table", "column", "row_id"])
@pytest.mark.parametrize("value", ["", "a|b"])
def test_a_place_that_could_be_read_two_ways_is_refused(keyring: Keyring, part: str, value: str) -> None:
    with pytest.raises(ValueError, match="a place needs"):
        seal(keyring, MARKER, **{**PLACE, part: value})


def test_no_changed_bit_goes_unnoticed(keyring: Keyring) -> None:
    sealed = seal(keyring, MARKER, **PLACE)
    codes = set()
    for place in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[place] ^= 1 << bit
            with pytest.raises(Unsealable) as refused:
                unseal(keyring, bytes(changed), **PLACE)
            codes.add(refused.value.code)
    assert codes == {"malformed", "unknown_key", "refused"}


def test_no_shortened_or_lengthened_value_opens(keyring: Keyring) -> None:
    sealed = seal(keyring, MARKER, **PLACE)
    for changed in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\x00"]:
        with pytest.raises(Unsealable):
            unseal(keyring, changed, **PLACE)


@given(content=st.binary(max_size=200))
def test_foreign_bytes_end_in_the_closed_error(keyring: Keyring, content: bytes) -> None:
    with pytest.raises(Unsealable):
        unseal(keyring, content, **PLACE)


def test_another_installations_key_does_not_open_it(keyring: Keyring, key_path: Path) -> None:
    with pytest.raises(Unsealable) as refused:
        unseal(Keyring.create(key_path), seal(keyring, MARKER, **PLACE), **PLACE)
    assert refused.value.code == "unknown_key"


def test_another_key_under_the_same_id_does_not_open_it(keyring: Keyring, key_path: Path) -> None:
    other = Keyring.create(key_path)
    sealed = seal(keyring, MARKER, **PLACE)
    relabelled = sealed[:1] + bytes.fromhex(other.current_id) + sealed[7:]
    with pytest.raises(Unsealable) as refused:
        unseal(other, relabelled, **PLACE)
    assert refused.value.code == "refused"


def test_after_rotation_old_values_open_until_their_key_is_removed(key_path: Path) -> None:
    old = Keyring.create(key_path)
    before = seal(old, MARKER, **PLACE)
    ring = add_key(key_path)
    after = seal(ring, MARKER, **PLACE)
    assert (sealing_key(before), sealing_key(after)) == (old.current_id, ring.current_id)
    assert unseal(ring, before, **PLACE) == unseal(ring, after, **PLACE) == MARKER

    ring = remove_key(key_path, old.current_id)
    assert unseal(ring, after, **PLACE) == MARKER
    with pytest.raises(Unsealable) as refused:
        unseal(ring, before, **PLACE)
    assert refused.value.code == "unknown_key"


class Card(msgspec.Struct):
    last: str
    born: date


def test_json_comes_back_as_the_type_it_was(keyring: Keyring) -> None:
    card = Card("Märker", date(1980, 2, 29))
    assert unseal_json(keyring, seal_json(keyring, card, **PLACE), **PLACE, type_=Card) == card
    assert unseal_json(keyring, seal_json(keyring, card, **PLACE), **PLACE) == {
        "last": "Märker",
        "born": "1980-02-29",
    }


@pytest.mark.parametrize("content", [MARKER, b'{"last": "Zzyzx-Marker"}', b'"\xff"', b""])
def test_a_value_that_is_not_the_json_expected_is_never_quoted(keyring: Keyring, content: bytes) -> None:
    with pytest.raises(Unsealable) as refused:
        unseal_json(keyring, seal(keyring, content, **PLACE), **PLACE, type_=Card)
    assert refused.value.code == "not_json"
    assert "Marker" not in "".join(traceback.format_exception(refused.value))


def test_a_value_that_unfolds_beyond_the_bound_is_refused(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = seal(keyring, bytes(100_000), **PLACE)
    monkeypatch.setattr(encryption, "MAX_PLAIN_BYTES", 99_999)
    with pytest.raises(Unsealable) as refused:
        unseal(keyring, sealed, **PLACE)
    assert refused.value.code == "too_large"
    with pytest.raises(ValueError, match="too large"):
        seal(keyring, bytes(100_000), **PLACE)
