"""Where a key stands in a TOML file: every key of a document has a line, and it is the right one."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.catalogue import own_folder
from verify.catalogue.toml_lines import Place, line_of, lines_of

OURS = sorted(Path(str(own_folder())).rglob("*.toml"))
EVERY_SHAPE = '''\
# a comment with "quotes" and [brackets]
title = "one" # after it

"quoted key" = 'literal # no comment'
dotted.inner . last = 3
text = """
[not.a.table]
fake = 1 \\""" still text
"""
raw = \'\'\'
key = "no"\'\'\'
numbers = [
  1, # first
  [2, 3],
  { x = 1, y.z = "}" },
]

[table]
a = 2026-11-23T10:00:00Z
b = { inner = { deep = [true] } }

[[rows]]
name = "first"
[rows.part]
size = 1

[[rows]]
name = "second"
[[rows.parts]]
size = 2
[[rows.parts]]
size = 3

[a."b.c".d]
end = -inf
'''


def places(value: Any, place: Place = ()) -> set[Place]:
    """Every key and place of an array in what the standard reader made of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {place} if place else set()
    for key, one in inner:
        found |= places(one, (*place, key))
    return found


def test_keys_of_every_shape_have_their_line() -> None:
    lines = lines_of(EVERY_SHAPE)
    assert set(lines) == places(tomllib.loads(EVERY_SHAPE))
    written = EVERY_SHAPE.splitlines()
    for place, word in {
        ("title",): "title",
        ("quoted key",): "quoted",
        ("dotted", "inner", "last"): "dotted",
        ("raw",): "raw = ",
        ("numbers", 1, 0): "[2, 3]",
        ("numbers", 2, "y", "z"): "y.z",
        ("table", "b", "inner", "deep", 0): "deep",
        ("rows", 0, "part", "size"): "size = 1",
        ("rows", 1, "name"): "second",
        ("rows", 1, "parts", 1, "size"): "size = 3",
        ("a", "b.c", "d", "end"): "end",
    }.items():
        assert word in written[lines[place] - 1], place


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_every_key_of_our_own_files_is_found_on_its_line(file: Path) -> None:
    text = file.read_text()
    lines, written = lines_of(text), text.splitlines()
    assert set(lines) == places(tomllib.loads(text))
    for place, line in lines.items():
        if isinstance(place[-1], str):
            assert place[-1] in written[line - 1], place


KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True)
SCALARS = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.text(st.sampled_from("ab #[]{}=,.'\n\"\\"), max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[\n" + "".join(f"  {written(one)}, # {at}\n" for at, one in enumerate(value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(one)}" for key, one in value.items()) + "}"
    return str(value)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=4), max_size=4))
def test_any_document_has_a_line_for_each_key_and_no_other(document: dict[str, dict[str, Any]]) -> None:
    rows = []
    for table, pairs in document.items():
        rows += [f"[{table}]", *(f"{key} = {written(value)}" for key, value in pairs.items()), ""]
    text = "\n".join(rows)
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        # An inline table may not run over lines; such a document is refused before lines are asked for.
        return
    lines = lines_of(text)
    assert set(lines) == places(read)
    for place, line in lines.items():
        if isinstance(place[-1], str):
            assert place[-1] in text.splitlines()[line - 1]


def test_a_place_that_is_not_there_has_the_line_of_what_is_around_it() -> None:
    lines = lines_of("a = 1\n[b]\nc = { d = 2 }\n")
    assert line_of(lines, ("b", "c", "nowhere")) == 3
    assert line_of(lines, ("b", "nowhere")) == 2
    assert line_of(lines, ("nowhere",)) == 1
