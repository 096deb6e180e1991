"""Appointment systems: who may send appointments, their secrets, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.clinic import Practice, changes, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, chosen, transaction
from verify.cli.terminal import fitted, table, write, write_json
from verify.cli.wording import moment

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from verify.security.keys import Keyring
    from verify.store.sources import Overview, Source

ADD = """Add an appointment system. Prints its id, the path it posts to, and the secret made for it.

SCHEME is standard, cloudevents, fhir, hl7v2, athenahealth, elation, healthie or drchrono. Secrets are never options:
--config names a JSON file, or "-" for stdin, with any of

\b
  secret                 what deliveries are signed with; made and printed where it is left out
  credentials            token, or client_id and client_secret: how the system's own API is reached
  api                    url, token_url, scope: its address, for events that leave the patient out
  service_lines          visit types and procedure codes -> treatments: {"TMS session": "tms"}
  requests_per_second    more at once are answered 429; 500 if not said

\b
  verify sources add "Front desk" --scheme standard --service tms
  verify sources add Elation --scheme elation --config elation.json
"""
LIST = """List appointment systems with what came in and what came of it.

\b
  verify sources list
  verify sources list --json
"""
ROTATE = """Give a source a new secret. The one before counts for --keep hours more, so that nothing is refused meanwhile.

\b
  verify sources rotate source_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --keep 48
  verify sources rotate source_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --config new-secret.json
"""
RETIRE = """Take nothing from a source any more: it is answered 410, at which senders stop. What came stays.

\b
  verify sources retire source_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
MLLP = """Listen for one source's HL7 v2 messages over MLLP, until Ctrl-C.

On any address but loopback it needs --certificate and --key, or --plain where a tunnel protects the way.

\b
  verify mllp source_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --port 2575
  verify mllp source_… --host 0.0.0.0 --certificate server.pem --key server.key --clients-ca clients.pem
"""
Config = Annotated[
    str, typer.Option("--config", metavar="FILE|-", help="JSON with secrets and choices.", show_default=False)
]
SourceId = Annotated[str, typer.Argument(metavar="SOURCE", show_default=False)]
FIELDS = {"secret", "credentials", "api", "service_lines", "requests_per_second", "course_days"}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
sources = typer.Typer(
    help="Appointment systems that send to us.", no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    sources.command("add", help=ADD, short_help="Add an appointment system.")(add)
    sources.command("list", help=LIST, short_help="List them with what came in.")(list_sources)
    sources.command("rotate", help=ROTATE, short_help="Give one a new secret.")(rotate)
    sources.command("retire", help=RETIRE, short_help="Take nothing from one any more.")(retire)
    app.add_typer(sources, name="sources")
    app.command(help=MLLP, short_help="Listen for HL7 v2 over MLLP.")(mllp)


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    scheme: Annotated[str, typer.Option(metavar="SCHEME", help="What it speaks.", show_default=False)],
    service: Annotated[
        str, typer.Option(metavar="LINE", help="The treatment of visits of no type we know.")
    ] = "",
    config: Config = "",
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store import sources as rows

    given = configured(config)
    options = {key: value for key, value in given.items() if key not in {"secret", "credentials"}}
    secret, made = secret_for(scheme, given)
    check(scheme, given, service)
    with changes(data) as connection:
        source_id = rows.add(
            connection,
            keyring(data),
            practice_id=practice or practice_of(connection),
            name=name,
            scheme=scheme,
            secret=secret,
            credentials=given.get("credentials", {}),
            options={**options, "default_service_line": service},
        )
    write(source_id)
    write(f"/webhooks/appointments/{source_id}")
    if made:
        write(secret)
        say("verify: the last line is the secret; it is not shown again")
    hint_at_what_is_missing(scheme, options)


def list_sources(practice: Practice = "", json: Json = False, data: Data = None) -> None:
    from verify.store import sources as rows

    with transaction(data) as connection:
        found = rows.overview(connection, practice or practice_of(connection))
    if json:
        write_json([each._asdict() for each in found])
        return
    headings = ("id", "name", "scheme", "came in", "waiting", "failed", "newest", "what came of it")
    for line in fitted(table(headings, [row(each) for each in found])):
        write(line)


def row(source: Overview) -> tuple[object, ...]:
    outcomes = ", ".join(f"{code} {number}" for code, number in source.outcomes.items())
    trouble = f"; {source.troubled_subscriptions} subscription(s) broken" * bool(
        source.troubled_subscriptions
    )
    newest = moment(source.last_received_at) or "never"
    return (
        source.id,
        source.name,
        f"{source.scheme} (retired)" if source.retired else source.scheme,
        source.deliveries,
        source.waiting,
        source.failed,
        newest,
        outcomes + trouble,
    )


def rotate(
    source: SourceId,
    keep: Annotated[
        float, typer.Option(min=0, max=720, metavar="HOURS", help="How long the old one counts.")
    ] = 24,
    config: Config = "",
    data: Data = None,
) -> None:
    from datetime import UTC, datetime, timedelta

    from verify.store import sources as rows

    given = configured(config)
    keys = keyring(data)
    with transaction(data) as connection:
        found = known(connection, keys, source)
        secret, made = secret_for(found.scheme, given)
        until = datetime.now(UTC) + timedelta(hours=keep)
        rows.rotate(connection, keys, found, secret, keep_until=until)
    if made:
        write(secret)
    say(f"verify: the old secret counts until {until:%Y-%m-%d %H:%M} UTC")


def retire(source: SourceId, data: Data = None) -> None:
    from verify.store import sources as rows

    with transaction(data) as connection:
        known(connection, keyring(data), source)
        if not rows.retire(connection, source):
            raise Stop("It is retired already.", Exit.CONFLICT)
    say("verify: it is answered 410 from now on")


def mllp(
    source: SourceId,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 2575,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="Ours, with its chain.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key.")] = None,
    clients_ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only clients with a certificate of it.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="In the clear, on purpose.")] = False,
    data: Data = None,
) -> None:
    import signal
    import sys

    from verify.security.logging import configure_logging
    from verify.servers.mllp import serve, tls_context
    from verify.servers.own import reached
    from verify.steps import open_work

    if (certificate is None) is not (key is None):
        raise Stop("--certificate and --key belong together.", Exit.USAGE)
    if certificate is None and host not in LOOPBACK and not plain:
        words = "Patient data would travel in the clear: give --certificate and --key, or --plain behind a tunnel."
        raise Stop(words, Exit.USAGE)
    tls = tls_context(certificate, key, clients_ca) if certificate and key else None
    configure_logging("mllp", sys.stderr)
    # A supervisor's word for the end is Ctrl-C here.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with reached(chosen(data)) as complete:
        work = open_work(complete, pool_size=4)
        try:
            with work.engine.connect() as connection:
                found = known(connection, work.keyring, source)
            if found.scheme != "hl7v2":
                raise Stop("This source does not speak HL7 v2.", Exit.CONFLICT)
            serve(work, source, (host, port), tls, announce=lambda at: write(f"{host}:{at}"))
        finally:
            work.close()


def keyring(data: Path | None) -> Keyring:
    from verify.security.keys import Keyring

    return Keyring.load(chosen(data).key_file)


def known(connection: Connection, keys: Keyring, source_id: str) -> Source:
    from verify.store import sources as rows

    found = rows.read(connection, keys, source_id)
    if found is None:
        raise Stop("No such source; `verify sources list` names them.", Exit.NOT_FOUND)
    return found


def configured(file: str) -> dict[str, Any]:
    """The JSON object of a file; empty where none is named. Stops for fields nobody knows."""
    from verify.cli.submission import from_file

    given = from_file(file) if file else {}
    if not isinstance(given, dict) or not set(given) <= FIELDS:
        raise Stop(f"The file is a JSON object with any of {', '.join(sorted(FIELDS))}.", Exit.USAGE)
    for name in ("credentials", "api", "service_lines"):
        if not isinstance(given.get(name, {}), dict):
            raise Stop(f"{name} is a JSON object.", Exit.USAGE)
    return given


def secret_for(scheme: str, given: dict[str, Any]) -> tuple[str, bool]:
    """The secret, and whether it was made here. Stops where only the sender's own will do."""
    import base64
    import secrets

    from verify.intake.appointments import SCHEMES
    from verify.intake.appointments.signatures import standard_key

    known = SCHEMES.get(scheme)
    if known is None:
        raise Stop(f"No scheme {scheme!r}; there are {', '.join(SCHEMES)}.", Exit.USAGE)
    said = given.get("secret", "")
    if said:
        if not isinstance(said, str) or (scheme == "standard" and standard_key(said) is None):
            raise Stop("The secret cannot be used; a Standard Webhooks one is whsec_ and base64.", Exit.USAGE)
        return said, False
    if known.secret_given:
        raise Stop(f"{known.label} gives the secret itself: name it in --config.", Exit.USAGE)
    if scheme == "standard":
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(), True
    return secrets.token_urlsafe(32), True


def check(scheme: str, given: dict[str, Any], service: str) -> None:
    """Stops for a treatment nobody knows and for an API that cannot be reached."""
    from verify.cli.options import catalogue
    from verify.steps.sources import CLIENTS, Away

    lines = {*map(str, given.get("service_lines", {}).values()), *filter(None, [service])}
    known = catalogue().service_lines
    if unknown := lines - set(known):
        raise Stop(
            f"No treatment {min(unknown)!r}; there are {', '.join(known)}.",
            Exit.USAGE,
        )
    if api := given.get("api"):
        if scheme not in CLIENTS:
            raise Stop("This kind of source sends everything; it has no api.", Exit.USAGE)
        try:
            CLIENTS[scheme](api, given.get("credentials", {})).close()
        except Away:
            raise Stop("api.url cannot be used; it begins with https://.", Exit.USAGE) from None


def hint_at_what_is_missing(scheme: str, options: dict[str, Any]) -> None:
    from verify.intake.appointments import SCHEMES

    if SCHEMES[scheme].thin and not options.get("api"):
        say("verify: its events leave out patient or policy; name its api in --config to have them fetched")
