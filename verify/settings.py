"""The only code that reads the environment."""

import os
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec

HOME = Path(__file__).resolve().parents[1]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may choose. Each field names its variable in `VARIABLES`."""

    data_folder: Path
    #: None: a PostgreSQL of our own in the data folder.
    database_url: str | None = None
    #: None: a Valkey of our own in the data folder.
    redis_url: str | None = None
    key_file: Path
    host: str = "127.0.0.1"
    port: int = 8470
    #: How many payers one worker process waits for at once.
    concurrency: int = 64
    #: Hints of one lane that may wait in the broker; the rest wait in the database. About as many as are done
    #: before a hint counts as lost (verify.store.jobs): more would only be sent twice.
    hint_window: int = 300
    #: How long a worker that died holds up its job; asking a payer lengthens it by the payer's deadline.
    lease_seconds: int = 30
    log_level: str = "INFO"
    #: The process's name in the table of verify.servers.processes, for its log lines.
    process: str = "worker"
    #: How far it steps back for others when the processor is busy (nice).
    niceness: int = 0
    #: Touched each second by a worker; its supervisor watches the age.
    heartbeat_file: Path | None = None
    #: Set when the browser reaches us over TLS; cookies are then marked Secure.
    secure_cookies: bool = False
    #: Where people reach the pages, for links in notices and mails; None: where the web server listens.
    public_url: str | None = None
    #: "smtps://user@host" (TLS), "smtp://user@host" (STARTTLS, required) or, within one machine or network,
    #: "smtp+plain://host". None: no digest is sent.
    smtp_url: str | None = None
    mail_from: str = ""
    #: Files of the clinic's own that take the place of the catalogue's, or stand beside them.
    catalogue_folder: Path | None = None

    @property
    def pages_url(self) -> str:
        """Where people reach the pages, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def __repr__(self) -> str:
        # Addresses may hold passwords.
        return f"Settings(data_folder={str(self.data_folder)!r})"


VARIABLES = {
    "data_folder": "VERIFY_DATA",
    "database_url": "VERIFY_DATABASE_URL",
    "redis_url": "VERIFY_REDIS_URL",
    "key_file": "VERIFY_KEY_FILE",
    "host": "VERIFY_HOST",
    "port": "VERIFY_PORT",
    "concurrency": "VERIFY_CONCURRENCY",
    "hint_window": "VERIFY_HINT_WINDOW",
    "lease_seconds": "VERIFY_LEASE_SECONDS",
    "log_level": "VERIFY_LOG_LEVEL",
    "process": "VERIFY_PROCESS",
    "niceness": "VERIFY_NICENESS",
    "heartbeat_file": "VERIFY_HEARTBEAT_FILE",
    "secure_cookies": "VERIFY_SECURE_COOKIES",
    "public_url": "VERIFY_PUBLIC_URL",
    "smtp_url": "VERIFY_SMTP_URL",
    "mail_from": "VERIFY_MAIL_FROM",
    "catalogue_folder": "VERIFY_CATALOGUE",
}

#: An address may leave its password to a file, such as one a container platform mounts.
PASSWORD_FILES = {
    "database_url": "VERIFY_DATABASE_PASSWORD_FILE",
    "redis_url": "VERIFY_REDIS_PASSWORD_FILE",
    "smtp_url": "VERIFY_SMTP_PASSWORD_FILE",
}


class ConfigurationError(Exception):
    """A variable that cannot be used; the text names it, never its value."""


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises ConfigurationError."""
    return read(dict(os.environ))


def environment_with(**options: object) -> dict[str, str]:
    """This process's environment, with options of the command line, named by field, put over it."""
    said = {VARIABLES[field]: str(value) for field, value in options.items() if value is not None}
    return {**os.environ, **said}


def read(environment: dict[str, str]) -> Settings:
    """Settings from `environment`, with defaults for what is absent or empty."""
    given = {field: environment[name] for field, name in VARIABLES.items() if environment.get(name)}
    folder = Path(given.get("data_folder", HOME / "data")).expanduser().absolute()
    given = {"key_file": str(folder / "keys.json"), **given, "data_folder": str(folder)}
    for field, variable in PASSWORD_FILES.items():
        if (file := environment.get(variable)) and field in given:
            given[field] = _with_password(given[field], Path(file), variable)
    for field, value in given.items():
        _check(field, value)
    return msgspec.convert(given, Settings, strict=False, dec_hook=_decode)


def environment_for(chosen: Settings) -> dict[str, str]:
    """The variables that make a child process read the same settings."""
    values = {name: getattr(chosen, field) for field, name in VARIABLES.items()}
    return {name: str(value) for name, value in values.items() if value is not None}


def _with_password(url: str, file: Path, variable: str) -> str:
    """The address with the file's password in it. Raises ConfigurationError."""
    try:
        password = file.read_text().strip()
        parts = urlsplit(url)
        user, host = parts.username or "", parts.netloc.rpartition("@")[2]
    except (OSError, ValueError):
        raise ConfigurationError(
            f"{variable} cannot be used: no readable file, or no address for it"
        ) from None
    if not password:
        raise ConfigurationError(f"{variable} cannot be used: the file is empty")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


def _check(field: str, value: str) -> None:
    """Raises ConfigurationError for a value its field cannot take; each is tried alone to name the one."""
    try:
        msgspec.convert(
            {"data_folder": "/", "key_file": "/", field: value}, Settings, strict=False, dec_hook=_decode
        )
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{VARIABLES[field]} cannot be used: {_kind(error)}") from None


def _kind(error: msgspec.ValidationError) -> str:
    # "Expected `int`, got `str` - at `$.port`": its first half names kinds, no values.
    return str(error).split(" - ")[0]


def _decode(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value)).expanduser().absolute()
    raise TypeError(kind)
