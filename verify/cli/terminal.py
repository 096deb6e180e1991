"""Words and tables for a terminal, a pipe or a log."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec


def clean(text: object) -> str:
    """On one line and without control characters: a payer's text must not steer the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text)).strip()


def write(text: str = "") -> None:
    """A line, at once: whoever reads along through a pipe waits for it."""
    print(text, flush=True)


def write_json(document: object) -> None:
    """One line for a pipe; indented for a person."""
    encoded = msgspec.json.encode(document)
    if sys.stdout.isatty():
        encoded = msgspec.json.format(encoded, indent=2)
    write(encoded.decode())


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Lines of columns as wide as their content; the last one may run on."""
    cells = [list(headings), *([clean("" if cell is None else cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def fitted(lines: Iterable[str]) -> list[str]:
    """Cut to the terminal's width where there is one; a pipe gets all of it."""
    if not sys.stdout.isatty():
        return list(lines)
    width = shutil.get_terminal_size().columns
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def places(segments: Sequence[int]) -> str:
    """Segment numbers, neighbors drawn together: "18-23, 31"."""
    runs: list[list[int]] = []
    for number in sorted(set(segments)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
