"""Source: where something of the catalogue was read, when, and whether anybody checked it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

#: Words of ours that a file must fill in.
Words = Annotated[str, msgspec.Meta(min_length=1, pattern=r"\S")]
#: Tags of `sources.toml`; nothing stands in the catalogue without one.
Tags = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class SourceStatus(StrEnum):
    #: Seen in a public source, which the title names.
    SEEN = "seen"
    #: Known from practice; nobody has checked it. It is shown so, and is never a payer's word.
    UNVERIFIED = "unverified"


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page, notice or guide, and the day somebody read it."""

    title: Words
    read_on: date
    status: SourceStatus = SourceStatus.SEEN


def is_verified(tags: Iterable[str], sources: Mapping[str, Source]) -> bool:
    """Whether at least one public source says it."""
    return any(sources[tag].status is SourceStatus.SEEN for tag in tags)
