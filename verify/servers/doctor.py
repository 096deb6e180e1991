"""`verify doctor`: what is wrong with this installation, and what to do about it."""

import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import redis
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from verify.security.key_file import KeyFileError
from verify.security.keys import Keyring
from verify.servers.account_checks import check_accounts
from verify.servers.diagnosis import Finding, Level, fault, ok, warning
from verify.servers.installation import recall
from verify.servers.own import with_addresses
from verify.servers.processes import heartbeat_file, needed
from verify.servers.supervisor import HEARTBEAT_SECONDS
from verify.servers.worksheet_check import check_worksheet
from verify.settings import ConfigurationError, Settings, read
from verify.store import connect, revisions
from verify.store.sealing import keys_in_use

CONNECT_SECONDS = 3.0
#: Leases and links are compared with the database's clock.
SKEW_WARNING_SECONDS, SKEW_FAULT_SECONDS = 2.0, 30.0
DISK_WARNING, DISK_FAULT = 0.80, 0.95
#: A person is asked for the copy of the keys again after so long.
BACKUP_DAYS = 90


Findings = Iterator[Finding]


def examine(environment: dict[str, str]) -> list[Finding]:
    """Every check; those that need what another found broken are left out. Never raises for a fault."""
    try:
        chosen = read(environment)
    except ConfigurationError as error:
        return [fault("configuration", str(error), "Correct the variable, or unset it for the default.")]
    complete = with_addresses(chosen)
    return [
        ok("configuration", "every setting can be read"),
        *check_worksheet(datetime.now(UTC).date()),
        *check_folder(chosen),
        *check_disk(chosen),
        *check_keys(chosen),
        *check_valkey(complete),
        *check_database(complete),
        *check_heartbeats(chosen),
    ]


def exit_code(findings: list[Finding]) -> int:
    """1 while anything is broken; a warning alone breaks nothing."""
    return int(any(finding.level is Level.FAULT for finding in findings))


def as_text(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{finding.level.value:8} {finding.check:16} {finding.what}")
        if finding.what_to_do:
            lines.append(f"{'':25} -> {finding.what_to_do}")
    return "\n".join(lines)


def as_json(findings: list[Finding]) -> str:
    return msgspec.json.format(msgspec.json.encode(findings), indent=2).decode()


def check_folder(chosen: Settings) -> Findings:
    folder = chosen.data_folder
    if not folder.is_dir():
        yield fault("data folder", f"{folder} does not exist", "Start the system: verify up")
    elif stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield fault("data folder", f"others can look into {folder}", f"Run: chmod 700 {folder}")
    else:
        yield ok("data folder", f"{folder} is private")


def check_disk(chosen: Settings) -> Findings:
    place = next(path for path in (chosen.data_folder, *chosen.data_folder.parents) if path.exists())
    usage = shutil.disk_usage(place)
    full = 1 - usage.free / usage.total
    what = f"{full:.0%} full, {usage.free / 2**30:.1f} GiB free"
    to_do = f"Make room on the disk of {place}: a full one stops every write."
    if full >= DISK_FAULT:
        yield fault("disk", what, to_do)
    elif full >= DISK_WARNING:
        yield warning("disk", what, to_do)
    else:
        yield ok("disk", what)


def check_keys(chosen: Settings) -> Findings:
    file = chosen.key_file
    try:
        ring = Keyring.load(file)
    except KeyFileError as error:
        first = " (the first verify up makes it)" if error.code == "absent" else ""
        yield fault("keys", str(error), f"Without its keys no patient data can be read{first}.")
        return
    yield ok("keys", f"{len(ring.ids)} in {file}, readable by its owner alone")
    yield from check_backup(file, datetime.now(UTC))


def check_backup(file: Path, now: datetime) -> Findings:
    """Whether somebody said, not long ago, that a copy exists: by touching a file beside the keys."""
    mark = file.with_name(f"{file.name}.copied")
    to_do = f"Copy {file} to a safe place elsewhere, then run: touch {mark}"
    if not mark.exists():
        yield warning("keys copy", "nobody has said that a copy of the keys exists", to_do)
        return
    copied = mark.stat().st_mtime
    if copied < file.stat().st_mtime:
        yield warning("keys copy", "the keys changed after the last copy", to_do)
    elif (days := int((now.timestamp() - copied) / 86400)) > BACKUP_DAYS:
        yield warning("keys copy", f"the copy was last looked at {days} days ago", to_do)
    else:
        yield ok("keys copy", f"noted {days} days ago")


def check_valkey(complete: Settings) -> Findings:
    try:
        with redis.Redis.from_url(
            complete.redis_url or "", socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS
        ) as client:
            client.ping()
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except (redis.RedisError, ValueError) as error:
        yield fault("Valkey", f"not reachable ({type(error).__name__})", _start("VERIFY_REDIS_URL"))
        return
    if policy not in {"noeviction", None}:
        yield warning(
            "Valkey", f"may forget hints when full ({policy})", "Set maxmemory-policy to noeviction there."
        )
    else:
        yield ok("Valkey", "reachable")


def check_database(complete: Settings) -> Findings:
    with _engine(complete) as engine:
        try:
            before = time.time()
            with engine.connect() as connection:
                theirs = connection.execute(
                    select(func.extract("epoch", func.clock_timestamp()))
                ).scalar_one()
        except (SQLAlchemyError, ValueError) as error:
            yield fault(
                "PostgreSQL", f"not reachable ({type(error).__name__})", _start("VERIFY_DATABASE_URL")
            )
            return
        yield ok("PostgreSQL", "reachable")
        yield from check_clock(float(theirs) - (before + time.time()) / 2)
        yield from check_migrations(engine)
        yield from check_keys_fit(complete, engine)
        yield from check_accounts(complete, engine)


def check_clock(skew_seconds: float) -> Findings:
    what = f"the database's clock is {skew_seconds:+.1f} s from ours"
    to_do = "Set both machines by the same time server (NTP)."
    if abs(skew_seconds) >= SKEW_FAULT_SECONDS:
        yield fault("clock", what, to_do)
    elif abs(skew_seconds) >= SKEW_WARNING_SECONDS:
        yield warning("clock", what, to_do)
    else:
        yield ok("clock", what)


def check_migrations(engine: Engine) -> Findings:
    found = revisions(engine)
    if found.is_current:
        yield ok("migrations", f"at the newest, {found.newest}")
    else:
        yield fault(
            "migrations", f"at {found.current or 'none'}, newest is {found.newest}", "Run: verify migrate"
        )


def check_keys_fit(complete: Settings, engine: Engine) -> Findings:
    """Whether the keys open what is in this database; a fault of the file itself is told elsewhere."""
    if not revisions(engine).is_current:
        return
    try:
        ring = Keyring.load(complete.key_file)
    except KeyFileError:
        return
    with engine.connect() as connection:
        lacking = keys_in_use(connection).difference(ring.ids)
    if lacking:
        what = f"{complete.key_file} does not open the data of this database"
        yield fault("keys", what, "Restore the key file that does from its copy.")


def check_heartbeats(chosen: Settings) -> Findings:
    """Of the workers `verify up` started here; elsewhere the platform watches them."""
    if recall(chosen.data_folder) is None:
        return
    for process in needed(demo=False):
        if not process.heartbeat:
            continue
        try:
            age = time.time() - heartbeat_file(process, chosen).stat().st_mtime
        except FileNotFoundError:
            yield fault("heartbeat", f"{process.name} never ran here", "Start the system: verify up")
            continue
        if age > HEARTBEAT_SECONDS:
            to_do = f"Start the system (verify up), or look into {chosen.data_folder / 'logs'}."
            yield fault("heartbeat", f"{process.name} was last alive {age:.0f} s ago", to_do)
        else:
            yield ok("heartbeat", f"{process.name} is alive")


@contextmanager
def _engine(complete: Settings) -> Iterator[Engine]:
    engine = connect(complete.database_url or "", pool_size=1, pool_timeout=CONNECT_SECONDS)
    try:
        yield engine
    finally:
        engine.dispose()


def _start(variable: str) -> str:
    return f"Start the system (verify up), or correct {variable}."
