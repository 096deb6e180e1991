"""Illness: what of the evidence sheet decides whether a treatment's codes fit, for the rules of findings."""

from __future__ import annotations

from datetime import date

from verify.catalogue import ServiceLine
from verify.catalogue.depression_scales import DepressionScales
from verify.findings import Illness
from verify.policies.sheet import EvidenceSheet


def illness_of(sheet: EvidenceSheet, line: ServiceLine, on: date, scales: DepressionScales) -> Illness | None:
    """As of a day; None for a line of which the catalogue does not say what payers mean by it."""
    if line.diagnoses is None:
        return None
    return Illness(
        diagnoses=tuple(one.code for one in sheet.diagnoses),
        is_severe=_is_severe(sheet, on, scales),
        usual=line.diagnoses.usual,
        some_payers=line.diagnoses.some_payers,
        refused=line.diagnoses.refused,
    )


def _is_severe(sheet: EvidenceSheet, on: date, scales: DepressionScales) -> bool | None:
    """By the newest scores; None where there is none, or those of one day do not say the same."""
    until = [score for score in sheet.scores if score.on <= on]
    newest = max((score.on for score in until), default=None)
    said = {scales.is_severe(score.scale, score.points) for score in until if score.on == newest}
    return said.pop() if len(said) == 1 else None
