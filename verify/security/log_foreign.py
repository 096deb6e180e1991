"""Log records of other libraries: which of their texts we know, and what of their arguments may be kept.

A record comes with a template and arguments. Arguments may hold anything (an error's text, a URL, a
statement with its values), and so may a template that somebody formatted early. So only texts named
here are told, in our words; of any other record its logger, level and place in the code remain,
which lead to the text in the library's source.
"""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from verify.security.log_errors import describe, place


class Known(NamedTuple):
    """A text we know: our event for it, and which argument (by name or place) becomes which key."""

    event: str
    keep: Mapping[str | int, str] = {}


_TASK: Mapping[str | int, str] = {"name": "task", "id": "task_id"}

#: By the library's first name, its templates; a test holds them against the installed libraries.
KNOWN: Mapping[str, Mapping[str, Known]] = {
    "celery": {
        "Task %(name)s[%(id)s] received": Known("task.received", _TASK),
        "Task %(name)s[%(id)s] succeeded in %(runtime)ss: %(return_value)s": Known(
            "task.succeeded", {**_TASK, "runtime": "seconds"}
        ),
        "Task %(name)s[%(id)s] %(description)s: %(exc)s": Known("task.failed", _TASK),
        "Task %(name)s[%(id)s] %(description)s": Known("task.ignored", _TASK),
        "Task %(name)s[%(id)s] retry: %(exc)s": Known("task.retried", _TASK),
        "%s ready.": Known("worker.ready"),
        "Connected to %s": Known("broker.connected"),
        "consumer: Cannot connect to %s: %s.\n%s\n": Known("broker.unreachable"),
        "%s (%r)": Known("broker.lost"),
        "beat: Starting...": Known("beat.started"),
        "Scheduler: Sending due task %s (%s)": Known("beat.sent", {1: "task"}),
    },
    "uvicorn": {
        "Started server process [%d]": Known("web.started", {0: "pid"}),
        "Finished server process [%d]": Known("web.finished", {0: "pid"}),
        "Waiting for application startup.": Known("web.starting"),
        "Application startup complete.": Known("web.ready"),
        "Application startup failed. Exiting.": Known("web.not_started"),
        "Shutting down": Known("web.stopping"),
        "Exception in ASGI application\n": Known("web.failed"),
        '%s - "%s %s HTTP/%s" %d': Known("web.request", {1: "method", 4: "status"}),
    },
    "alembic": {
        "Will assume %s DDL.": Known("migration.context"),
        "Running %s": Known("migration.running"),
    },
}

#: Loggers of our own: their constants are events, their `extra` goes through the list of keys.
_OURS = ("verify", "payers", "workers")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What may be told of a record, still to be cleaned by log_fields."""
    fields = {"level": record.levelname.lower(), "logger": record.name, **_text_of(record)}
    if record.exc_info and isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
        fields |= describe(record.exc_info[1], record.exc_info[2])
    return fields


def _text_of(record: logging.LogRecord) -> dict[str, Any]:
    library, text = record.name.partition(".")[0], record.msg
    if library in _OURS and isinstance(text, str) and not record.args:
        return {**_extra(record), "event": text}
    known = KNOWN.get(library, {}).get(text) if isinstance(text, str) else None
    if known is None:
        return {"event": "foreign", "place": place(record.pathname, record.lineno, record.funcName or "")}
    return {"event": known.event} | {key: _argument(record.args, which) for which, key in known.keep.items()}


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _argument(args: Any, which: str | int) -> Any:
    try:
        return args[which]
    except (LookupError, TypeError):
        return None
