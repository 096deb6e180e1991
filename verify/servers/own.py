"""Our own servers in the data folder, where no address of others is set."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from verify.servers.folder import InUse
from verify.servers.launch import NOBODY
from verify.servers.postgres import Postgres, identity
from verify.servers.valkey import Valkey
from verify.settings import Settings


def own_servers(chosen: Settings) -> dict[str, Postgres | Valkey]:
    """Those that `chosen` leaves to us, not started."""
    servers: dict[str, Postgres | Valkey] = {}
    if chosen.database_url is None:
        servers["PostgreSQL"] = Postgres(chosen.data_folder / "postgres")
    if chosen.redis_url is None:
        servers["Valkey"] = Valkey(chosen.data_folder / "valkey")
    return servers


def with_addresses(chosen: Settings) -> Settings:
    """`chosen` with both addresses, those of our own servers where none was set; nothing is started."""
    own = {name: server.url for name, server in own_servers(chosen).items()}
    return msgspec.structs.replace(
        chosen,
        database_url=chosen.database_url or own["PostgreSQL"],
        redis_url=chosen.redis_url or own["Valkey"],
    )


def make_private(chosen: Settings) -> None:
    """The data folder, for its owner alone. PostgreSQL must get through it when it runs as nobody."""
    folder = chosen.data_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if chosen.database_url is None and identity() == "nobody":
        os.chown(folder, NOBODY, -1)


@contextmanager
def reached(chosen: Settings) -> Iterator[Settings]:
    """For a command that needs the servers: those of a running `verify up`, or started for the while.

    Raises ServerFault.
    """
    make_private(chosen)
    started: list[Postgres | Valkey] = []
    try:
        for server in own_servers(chosen).values():
            try:
                server.start()
                started.append(server)
            except InUse:
                continue
        yield with_addresses(chosen)
    finally:
        for server in started:
            server.stop()
