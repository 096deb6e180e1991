"""No log line holds patient data, whichever way it was said."""

import asyncio
import io
import json
import logging
import subprocess
import sys
import textwrap
import threading
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from verify.security.logging import configure_logging, get_logger

ROOT = Path(__file__).resolve().parents[3]
JOB = "job_01JD4Z8Q6V3M5N7P9R1T2W4X6Y"
NAME, MEMBER, BORN = "Zzyzx-Marker", "W123456789", "1980-02-29"
MARKERS = (NAME, "Zzyzx", MEMBER, BORN, "19800229")

#: Made before any configuration, as modules of the program do.
early = get_logger("verify.early")

Lines = Callable[[], list[dict[str, Any]]]


class Marked(Exception):
    """Its text is a patient, as texts of errors often are."""

    def __init__(self, code: object = "http_503") -> None:
        super().__init__(f"{NAME} {MEMBER} {BORN}")
        self.code = code


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Configured at DEBUG, the worst case; everything global is put back."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.lastResort, logging.raiseExceptions)
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    config = structlog.get_config()
    output = io.StringIO()
    configure_logging("test", output, "DEBUG")
    yield output
    structlog.configure(**config)
    structlog.contextvars.clear_contextvars()
    root.handlers[:], logging.lastResort, logging.raiseExceptions = before[0], before[2], before[3]
    root.setLevel(before[1])
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks


@pytest.fixture
def lines(stream: io.StringIO) -> Lines:
    """The lines so far; every one is JSON, ASCII, and free of markers."""

    def read() -> list[dict[str, Any]]:
        text = stream.getvalue()
        assert text.isascii()
        assert not [marker for marker in MARKERS if marker.lower() in text.lower()]
        assert "\x1b" not in text
        return [json.loads(line) for line in text.splitlines()]

    return read


def test_a_line_says_when_who_and_what(lines: Lines) -> None:
    get_logger("verify.queue").warning("hint_not_sent", step="ask", job_id=JOB, attempt=2, rate=0.5)
    (line,) = lines()
    assert datetime.fromisoformat(line.pop("at")).tzinfo is not None
    assert line.pop("pid") > 0
    assert line == {
        "event": "hint_not_sent",
        "level": "warning",
        "logger": "verify.queue",
        "process": "test",
        "step": "ask",
        "job_id": JOB,
        "attempt": 2,
        "rate": 0.5,
    }


def test_values_come_out_as_json_has_them(lines: Lines) -> None:
    class State(StrEnum):
        ASKING = "asking"

    due = datetime(2026, 11, 24, 8, tzinfo=UTC)
    early.info("moved", to_state=State.ASKING, due_at=due, missing=("payer", "member"), code=None)
    (line,) = lines()
    assert (line["to_state"], line["due_at"], line["missing"]) == (
        "asking",
        due.isoformat(),
        ["payer", "member"],
    )
    assert "code" not in line
    assert "dropped" not in line


def test_a_key_that_is_not_on_the_list_is_counted_and_not_named(lines: Lines) -> None:
    early.info("asked", last_name="plain", **{NAME: "x"})
    (line,) = lines()
    assert line["dropped"] == 2
    assert "last_name" not in line


UNSAFE = [
    NAME,
    f"{NAME} {MEMBER}",
    MEMBER,
    BORN,
    "02/29/1980",
    "19800229",
    "(212) 555-0142",
    "zzyzx@example.org",
    "12 Zzyzx Lane",
    f"ask\nlevel=info {NAME}",
    "ask\x1b[31m",
    "ask\r",
    "Zzyzx\u2028",
    "x" * 500 + NAME,
    date(1980, 2, 29),
    datetime(1980, 2, 29),
    {"name": NAME},
    [NAME],
    [[[NAME]]],
    NAME.encode(),
    Marked(),
    float("nan"),
    10**18,
    object(),
]


@pytest.mark.parametrize("value", UNSAFE, ids=repr)
def test_no_key_lets_such_a_value_through(lines: Lines, value: object) -> None:
    from verify.security.log_fields import KEYS

    fields = {key: value for key in KEYS if key != "event"}
    early.info("asked", **fields)
    (line,) = lines()
    kept = set(line) & set(fields) - {"level", "process", "pid", "logger", "at"}
    assert kept == set()


@given(text=st.text(max_size=60))
def test_whatever_the_text_the_line_stays_one_line_of_ascii(text: str) -> None:
    from verify.security.log_fields import KEYS, clean

    for value in clean(dict.fromkeys(KEYS, text)).values():
        line = json.dumps(value, ensure_ascii=False)
        assert line.isascii()
        assert line.isprintable()


@pytest.mark.parametrize(
    "event",
    [f"asked {NAME}", f"asked {MEMBER.lower()}", "asked\nforged", "asked\x1b[2J", "", "x" * 100, "born 1980"],
)
def test_a_text_that_is_not_plain_is_not_written(lines: Lines, event: str) -> None:
    early.info(event, attempt=1)
    (line,) = lines()
    assert line["event"] == "unnamed"
    assert line["attempt"] == 1


def test_the_list_of_keys_has_no_place_for_a_person() -> None:
    from verify.security.log_fields import KEYS

    people = "name last first birth dob phone email address member group subscriber text message body url path query"
    assert not [key for key in KEYS for word in people.split() if word in key.split("_")]


def fail(member_id: str) -> None:
    name = NAME
    try:
        int(member_id)
    except ValueError as error:
        raise Marked from error
    raise AssertionError(name)


def test_an_error_is_its_type_code_and_place_and_never_its_text(lines: Lines) -> None:
    try:
        fail(MEMBER)
    except Marked:
        early.exception("step.failed", step="ask")
    (line,) = lines()
    assert line["error"] == f"{__name__}.Marked"
    assert line["code"] == "http_503"
    assert line["causes"] == ["ValueError"]
    assert line["where"][-1].startswith("security/test_logging.py:")
    assert line["where"][-1].endswith(" fail")
    assert line["step"] == "ask"


def test_an_error_may_be_handed_over_in_any_form(lines: Lines) -> None:
    error = Marked()
    early.error("failed", exc_info=error)
    early.error("failed", exc_info=(Marked, error, None))
    early.error("failed", exc_info=True)
    early.error("failed", code="own", exc_info=error)
    said = lines()
    assert [line.get("error") for line in said] == [f"{__name__}.Marked"] * 2 + [None, f"{__name__}.Marked"]
    assert said[3]["code"] == "own"


@pytest.mark.parametrize("code", [f"{NAME}", MEMBER, object(), 7])
def test_a_code_that_is_no_plain_word_is_left_out(lines: Lines, code: object) -> None:
    early.error("failed", exc_info=Marked(code))
    assert "code" not in lines()[0]


def test_an_error_that_fails_when_asked_is_still_logged(lines: Lines) -> None:
    class Odd(Exception):
        @property
        def code(self) -> str:
            raise RuntimeError(NAME)

    early.error("failed", exc_info=Odd(NAME))
    assert lines()[0]["error"].endswith("Odd")


def test_errors_that_cause_each_other_end(lines: Lines) -> None:
    one, other = Marked(), ValueError(NAME)
    one.__cause__, other.__cause__ = other, one
    early.error("failed", exc_info=one)
    assert len(lines()[0]["causes"]) == 5


def test_what_is_bound_to_the_context_passes_the_same_filter(lines: Lines) -> None:
    structlog.contextvars.bind_contextvars(request_id=JOB, member=MEMBER)
    early.bind(last_name=NAME).info("asked")
    (line,) = lines()
    assert line["request_id"] == JOB
    assert line["dropped"] == 2


@pytest.mark.parametrize(
    "logger", ["celery.worker", "urllib3", "payers.http", "verify.steps", "root", NAME, MEMBER]
)
def test_stdlib_records_never_show_arguments_or_formatted_text(lines: Lines, logger: str) -> None:
    log = logging.getLogger(logger)
    log.info("payer rejected %s", MEMBER)
    log.info("payer rejected %(id)s", {"id": MEMBER})
    log.info(f"payer rejected {MEMBER}")
    log.info(NAME)
    log.info(Marked())
    log.info("wrong number of arguments %s %s", NAME)
    log.warning("with extra", extra={"member": MEMBER, "data": {"name": NAME}})
    log.log(17, "odd level", stack_info=True)
    try:
        fail(MEMBER)
    except Marked:
        log.exception(f"failed for {NAME}")
        log.error("failed", exc_info=True, stack_info=True)
    said = lines()
    assert len(said) == 10
    assert all(line["error"].endswith("Marked") for line in said[8:])


def test_a_foreign_record_keeps_its_logger_level_and_place(lines: Lines) -> None:
    logging.getLogger("urllib3.connectionpool").warning("Retrying %s", NAME)
    (line,) = lines()
    assert (line["logger"], line["level"], line["event"]) == ("urllib3.connectionpool", "warning", "foreign")
    assert line["place"].startswith("security/test_logging.py:")


def test_stdlib_loggers_of_our_own_may_say_constants_and_listed_keys(lines: Lines) -> None:
    logging.getLogger("verify.web.access").info(
        "request", extra={"request_id": JOB, "method": "GET", "route": "/verifications/{id}", "status": 200}
    )
    (line,) = lines()
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "request",
        "GET",
        "/verifications/{id}",
        200,
    )


def test_an_own_logger_with_arguments_says_only_where(lines: Lines) -> None:
    logging.getLogger("verify.web").info("asked %s", "ask")
    (line,) = lines()
    assert line["event"] == "foreign"
    assert line["place"].startswith("security/test_logging.py:")


def test_loggers_set_up_before_lose_their_own_handlers(stream: io.StringIO) -> None:
    own = io.StringIO()
    log = logging.getLogger("set.up.before")
    log.addHandler(logging.StreamHandler(own))
    log.propagate = False
    log.disabled = True
    configure_logging("test", stream, "DEBUG")
    log.error("failed for %s", NAME)
    assert own.getvalue() == ""
    assert json.loads(stream.getvalue())["logger"] == "set.up.before"


def test_celerys_own_texts_are_told_in_our_words(lines: Lines) -> None:
    from celery.app import trace

    task = "8d7cf0a5-5b1e-4b8e-9d53-0d8f6b0f7a10"
    context = {"name": "verify.ask", "id": task, "args": f"('{MEMBER}',)", "exc": NAME, "return_value": NAME}
    context |= {"runtime": 0.25, "description": "raised unexpected", "traceback": NAME}
    log = logging.getLogger("celery.app.trace")
    for text in (
        trace.LOG_RECEIVED,
        trace.LOG_SUCCESS,
        trace.LOG_FAILURE,
        trace.LOG_RETRY,
        trace.LOG_IGNORED,
    ):
        log.info(text.strip(), context, extra={"data": context})
    said = lines()
    assert [line["event"].partition(".")[2] for line in said] == [
        "received",
        "succeeded",
        "failed",
        "retried",
        "ignored",
    ]
    assert all((line["task"], line["task_id"]) == ("verify.ask", task) for line in said)
    assert said[1]["seconds"] == 0.25


def test_a_failing_celery_task_shows_its_error_without_text(lines: Lines) -> None:
    from celery import Celery
    from celery.app.trace import build_tracer

    app = Celery("test", set_as_current=False)

    # A shared task would be every other app's as well, the product's included.
    @app.task(name="verify.ask", shared=False)
    def ask(_: str) -> None:
        fail(MEMBER)

    trace = build_tracer("verify.ask", ask, app=app)
    trace(
        "8d7cf0a5-5b1e-4b8e-9d53-0d8f6b0f7a10",
        (MEMBER,),
        {},
        {"argsrepr": MEMBER, "hostname": "h", "is_eager": False},
    )
    failed = next(line for line in lines() if line["event"] == "task.failed")
    assert failed["task"] == "verify.ask"
    assert failed["error"].endswith("Marked")
    assert failed["where"][-1].endswith(" fail")


def test_sqlalchemys_statements_and_parameters_are_not_shown(lines: Lines) -> None:
    import sqlalchemy as sa

    log = logging.getLogger("sqlalchemy.engine")
    before = log.level
    log.setLevel(logging.DEBUG)
    try:
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            connection.execute(sa.text(f"create table t (name text primary key default '{NAME}')"))
            connection.execute(sa.text("insert into t values (:name)"), {"name": MEMBER})
            try:
                connection.execute(sa.text("insert into t values (:name)"), {"name": MEMBER})
            except sa.exc.IntegrityError:
                early.exception("not_saved")
        engine.dispose()
    finally:
        log.setLevel(before)
    said = lines()
    assert len([line for line in said if line["logger"].startswith("sqlalchemy.engine")]) >= 4
    failed = next(line for line in said if line["event"] == "not_saved")
    assert failed["error"] == "sqlalchemy.exc.IntegrityError"
    assert failed["causes"] == ["sqlite3.IntegrityError"]


def test_a_database_error_keeps_its_five_letters(lines: Lines) -> None:
    import psycopg.errors
    import sqlalchemy as sa

    inner = psycopg.errors.UniqueViolation(f"Key (name)=({NAME}) already exists.")
    early.error("not_saved", exc_info=sa.exc.IntegrityError(NAME, {"name": NAME}, inner))
    assert lines()[0]["sqlstate"] == "23505"


async def _failing(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        fail(MEMBER)


def test_uvicorn_logs_no_path_no_query_and_no_error_text(lines: Lines) -> None:
    server = uvicorn.Server(uvicorn.Config(_failing, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        with pytest.raises(urllib.error.HTTPError) as answered:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/patients/{NAME}?member={MEMBER}", timeout=5)
        answered.value.close()
    finally:
        server.should_exit = True
        thread.join(10)
    said = {line["event"]: line for line in lines()}
    assert (said["web.request"]["method"], said["web.request"]["status"]) == ("GET", 500)
    assert said["web.failed"]["error"].endswith("Marked")
    assert {"web.started", "web.stopping", "web.finished"} <= set(said)


def test_a_warning_is_its_kind_and_place(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configured = warnings.showwarning
        configured(UserWarning(f"odd value {NAME}"), UserWarning, __file__, 7)
    (line,) = lines()
    assert (line["event"], line["error"], line["place"]) == (
        "python.warning",
        "UserWarning",
        "security/test_logging.py:7",
    )


def test_below_its_level_nothing_is_written(stream: io.StringIO) -> None:
    configure_logging("test", stream, "warning")
    early.info("asked")
    logging.getLogger("verify").info("asked")
    early.warning("slow")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["slow"]


def test_a_level_that_does_not_exist_is_refused(stream: io.StringIO) -> None:
    with pytest.raises(ValueError, match="log level"):
        configure_logging("test", stream, "LOUD")


def test_a_closed_or_broken_stream_stops_nobody(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    for broken in (Full(), io.StringIO()):
        configure_logging("test", broken, "INFO")
        broken.close()
        early.info("asked")
        logging.getLogger("celery").error("failed for %s", NAME)
    assert capsys.readouterr() == ("", "")


def test_lines_of_many_threads_do_not_mix(lines: Lines) -> None:
    def speak(number: int) -> None:
        for attempt in range(50):
            early.info("asked", count=number, attempt=attempt)
            logging.getLogger("celery").info("said by %s", NAME)

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines()) == 800


def said_by(program: str) -> tuple[str, list[dict[str, Any]]]:
    """What a process of its own wrote to both outputs, and its lines."""
    setup = (
        f"import sys\nNAME = {NAME!r}\nfrom verify.security.logging import configure_logging, get_logger\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", setup + textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    text = done.stdout + done.stderr
    assert not [marker for marker in MARKERS if marker in text]
    return text, [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("program", "event", "error"),
    [
        ("raise ValueError(NAME)", "uncaught", "ValueError"),
        (
            "import threading\ndef f(): raise ValueError(NAME)\nthreading.Thread(target=f).start()",
            "uncaught.thread",
            "ValueError",
        ),
        ("class A:\n  def __del__(self): raise ValueError(NAME)\nA()", "uncaught.cleanup", "ValueError"),
        ("import warnings\nwarnings.warn(NAME)", "python.warning", "UserWarning"),
        ("raise KeyboardInterrupt(NAME)", "interrupted", None),
    ],
)
def test_what_nobody_caught_is_told_without_its_text(program: str, event: str, error: str | None) -> None:
    _, said = said_by("configure_logging('test', sys.stderr)\n" + program)
    assert [(line["event"], line.get("error")) for line in said] == [(event, error)]


def test_a_process_that_was_not_configured_leaks_nothing_either() -> None:
    _, said = said_by(
        """
        import logging
        get_logger("verify.x").warning("early", name=NAME)
        logging.getLogger("celery").error("failed for %s", NAME)
        logging.getLogger("celery").info("below the default")
        """
    )
    assert [(line["event"], line["process"]) for line in said] == [
        ("early", "unconfigured"),
        ("foreign", "unconfigured"),
    ]
