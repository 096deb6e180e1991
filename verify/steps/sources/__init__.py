"""Thin events: what they leave out is fetched from the appointment system's own API."""

import threading
from collections.abc import Mapping
from typing import Any

from verify.steps.sources.clients import CLIENTS, FHIR, Client
from verify.steps.sources.connection import Away, Gone, Unusable
from verify.store.sources import Source

__all__ = ["CLIENTS", "FHIR", "Away", "Client", "Clients", "Gone", "Unusable"]

_Made = tuple[Mapping[str, Any], Mapping[str, str], Client]


class Clients:
    """One client per source and process, so that its connections and token are kept; made anew when it changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, _Made] = {}

    def of(self, source: Source) -> Client | None:
        """None for a source whose API nobody told us of. Raises Away for an address that cannot be used."""
        options = source.options.get("api") or {}
        if source.scheme not in CLIENTS or not options.get("url"):
            return None
        with self._lock:
            known = self._made.get(source.id)
            if known is not None and known[:2] == (options, source.credentials):
                return known[2]
            made = CLIENTS[source.scheme](options, source.credentials)
            self._made[source.id] = (options, source.credentials, made)
        # The old one is not closed: another thread may be asking through it. Its sockets go with it.
        return made

    def close(self) -> None:
        with self._lock:
            made = [client for _, _, client in self._made.values()]
            self._made.clear()
        for client in made:
            client.close()
