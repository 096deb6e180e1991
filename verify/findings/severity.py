"""Does the diagnosis fit what payers mean by TMS? The psychiatrist is asked; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable

from verify.facts import Status
from verify.findings.finding import Case, Finding, Verdict
from verify.findings.planned import Illness
from verify.worksheet import Treatment, treatment_of

RULE = "severity"


def severity(case: Case) -> Verdict | None:
    """fits, some_payers, ask_psychiatrist or not_stated; nothing for other treatments, or without an evidence sheet.

    The sentence does not name the diagnosis. It tells of it all the same, and is shown to whoever may see the sheet.
    """
    if case.illness is None or treatment_of(case.line) is not Treatment.STIMULATION:
        return None
    conclusion, sentence = _judge(case, case.illness)
    status = Status.NOT_STATED if conclusion == "not_stated" else Status.DERIVED
    finding = Finding(
        rule=RULE, service_line=case.line.key, conclusion=conclusion, sentence=sentence, status=status
    )
    return Verdict(finding)


def _judge(case: Case, illness: Illness) -> tuple[str, str]:
    label = case.line.label
    if not illness.diagnoses:
        return "not_stated", f"The evidence sheet names no diagnosis for {label}."
    if _any(illness.diagnoses, illness.refused):
        return "ask_psychiatrist", (
            f"A diagnosis on the evidence sheet is one that payers refuse for {label}: ask the psychiatrist."
        )
    usual = _any(illness.diagnoses, illness.usual)
    if not usual and not _any(illness.diagnoses, illness.some_payers):
        return "ask_psychiatrist", (
            f"No diagnosis on the evidence sheet is one that payers mean by {label}: ask the psychiatrist."
        )
    if illness.is_severe is not None and illness.is_severe is not usual:
        return "ask_psychiatrist", (
            f"Diagnosis and scale on the evidence sheet differ in severity for {label}: ask the psychiatrist."
        )
    if usual:
        return "fits", f"The diagnosis on the evidence sheet is one that payers mean by {label}."
    return "some_payers", (
        f"The diagnosis on the evidence sheet is one that some payers take for {label}: see the written policy."
    )


def _any(diagnoses: Iterable[str], beginnings: Iterable[str]) -> bool:
    wanted = tuple(beginnings)
    return any(diagnosis.startswith(wanted) for diagnosis in diagnoses) if wanted else False
