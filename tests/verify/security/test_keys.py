"""The key file is private, whole, and rotates by adding."""

import json
import os
import pickle
import threading
import traceback
from pathlib import Path

import pytest

from verify.security.key_file import KeyFileError
from verify.security.keys import KeyId, Keyring, add_key, remove_key

PRACTICE = "prc_01JD4Z8Q6V3M5N7P9R1T2W4X6Y"


def test_a_new_file_can_be_opened_by_its_owner_alone_even_with_a_loose_umask(key_path: Path) -> None:
    before = os.umask(0)
    try:
        Keyring.create(key_path)
    finally:
        os.umask(before)
    assert key_path.stat().st_mode & 0o777 == 0o600


def test_a_loaded_file_derives_the_same_keys(key_path: Path) -> None:
    made, loaded = Keyring.create(key_path), Keyring.load(key_path)
    assert made.index_key(PRACTICE, "member") == loaded.index_key(PRACTICE, "member")
    assert made.token_keys("csrf") == loaded.token_keys("csrf")
    assert made.current_id == loaded.current_id


def test_two_files_share_no_key(tmp_path: Path) -> None:
    one, other = Keyring.create(tmp_path / "one"), Keyring.create(tmp_path / "other")
    assert one.current_id != other.current_id
    assert one.index_key(PRACTICE, "member") != other.index_key(PRACTICE, "member")


def test_every_purpose_practice_and_column_has_a_key_of_its_own(keyring: Keyring) -> None:
    keys = [
        keyring.index_key(PRACTICE, "member"),
        keyring.index_key(PRACTICE, "name"),
        keyring.index_key("prc_2", "member"),
        keyring.index_key("member", PRACTICE),
        *keyring.token_keys("csrf"),
        *keyring.token_keys("other"),
    ]
    assert len(set(keys)) == len(keys)


def test_purposes_that_join_alike_still_differ(keyring: Keyring) -> None:
    assert keyring.index_key("ab", "c") != keyring.index_key("a", "bc")


def test_creating_over_a_file_is_refused_and_leaves_it(key_path: Path) -> None:
    Keyring.create(key_path)
    before = key_path.read_bytes()
    with pytest.raises(KeyFileError, match=r"^exists"):
        Keyring.create(key_path)
    assert key_path.read_bytes() == before
    assert list(key_path.parent.iterdir()) == [key_path]


def test_an_absent_file_is_made_once_though_many_start_at_the_same_time(key_path: Path) -> None:
    rings: list[Keyring] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        rings.append(Keyring.load_or_create(key_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rings) == 8
    assert len({ring.current_id for ring in rings}) == 1
    assert list(key_path.parent.iterdir()) == [key_path]


def test_loading_an_absent_file_makes_none(key_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"^absent"):
        Keyring.load(key_path)
    assert not key_path.exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_open_to_others_is_refused_with_the_fix(key_path: Path, mode: int) -> None:
    Keyring.create(key_path)
    key_path.chmod(mode)
    for way in (Keyring.load, Keyring.load_or_create):
        with pytest.raises(KeyFileError, match="chmod 600") as refused:
            way(key_path)
        assert refused.value.code == "exposed"


def test_a_folder_or_a_pipe_is_no_key_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(KeyFileError, match=r"^unreadable"):
            Keyring.load(path)


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be written"):
        Keyring.load_or_create(tmp_path / "missing" / "keys.json")


DAMAGE = {
    "empty": lambda _: None,
    "key cut short": lambda file: file["keys"][0].update(secret="AAAA"),
    "key not base64": lambda file: file["keys"][0].update(secret="#" * 44),
    "another key under the id": lambda file: file["keys"][0].update(secret="A" * 43 + "="),
    "id not ASCII": lambda file: (file["keys"][0].update(id="clé"), file.update(current="clé")),
    "index secret gone": lambda file: file.pop("index_secret"),
    "current unknown": lambda file: file.update(current="000000000000"),
    "same key twice": lambda file: file.update(keys=file["keys"] * 2),
    "no key": lambda file: file.update(keys=[]),
    "later format": lambda file: file.update(format=2),
    "unknown field": lambda file: file.update(extra="x"),
}


@pytest.mark.parametrize("change", DAMAGE)
def test_a_damaged_file_is_refused_without_quoting_it(key_path: Path, change: str) -> None:
    Keyring.create(key_path)
    secret = json.loads(key_path.read_text())["keys"][0]["secret"]
    document = json.loads(key_path.read_text())
    DAMAGE[change](document)
    key_path.write_text("" if change == "empty" else json.dumps(document))
    with pytest.raises(KeyFileError) as refused:
        Keyring.load(key_path)
    assert refused.value.code == "damaged"
    assert refused.value.__cause__ is None
    assert secret not in str(refused.value)


def test_a_file_of_another_kind_is_refused_without_quoting_it(key_path: Path) -> None:
    key_path.touch(0o600)
    key_path.write_text("password: hunter2hunter2")
    with pytest.raises(KeyFileError, match=r"^damaged") as refused:
        Keyring.load(key_path)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_rotation_adds_a_current_key_and_keeps_the_index(key_path: Path) -> None:
    before = Keyring.create(key_path)
    after = add_key(key_path)
    assert after.ids == (before.current_id, after.current_id)
    assert after.current_id != before.current_id
    assert after.index_key(PRACTICE, "member") == before.index_key(PRACTICE, "member")
    assert after.token_keys("csrf")[1] == before.token_keys("csrf")[0]
    assert key_path.stat().st_mode & 0o777 == 0o600
    assert after.made_at(after.current_id) >= after.made_at(before.current_id)


def test_an_old_key_can_be_removed_but_never_the_current_one(key_path: Path) -> None:
    before = Keyring.create(key_path)
    after = add_key(key_path)
    with pytest.raises(KeyFileError, match=r"^last_key"):
        remove_key(key_path, after.current_id)
    assert remove_key(key_path, before.current_id).ids == (after.current_id,)
    assert remove_key(key_path, KeyId("000000000000")).ids == (after.current_id,)


def test_a_keyring_shows_no_key_and_leaves_its_process_never(key_path: Path) -> None:
    ring = Keyring.create(key_path)
    assert repr(ring) == f"Keyring(current={ring.current_id!r}, keys=1)"
    with pytest.raises(TypeError, match="stays in its process"):
        pickle.dumps(ring)


def test_every_practice_is_sealed_with_a_key_of_its_own(keyring: Keyring) -> None:
    sealed = {
        keyring.cipher(keyring.current_id, name).encrypt(bytes(12), b"the same", None) for name in ("a", "b")
    }
    assert len(sealed) == 2
