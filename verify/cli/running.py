"""Starting, migrating and examining the system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, chosen, engine
from verify.cli.terminal import write

UP = """Start everything: databases, web, workers, clock, and on an empty data folder the demo clinic.

Prints the address and a one-time sign-in link. Ctrl-C ends everything within ten seconds; starting again goes
on where it stopped. With VERIFY_DATABASE_URL and VERIFY_REDIS_URL those servers are used.

\b
  verify up
  verify up --data ~/verify --port 8500 --no-demo
"""
MIGRATE = """Bring the database to this version's tables; harmless when it is there already.

`verify up` does it by itself.

\b
  VERIFY_DATABASE_URL=postgresql+psycopg://… verify migrate
"""
HEALTH = """Say whether a process of this machine or container is well; exits 1 when it is not.

Workers and beat by the age of their heartbeat file, web by its readiness. Needs no database and no broker.

\b
  verify health web
  verify health worker-urgent
"""
SECRETS = """Make the passwords that docker-compose.yml reads, in DIR; those that are there stay as they are.

\b
  verify secrets secrets
"""
DOCTOR = """Examine configuration, catalogue, servers, migrations, clock, disk, keys and payer accounts.

Says what to do about each fault; exits 1 when there is one.

\b
  verify doctor
  verify doctor --json
"""
SIMULATOR = """Run the simulated payer: a clearinghouse on loopback that speaks CAQH CORE with X12 270/271.

The member id asked about chooses the answer. Ctrl-C ends it. With --faults whoever is on this machine can order
trouble for the next questions, or for a time (docs/payers/simulator.md).

\b
  verify simulator --port 8480 --log questions.jsonl
  verify simulator --faults
  curl http://127.0.0.1:8480/faults -d '{"fault": "H503", "seconds": 30}'
"""


def register(app: typer.Typer) -> None:
    app.command(help=UP, short_help="Start everything.")(up)
    app.command(help=MIGRATE, short_help="Bring the database to this version.")(migrate)
    app.command(help=HEALTH, short_help="Say whether one process is well.")(health)
    app.command(help=SECRETS, short_help="Make the passwords of a compose deployment.")(secrets)
    app.command(help=DOCTOR, short_help="Examine the system; say what to do about faults.")(doctor)
    app.command(help=SIMULATOR, short_help="Run the simulated payer.")(simulator)


def up(
    data: Data = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The pages' port; 8470 if not said, 0 for any free one."),
    ] = None,
    demo: Annotated[
        bool | None,
        typer.Option("--demo/--no-demo", help="The invented clinic; default on an empty data folder."),
    ] = None,
) -> None:
    from verify.servers.up import up as start

    raise typer.Exit(start(chosen(data, port=port), demo=demo, say=say))


def migrate(
    keys: Annotated[bool, typer.Option("--keys", help="Also make the keys of an empty database.")] = False,
    data: Data = None,
) -> None:
    from verify.servers.keys import keys_for
    from verify.store import migrate as bring_up_to_date

    with engine(data) as there:
        reached = bring_up_to_date(there).current
        if keys:
            keys_for(chosen(data).key_file, there)
        say(f"verify: the database is at revision {reached}")


def health(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)], data: Data = None
) -> None:
    from verify.servers.health import trouble
    from verify.servers.processes import PROCESSES

    process = next((each for each in PROCESSES if each.name == name), None)
    if process is None:
        known = ", ".join(each.name for each in PROCESSES)
        raise Stop(f"No process {name!r}; there are {known}.", Exit.USAGE)
    if words := trouble(process, chosen(data)):
        raise Stop(f"{name} {words}")


def secrets(folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]) -> None:
    from verify.servers.compose_secrets import make

    for file in make(folder):
        say(f"verify: made {file}")


def doctor(data: Data = None, json: Json = False) -> None:
    from verify.servers.doctor import as_json, as_text, examine, exit_code
    from verify.settings import environment_with

    findings = examine(environment_with(data_folder=data))
    write(as_json(findings) if json else as_text(findings))
    raise typer.Exit(exit_code(findings))


def simulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8480,
    latency: Annotated[str, typer.Option(help="Seconds, LOW-HIGH or MEDIAN~SIGMA.")] = "0.2",
    seed: Annotated[int, typer.Option(help="Of the chance in it.")] = 0,
    log: Annotated[Path | None, typer.Option(metavar="FILE", help="A JSON line for each question.")] = None,
    faults: Annotated[bool, typer.Option("--faults", help="Takes orders for faults at /faults.")] = False,
) -> None:
    from payers.simulator.server import serve

    serve(
        announce=lambda payer: write(payer.url),
        port=port,
        latency=latency,
        seed=seed,
        log=log,
        control=faults,
    )
