"""docker-compose.yml and the Dockerfile: the same processes as `verify up`, and nothing open that need not be."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import yaml

from payers.account import Account, AccountId
from verify.servers.compose_secrets import NAMES, make
from verify.servers.postgres import SETTINGS as POSTGRES
from verify.servers.processes import Process, command, needed
from verify.servers.valkey import SETTINGS as VALKEY
from verify.servers.valkey import program
from verify.settings import PASSWORD_FILES, VARIABLES, Settings, read

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROCESSES = needed(demo=False)
#: Started by hand or once; everything else stays up.
ONE_SHOT = {"migrate", "prepare"}
#: Not part of an installation: behind a profile.
ASIDE = {"prepare", "demo"}
SERVERS = {"postgres", "valkey"}
WORKERS = {process.name for process in PROCESSES if process.name.startswith("worker-")}


def filled(value: Any) -> Any:
    """The document as compose reads it with none of the operator's variables set."""
    if isinstance(value, dict):
        return {name: filled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    if isinstance(value, str):
        return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value).replace("$$", "$")
    return value


COMPOSE: dict[str, Any] = filled(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("verify:")}


def chosen(name: str, tmp_path: Path) -> Settings:
    """The settings the service's process reads, with its secrets where its variables say."""
    variables = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
    for variable in set(PASSWORD_FILES.values()) & set(variables):
        mounted = Path(variables[variable])
        assert mounted.parent == Path("/run/secrets")
        assert mounted.name in SERVICES[name]["secrets"]
        (tmp_path / mounted.name).write_text("marked password\n")
        variables[variable] = str(tmp_path / mounted.name)
    return read(variables)


# --- the same as `verify up` ------------------------------------------------------------------------------


def test_there_is_a_service_for_every_process_and_no_other_of_ours() -> None:
    assert {process.name for process in PROCESSES} == OURS - ONE_SHOT - ASIDE


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_service_runs_what_the_table_says(process: Process, tmp_path: Path) -> None:
    settings = chosen(process.name, tmp_path)
    service = SERVICES[process.name]
    assert service["command"] == command(process, settings, python="python")
    assert service["healthcheck"]["test"] == [
        *("CMD", "python", "-m", "verify.cli", "health", process.name),
    ]
    assert (settings.process, settings.niceness) == (process.name, process.niceness)
    assert (settings.heartbeat_file is not None) is process.heartbeat


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_the_heartbeat_lies_in_memory(process: Process, tmp_path: Path) -> None:
    file = chosen(process.name, tmp_path).heartbeat_file
    mounted = [mount.split(":")[0] for mount in SERVICES[process.name]["tmpfs"]]
    assert file is None or str(file.parent) in mounted


def test_only_the_web_server_is_published_and_to_this_machine_alone(tmp_path: Path) -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"web", "demo"}
    port = chosen("web", tmp_path).port
    assert published["web"] == [f"127.0.0.1:{port}:{port}"]
    assert published["demo"] == [f"127.0.0.1:{read(_of('demo')).port}:{port}"]
    assert chosen("web", tmp_path).host == "0.0.0.0"


def _of(name: str) -> dict[str, str]:
    return {key: str(value) for key, value in SERVICES[name]["environment"].items()}


@pytest.mark.parametrize("name", sorted(OURS - {"prepare"}))
def test_every_variable_of_ours_is_one_we_read(name: str) -> None:
    known = {*VARIABLES.values(), *PASSWORD_FILES.values()}
    assert set(SERVICES[name]["environment"]) <= known


@pytest.mark.parametrize("name", sorted(OURS - ASIDE - {"beat"}))
def test_the_servers_are_reached_with_their_secrets(name: str, tmp_path: Path) -> None:
    settings = chosen(name, tmp_path)
    for address, service in ((settings.database_url, "postgres"), (settings.redis_url, "valkey")):
        parts = urlsplit(address or "")
        assert (parts.hostname, parts.password) == (service, "marked%20password")


def test_the_clock_cannot_reach_the_database(tmp_path: Path) -> None:
    assert chosen("beat", tmp_path).database_url is None
    assert SERVICES["beat"]["secrets"] == ["broker-password"]
    assert "volumes" not in SERVICES["beat"]


def test_postgres_is_set_as_our_own() -> None:
    given = [part for part in SERVICES["postgres"]["command"][1:] if part != "-c"]
    elsewhere = {"listen_addresses", "unix_socket_permissions"}
    assert dict(part.split("=") for part in given) == {
        name: value for name, value in POSTGRES.items() if name not in elsewhere
    }


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """What the compose file starts as valkey, run here by a shell: its address with the password."""
    make(tmp_path / "secrets")
    line = SERVICES["valkey"]["command"]
    script = line[2]
    for inside, here in (
        ("/run/secrets", tmp_path / "secrets"),
        ("/tmp/valkey.conf", tmp_path / "valkey.conf"),
        ("--dir /data", f"--dir {tmp_path}"),
    ):
        assert inside in script
        script = script.replace(inside, str(here))
    socket = tmp_path / "s"
    started = subprocess.Popen(
        [*line[:2], script, line[3], "--port", "0", "--unixsocket", str(socket)],
        env={**os.environ, "PATH": f"{Path(program()).parent}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
    )
    password = (tmp_path / "secrets" / "broker-password").read_text().strip()
    yield f"unix://:{password}@{socket}"
    started.terminate()
    assert started.wait(10) == 0


def test_the_broker_asks_for_its_password_and_is_set_as_our_own(broker: str, tmp_path: Path) -> None:
    with redis.Redis.from_url(broker, retry=_patient()) as client:
        held = client.config_get("*")
    for name in ("appendonly", "appendfsync", "save", "maxmemory-policy"):
        assert held[name] == VALKEY[name]
    assert int(held["maxmemory"]) == int(VALKEY["maxmemory"].removesuffix("mb")) * 2**20
    with (
        redis.Redis.from_url(f"unix://{broker.split('@')[1]}") as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    assert (tmp_path / "valkey.conf").stat().st_mode & 0o077 == 0


def _patient() -> Any:
    from redis.backoff import ConstantBackoff
    from redis.retry import Retry

    return Retry(ConstantBackoff(0.1), 100, supported_errors=(redis.ConnectionError,))


# --- nothing open that need not be ------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert "/tmp" in service["tmpfs"]
    user = service["user"].split(":")[0]
    # `prepare` writes into a folder that Docker made as root, without network and without a capability.
    assert user != "0" or (name == "prepare" and service["network_mode"] == "none")


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_bounded(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory", "pids"} == set(limits)
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert re.fullmatch(r"\d+s", service["stop_grace_period"])


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_what_stays_up_is_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == ("no" if name in ASIDE else "unless-stopped")
    assert set(service["healthcheck"]) == {"test", "interval", "timeout", "retries", "start_period"}


def test_a_worker_may_end_the_question_it_asks() -> None:
    longest = Account(id=AccountId("a"), name="", adapter="").total_deadline
    for name in WORKERS:
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > longest


def test_everything_waits_for_the_migration_which_waits_for_the_database() -> None:
    for process in PROCESSES:
        waits = SERVICES[process.name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}
        assert waits["valkey"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_only_workers_reach_outside_and_nobody_outside_reaches_the_data() -> None:
    on: dict[str, set[str]] = {network: set() for network in COMPOSE["networks"]}
    for name, service in SERVICES.items():
        for network in service.get("networks", ()):
            on[network].add(name)
    assert COMPOSE["networks"]["data"] == {"internal": True}
    assert on["outside"] == WORKERS
    assert on["front"] == {"web", "demo"}
    assert on["data"] == set(SERVICES) - ASIDE
    assert all(SERVICES[name]["networks"] == ["data"] for name in SERVERS)


def test_secrets_are_files_without_a_default() -> None:
    assert COMPOSE["secrets"] == {name: {"file": f"./secrets/{name}"} for name in NAMES}
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            secret = re.search(r"PASSWORD|SECRET|TOKEN", variable)
            assert not secret or str(value) == f"/run/secrets/{Path(str(value)).name}", (name, variable)
            assert urlsplit(str(value)).password is None, (name, variable)
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"\$\{\w*(?:PASSWORD|SECRET)\w*:-", text)


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_gets_the_secrets_it_names_and_no_others(name: str) -> None:
    text = str({key: value for key, value in SERVICES[name].items() if key != "secrets"})
    assert set(re.findall(r"/run/secrets/([\w-]+)", text)) == set(SERVICES[name].get("secrets", ()))


def test_only_the_migration_may_write_keys() -> None:
    mounts = {
        name: [mount for mount in service.get("volumes", ()) if mount.startswith("keys:")]
        for name, service in SERVICES.items()
    }
    assert {name for name, found in mounts.items() if found == ["keys:/keys"]} == {"migrate"}
    assert {name for name, found in mounts.items() if found == ["keys:/keys:ro"]} == {"web", *WORKERS}


def test_images_have_a_version() -> None:
    for service in SERVICES.values():
        tag = service["image"].rpartition(":")[2]
        assert re.search(r"\d", tag)
    assert all(re.search(r"PYTHON_IMAGE=python:3\.\d+-", line) for line in re.findall(r"^ARG .+", DOCKERFILE))


# --- the image --------------------------------------------------------------------------------------------


def test_the_image_runs_as_the_user_compose_names_and_installs_by_hash() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert {SERVICES[name]["user"] for name in OURS - {"prepare"}} == {"10001:10001"}
    assert "--require-hashes" in DOCKERFILE
    assert not re.search(r"^ADD |curl|wget|apt-get", DOCKERFILE, re.MULTILINE)


def test_only_the_program_goes_into_the_image() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(copied) == sorted(let_in) == ["payers", "requirements.lock", "verify", "workers"]
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()


# --- as others see it -------------------------------------------------------------------------------------


def tool(name: str) -> str:
    found = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_the_compose_file_keeps_the_published_schema() -> None:
    arguments = ("--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml"))
    checked = subprocess.run([tool("check-jsonschema"), *arguments], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    checked = subprocess.run([tool("hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, "")
