"""What a log line may hold: a list of keys, and for each key the kind of value that may stand there."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from verify.security.guard import is_opaque_id

Check = Callable[[object], bool]
MAX_PARTS = 20

#: Four digits in a row are a date, a member id or a phone number sooner than a word of ours.
_NO_NUMBER = r"(?!.*\d{4})"
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_NUMBER_BOUND = 10**12


def _matches(pattern: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < _NUMBER_BOUND


def _is_id(value: object) -> bool:
    return is_opaque_id(value) or (isinstance(value, str) and _UUID.fullmatch(value) is not None)


def _is_time(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


#: A constant of ours: "task.received", "hint_not_sent", "request failed".
_event = _matches(_NO_NUMBER + r"[a-z][a-z0-9_.: -]{0,79}")
_code = _matches(_NO_NUMBER + r"[a-z0-9][a-z0-9_.-]{0,39}")
_method = _matches(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|-")
_signal = _matches(r"SIG[A-Z0-9]{2,8}")
#: A module or a type, dotted.
_name = _matches(_NO_NUMBER + r"[A-Za-z_][\w.<>]{0,99}")
#: A route's pattern, never a path as sent: "/verifications/{id}".
_route = _matches(_NO_NUMBER + r"-|(/|(/([a-z0-9_.-]{1,40}|\{[a-z_]{1,30}(:path)?\}))+/?)")
#: "verify/steps.py:81 ask"; what has no file has "<string>" or "<frozen os>".
_place = _matches(r"-|[\w./<> +-]{1,90}:\d{1,6}( [\w<>.]{1,90})?")
_version = _matches(_NO_NUMBER + r"\d{1,3}(\.\d{1,3}){0,3}[a-z0-9.+]{0,12}")
_sqlstate = _matches(r"[0-9A-Z]{5}")
_actor_words = _matches(r"system|web|worker|beat|cli")


def _is_actor(value: object) -> bool:
    return _is_id(value) or _actor_words(value)


_CODES = """
level process step state from_state to_state lane queue job priority reason code error_code outcome action adapter
role permission server component service_line service_type kind check phase command table column payer_code
migration object_type missing
"""
_IDS = """
request_id practice_id patient_id coverage_id verification_id inquiry_id exchange_id fact_id finding_id follow_up_id
note_id job_id task_id subject_id object_id user_id session_id token_id account_id location_id provider_id worker_id
"""
_NUMBERS = """
attempt attempts count limit rows status port pid bytes seconds ms duration_ms duration_seconds elapsed_ms
elapsed_seconds wait_seconds lease_seconds age_seconds retry_after_seconds in_flight rate waiting queued due hints
sent failed done lost workers threads concurrency exit_code restarts free_bytes total size patients verifications
inquiries exchanges facts findings follow_ups problems
"""
_KINDS: tuple[tuple[Check, str], ...] = (
    (_event, "event"),
    (_name, "logger error error_type causes task"),
    (_code, _CODES),
    (_method, "method"),
    (_signal, "signal"),
    (_route, "route"),
    (_place, "place where"),
    (_version, "version"),
    (_sqlstate, "sqlstate"),
    (_is_actor, "actor"),
    (_is_time, "at due_at until lease_until not_before ask_again_at expires_at"),
    (_is_id, _IDS),
    (_is_number, _NUMBERS),
)

#: Every key a log line may have. To add one: put it beside its kind above; free text has no kind, on purpose.
KEYS: Mapping[str, Check] = {key: check for check, keys in _KINDS for key in keys.split()}


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that may be written. `dropped` counts the others; their keys are not repeated either.

    A key may be a value too, where somebody unpacked a dictionary.
    """
    kept: dict[str, Any] = {}
    dropped = 0
    for key, value in fields.items():
        if value is None:
            continue
        if key in KEYS and (safe := _safe(value, KEYS[key])) is not None:
            kept[key] = safe
        else:
            dropped += 1
    kept.setdefault("event", "unnamed")
    return {**kept, "dropped": dropped} if dropped else kept


def _safe(value: object, is_safe: Check) -> object:
    """The value as JSON can hold it, or None when it may not be written."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, list | tuple | set | frozenset):
        parts = [_safe(part, is_safe) for part in list(value)[:MAX_PARTS]]
        return None if None in parts else parts
    if not is_safe(value):
        return None
    return value.isoformat() if isinstance(value, datetime) else value
