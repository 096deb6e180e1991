"""Pages from templates: what every page knows, and how it is sent."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from verify.catalogue import grouped, load
from verify.security.roles import Permission
from verify.security.sessions import WARN_BEFORE, csrf_token, session_ends_at
from verify.web import words

HERE = Path(__file__).parent
STATIC = HERE / "static"
SHORTCUTS_COOKIE = "shortcuts"


@cache
def environment() -> Environment:
    """Jinja, escaping everything; an undefined name in a template is an error, not a blank."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        day=words.day,
        dollars=words.dollars,
        difference=words.difference,
        plain=words.plain,
        fact_value=words.fact_value,
        line_label=line_label,
        capitalize_first=words.capitalize_first,
        field_label=field_label,
        short_label=short_label,
        broken_lines=broken_lines,
        choice=lambda word: (word, words.plain(word)),
        with_hint=with_hint,
        field_words=field_words,
    )
    made.globals.update(words=words, static=static, Permission=Permission, line_label=line_label)
    return made


@cache
def static(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def line_labels() -> dict[str, str]:
    """Service lines of the catalogue, as people call them."""
    return {key: line.label for key, line in load().service_lines.items()}


def grouped_lines() -> dict[str, dict[str, str]]:
    """The same by group, for a form."""
    return {
        group.value: {line.key: line.label for line in lines}
        for group, lines in grouped(load()).items()
        if lines
    }


def line_label(key: str) -> str:
    return line_labels().get(key, words.plain(key))


def short_label(key: str) -> str:
    """ "TMS" for a line whose label ends in its own key; else the label."""
    label, short = line_label(key), key.upper()
    return short if label.endswith(f"({short})") else label


def field_label(field: Mapping[str, str], several: bool) -> str:
    """A call field's label; which treatment it is about is said where there are several."""
    key = field.get("service_line", "")
    label = field["label"].removeprefix(f"{line_label(key)}: ")
    return f"{short_label(key)}: {label}" if key and several else label


def with_hint(field: Mapping[str, Any]) -> dict[str, Any]:
    """A field of a stored script as templates take it; older scripts have no choices."""
    choices = field.get("choices") or ()
    return {**field, "choices": choices, "hint": words.hint(field["kind"], choices)}


def field_words(name: str) -> str:
    """ "TMS: authorization required" for "tms.authorization"."""
    line, _, fact = name.rpartition(".")
    said = words.FACT_WORDS.get(fact, words.plain(fact))
    return f"{short_label(line)}: {said}" if line else said


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """The page, with what the frame around it needs."""
    text = environment().get_template(template).render({**frame(request), **values})
    return HTMLResponse(text, status, dict(headers or {}))


def frame(request: Request) -> dict[str, Any]:
    """What `base.html` shows: who is signed in where, and until when."""
    caller = getattr(request.state, "caller", None)
    if caller is None or caller.session is None:
        return {
            "request": request,
            "caller": None,
            "csrf": "",
            "zone": "UTC",
            "now": datetime.now(UTC),
            "demo": False,
        }
    now = datetime.now(UTC)
    # The request that asked for this page moved the idle limit to now.
    ends_at = session_ends_at(created_at=caller.session.created_at, seen_at=now)
    return {
        "request": request,
        "caller": caller,
        "csrf": csrf_token(request.app.state.work.keyring, caller.session.id),
        "zone": caller.account.time_zone,
        "now": now,
        "ends_in": int((ends_at - now).total_seconds()),
        "warn_before": int(WARN_BEFORE.total_seconds()),
        "demo": caller.account.demo,
        "shortcuts": request.cookies.get(SHORTCUTS_COOKIE) != "off",
    }


def go(address: str) -> Response:
    """To another page of ours, after a form."""
    return RedirectResponse(address, 303)


def broken_lines(text: str) -> str:
    """X12 with each segment on a line of its own; anything else as it is."""
    if not text.lstrip().startswith("ISA") or len(text.lstrip()) < 106:
        return text
    end = text.lstrip()[105]
    return text if end.isspace() else text.replace("\r", "").replace("\n", "").replace(end, f"{end}\n")
