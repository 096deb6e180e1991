"""JSON lines that cannot hold patient data: keys from a list, checked values, errors without their text.

Call `configure_logging` first thing in every process; until then lines go to standard error through
the same filter. Other libraries must leave logging alone: start uvicorn with `log_config=None`, give
Celery a receiver of its `setup_logging` signal, and Typer `pretty_exceptions_enable=False`.
"""

import logging
import os
import sys
import threading
import warnings
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from verify.security.log_errors import describe, place
from verify.security.log_fields import clean
from verify.security.log_foreign import fields_of


class _Output:
    """Writes one line at a time. A full disk or a closed pipe never stops the work that is logged."""

    def __init__(self, process: str, stream: TextIO | None) -> None:
        self._process = process
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, fields: dict[str, Any]) -> None:
        stamp = {"at": datetime.now(UTC), "process": self._process, "pid": os.getpid()}
        line = msgspec.json.encode(clean(fields | stamp)).decode()
        stream = self._stream or sys.stderr
        try:
            with self._lock:
                stream.write(line + "\n")
                stream.flush()
        except (OSError, ValueError):
            return


class _Voice:
    """One named logger, as structlog wants it: it calls the method named like the level."""

    def __init__(self, output: _Output, name: str = "") -> None:
        self._output = output
        self._name = name or None

    def say(self, **fields: Any) -> None:
        self._output.write({"logger": self._name, **fields})

    debug = info = warning = error = critical = say


class _Handler(logging.Handler):
    """Takes the records of every stdlib logger."""

    def __init__(self, output: _Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            fields = fields_of(record)
        except Exception:  # noqa: BLE001 (whatever is odd about a record, its text must not reach the standard handler)
            fields = {"event": "foreign", "level": "error"}
        self._output.write(fields)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name is logging's)
        """Says nothing: the standard one prints the record with its arguments."""


def configure_logging(process: str, stream: TextIO, level: str = "INFO") -> None:
    """Send everything this process says to `stream`. Raises ValueError for a level that does not exist."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError("log level must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
    output = _Output(process, stream)
    _configure_structlog(output, number)
    _configure_stdlib(_Handler(output), number)
    _catch_uncaught(output)


def get_logger(name: str = "") -> FilteringBoundLogger:
    """A logger for `log.info("constant.text", key=value)`; keys are those of log_fields.KEYS.

    The text is a constant and takes no arguments; a test reads every call in the program.
    """
    return cast("FilteringBoundLogger", structlog.get_logger(name))


def _configure_structlog(output: _Output, level: int) -> None:
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _name_error],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *name: _Voice(output, *name),
        # A logger made before this call follows it all the same.
        cache_logger_on_first_use=False,
    )


def _configure_stdlib(handler: _Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.lastResort = handler
    logging.raiseExceptions = False
    for logger in list(root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
            logger.disabled = False


def _catch_uncaught(output: _Output) -> None:
    def of_process(_: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            output.write({"level": "info", "event": "interrupted"})
        else:
            output.write({"level": "critical", "event": "uncaught", **describe(error, trace)})

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            output.write({"level": "critical", "event": "uncaught.thread", **describe(args.exc_value)})

    def of_cleanup(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            output.write({"level": "error", "event": "uncaught.cleanup", **describe(args.exc_value)})

    def of_warning(
        message: Warning | str,  # noqa: ARG001 (the shape is the standard library's)
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,  # noqa: ARG001
        line: str | None = None,  # noqa: ARG001
    ) -> None:
        fields = {"error": category.__name__, "place": place(filename, lineno)}
        output.write({"level": "warning", "event": "python.warning", **fields})

    sys.excepthook, threading.excepthook, sys.unraisablehook = of_process, of_thread, of_cleanup
    warnings.showwarning = of_warning


def _name_error(_: Any, __: str, event: EventDict) -> EventDict:
    """Puts what may be said of an error in place of `exc_info` (an error, or true for the current one)."""
    given = event.pop("exc_info", None)
    error = (
        given[1]
        if isinstance(given, tuple)
        else given
        if isinstance(given, BaseException)
        else sys.exc_info()[1]
    )
    return {**describe(error), **event} if given and error is not None else event


# Before a process is configured nothing may slip out either.
_configure_structlog(_Output("unconfigured", None), logging.INFO)
logging.lastResort = _Handler(_Output("unconfigured", None))
