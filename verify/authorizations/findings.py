"""What authorizations on file add to a verification's findings, and to what the rule of authorization says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from verify.authorizations.alerts import Alert, AlertKind
from verify.authorizations.record import HOLDING, WAITING, Authorization, Status
from verify.catalogue import ServiceLine
from verify.facts import Status as FactStatus
from verify.findings import Finding

RULE = "authorization_held"
NO_PROMISE = "That is no promise of payment."


class Filed(NamedTuple):
    """An authorization of one service line, and where it does not fit the course."""

    id: str
    record: Authorization
    alerts: tuple[Alert, ...]
    #: Its last day has passed: it was of a course that is over, or is to be extended.
    has_ended: bool = False

    @property
    def holds(self) -> bool:
        """The present payer has said yes to it, as far as it goes, and its days are not over."""
        return self.record.status in HOLDING and not self.has_ended and not self._is_of_another_payer

    @property
    def _is_of_another_payer(self) -> bool:
        return any(alert.kind is AlertKind.PAYER_CHANGED for alert in self.alerts)


def in_play(filed: Sequence[Filed]) -> list[Filed]:
    """Of one line's, the newest first: those that hold, or where none does, the newest."""
    return [one for one in filed if one.holds] or list(filed[:1])


def on_file(filed: Sequence[Filed]) -> str:
    """A word of `verify.findings.authorization.ON_FILE` for a line; empty where the record says nothing yet."""
    newest = in_play(filed)
    if not newest:
        return ""
    status = newest[0].record.status
    if newest[0].holds:
        return "granted"
    if status in WAITING:
        return "waiting"
    return status.value if status in (Status.DENIED, Status.NOT_NEEDED) else ""


def authorization_findings(line: ServiceLine, filed: Sequence[Filed]) -> list[Finding]:
    """One for each thing that does not fit, with what to do; or that nothing stands against the course."""
    found = []
    for one in in_play(filed):
        told = [(alert.kind.value, f"{alert.sentence} {alert.next_step}") for alert in one.alerts]
        if one.holds and not told:
            told = [
                ("fits", f"Granted; nothing in it stands against the course of {line.label}. {NO_PROMISE}")
            ]
        found += [_finding(line, conclusion, sentence) for conclusion, sentence in told]
    return found


def _finding(line: ServiceLine, conclusion: str, sentence: str) -> Finding:
    return Finding(
        rule=RULE,
        service_line=line.key,
        conclusion=conclusion,
        sentence=f"Authorization on record: {sentence}",
        status=FactStatus.DERIVED,
    )
