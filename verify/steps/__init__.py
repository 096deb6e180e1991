"""The pipeline, in order: accept, receive, ask, judge, follow up; and what people do in between."""

from verify.steps.accept import Accepted, accept
from verify.steps.nightly import Lookout, NightStarted, look_ahead, night, start_night
from verify.steps.people import (
    Call,
    NotAllowed,
    NotFound,
    add_note,
    cancel,
    close_follow_up,
    complete_information,
    record_call,
    sign_off,
)
from verify.steps.run import run, sweep
from verify.steps.upkeep import expire, tidy
from verify.steps.work import Work, open_work

__all__ = [
    "Accepted",
    "Call",
    "Lookout",
    "NightStarted",
    "NotAllowed",
    "NotFound",
    "Work",
    "accept",
    "add_note",
    "cancel",
    "close_follow_up",
    "complete_information",
    "expire",
    "look_ahead",
    "night",
    "open_work",
    "record_call",
    "run",
    "sign_off",
    "start_night",
    "sweep",
    "tidy",
]
