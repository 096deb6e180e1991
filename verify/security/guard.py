"""Opaque ids, and the check that a job message carries nothing else; pure."""

import re
from collections.abc import Mapping, Sequence

#: A short kind, then a ULID: "ver_01JD4Z8Q6V3M5N7P9R1T2W4X6Y". Matched whole, never searched for.
OPAQUE_ID = re.compile(r"[a-z]{2,8}_[0-9A-HJKMNP-TV-Z]{26}")

_ARGUMENT_NAME = re.compile(r"[a-z][a-z_]{0,29}")


class UnsafeArgument(Exception):
    """A job message would carry something that is not an opaque id. Its text names a place, never a value."""


def is_opaque_id(value: object) -> bool:
    return isinstance(value, str) and OPAQUE_ID.fullmatch(value) is not None


def check_arguments(args: Sequence[object], kwargs: Mapping[str, object] | None = None) -> None:
    """Let a job message pass when every argument is an opaque id. Raises UnsafeArgument.

    Celery writes arguments in clear into headers, the broker's append-only file and logs
    (design decision 4).
    """
    if isinstance(args, (str, bytes)):
        raise UnsafeArgument("arguments must come as a sequence, not as text")
    for place, value in enumerate(args, start=1):
        if not is_opaque_id(value):
            raise UnsafeArgument(f"argument {place} of {len(args)} is not an opaque id")
    for place, (name, value) in enumerate((kwargs or {}).items(), start=1):
        if not _ARGUMENT_NAME.fullmatch(name) or not is_opaque_id(value):
            raise UnsafeArgument(f"named argument {place} is not an opaque id")
