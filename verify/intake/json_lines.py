"""JSON lines: each line a submission, as the API takes it, or a flat object with a spreadsheet's columns."""

from collections.abc import Sequence
from typing import Any

import msgspec

from verify.intake import dates
from verify.intake.columns import BY_FIELD, DATES, field_of
from verify.intake.decoding import decode
from verify.intake.rows import Row, Sheet, broken, check_size, mark_repeats, read_row, submitted
from verify.intake.spreadsheet import MONTH_FIRST


def read_json_lines(content: bytes) -> Sheet:
    """Raises UnreadableFile where no line can be used; anything less is said beside its line."""
    text, notes = decode(content)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    check_size(len(lines))
    objects = [(number, _object(line)) for number, line in lines]
    flat = [given for _, given in objects if given is not None and not _is_submission(given)]
    written = [(field_of(name), str(value).strip()) for given in flat for name, value in given.items()]
    doubtful = {f for f in DATES if dates.is_doubtful(value for field, value in written if field == f)}
    either = sum(f in DATES and f not in doubtful and dates.either_way(value) for f, value in written)
    if either:
        notes = (*notes, MONTH_FIRST.format(count=f"{either:,}"))
    names = list(dict.fromkeys(name for given in flat for name in given))
    return Sheet(
        rows=mark_repeats([_row(number, given, doubtful) for number, given in objects]),
        columns=tuple((name, BY_FIELD[field].label) for name in names if (field := field_of(name))),
        unused=tuple(name for name in names if field_of(name) is None),
        notes=notes,
    )


def _object(line: str) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return None


def _is_submission(given: dict[str, Any]) -> bool:
    return isinstance(given.get("patient"), dict)


def _row(number: int, given: dict[str, Any] | None, doubtful: Sequence[str] | set[str]) -> Row:
    if given is None:
        return broken(number, "is not a JSON object on one line")
    if _is_submission(given):
        return submitted(number, given, {"line": msgspec.json.encode(given).decode()[:2_000]})
    cells = {name: _text(value) for name, value in given.items()}
    texts: dict[str, str] = {}
    for name, value in given.items():
        field, text = field_of(name), cells[name]
        if field is None or not text:
            continue
        if isinstance(value, dict | bool | float):
            return broken(number, "must be text", cells, BY_FIELD[field].label)
        if texts.setdefault(field, text) != text:
            return broken(number, "stands twice and says different things", cells, BY_FIELD[field].label)
    return read_row(number, texts, cells, doubtful)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    return "" if value is None else str(value)
