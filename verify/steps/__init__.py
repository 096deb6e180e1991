"""The pipeline, in order: accept, receive, ask, judge, follow up; and what people do in between."""

from verify.steps.accept import Accepted, accept
from verify.steps.calls import Call, record_call
from verify.steps.cost import Asked, cost, treatments
from verify.steps.deliveries import Receipt, take_in
from verify.steps.digest import plan_digests
from verify.steps.doors import Doors, is_signed, rate_of
from verify.steps.hold import NotAllowed, NotFound
from verify.steps.imports import cancel_import, confirm_import, preview_import, usual_lane
from verify.steps.known import Looked, judged_now, look_into
from verify.steps.learned import WRITTEN_KINDS, Learned, form_of, withdraw, write_down
from verify.steps.nightly import Lookout, NightStarted, look_ahead, night, start_night
from verify.steps.people import (
    add_note,
    cancel,
    close_follow_up,
    complete_information,
    keep_repair,
    may_sign,
    offered_repairs,
    sign_off,
    try_repair,
)
from verify.steps.prices import Taken, add_price, import_prices
from verify.steps.reread import Reread, reread
from verify.steps.run import run, sweep
from verify.steps.upkeep import expire, tidy
from verify.steps.work import Work, open_work

__all__ = [
    "WRITTEN_KINDS",
    "Accepted",
    "Asked",
    "Call",
    "Doors",
    "Learned",
    "Looked",
    "Lookout",
    "NightStarted",
    "NotAllowed",
    "NotFound",
    "Receipt",
    "Reread",
    "Taken",
    "Work",
    "accept",
    "add_note",
    "add_price",
    "cancel",
    "cancel_import",
    "close_follow_up",
    "complete_information",
    "confirm_import",
    "cost",
    "expire",
    "form_of",
    "import_prices",
    "is_signed",
    "judged_now",
    "keep_repair",
    "look_ahead",
    "look_into",
    "may_sign",
    "night",
    "offered_repairs",
    "open_work",
    "plan_digests",
    "preview_import",
    "rate_of",
    "record_call",
    "reread",
    "run",
    "sign_off",
    "start_night",
    "sweep",
    "take_in",
    "tidy",
    "treatments",
    "try_repair",
    "usual_lane",
    "withdraw",
    "write_down",
]
