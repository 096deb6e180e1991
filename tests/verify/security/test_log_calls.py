"""Every log call of the program says a constant, with keys that will not be dropped."""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.security.log_fields import KEYS, clean
from verify.security.log_foreign import KNOWN

ROOT = Path(__file__).resolve().parents[3]
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
#: Arguments of the logging libraries themselves.
CONTROL = {"exc_info", "extra"}


def log_calls(source: str) -> Iterator[ast.Call]:
    """Calls such as `log.info(…)` and `error_log.warning(…)`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr=level)):
                if level in LEVELS and name.strip("_").split("_")[-1] in {"log", "logger"}:
                    yield node


def faults(call: ast.Call) -> list[str]:
    """What is wrong with a log call, in words."""
    found = []
    match call.args:
        case [ast.Constant(value=str(text))]:
            if clean({"event": text}) != {"event": text}:
                found.append(f"text {text!r} would not be written")
        case _:
            found.append("the text must be one constant, without arguments")
    for keyword in call.keywords:
        if keyword.arg == "extra":
            found += extra_faults(keyword.value)
        elif keyword.arg is None:
            found.append("keys must be written out")
        elif keyword.arg not in KEYS and keyword.arg not in CONTROL:
            found.append(f"key {keyword.arg!r} is not in log_fields.KEYS")
    return found


def extra_faults(extra: ast.expr) -> list[str]:
    if not isinstance(extra, ast.Dict):
        return ["extra must be written out"]
    keys = [key.value if isinstance(key, ast.Constant) else None for key in extra.keys]
    return [f"key {key!r} is not in log_fields.KEYS" for key in keys if key not in KEYS]


@pytest.mark.parametrize("package", ["payers", "verify", "workers"])
def test_every_log_call_is_fit_to_be_written(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {fault}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for call in log_calls(path.read_text())
        for fault in faults(call)
    ]
    assert found == []


@pytest.mark.parametrize(
    "call",
    [
        'log.info(f"asked {member_id}")',
        'log.info("asked %s", member_id)',
        'log.info("asked " + member_id)',
        "log.info(text)",
        'self.log.info("asked", member_id=x)',
        'error_log.error("asked", extra={"member_id": x})',
        'log.info("asked", **fields)',
        'log.info("Asked W123456789")',
    ],
)
def test_an_unfit_log_call_is_found(call: str) -> None:
    assert [fault for found in log_calls(call) for fault in faults(found)] != []


def test_a_fit_log_call_passes() -> None:
    (call,) = log_calls('self._log.exception("step.failed", step=step, exc_info=error)')
    assert faults(call) == []


SOURCES = {
    "celery": [
        "app/trace.py",
        "apps/worker.py",
        "beat.py",
        "worker/consumer/consumer.py",
        "worker/consumer/connection.py",
    ],
    "uvicorn": ["server.py", "lifespan/on.py", "protocols/http/h11_impl.py"],
    "alembic": ["runtime/migration.py"],
}


@pytest.mark.parametrize(
    ("library", "text"), [(library, text) for library, texts in KNOWN.items() for text in texts]
)
def test_a_foreign_text_we_know_is_still_said_by_its_library(library: str, text: str) -> None:
    spec = importlib.util.find_spec(library)
    assert spec is not None
    assert spec.origin is not None
    constants = {
        node.value
        for source in SOURCES[library]
        for node in ast.walk(ast.parse((Path(spec.origin).parent / source).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # Celery strips some texts before it logs them.
    assert text in constants or text in {constant.strip() for constant in constants}


@pytest.mark.parametrize("known", [known for texts in KNOWN.values() for known in texts.values()], ids=str)
def test_our_words_for_foreign_texts_can_be_written(known: object) -> None:
    from verify.security.log_foreign import Known

    assert isinstance(known, Known)
    assert clean({"event": known.event}) == {"event": known.event}
    assert set(known.keep.values()) <= set(KEYS)
