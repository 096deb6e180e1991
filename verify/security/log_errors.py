"""What a log line says of an error: its type, our code, and where; never its text or a variable.

Texts of errors quote what they stumbled over: "invalid literal for int() with base 10: '<member id>'".
"""

from types import TracebackType
from typing import Any

MAX_FRAMES = 15
MAX_CAUSES = 5


def describe(error: BaseException, trace: TracebackType | None = None) -> dict[str, Any]:
    """Fields for one error. `trace` where it is not the error's own (Celery hands it over apart)."""
    fields: dict[str, Any] = {
        "error": type_name(error),
        "where": _frames(trace or error.__traceback__),
        "causes": [type_name(cause) for cause in _causes(error)],
        # The closed word of our own errors; another library's word passes when it is as plain.
        "code": _attribute(error, "code"),
        # PostgreSQL's five letters, from psycopg's error or the one SQLAlchemy wraps around it.
        "sqlstate": _attribute(error, "sqlstate") or _attribute(_attribute(error, "orig"), "sqlstate"),
    }
    return {key: value for key, value in fields.items() if value not in (None, [])}


def type_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def place(path: str, line: int, function: str = "") -> str:
    """ "verify/steps.py:81 ask": the folder and file alone, as a longer path says where we are installed."""
    short = "/".join(path.replace("\\", "/").split("/")[-2:])
    return f"{short}:{line} {function}".rstrip()


def _frames(trace: TracebackType | None) -> list[str]:
    """The innermost frames, outermost first. Celery's traceback only looks like one, so no `traceback` here."""
    frames: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(place(code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return frames[-MAX_FRAMES:]


def _causes(error: BaseException) -> list[BaseException]:
    """The errors behind this one, as Python would print them: nearest first."""
    causes: list[BaseException] = []
    cause = _behind(error)
    while cause is not None and len(causes) < MAX_CAUSES:
        causes.append(cause)
        cause = _behind(cause)
    return causes


def _behind(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__
    return error.__context__


def _attribute(of: object, name: str) -> Any:
    try:
        return getattr(of, name, None)
    except Exception:  # noqa: BLE001 (a property of a foreign error; describing a failure must not fail)
        return None
