"""Maker: the facts of one source about one service type."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from verify.facts.fact import About, Fact, Level, Source, Standing, Status, expiry
from verify.facts.names import FactName


class Maker:
    """Makes the facts of one source about one service type; each knows only how it was said."""

    def __init__(self, source: Source, about: About) -> None:
        self.source = source
        self.about = about

    def fact(
        self,
        name: FactName,
        standing: Standing,
        status: Status,
        value: object = None,
        segments: Iterable[int] = (),
        level: Level = Level.PERSON,
    ) -> Fact:
        return Fact(
            name=name,
            about=structs.replace(self.about, level=level),
            standing=standing,
            status=status,
            value=value,
            segments=tuple(segments),
            source=self.source,
            expires_at=expiry(name, self.source.obtained_at),
        )

    def of_type(self, service_type: str) -> Maker:
        """For what an answer says of another service type than the one asked."""
        return Maker(self.source, structs.replace(self.about, service_type=service_type))

    def not_stated(self, name: FactName) -> Fact:
        return self.fact(name, Standing.NOT_STATED, Status.NOT_STATED)

    def ambiguous(self, name: FactName, candidates: object, segments: Iterable[int]) -> Fact:
        return self.fact(name, Standing.UNKNOWN, Status.AMBIGUOUS, candidates, segments)
