"""Where an authorization stands with the payer, and whose it is: the rules that look at the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from verify.authorizations.alerts import DAYS_LEFT, Alert, AlertKind, due_before
from verify.authorizations.fitting import Fitting, Rule
from verify.authorizations.record import WAITING, Status
from verify.catalogue.policy_card import plain
from verify.findings.finding import day_words
from verify.followup.working_time import business_day_after, is_business_day
from verify.policies.judged import counted

#: A request is chased so many days after it, then every business day. Source: clinic practice.
CHASE_DAYS = (3, 5)
NEXT = {
    Status.NEEDED: "Gather the papers the policy asks for and send the request.",
    Status.DRAFTING: "Finish the request and send it.",
    Status.SUBMITTED: "Ask the payer where it stands.",
    Status.PENDED: "Ask the payer what it waits for, and send it.",
    Status.PEER_TO_PEER: "Set a time for the psychiatrist to speak with the payer's reviewer.",
    Status.APPEAL: "Ask the payer where the appeal stands.",
    Status.EXPIRED: "Ask for a new one.",
    Status.EXHAUSTED: "Ask for more units, with the progress so far.",
}


def _not_yet(it: Fitting) -> Iterator[Alert]:
    """Not there, while sessions are planned."""
    status, first = it.held.status, it.coming[0].on
    if status is Status.DENIED:
        yield Alert(
            kind=AlertKind.DENIED,
            sentence=f"The payer denied it; {counted(len(it.coming), 'session is', 'sessions are')} planned from {day_words(first)} on.",
            next_step="Get the reason in writing; ask for a peer-to-peer review or appeal within the payer's time limit.",
            due_on=it.soon,
        )
    elif status in NEXT:
        due = _chase_on(it) if status in WAITING else due_before(first, it.today)
        yield Alert(
            kind=AlertKind.NOT_YET,
            sentence=f"There is none yet ({status.replace('_', ' ')}); the next session is on {day_words(first)}.",
            next_step=NEXT[status],
            due_on=due,
        )


def _chase_on(it: Fitting) -> date:
    """Three days after the request, then five, then every business day. Source: clinic practice."""
    asked = it.held.requested_at
    days = [asked.date() + timedelta(days=days) for days in CHASE_DAYS] if asked else []
    ahead = next((day for day in days if day > it.today), it.soon)
    return ahead if is_business_day(ahead) else business_day_after(ahead)


def _overdue(it: Fitting) -> Iterator[Alert]:
    """The payer's own time to decide has run out."""
    by = it.decide_by
    if it.held.asked_at() is not None and by is not None and by < it.today:
        yield Alert(
            kind=AlertKind.OVERDUE,
            sentence=f"The payer had to decide by {day_words(by)} and has not.",
            next_step="Ask for the decision, naming the rule and the day the request was received.",
            due_on=it.soon,
        )


def _no_number(it: Fitting) -> Iterator[Alert]:
    if it.holds and not it.held.number:
        yield Alert(
            kind=AlertKind.NO_NUMBER,
            sentence="The payer granted it, and its number is not on record.",
            next_step="Get the number: without it the claim is denied.",
            due_on=it.soon,
        )


def _renewal(it: Fitting) -> Iterator[Alert]:
    due = it.held.renewal_due_on
    if it.holds and due is not None and due - timedelta(days=DAYS_LEFT) <= it.today:
        yield Alert(
            kind=AlertKind.RENEWAL_DUE,
            sentence=f"The renewal is due on {day_words(due)}.",
            next_step="Send the renewal, with the scores so far.",
            due_on=max(it.soon, min(due, due_before(due, it.today))),
        )


def _payer(it: Fitting) -> Iterator[Alert]:
    """An authorization does not follow the member to another payer."""
    names = {plain(name) for name in it.plan.payer}
    if (
        names
        and plain(it.held.payer) not in names
        and it.held.status not in (Status.EXPIRED, Status.EXHAUSTED)
    ):
        yield Alert(
            kind=AlertKind.PAYER_CHANGED,
            sentence="It is of another payer than the present coverage, and does not go along with the patient.",
            next_step="Ask the present payer whether one is needed, and for continuity of care.",
            due_on=it.soon,
        )


def _people_and_places(it: Fitting) -> Iterator[Alert]:
    """Who treats, under which tax id, where: what is not known on either side is not held against it."""
    if not it.holds:
        return
    pairs = (
        (AlertKind.PROVIDER_DIFFERS, "rendering provider", it.held.rendering_npi, it.plan.rendering_npi),
        (
            AlertKind.TAX_ID_DIFFERS,
            "tax id",
            it.held.tax_id.replace("-", ""),
            it.plan.tax_id.replace("-", ""),
        ),
        (AlertKind.SITE_DIFFERS, "site", plain(it.held.site), plain(it.plan.site)),
    )
    for kind, words, on_record, planned in pairs:
        if on_record and planned and on_record != planned:
            yield Alert(
                kind=kind,
                sentence=f"It names another {words} than the course.",
                next_step=f"Have the payer change the {words}, or plan with the one it names.",
                due_on=due_before(it.coming[0].on, it.today),
            )


def _diagnosis(it: Fitting) -> Iterator[Alert]:
    known = it.plan.diagnoses
    if it.holds and it.held.diagnosis and known and it.held.diagnosis not in known:
        yield Alert(
            kind=AlertKind.DIAGNOSIS_DIFFERS,
            sentence="Its diagnosis is none of the patient's present ones.",
            next_step="Ask the psychiatrist which is right; a code is never changed here.",
            due_on=due_before(it.coming[0].on, it.today),
        )


RULES: Sequence[Rule] = (
    _payer,
    _not_yet,
    _overdue,
    _people_and_places,
    _diagnosis,
    _no_number,
    _renewal,
)
