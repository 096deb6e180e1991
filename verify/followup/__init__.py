"""Findings -> who must do what by when; pure."""

from verify.followup.call import call_script, learned_form
from verify.followup.course import course_task
from verify.followup.errands import PARKED, PAYER
from verify.followup.follow_up import FollowUp, Kind
from verify.followup.machinery import account_of, enroll, enrollment_key, enrollment_of, mend_account, stuck
from verify.followup.refusals import REFUSALS, Mender, refusal
from verify.followup.situation import Asked, Callee, Situation
from verify.followup.work import NextWork, next_work
from verify.followup.working_time import due_at
from verify.followup.worth import Weighed, weighed

__all__ = [
    "PARKED",
    "PAYER",
    "REFUSALS",
    "Asked",
    "Callee",
    "FollowUp",
    "Kind",
    "Mender",
    "NextWork",
    "Situation",
    "Weighed",
    "account_of",
    "call_script",
    "course_task",
    "due_at",
    "enroll",
    "enrollment_key",
    "enrollment_of",
    "learned_form",
    "mend_account",
    "next_work",
    "refusal",
    "stuck",
    "weighed",
]
