"""How a command ends: its exit code, and words on stderr that say what to do."""

import os
import sys
import traceback
from enum import IntEnum
from pathlib import Path

from verify.settings import ConfigurationError, settings


class Exit(IntEnum):
    """Exit codes, as `verify --help` lists them."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_FOUND = 3
    #: `verify read`: a file is not X12. Elsewhere: the state of things forbids it.
    CONFLICT = 4
    #: A file was submitted, and some of its rows were not.
    SOME_FAILED = 5
    UNREACHABLE = 7
    INTERRUPTED = 130


#: Drivers whose errors mean that a server cannot be reached, and what they call them.
UNREACHABLE = {
    "sqlalchemy": {"OperationalError", "InterfaceError", "TimeoutError"},
    "psycopg": {"OperationalError", "ConnectionTimeout"},
    "psycopg_pool": {"PoolTimeout"},
    "redis": {"ConnectionError", "TimeoutError"},
}


class Stop(Exception):
    """Ends the command with words and a code."""

    def __init__(self, words: str, code: Exit = Exit.ERROR) -> None:
        super().__init__(words)
        self.code = code


def say(words: str) -> None:
    """To the person at the terminal; stdout is for data."""
    print(words, file=sys.stderr, flush=True)


def end(error: Exception) -> Exit:
    """Says what went wrong and what to do, and gives the exit code."""
    from verify.catalogue import CatalogueError
    from verify.client import ClientError, NotRunning, Problem
    from verify.security.key_file import KeyFileError
    from verify.servers.folder import ServerFault

    match error:
        case Stop():
            words, code = str(error), error.code
        case Problem():
            words, code = refusal(error), CODES.get(error.status, Exit.ERROR)
        case NotRunning():
            words, code = str(error), Exit.UNREACHABLE
        case ClientError():
            words, code = str(error), Exit.ERROR
        case ConfigurationError():
            words, code = f"{error}. `verify doctor` checks the whole configuration.", Exit.USAGE
        case CatalogueError():
            words, code = f"The catalogue cannot be used.\n{error}", Exit.USAGE
        case ServerFault() | KeyFileError():
            words, code = str(error), Exit.UNREACHABLE if isinstance(error, ServerFault) else Exit.ERROR
        case OSError():
            words, code = trouble(error), Exit.ERROR
        case _ if unreachable(error):
            words, code = (
                "A server cannot be reached. `verify doctor` says which, and what to do.",
                Exit.UNREACHABLE,
            )
        case _:
            words, code = fault(error), Exit.ERROR
    say(f"verify: {words}")
    return code


CODES = {
    400: Exit.USAGE,
    404: Exit.NOT_FOUND,
    409: Exit.CONFLICT,
    412: Exit.CONFLICT,
    422: Exit.USAGE,
    500: Exit.UNREACHABLE,
    503: Exit.UNREACHABLE,
}


def refusal(problem: object) -> str:
    """The API's problem in lines: what, where in the input, and the request to look up."""
    from verify.client import Problem

    assert isinstance(problem, Problem)
    lines = [
        str(problem) or problem.title,
        *(f"  {pointer or '/'}: {detail}" for pointer, detail in problem.fields),
    ]
    if problem.status == 401:
        lines.append(
            "  The token in the data folder is not accepted: restart `verify up`, which makes a new one."
        )
    if problem.status >= 500 and problem.request:
        lines.append(f"  Look for request {problem.request} in the server's log.")
    return "\n".join(lines)


def trouble(error: OSError) -> str:
    words = error.strerror or type(error).__name__
    return f"{Path(str(error.filename))}: {words}" if error.filename else words


def unreachable(error: Exception) -> bool:
    kind = type(error)
    return kind.__name__ in UNREACHABLE.get(kind.__module__.split(".")[0], set())


def fault(error: Exception) -> str:
    """A fault of ours: its kind and place, all places when debugging. Its text stays out, for it may hold patient data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    if settings().log_level == "DEBUG":
        say("".join(traceback.format_tb(error.__traceback__)))
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"A fault of the program ({type(error).__name__} at {place}). Please report it with this line."


def quiet_end_of_pipe() -> None:
    """The reader of our output has gone (`| head`): nothing more to say, also not at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
