"""`verify up`: starts everything, says where it is, and keeps it running until it is told to end."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NoReturn

import msgspec
from sqlalchemy import Engine

from verify.client import ADDRESS_FILE
from verify.security.key_file import KeyFileError
from verify.security.keys import Keyring
from verify.servers import demo as demo_clinic
from verify.servers.folder import ServerFault, last_lines
from verify.servers.health import answers
from verify.servers.installation import (
    Installation,
    Refused,
    check_port,
    claimed,
    free_port,
    recall,
    remember,
    write_private,
)
from verify.servers.keys import keys_for
from verify.servers.own import make_private, own_servers, with_addresses
from verify.servers.processes import command, environment, heartbeat_file, log_file, needed
from verify.servers.supervisor import Program, Say, Supervisor
from verify.servers.welcome import add_administrator, has_practice, sign_in_link, write_cli_token
from verify.settings import Settings
from verify.store import connect, migrate

READY_SECONDS = 60.0
#: A web process that died so often in a row will not come up by itself.
HOPELESS_DEATHS = 3


class Ended(BaseException):
    """A signal asked us to end. Not an Exception, so that nothing on the way swallows it."""


def up(chosen: Settings, *, demo: bool | None, say: Say) -> int:
    """Runs until Ctrl-C or SIGTERM, then gives the exit code: 0 after such an end, 1 if it could not start.

    `demo`: None leaves it to what the data folder is. Port 0 takes any free one. For the main thread.
    """
    try:
        with ending_by_signal():
            make_private(chosen)
            with claimed(chosen.data_folder):
                _run(chosen, demo, say)
    except Ended:
        pass
    except (Refused, ServerFault, KeyFileError) as fault:
        say(f"verify up: {fault}")
        return 1
    return 0


@contextmanager
def ending_by_signal() -> Iterator[None]:
    """The first signal raises Ended wherever we are; a second one ends us at once, and our children with us."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        for each in numbers:
            signal.signal(each, lambda again, _: os._exit(128 + again))
        raise Ended(signal.Signals(number).name)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        # Else we run under nohup, to outlive the terminal.
        numbers.append(signal.SIGHUP)
    before = {each: signal.signal(each, end) for each in numbers}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _run(chosen: Settings, demo: bool | None, say: Say) -> None:
    check_port(chosen.host, chosen.port)
    chosen = msgspec.structs.replace(chosen, port=chosen.port or free_port(chosen.host, 0))
    if chosen.key_file.exists():
        Keyring.load(chosen.key_file)
    servers = own_servers(chosen)
    supervisor = Supervisor(servers, say)
    try:
        for server in servers.values():
            server.start()
        complete = with_addresses(chosen)
        engine = connect(complete.database_url or "", pool_size=2)
        try:
            migrate(engine)
            keys_for(chosen.key_file, engine)
            prepare(complete, demo, engine, supervisor, say)
        finally:
            engine.dispose()
        supervisor.watch()
    finally:
        supervisor.end()


def prepare(chosen: Settings, demo: bool | None, engine: Engine, supervisor: Supervisor, say: Say) -> None:
    """The demo clinic if it is wanted, the processes, and the way in."""
    installation = decide(chosen, demo, engine)
    simulated = installation.demo and demo is not False
    if simulated:
        check_port("127.0.0.1", installation.simulator_port)
    if installation.demo and not has_practice(engine):
        practice_id = demo_clinic.seed(chosen, f"http://127.0.0.1:{installation.simulator_port}")
        add_administrator(engine, practice_id)
    everything = programs(chosen, installation.simulator_port if simulated else 0)
    payers, ours = everything[: int(simulated)], everything[int(simulated) :]
    supervisor.start(payers)
    if simulated:
        # Or the first questions of the demo would find nobody there.
        wait_until(lambda: listens(installation.simulator_port), "simulator", chosen, supervisor)
    supervisor.start(ours)
    for process in needed(demo=False):
        if path := process.ready_path:
            wait_until(partial(answers, chosen, path), process.name, chosen, supervisor)
    welcome(chosen, engine, installation.demo, say)


def decide(chosen: Settings, demo: bool | None, engine: Engine) -> Installation:
    """Whether this is a demo: asked for, or else the first `up` with an empty database of our own.

    A database of others is never filled with invented people unasked. Raises Refused.
    """
    folder = chosen.data_folder
    known = recall(folder)
    empty = not has_practice(engine)
    if demo and not (known.demo if known else empty):
        raise Refused(
            f"--demo needs an empty data folder, and {folder} is in use: choose another with --data"
        )
    if known:
        return known
    ours = (folder / "postgres").exists()
    wanted = (empty and ours) if demo is None else demo
    port = free_port("127.0.0.1", chosen.port + 1) if wanted else 0
    decided = Installation(demo=wanted, simulator_port=port)
    remember(folder, decided)
    return decided


def programs(chosen: Settings, simulator_port: int) -> list[Program]:
    """What to start; port 0 leaves the simulator out."""
    for folder in ("logs", "heartbeats"):
        (chosen.data_folder / folder).mkdir(mode=0o700, exist_ok=True)
    return [
        Program(
            name=process.name,
            command=command(process, chosen, simulator_port=simulator_port),
            environment=environment(process, chosen),
            log=log_file(process, chosen),
            heartbeat=heartbeat_file(process, chosen) if process.heartbeat else None,
        )
        for process in needed(demo=simulator_port != 0)
    ]


def wait_until(ready: Callable[[], bool], name: str, chosen: Settings, supervisor: Supervisor) -> None:
    """Raises ServerFault with the process's last words when it does not become ready."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        supervisor.check()
        if time.monotonic() > deadline or supervisor.deaths(name) >= HOPELESS_DEATHS:
            said = last_lines(chosen.data_folder / "logs" / f"{name}.log", 10)
            raise ServerFault(f"{name} did not become ready:\n{said}")
        time.sleep(0.1)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def welcome(chosen: Settings, engine: Engine, demo: bool, say: Say) -> None:
    """Says where it is and how to get in; leaves the command line its address and token."""
    address = chosen.pages_url
    write_private(chosen.data_folder / ADDRESS_FILE, f"http://{chosen.host}:{chosen.port}\n")
    write_cli_token(chosen.data_folder, engine)
    link = sign_in_link(engine, address)
    lines = [
        f"verify is ready: {address}{'  (demo: invented people only)' if demo else ''}",
        f"Sign in once with: {link}" if link else "Nobody can sign in yet: verify users add",
        f"Data: {chosen.data_folder}   Keep a copy of {chosen.key_file} elsewhere.   End with Ctrl-C.",
    ]
    say("\n".join(lines))
