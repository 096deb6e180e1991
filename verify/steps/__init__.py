"""The pipeline, in order: accept, receive, ask, judge, follow up; and what people do in between."""

from verify.steps.accept import Accepted, accept
from verify.steps.people import (
    Call,
    NotAllowed,
    NotFound,
    add_note,
    cancel,
    close_follow_up,
    complete_information,
    may_sign,
    record_call,
    sign_off,
)
from verify.steps.run import run, sweep
from verify.steps.upkeep import expire, tidy
from verify.steps.work import Work, open_work

__all__ = [
    "Accepted",
    "Call",
    "NotAllowed",
    "NotFound",
    "Work",
    "accept",
    "add_note",
    "cancel",
    "close_follow_up",
    "complete_information",
    "expire",
    "may_sign",
    "open_work",
    "record_call",
    "run",
    "sign_off",
    "sweep",
    "tidy",
]
