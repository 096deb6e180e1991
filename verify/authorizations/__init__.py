"""Authorizations: their records, and where they do not fit the planned course; pure."""

from verify.authorizations.alerts import DAYS_LEFT, SESSIONS_LEFT, Alert, AlertKind, due_before
from verify.authorizations.decision_clock import decision_due
from verify.authorizations.findings import Filed, authorization_findings, on_file
from verify.authorizations.matcher import match, near_end_on
from verify.authorizations.plan import Plan, Planned, Session, sessions_of, usual_sessions
from verify.authorizations.record import HOLDING, WAITING, Authorization, Form, Frequency, Granted, Status
from verify.authorizations.tasks import authorization_tasks
from verify.authorizations.units import Reach, reach

__all__ = [
    "DAYS_LEFT",
    "HOLDING",
    "SESSIONS_LEFT",
    "WAITING",
    "Alert",
    "AlertKind",
    "Authorization",
    "Filed",
    "Form",
    "Frequency",
    "Granted",
    "Plan",
    "Planned",
    "Reach",
    "Session",
    "Status",
    "authorization_findings",
    "authorization_tasks",
    "decision_due",
    "due_before",
    "match",
    "near_end_on",
    "on_file",
    "reach",
    "sessions_of",
    "usual_sessions",
]
